package register

import "testing"

// Whatever the register says, an answer is yes or no and a code, or none.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{`{"resident":true,"district":"9911-01"}`, `{"resident":false,"district":null}`, `{}`, `[]`, `{"resident":true,"district":""}`, "\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		a, err := readAnswer(raw)
		if err != nil && a != (Answer{}) {
			t.Errorf("half an answer: %+v", a)
		}
		if a.District != "" && (!a.Resident || !districtPattern.MatchString(a.District)) {
			t.Errorf("%+v", a)
		}
	})
}
