package config

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"os"
)

// validation looks at whom signatures are believed by. Production refuses
// certificates that are for tests (I-15).
func (k *checker) validation(at string, v Validation) {
	lists := 0
	for i, file := range v.TrustFiles {
		key := fmt.Sprintf("%s.trust_files[%d]", at, i+1)
		if !k.file(key, file) {
			continue
		}
		if isTrustList(file) {
			lists++
			continue
		}
		k.certificates(key, file)
	}
	for i, file := range v.ListSignerFiles {
		if key := fmt.Sprintf("%s.list_signer_files[%d]", at, i+1); k.file(key, file) {
			k.certificates(key, file)
		}
	}
	switch {
	case lists > 0 && len(v.ListSignerFiles) == 0:
		k.fault(at+".list_signer_files", "is needed: a trust list is believed only when a known certificate has signed it")
	case len(v.TrustFiles) == 0 && v.Online:
		k.warn(at+".online", "does nothing while trust_files is empty: only issuers that are trusted are asked")
	case len(v.TrustFiles) == 0 && k.production:
		k.warn(at+".trust_files", "is empty: no signature can be found valid")
	}
	if v.VeraPDF != "" {
		if info, err := os.Stat(v.VeraPDF); err != nil || info.IsDir() || info.Mode().Perm()&0o111 == 0 {
			k.fault(at+".verapdf", "is not a program that can be run")
		}
	}
	if (v.TokenCertFile == "") != (v.TokenKeyFile == "") {
		k.fault(at+".token_cert_file", "token_cert_file and token_key_file belong together")
	} else if v.TokenCertFile != "" {
		k.tokenKey(at, v)
	}
}

// tokenKey looks at the key that validation tokens are signed with.
func (k *checker) tokenKey(at string, v Validation) {
	certOK, keyOK := k.file(at+".token_cert_file", v.TokenCertFile), k.secret(at+".token_key_file", v.TokenKeyFile)
	if !certOK || !keyOK {
		return
	}
	k.certificates(at+".token_cert_file", v.TokenCertFile)
	if _, err := tls.LoadX509KeyPair(v.TokenCertFile, v.TokenKeyFile); err != nil {
		k.fault(at+".token_key_file", "is not the key of the certificate in token_cert_file")
	}
}

// isTrustList tells a trust list from PEM: it is XML.
func isTrustList(file string) bool {
	raw, err := os.ReadFile(file)
	return err == nil && bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("<"))
}
