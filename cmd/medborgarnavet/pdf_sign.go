package main

import (
	"context"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/revocation"
	"medborgarnavet/block/tsp"
)

// pdfSign signs for a person, pdfSeal for an organisation.
func pdfSign(ctx context.Context, args []string, std stdio) int {
	return signCommand(ctx, "pdf sign", pades.Sign, args, std)
}

func pdfSeal(ctx context.Context, args []string, std stdio) int {
	return signCommand(ctx, "pdf seal", pades.Seal, args, std)
}

type signFunc func(context.Context, []byte, pades.Signer, pades.Options) (pades.Result, error)

// token is a key on a PKCS #11 token.
type token struct{ module, name, label, pinFile, cert string }

// signing is what pdf sign and pdf seal were asked.
type signing struct {
	file, out          string
	key, password      string
	cert, chain        string
	token              token
	level              pades.Level
	tsa                string
	visible, pss       bool
	page               int
	force, acceptLower bool
	o                  pades.Options
	levelName          string
}

func signCommand(ctx context.Context, name string, sign signFunc, args []string, std stdio) int {
	q, err := signFlags(name, args)
	if err != nil {
		return std.fail(err)
	}
	signer, done, err := q.signer()
	if err != nil {
		return std.fail(err)
	}
	defer done()
	data, err := readPDF(std, q.file)
	if err != nil {
		return std.fail(err)
	}
	warnOfRisks(std, data)
	res, err := sign(ctx, data, signer, q.options())
	var short *pades.LevelError
	switch {
	case errors.As(err, &short) && q.acceptLower:
		res = short.Result
	case errors.As(err, &short):
		fmt.Fprintf(std.err, "medborgarnavet: %s; nothing was written (-accept-lower would)\n", plain(err.Error()))
		return exitNo
	case err != nil:
		return std.fail(unsignable(err))
	}
	if err := writeNew(q.out, res.File, q.force); err != nil {
		return std.fail(err)
	}
	fmt.Fprintf(std.out, "%s: signed in the field %s, level %s\n", clean(q.out), clean(res.Field), res.Reached)
	if res.Reached != q.level {
		fmt.Fprintf(std.out, "asked for %s: %s\n", q.level, plain(res.Why))
	}
	return 0
}

// unsignable says why a file is not signed.
func unsignable(err error) error {
	if strings.HasPrefix(err.Error(), "pades: ") {
		return errors.New(plain(err.Error()))
	}
	return unusable(err)
}

// plain is what went wrong on one line, without the names of packages.
func plain(said string) string {
	return clean(strings.ReplaceAll(strings.ReplaceAll(said, "pades: ", ""), "\n", ": "))
}

// warnOfRisks tells what the signer ought to know; whether to sign is theirs.
func warnOfRisks(std stdio, data []byte) {
	risks, err := scan(data)
	if err != nil {
		return // said by what comes next
	}
	for _, line := range riskLines(risks) {
		fmt.Fprintln(std.err, "medborgarnavet: before you sign:", line)
	}
}

var levels = map[string]pades.Level{"B-B": pades.BB, "B-T": pades.BT, "B-LT": pades.BLT, "B-LTA": pades.BLTA}

