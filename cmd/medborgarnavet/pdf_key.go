package main

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
	"os"
	"strings"

	"medborgarnavet/internal/validation/trust"
)

// A key in a file: PKCS #8, PKCS #1 or SEC 1 as PEM; PKCS #8 also encrypted the
// way openssl does it (PBES2 with PBKDF2 and AES, RFC 8018). Nothing of a key
// or a password is ever printed.

var errPassword = errors.New("the key cannot be opened with this password")

// keyFile reads a private key. password is the file that holds the password of
// an encrypted key, "" for none.
func keyFile(name, password string) (crypto.Signer, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("-key: %w", plainError(err))
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		switch {
		case block.Type == "ENCRYPTED PRIVATE KEY":
			return encryptedKey(block.Bytes, password)
		case strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
			return nil, errors.New("-key: the key is encrypted in an old way; make a new one with openssl pkcs8 -topk8 -v2 aes-256-cbc")
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			return parseKey(block.Bytes)
		}
	}
	return nil, errors.New("-key: there is no private key in the file; it must be PEM")
}

func parseKey(der []byte) (crypto.Signer, error) {
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		if ec, e := x509.ParseECPrivateKey(der); e == nil {
			return ec, nil
		}
		if rsa, e := x509.ParsePKCS1PrivateKey(der); e == nil {
			return rsa, nil
		}
		return nil, errors.New("-key: the private key cannot be read")
	}
	if signer, ok := key.(crypto.Signer); ok {
		return signer, nil
	}
	return nil, errors.New("-key: this kind of key cannot sign")
}

func encryptedKey(der []byte, password string) (crypto.Signer, error) {
	if password == "" {
		return nil, errors.New("-key: the key is encrypted; say -password-file FILE")
	}
	secret, err := secretFile("-password-file", password)
	if err != nil {
		return nil, err
	}
	plain, err := decryptPBES2(der, secret)
	if err != nil {
		return nil, err
	}
	key, err := parseKey(plain)
	if err != nil {
		return nil, errPassword
	}
	return key, nil
}

// secretFile is a file's first line.
func secretFile(flag, name string) (string, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("%s: %w", flag, plainError(err))
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return strings.TrimRight(string(line), "\r"), nil
}

// The structures of RFC 8018, appendix A.
type (
	encryptedInfo struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}
	pbes2Params struct {
		Derivation, Scheme pkix.AlgorithmIdentifier
	}
	pbkdf2Params struct {
		Salt      []byte
		Rounds    int
		KeyLength int                      `asn1:"optional"`
		PRF       pkix.AlgorithmIdentifier `asn1:"optional"`
	}
)

var (
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	aesSizes  = map[string]int{"2.16.840.1.101.3.4.1.2": 16, "2.16.840.1.101.3.4.1.22": 24, "2.16.840.1.101.3.4.1.42": 32}
	prfs      = map[string]func() hash.Hash{"": sha1.New, "1.2.840.113549.2.7": sha1.New, "1.2.840.113549.2.9": sha256.New,
		"1.2.840.113549.2.10": sha512.New384, "1.2.840.113549.2.11": sha512.New}
)

// maxRounds bounds the work that a key file can ask for.
const maxRounds = 10_000_000

func decryptPBES2(der []byte, password string) ([]byte, error) {
	unknown := errors.New("-key: the key is encrypted in a way that is not known; PBES2 with PBKDF2 and AES is")
	var info encryptedInfo
	var params pbes2Params
	var kdf pbkdf2Params
	if rest, err := asn1.Unmarshal(der, &info); err != nil || len(rest) > 0 || !info.Algorithm.Algorithm.Equal(oidPBES2) {
		return nil, unknown
	}
	if _, err := asn1.Unmarshal(info.Algorithm.Parameters.FullBytes, &params); err != nil || !params.Derivation.Algorithm.Equal(oidPBKDF2) {
		return nil, unknown
	}
	if _, err := asn1.Unmarshal(params.Derivation.Parameters.FullBytes, &kdf); err != nil || kdf.Rounds < 1 || kdf.Rounds > maxRounds {
		return nil, unknown
	}
	var iv []byte
	size, prf := aesSizes[params.Scheme.Algorithm.String()], prfs[kdf.PRF.Algorithm.String()]
	_, err := asn1.Unmarshal(params.Scheme.Parameters.FullBytes, &iv)
	if err != nil || size == 0 || prf == nil || len(iv) != aes.BlockSize || len(info.Data) == 0 || len(info.Data)%aes.BlockSize != 0 {
		return nil, unknown
	}
	key, err := pbkdf2.Key(prf, password, kdf.Salt, kdf.Rounds, size)
	if err != nil {
		return nil, unknown
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, unknown
	}
	plain := bytes.Clone(info.Data)
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, plain)
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > aes.BlockSize {
		return nil, errPassword
	}
	return plain[:len(plain)-pad], nil
}

// certificateFiles reads the signer's certificate and those above it, each
// issued by the next. They may lie in either file, in any order; the signer's
// own is the first of cert.
func certificateFiles(cert, chain string) (*x509.Certificate, []*x509.Certificate, error) {
	var all []*x509.Certificate
	for flag, name := range map[string]string{"-cert": cert, "-chain": chain} {
		if name == "" {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", flag, plainError(err))
		}
		list, err := trust.Certificates(text)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: there is no certificate in the file; it must be PEM", flag)
		}
		if flag == "-cert" {
			all = append(list, all...)
		} else {
			all = append(all, list...)
		}
	}
	if cert == "" {
		return nil, all, nil
	}
	return all[0], chainOf(all[0], all[1:]), nil
}

// chainOf orders the certificates above one, nearest first.
func chainOf(leaf *x509.Certificate, pool []*x509.Certificate) (chain []*x509.Certificate) {
	at := leaf
	for len(chain) <= len(pool) && !bytes.Equal(at.RawIssuer, at.RawSubject) {
		next := (*x509.Certificate)(nil)
		for _, c := range pool {
			if bytes.Equal(c.RawSubject, at.RawIssuer) && at.CheckSignatureFrom(c) == nil {
				next = c
				break
			}
		}
		if next == nil {
			break
		}
		chain, at = append(chain, next), next
	}
	return chain
}
