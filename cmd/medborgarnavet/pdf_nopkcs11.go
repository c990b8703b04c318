//go:build !pkcs11

package main

import (
	"errors"

	"medborgarnavet/block/pades"
)

// openToken needs a build with the tag pkcs11, and cgo.
func openToken(token) (pades.Signer, func() error, error) {
	return pades.Signer{}, nil, errors.New("-pkcs11-module: this program was built without PKCS #11; build it with -tags pkcs11")
}
