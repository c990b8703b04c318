package validation_test

import (
	"context"
	"fmt"

	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/validation/trust"
)

func ExampleValidator_Validate() {
	file := []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" +
		"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000053 00000 n \ntrailer<</Size 3/Root 1 0 R>>\nstartxref\n98\n%%EOF\n")

	v := &validation.Validator{Trust: &trust.Store{}}
	report, err := v.Validate(context.Background(), file, validation.Options{})
	if err != nil {
		fmt.Println("not a usable PDF:", err)
		return
	}
	fmt.Println(report.Verdict)
	for _, s := range report.Signatures {
		fmt.Println(s.Field, s.Verdict, s.Indication, s.Sub, s.Level, s.Signer.Name)
	}
	// Output: no-signature
}