func signFlags(name string, args []string) (signing, error) {
	var q signing
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.StringVar(&q.out, "out", "", "the signed `FILE`")
	fs.StringVar(&q.key, "key", "", "`FILE` with the private key, PEM")
	fs.StringVar(&q.password, "password-file", "", "`FILE` with the password of an encrypted key")
	fs.StringVar(&q.cert, "cert", "", "`FILE` with the certificate, PEM")
	fs.StringVar(&q.chain, "chain", "", "`FILE` with the issuers' certificates and the root, PEM")
	fs.StringVar(&q.token.module, "pkcs11-module", "", "`FILE` that is a token's library, in place of -key")
	fs.StringVar(&q.token.name, "token", "", "`LABEL` of the token")
	fs.StringVar(&q.token.label, "key-label", "", "`LABEL` of the key on the token")
	fs.StringVar(&q.token.pinFile, "pin-file", "", "`FILE` with the token's PIN")
	fs.StringVar(&q.levelName, "level", "B-B", "`LEVEL` to reach: B-B, B-T, B-LT or B-LTA")
	fs.StringVar(&q.tsa, "tsa", "", "`URL` of the time-stamp authority")
	fs.BoolVar(&q.visible, "visible", false, "show the signature on a page")
	fs.IntVar(&q.page, "page", 0, "the page `N` to show it on, from 1; the last when left out")
	fs.BoolVar(&q.pss, "pss", false, "RSASSA-PSS for an RSA key")
	fs.StringVar(&q.o.Reason, "reason", "", "why it is signed, as `TEXT`")
	fs.StringVar(&q.o.Location, "location", "", "where it is signed, as `TEXT`")
	fs.StringVar(&q.o.Name, "name", "", "`NAME` of who signs; the certificate's when left out")
	fs.StringVar(&q.o.Field, "field", "", "`NAME` of the signature field to fill in, or of a new one")
	fs.BoolVar(&q.force, "force", false, "write over a file that exists")
	fs.BoolVar(&q.acceptLower, "accept-lower", false, "write the file also when the level is not reached")
	file, err := oneFile(fs, args)
	if err != nil {
		return q, err
	}
	q.file, q.token.cert = file, q.cert
	return q, q.check()
}

func (q *signing) check() error {
	level, ok := levels[strings.ToUpper(q.levelName)]
	q.level = level
	switch {
	case !ok:
		return errors.New("-level: say B-B, B-T, B-LT or B-LTA")
	case q.out == "":
		return errors.New("say -out FILE")
	case (q.key == "") == (q.token.module == ""):
		return errors.New("say -key FILE or -pkcs11-module FILE, one of them")
	case q.key != "" && q.cert == "":
		return errors.New("say -cert FILE")
	case q.token.module != "" && (q.token.name == "" || q.token.pinFile == ""):
		return errors.New("a token needs -token LABEL and -pin-file FILE")
	case level >= pades.BT && q.tsa == "":
		return fmt.Errorf("level %s needs -tsa URL", level)
	case q.tsa != "" && !isAddress(q.tsa):
		return errNoAddress
	case q.page < 0 || q.page > 0 && !q.visible:
		return errors.New("-page N goes with -visible, from 1")
	}
	return nil
}

// signer opens the key. done lets go of it.
func (q signing) signer() (s pades.Signer, done func() error, err error) {
	done = func() error { return nil }
	cert, chain, err := certificateFiles(q.cert, q.chain)
	if err != nil {
		return s, done, err
	}
	if q.token.module != "" {
		if s, done, err = openToken(q.token); err != nil {
			return s, func() error { return nil }, err
		}
		if cert == nil {
			s.Chain = chainOf(s.Certificate, append(append([]*x509.Certificate{}, s.Chain...), chain...))
		}
	} else if s.Key, err = keyFile(q.key, q.password); err != nil {
		return s, done, err
	}
	if cert != nil {
		s.Certificate, s.Chain = cert, chain
	}
	s.PSS = q.pss
	return s, done, nil
}

func (q signing) options() pades.Options {
	o := q.o
	o.Level, o.Time = q.level, time.Now()
	if q.visible {
		o.Appearance = &pades.Appearance{Page: q.page}
	}
	if q.tsa != "" {
		o.TSA = stamper(q.tsa)
	}
	if q.level >= pades.BLT {
		o.Revocation = &revocation.Fetcher{Timeout: 10 * time.Second, Cache: revocation.NewCache(16)}
	}
	return o
}

var errNoAddress = errors.New("-tsa: say an address that begins with http:// or https://")

func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

func stamper(url string) pades.TimeStamper {
	return tsp.Client{URL: url, HTTP: &http.Client{Timeout: 20 * time.Second}}
}
