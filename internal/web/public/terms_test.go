package public

import (
	"testing"

	"medborgarnavet/internal/web/page"
)

// M-90, M-120: what people are told is what the boards have set; two boards
// with the same terms are told once, others each by name.
func TestTermsAreTheBoards(t *testing.T) {
	social := Terms{Board: "Socialnämnden", DraftDays: 6, DraftMaxDays: 20, FetchedDays: 5, DecidedYears: 5, KeepBirthDays: []int{5, 15, 25}}
	same, other := social, social
	same.Board, other.Board, other.DecidedYears = "Familjenämnden", "Byggnämnden", 0
	told := (&Pages{Deps: Deps{Terms: []Terms{social, same}}}).terms()
	if len(told) != 1 || told[0].Board != nil || told[0].Years != 5 || told[0].Research != "5, 15, 25" {
		t.Fatalf("%+v", told)
	}
	if told[0].Days.(page.Msg).N != 6 || told[0].Most.(page.Msg).N != 20 || told[0].Fetched.(page.Msg).N != 5 {
		t.Errorf("%+v", told[0])
	}
	told = (&Pages{Deps: Deps{Terms: []Terms{social, other}}}).terms()
	if len(told) != 2 || told[0].Board == nil || told[1].Board == nil || told[1].Years != 0 || told[1].Research != "" {
		t.Errorf("%+v", told)
	}
}
