package tsp_test

import (
	"context"
	"crypto"
	"crypto/sha256"
	"fmt"

	"medborgarnavet/block/tsp"
	"medborgarnavet/fake/tsa"
)

// A signature value is stamped, and the stamp verified.
func Example() {
	authority, err := tsa.Start(tsa.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer authority.Close()

	signature := []byte("the signature value")
	digest := sha256.Sum256(signature)
	client := tsp.Client{URL: authority.TSAURL()}
	der, err := client.Stamp(context.Background(), digest[:], crypto.SHA256)
	if err != nil {
		fmt.Println(err)
		return
	}
	token, err := tsp.ParseToken(der)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = token.Verify(func(h crypto.Hash) []byte {
		sum := h.New()
		sum.Write(signature)
		return sum.Sum(nil)
	})
	fmt.Println(token.Certificate().Subject.CommonName, err)
	// Output: TEST Tidsstämpling <nil>
}
