package revocation_test

import (
	"context"
	"fmt"
	"time"

	"medborgarnavet/block/revocation"
	"medborgarnavet/fake/tsa"
)

// The answer is fetched, kept, and read.
func Example() {
	authority, err := tsa.Start(tsa.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer authority.Close()
	kim, err := authority.Person(tsa.Person{GivenName: "Kim", Surname: "Åkesson", SerialNumber: "198112189876"})
	if err != nil {
		fmt.Println(err)
		return
	}
	authority.Revoke(kim.Certificate, time.Now().Add(-time.Minute), revocation.ReasonKeyCompromise)

	fetcher := &revocation.Fetcher{Cache: revocation.NewCache(100)}
	ocsp, _, err := fetcher.Fetch(context.Background(), kim.Certificate, authority.Issuing())
	if err != nil {
		fmt.Println(err)
		return
	}
	status, err := revocation.OCSP(ocsp, kim.Certificate, authority.Issuing(), time.Now())
	fmt.Println(status.State, status.Reason, err)
	// Output: revoked 1 <nil>
}
