//go:build pkcs11

package main

import (
	"errors"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/pades/pkcs11"
)

// openToken opens the key and takes its certificate from the token, unless a
// file has it.
func openToken(t token) (pades.Signer, func() error, error) {
	pin, err := secretFile("-pin-file", t.pinFile)
	if err != nil {
		return pades.Signer{}, nil, err
	}
	key, err := pkcs11.Open(pkcs11.Options{Module: t.module, Token: t.name, PIN: pin, Label: t.label})
	if err != nil {
		return pades.Signer{}, nil, err
	}
	s := pades.Signer{Key: key}
	if certs := key.Certificates(); len(certs) > 0 {
		s.Certificate, s.Chain = certs[0], chainOf(certs[0], certs[1:])
	}
	if s.Certificate == nil && t.cert == "" {
		return s, nil, errors.Join(errors.New("the token has no certificate for the key: say -cert FILE"), key.Close())
	}
	return s, key.Close, nil
}
