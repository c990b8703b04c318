package petition

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

const (
	perPage    = 20
	mostPages  = 1000
	mostSought = 100 // characters of a search
)

// choice is a filter's value in an address, and what it is to the step.
type choice struct{ name, value string }

// The first of each is what holds when nothing is chosen.
func states() []choice {
	return []choice{{"alla", ""}, {"oppna", "open"}, {"behandlas", "handled"}, {"beslutade", "decided"}, {"avslutade", "ended"}, {"avvisade", "rejected"}}
}

func sorts() []choice {
	return []choice{{"nyast", string(petition.SortNewest)}, {"slutar", string(petition.SortClosing)}, {"roster", string(petition.SortVotes)}}
}

func chosen(all []choice, name string) choice {
	for _, c := range all {
		if c.name == name {
			return c
		}
	}
	return all[0]
}

// wish is what a reader wants to see of the list, in one form whatever was
// written in the address.
type wish struct {
	state, sort choice
	query       string
	page        int
	tooLong     bool
}

func wishOf(q url.Values) wish {
	w := wish{state: chosen(states(), q.Get("status")), sort: chosen(sorts(), q.Get("ordning")), page: 1}
	if n, err := strconv.Atoi(q.Get("sida")); err == nil && n > 0 {
		w.page = n
	}
	w.query, w.tooLong = sought(q.Get("sok"))
	return w
}

// sought puts a search in order: one form of each letter, single spaces, and
// nothing that shows as something else.
func sought(s string) (query string, tooLong bool) {
	if len(s) > mostSought*utf8.UTFMax {
		return "", true
	}
	s = norm.NFC.String(strings.ToValidUTF8(s, " "))
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	return s, utf8.RuneCountInString(s) > mostSought
}

// address is the list's address for a wish. Page 0 leaves room for a number.
func (w wish) address(number int) string {
	q := url.Values{}
	set := func(name string, c choice, all []choice) {
		if c != all[0] {
			q.Set(name, c.name)
		}
	}
	set("status", w.state, states())
	set("ordning", w.sort, sorts())
	if w.query != "" {
		q.Set("sok", w.query)
	}
	all := Path + "?" + q.Encode()
	switch {
	case number == 0: // the address goes through Printf
		all = strings.ReplaceAll(all, "%", "%%") + "&sida=%d"
	case number > 1:
		all += "&sida=" + strconv.Itoa(number)
	}
	return strings.TrimSuffix(strings.Replace(all, "?&", "?", 1), "?")
}

func (p *Pages) list(w http.ResponseWriter, r *route.Request) error {
	wish := wishOf(r.URL.Query())
	if !p.On("search") {
		wish.query, wish.tooLong = "", false
	}
	if wish.tooLong {
		return p.tooLong(w, r, wish)
	}
	if wish.page > mostPages {
		return fault.New(fault.NotFound, "no such page of the list")
	}
	kept := p.Shelf
	if wish.query != "" {
		kept = p.Searches
	}
	return p.shelved(kept, w, r, wish.address(wish.page), func(ctx context.Context, _ look) (built, error) {
		f := petition.Filter{State: wish.state.value, Sort: petition.Sort(wish.sort.value), Query: wish.query, Page: wish.page, Limit: perPage}
		if wish.query != "" && wish.sort == sorts()[0] {
			f.Sort = "" // the best hits first
		}
		list, err := p.Petitions.List(ctx, f)
		if err != nil {
			return built{}, err
		}
		if list.Page > list.Pages {
			return built{}, fault.New(fault.NotFound, "no such page of the list")
		}
		return p.listPage(wish, list), nil
	})
}

// tooLong says so, with nothing looked up and nothing kept. What was written is
// in the address and is not repeated.
func (p *Pages) tooLong(w http.ResponseWriter, r *route.Request, wish wish) error {
	wish.query = ""
	b := p.listPage(wish, petition.List{Page: 1, Pages: 1})
	wrong := page.FieldError{Field: "sok", Text: page.N("petition.list.too_long", mostSought)}
	body, _ := b.data.Body.(listBody)
	field := p.searchField(wish)
	field.Error = wrong.Text
	body.Search, body.Empty, body.Total = field, nil, nil
	b.data.Body, b.data.Errors = body, []page.FieldError{wrong}
	b.data.Municipality = p.Municipality
	l := lookOf(r.Request)
	b.data.Lang = l.lang
	alone, err := l.request(r.Context(), Path)
	if err != nil {
		return err
	}
	return p.set.Render(w, alone, http.StatusBadRequest, b.template, b.data)
}

