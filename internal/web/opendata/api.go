package opendata

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/web/shelf"
)

// Version of the interface, and the day it came.
const (
	Version  = "1.0.0"
	released = "2026-11-22"
)

const (
	usualLimit   = 20
	mostLimit    = 100
	mostPage     = 10_000
	longestQuery = 200 // runes
)

// guard answers while the interface is switched on, and writes what went wrong
// as a problem. A fault of ours goes on to the router, which puts it in the log.
func (p *Pages) guard(do route.Handler) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		err := wrong("off", "")
		if p.On == nil || p.On() {
			err = do(w, r)
		}
		var asked mistake
		if err == nil || !errors.As(err, &asked) && fault.KindOf(err) == fault.Internal {
			return err
		}
		return Problem(w, r, err)
	}
}

// put serves what maker gives as JSON, from the shelf.
func (p *Pages) put(w http.ResponseWriter, r *route.Request, key string, maker func(ctx context.Context) (any, http.Header, error)) error {
	if err := accepts(r, "application/json"); err != nil {
		return err
	}
	return p.Shelf.Serve(w, r.Request, "opendata/"+key, func(ctx context.Context) (shelf.Item, error) {
		v, header, err := maker(ctx)
		if err != nil {
			return shelf.Item{}, err
		}
		text, err := json.Marshal(v)
		if err != nil {
			return shelf.Item{}, fault.Wrap(fault.Internal, err, "opendata: encode")
		}
		if header == nil {
			header = http.Header{}
		}
		header.Add("Vary", "Accept")
		return shelf.Item{Body: append(text, '\n'), Type: "application/json", Header: header}, nil
	})
}

// accepts tells whether the asker takes a form.
func accepts(r *route.Request, form string) error {
	all := strings.Join(r.Header.Values("Accept"), ",")
	if strings.TrimSpace(all) == "" {
		return nil
	}
	main, _, _ := strings.Cut(form, "/")
	for one := range strings.SplitSeq(all, ",") {
		kind, params, err := mime.ParseMediaType(one)
		if q, bad := strconv.ParseFloat(params["q"], 64); err != nil || bad == nil && q == 0 {
			continue
		}
		if kind == form || kind == "*/*" || kind == main+"/*" {
			return nil
		}
	}
	return wrong("not-acceptable", "Accept")
}

// wantsCSV: that form is asked for by name, and JSON is not.
func wantsCSV(r *route.Request) bool {
	accept := strings.ToLower(strings.Join(r.Header.Values("Accept"), ","))
	return strings.Contains(accept, "text/csv") && !strings.Contains(accept, "application/json")
}

// asked reads the query: only fields that there are, each once.
func asked(r *route.Request, fields ...string) (url.Values, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, wrong("query", "")
	}
	for name, values := range q {
		if !slices.Contains(fields, name) {
			return nil, wrong("unknown-field", name)
		}
		if len(values) > 1 {
			return nil, wrong("twice", name)
		}
	}
	return q, nil
}

// number reads a whole number from 1 to most.
func number(q url.Values, name string, usual, most int) (int, error) {
	if !q.Has(name) {
		return usual, nil
	}
	n, err := strconv.Atoi(q.Get(name))
	if err != nil || n < 1 || n > most {
		return 0, wrong(name, name)
	}
	return n, nil
}

var (
	states = []string{"", "open", "handled", "decided", "ended", "rejected"}
	orders = []string{"", string(petition.SortNewest), string(petition.SortClosing), string(petition.SortVotes)}
)

func filterOf(r *route.Request) (f petition.Filter, err error) {
	q, err := asked(r, "page", "limit", "state", "q", "sort")
	if err != nil {
		return f, err
	}
	if f.Page, err = number(q, "page", 1, mostPage); err != nil {
		return f, err
	}
	if f.Limit, err = number(q, "limit", usualLimit, mostLimit); err != nil {
		return f, err
	}
	f.State, f.Sort, f.Query = q.Get("state"), petition.Sort(q.Get("sort")), strings.TrimSpace(q.Get("q"))
	switch {
	case !slices.Contains(states, f.State):
		return f, wrong("state", "state")
	case !slices.Contains(orders, string(f.Sort)):
		return f, wrong("sort", "sort")
	case !utf8.ValidString(f.Query), utf8.RuneCountInString(f.Query) > longestQuery:
		return f, wrong("q", "q")
	}
	return f, nil
}

// address is that of a page of a list.
func (p *Pages) address(f petition.Filter, page int) string {
	q := url.Values{"page": {strconv.Itoa(page)}, "limit": {strconv.Itoa(f.Limit)}}
	for name, value := range map[string]string{"state": f.State, "sort": string(f.Sort), "q": f.Query} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return p.BaseURL + APIPath + "/petitions?" + q.Encode()
}

// links are the addresses of other pages of a list.
type links struct {
	Self  string `json:"self"`
	First string `json:"first"`
	Prev  string `json:"prev,omitempty"`
	Next  string `json:"next,omitempty"`
	Last  string `json:"last"`
}

// listed is a page of a list, with the ways on.
type listed struct {
	petition.OpenList
	Links links `json:"links"`
}

