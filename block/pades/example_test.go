package pades_test

import (
	"context"
	"errors"
	"fmt"

	"medborgarnavet/block/cms"
	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
	"medborgarnavet/block/revocation"
	"medborgarnavet/block/tsp"
	"medborgarnavet/fake/tsa"
)

// A signature to level B-LT, with a stamp, by a key at hand.
func ExampleSign() {
	authority, err := tsa.Start(tsa.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer authority.Close()
	anna, err := authority.Person(tsa.Person{GivenName: "Anna", Surname: "Berglund", SerialNumber: "198507099805"})
	if err != nil {
		fmt.Println(err)
		return
	}

	result, err := pades.Sign(context.Background(), exampleFile(),
		pades.Signer{Certificate: anna.Certificate, Chain: anna.Chain, Key: anna.Key},
		pades.Options{
			Reason:     "Justering av protokoll",
			Level:      pades.BLT,
			TSA:        tsp.Client{URL: authority.TSAURL()},
			Revocation: &revocation.Fetcher{},
			Appearance: &pades.Appearance{Organisation: "Ekbacka kommun"},
		})
	var lower *pades.LevelError
	if errors.As(err, &lower) { // the time-stamp authority is down, say: keep lower.Result.File or try again
		fmt.Println("only", lower.Result.Reached)
		return
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Field, result.Reached)
	// Output: Signatur1 B-LT
}

// Signing in two phases: the key is elsewhere and sees only the attributes.
func ExamplePrepare() {
	certificate, key := exampleKey()
	file := exampleFile()

	prepared, err := pades.Prepare(file, pades.Options{Reason: "Beslut"}, certificate)
	if err != nil {
		fmt.Println(err)
		return
	}
	kept, err := prepared.MarshalBinary() // beside the file, until the signature comes
	if err != nil {
		fmt.Println(err)
		return
	}
	signature, err := cms.Sign(key, prepared.SignedAttributes(), prepared.Algorithm())
	if err != nil {
		fmt.Println(err)
		return
	}

	resumed, err := pades.Resume(file, kept, pades.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := resumed.Finish(context.Background(), signature)
	fmt.Println(result.Reached, err)
	// Output: B-B <nil>
}

// What a file's signatures are, before anything is said of their worth.
func ExampleSignatures() {
	certificate, key := exampleKey()
	result, err := pades.Sign(context.Background(), exampleFile(), pades.Signer{Certificate: certificate, Key: key}, pades.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	file, err := pdf.Read(append(result.File, "% something more"...), pdf.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	signatures, faults := pades.Signatures(file)
	for _, s := range signatures {
		fmt.Println(s.Field, s.SubFilter, "covers its revision:", s.CoversRevision, "covers the file:", s.CoversFile)
	}
	fmt.Println(len(faults), "faults")
	// Output:
	// Signatur1 ETSI.CAdES.detached covers its revision: true covers the file: false
	// 0 faults
}