type listBody struct {
	Propose  page.Component
	Closed   page.Component // why nothing can be proposed, or searched for
	NoSearch bool
	Search   page.Component
	Filter   page.Details
	Submit   page.Button
	Total    page.Text
	Empty    page.Text
	Cards    []page.Card
	Paging   page.Pagination
	Clear    page.Component
}

func (p *Pages) listPage(w wish, list petition.List) built {
	body := listBody{NoSearch: !p.On("search"), Filter: filter(w), Submit: page.Button{Text: page.T("petition.list.show"), Variant: page.Secondary},
		Paging: page.Pagination{Page: list.Page, Pages: list.Pages, URL: w.address(0)}}
	if !body.NoSearch {
		body.Search = p.searchField(w)
	}
	if p.On("propose") {
		body.Propose = page.Button{Text: page.T("petition.list.propose"), URL: proposePath}
	} else {
		body.Closed = page.Notice{Title: page.T("petition.list.propose_off")}
	}
	for _, c := range list.Cards {
		body.Cards = append(body.Cards, cardOf(c))
	}
	if w.query != "" || w.state != states()[0] {
		body.Clear = page.Link{URL: Path, Text: page.T("petition.list.clear")}
	}
	body.Total = page.N("petition.list.total", list.Total)
	if list.Total == 0 {
		body.Total, body.Empty = nil, emptyText(w)
	}
	return built{"list.html", page.Data{Title: page.T("petition.list.title"), Lead: page.T("petition.list.lead"), Body: body}}
}

// filter is what can be chosen besides words, folded until it is used.
func filter(w wish) page.Details {
	state := page.Choice{Name: "status", Label: page.T("petition.list.state"), Values: []string{w.state.name}, Row: true}
	for _, c := range states() {
		state.Options = append(state.Options, page.Option{Value: c.name, Label: page.T("petition.list." + "state_" + c.name)})
	}
	sort := page.Choice{Name: "ordning", Label: page.T("petition.list.sort"), Values: []string{w.sort.name}, Row: true}
	for _, c := range sorts() {
		sort.Options = append(sort.Options, page.Option{Value: c.name, Label: page.T("petition.list." + "sort_" + c.name)})
	}
	return page.Details{Summary: page.T("petition.list.more"), Body: []page.Component{state, sort},
		Open: w.state != states()[0] || w.sort != sorts()[0]}
}

func emptyText(w wish) page.Text {
	switch {
	case w.query != "":
		return page.T("petition.list.none_for", "query", spoken(w.query))
	case w.state != states()[0]:
		return page.T("petition.list.none_of")
	}
	return page.T("petition.list.none")
}

func (p *Pages) searchField(w wish) page.Field {
	return page.Field{Name: "sok", Label: page.T("petition.list.search"), Value: w.query, Width: "l"}
}

// cardOf is a petition in the list.
func cardOf(c petition.Card) page.Card {
	tag := tagOf(c.Standing)
	card := page.Card{Title: spoken(c.Title), URL: Path + "/" + c.ID, Tag: &tag}
	if c.Title == "" {
		card.Title = page.T("petition.one.no_title", "number", page.CaseNumber(c.Registry))
	}
	var body []page.Text
	switch bar, count := progress(c), votes(c); {
	case bar != nil:
		body = append(body, bar)
	case count != nil:
		body = append(body, paragraph(count))
	}
	if c.Former != nil && !c.Count.Known {
		body = append(body, paragraph(formerText(c.Former)))
	}
	if left := daysLeft(c); left != nil {
		body = append(body, paragraph(left))
	}
	if why := codeText(c.Code); why != nil {
		body = append(body, paragraph(why))
	}
	if c.Silent {
		body = append(body, paragraph(page.T("petition.list.silent")))
	}
	if len(body) > 0 {
		card.Body = body
	}
	card.Meta = page.T("petition.list.meta", "number", page.CaseNumber(c.Registry), "date", page.Date(c.ReceivedAt))
	return card
}