func (p *Pages) list(w http.ResponseWriter, r *route.Request) error {
	if wantsCSV(r) {
		return p.csv(w, r)
	}
	f, err := filterOf(r)
	if err != nil {
		return err
	}
	maker := func(ctx context.Context) (any, http.Header, error) {
		l, err := p.Petitions.OpenList(ctx, f)
		if err != nil {
			return nil, nil, err
		}
		out := listed{l, links{Self: p.address(f, f.Page), First: p.address(f, 1), Last: p.address(f, l.Pages)}}
		said := []string{link(out.Links.First, "first"), link(out.Links.Last, "last")}
		if f.Page > 1 {
			out.Links.Prev = p.address(f, min(f.Page-1, l.Pages))
			said = append(said, link(out.Links.Prev, "prev"))
		}
		if f.Page < l.Pages {
			out.Links.Next = p.address(f, f.Page+1)
			said = append(said, link(out.Links.Next, "next"))
		}
		return out, http.Header{"Link": {strings.Join(said, ", ")}}, nil
	}
	if f.Query == "" {
		return p.put(w, r, "list?"+p.address(f, f.Page), maker)
	}
	if err := accepts(r, "application/json"); err != nil {
		return err
	}
	return p.search(w, r, maker)
}

func link(address, rel string) string { return "<" + address + `>; rel="` + rel + `"` }

// search answers what no shelf could hold all of. Few are made at once, so
// that readers who search cannot take the database from those who vote.
func (p *Pages) search(w http.ResponseWriter, r *route.Request, maker func(ctx context.Context) (any, http.Header, error)) error {
	ctx, stop := context.WithTimeout(r.Context(), patience)
	defer stop()
	select {
	case p.searching <- struct{}{}:
		defer func() { <-p.searching }()
	case <-ctx.Done():
		return wrong("busy", "")
	}
	v, header, err := maker(ctx)
	if err != nil {
		return err
	}
	for name, values := range header {
		w.Header()[name] = values
	}
	w.Header().Set("Cache-Control", "public, max-age=60")
	return writeJSON(w, http.StatusOK, "application/json", v)
}

func (p *Pages) csv(w http.ResponseWriter, r *route.Request) error {
	if _, err := asked(r); err != nil {
		return err
	}
	if err := accepts(r, "text/csv"); err != nil {
		return err
	}
	return p.Shelf.Serve(w, r.Request, "opendata/csv", func(ctx context.Context) (shelf.Item, error) {
		var b bytes.Buffer
		err := p.Petitions.OpenCSV(ctx, &b)
		return shelf.Item{Body: b.Bytes(), Type: "text/csv; charset=utf-8; header=present", Fresh: time.Minute,
			Header: http.Header{"Content-Disposition": {`attachment; filename="e-forslag.csv"`}, "Vary": {"Accept"}}}, err
	})
}

// named is the id in the address. One that cannot be an id is not asked for.
func named(r *route.Request) (string, error) {
	if _, err := asked(r); err != nil {
		return "", err
	}
	id := r.PathValue("id")
	if len(id) == 0 || len(id) > 64 || strings.ContainsFunc(id, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '-'
	}) {
		return "", fault.ErrNotFound
	}
	return id, nil
}

func (p *Pages) one(w http.ResponseWriter, r *route.Request) error {
	id, err := named(r)
	if err != nil {
		return err
	}
	return p.put(w, r, "one/"+id, func(ctx context.Context) (any, http.Header, error) {
		o, err := p.Petitions.OpenOne(ctx, id)
		return o, nil, err
	})
}

func (p *Pages) count(w http.ResponseWriter, r *route.Request) error {
	id, err := named(r)
	if err != nil {
		return err
	}
	return p.put(w, r, "count/"+id, func(ctx context.Context) (any, http.Header, error) {
		c, err := p.Petitions.OpenCount(ctx, id)
		return c, nil, err
	})
}

// day is a day of the series.
type day struct {
	On         string `json:"on"`
	Votes      *int64 `json:"votes"`
	VotesBelow *int64 `json:"votes_below"`
}

type series struct {
	ID    string `json:"id"`
	Floor int64  `json:"floor"`
	Days  []day  `json:"days"`
}

func (p *Pages) daily(w http.ResponseWriter, r *route.Request) error {
	id, err := named(r)
	if err != nil {
		return err
	}
	return p.put(w, r, "daily/"+id, func(ctx context.Context) (any, http.Header, error) {
		if _, err := p.Petitions.OpenCount(ctx, id); err != nil { // only of what everyone may see
			return nil, nil, err
		}
		days, err := p.Daily(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		floor := p.Petitions.Settings().Floor
		s := series{ID: id, Floor: floor, Days: []day{}}
		for _, d := range days {
			if d.Few || d.Votes < floor {
				s.Days = append(s.Days, day{On: d.On, VotesBelow: &floor})
			} else {
				s.Days = append(s.Days, day{On: d.On, Votes: &d.Votes})
			}
		}
		return s, nil, nil
	})
}

type statistics struct {
	petition.Statistics
	Floor int64 `json:"floor"`
}

// moderation answers for whole months that have passed, so that nobody can
// take one time from another until a single proposal is left.
func (p *Pages) moderation(w http.ResponseWriter, r *route.Request) error {
	q, err := asked(r, "from", "to")
	if err != nil {
		return err
	}
	now := p.Clock.Now().In(p.zone)
	to := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, p.zone)
	from, last := to.AddDate(-1, 0, 0), to
	for name, at := range map[string]*time.Time{"from": &from, "to": &to} {
		if !q.Has(name) {
			continue
		}
		day, err := time.ParseInLocation(time.DateOnly, q.Get(name), p.zone)
		if err != nil || day.Day() != 1 || day.After(last) || day.Year() < 2000 {
			return wrong("month", name)
		}
		*at = day
	}
	if !from.Before(to) {
		return wrong("months", "from")
	}
	return p.put(w, r, "moderation/"+from.Format(time.DateOnly)+"/"+to.Format(time.DateOnly), func(ctx context.Context) (any, http.Header, error) {
		s, err := p.Petitions.Moderation(ctx, from, to)
		return statistics{s, p.Petitions.Settings().Floor}, nil, err
	})
}
