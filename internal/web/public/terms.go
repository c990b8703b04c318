package public

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// Terms are how long a board keeps things.
type Terms struct {
	// Board is its name: "Socialnämnden".
	Board string
	// DraftDays after the last save, DraftMaxDays in all.
	DraftDays, DraftMaxDays int
	FetchedDays             int
	// DecidedYears is 0 where the board has set no time.
	DecidedYears  int
	KeepBirthDays []int
}

// toldTerms are a board's terms in words. Board is nil where all boards have
// the same.
type toldTerms struct {
	Board               page.Text
	Days, Most, Fetched page.Text
	Years               int
	Research            string
}

// terms are the boards' terms, once if they are alike.
func (p *Pages) terms() (out []toldTerms) {
	alike := true
	for _, t := range p.Terms {
		first := p.Terms[0]
		first.Board = t.Board
		alike = alike && reflect.DeepEqual(t, first)
	}
	for i, t := range p.Terms {
		if alike && i > 0 {
			break
		}
		told := toldTerms{Days: days(t.DraftDays), Most: days(t.DraftMaxDays), Fetched: days(t.FetchedDays), Years: t.DecidedYears}
		if !alike {
			told.Board = swedish(t.Board)
		}
		if t.DecidedYears > 0 {
			told.Research = listed(t.KeepBirthDays)
		}
		out = append(out, told)
	}
	return out
}

func days(n int) page.Text { return page.N("public.days", n) }

func listed(numbers []int) string {
	var words []string
	for _, n := range numbers {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, ", ")
}

// termsBody is a page that tells how long things are kept.
type termsBody struct {
	Terms     []toldTerms
	Petitions bool
}

// withTerms is a page that tells how long things are kept.
func (p *Pages) withTerms(name string) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		d := p.data(r, page.T("public."+name+".title"))
		d.Body = termsBody{p.terms(), p.Petitions}
		return p.set.Render(w, r.Request, http.StatusOK, name+".html", d)
	}
}
