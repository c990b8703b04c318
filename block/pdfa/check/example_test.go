package check_test

import (
	"fmt"
	"os"

	"medborgarnavet/block/pdfa/check"
)

// A file is checked against what it claims, and each broken rule is told once.
func Example() {
	data, err := os.ReadFile("testdata/claims-2b.pdf")
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := check.Check(data, "", check.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("claimed", res.Claimed, "conformant", res.Conformant)
	for _, f := range res.Findings {
		fmt.Println(f.Rule, f.Reason)
	}
	// Output:
	// claimed 2b conformant false
	// 6.2.4.3-2 DeviceRGB is used without an RGB output intent or default colour space.
	// 6.5.1-1 An action is of a type that is not allowed.
}
