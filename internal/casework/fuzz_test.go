package casework

import (
	"regexp"
	"testing"
	"time"

	"medborgarnavet/internal/fault"
)

var (
	fuzzNow    = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	fuzzNumber = regexp.MustCompile(`[0-9]{10}`)
)

// Whatever a case system answers is a case that keeps the contract, no open
// case, or unavailable; and no error quotes it.
func FuzzCaseAnswer(f *testing.F) {
	f.Add([]byte(`{"open":false}`))
	f.Add([]byte(`{"open":true,"case":{"id":"EB-2026-0001","board":"socialnamnden","officer":"eva.lind","household":{"adults":1,
		"children":[{"personnummer":"201701102384","name":"Alma","days_per_month":30}]},"parties":[{"role":"applicant","scope":"full",
		"from":"2026-01-01","to":""}],"months":[{"month":"2026-10","outcome":"granted","amount_ore":812300,"surplus_ore":0,"decided_at":"2026-10-02"}]}}`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		c, err := readAnswer(answer, fuzzNow, fuzzNow)
		if err != nil {
			if k := fault.KindOf(err); k != fault.NotFound && k != fault.Unavailable || fuzzNumber.MatchString(err.Error()) {
				t.Errorf("%s: %v", k, err)
			}
			return
		}
		if c.ID == "" || len(c.ID) > 31 || c.Board == "" || c.Household.Adults < 1 || !isDay(c.Party.From) {
			t.Errorf("accepted %+v", c)
		}
		for _, m := range c.Months {
			if m.AmountOre < 0 || m.SurplusOre < 0 || !monthPattern.MatchString(m.Month) {
				t.Errorf("accepted the month %+v", m)
			}
		}
	})
}

// A staff file is read whole or refused, and a refusal tells no number.
func FuzzStaffFile(f *testing.F) {
	f.Add([]byte(`{"board":"socialnamnden","staff":[{"id":"eva.lind","personnummer":"192109099180","name":"Eva Lind","title":"x",
		"roles":["officer"],"assignments":["ekbist:01-15","EB-2026-0001"]}]}`))
	f.Add([]byte(`{"board":"b","staff":[{"id":1921090991800}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := parseStaff(data, fuzzNow)
		if err != nil {
			if fuzzNumber.MatchString(err.Error()) {
				t.Errorf("the error tells a number: %v", err)
			}
			return
		}
		for _, m := range list.members {
			if m.number.IsZero() || m.ID == "" || len(m.Roles) == 0 {
				t.Errorf("accepted %q", m.ID)
			}
		}
	})
}
