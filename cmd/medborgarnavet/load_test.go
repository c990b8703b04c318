package main

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"medborgarnavet/cmd/demo/town"
	"medborgarnavet/fake/bankid"
)

// users is how many are logged in at the same time.
const users = 50

// applicants are the people whose pages are opened, in both municipalities:
// agencies answer for all of them. Fifty logins share them.
var applicants = []string{"198507099805", "197101169295", "197010632391", "200002292399", "191212121212"}

// pagesOf are the addresses that are measured, for a draft.
func pagesOf(draft string) []string {
	return []string{"/mina-sidor", "/ansokan/" + draft, "/ansokan/" + draft + "/inkomster", "/ansokan/" + draft + "/granska", "/arenden"}
}

// pageNames are what they are called in the table. The last is a constant
// text in the same server: what the machine takes for an answer just now.
var pageNames = []string{"mina sidor", "översikt", "inkomster", "granska", "ärenden", "(/livez)"}

// livez is the place of the constant text among the pages.
const livez = 5

// user is somebody who is logged in.
type user struct {
	host, cookie string
	pages        []string
}

// load is the fifty users of a running server.
type load struct {
	b       *testing.B
	address string
	client  *http.Client
	users   []*user
	dice    *rand.Rand
	out     *town.Outside
	mu      sync.Mutex
}

// newLoad logs everybody in. Each person has handed in an application for
// this month, begun one for the next, and fetched.
func newLoad(b *testing.B, address string, out *town.Outside) *load {
	_, port, _ := net.SplitHostPort(address)
	l := &load{b: b, address: address, out: out, dice: rand.New(rand.NewPCG(1, 2)), client: &http.Client{Timeout: 30 * time.Second,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 2 * users},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	var wg sync.WaitGroup
	drafts := map[string]chan string{}
	for i := range users {
		u := &user{host: []string{"127.0.0.1", "localhost"}[i%2] + ":" + port}
		person := applicants[i/2%len(applicants)]
		l.users = append(l.users, u)
		place := u.host + person
		first := drafts[place] == nil
		if first {
			drafts[place] = make(chan string, users)
		}
		ready := drafts[place]
		wg.Go(func() {
			if first {
				defer close(ready)
			}
			l.login(u, l.order(u, person))
			if first {
				draft := l.prepare(u)
				for range users {
					ready <- draft
				}
			}
			u.pages = pagesOf(<-ready)
		})
	}
	wg.Wait()
	if b.Failed() {
		b.FailNow()
	}
	return l
}

// giveUp ends the goroutine: the benchmark fails when all have ended.
func (l *load) giveUp(format string, args ...any) {
	l.b.Errorf(format, args...)
	runtime.Goexit()
}

// must opens an address, which must answer.
func (l *load) must(method string, u *user, path string, form url.Values) (*http.Response, string) {
	resp, body, err := get(l.b.Context(), l.client, method, l.address+path, u.host, u.cookie, form.Encode())
	if err == nil && resp.StatusCode >= 400 {
		err = errors.New(resp.Status)
	}
	if err != nil {
		l.giveUp("%s %s: %v", method, path, err)
	}
	for _, c := range resp.Cookies() {
		if c.MaxAge >= 0 {
			u.cookie = c.Name + "=" + c.Value
		}
	}
	return resp, body
}

// order begins a login: the next order that BankID's fake gets is this
// person's.
func (l *load) order(u *user, person string) (at string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.out.BankID.Script(person, bankid.Approve)
	resp, _ := l.must("POST", u, "/logga-in", url.Values{"enhet": {"annan"}, "till": {"/mina-sidor"}})
	return resp.Header.Get("Location")
}

func (l *load) login(u *user, at string) {
	for range 60 {
		if at == "/mina-sidor" {
			return
		}
		resp, _ := l.must("GET", u, at, nil)
		if next := resp.Header.Get("Location"); next != "" {
			at = next
		} else {
			time.Sleep(500 * time.Millisecond)
		}
	}
	l.giveUp("not logged in")
}

var seenField = regexp.MustCompile(`name="sett" value="([0-9a-f]+)"`)

// prepare hands in one application, begins another and fetches into it.
func (l *load) prepare(u *user) (draft string) {
	month := time.Date(time.Now().Year(), time.Now().Month(), 1, 12, 0, 0, 0, time.UTC)
	begin := func(m time.Time) string {
		resp, _ := l.must("POST", u, "/ansok/ekbist", url.Values{"manad": {m.Format("2006-01")}})
		return resp.Header.Get("Location")
	}
	at := begin(month)
	_, body := l.must("GET", u, at+"/granska", nil)
	l.must("POST", u, at+"/lamna-in", url.Values{"sett": {seenField.FindStringSubmatch(body)[1]}})
	at = begin(month.AddDate(0, 1, 0))
	l.must("POST", u, at+"/bostad", url.Values{"gor": {"spara"}, "rev": {"0"}, "bostad.andring.bor-kvar": {"ja"}, "bostad.hyra.belopp": {"7100"}})
	l.must("POST", u, at+"/inkomster", url.Values{"gor": {"hamta"}, "rev": {"0"}})
	for range 100 {
		if _, body = l.must("GET", u, at+"/inkomster/hamtning", nil); strings.Contains(body, "Visa beloppen") {
			return strings.TrimPrefix(at, "/ansokan/")
		}
		time.Sleep(100 * time.Millisecond)
	}
	l.giveUp("the fetch does not end")
	return ""
}

// sample is one request: when its first byte came, from when it should have
// been sent and from when it was.
type sample struct {
	page                int
	fromIntended, first time.Duration
}

// open sends each user's requests at moments that are decided beforehand,
// one in each second and at any time within it, whether or not earlier ones
// have been answered: a slow answer delays no other request, and waiting for
// a busy machine counts.
func (l *load) open(d time.Duration) []sample {
	type intent struct {
		at   time.Duration
		u    *user
		page int
	}
	var plan []intent
	for second := range int(d / time.Second) {
		for i, u := range l.users {
			at := time.Duration(second)*time.Second + time.Duration(l.dice.Int64N(int64(time.Second)))
			plan = append(plan, intent{at, u, l.dice.IntN(livez)})
			if i%10 == 0 {
				plan = append(plan, intent{at + time.Second/2, u, livez})
			}
		}
	}
	slices.SortFunc(plan, func(a, b intent) int { return cmp.Compare(a.at, b.at) })
	samples := make([]sample, len(plan))
	began := time.Now()
	var wg sync.WaitGroup
	for i, p := range plan {
		time.Sleep(p.at - time.Since(began))
		wg.Go(func() { samples[i] = l.send(p.u, p.page, began.Add(p.at)) })
	}
	wg.Wait()
	return samples
}

// closed has each user ask for the next page when the last has come.
func (l *load) closed(d time.Duration) []sample {
	var mu sync.Mutex
	var samples []sample
	until := time.Now().Add(d)
	var wg sync.WaitGroup
	for i, u := range l.users {
		wg.Go(func() {
			for n := i; time.Now().Before(until); n++ {
				s := l.send(u, n%livez, time.Now())
				mu.Lock()
				samples = append(samples, s)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return samples
}

// send opens a page and looks that it is one.
func (l *load) send(u *user, page int, intended time.Time) sample {
	path := "/livez"
	if page != livez {
		path = u.pages[page]
	}
	var first time.Time
	trace := httptrace.WithClientTrace(l.b.Context(), &httptrace.ClientTrace{GotFirstResponseByte: func() { first = time.Now() }})
	sent := time.Now()
	resp, body, err := get(trace, l.client, http.MethodGet, l.address+path, u.host, u.cookie, "")
	if err != nil || resp.StatusCode != http.StatusOK || page != livez && !strings.Contains(body, "</html>") {
		l.b.Errorf("GET %s: %v", path, err)
	}
	return sample{page, first.Sub(intended), first.Sub(sent)}
}

// tell reports the run and makes a table of its pages.
func (l *load) tell(b *testing.B, samples []sample) (table string) {
	byPage := make([][]time.Duration, len(pageNames))
	var all, fromSending []time.Duration
	for _, s := range samples {
		byPage[s.page] = append(byPage[s.page], s.fromIntended)
		if s.page != livez {
			all, fromSending = append(all, s.fromIntended), append(fromSending, s.first)
		}
	}
	table = fmt.Sprintf("%-12s %8s %8s %8s %8s\n", "first byte", "requests", "p50 ms", "p99 ms", "worst ms")
	for i, name := range pageNames {
		if list := byPage[i]; len(list) > 0 {
			table += fmt.Sprintf("%-12s %8d %8.2f %8.2f %8.2f\n", name, len(list), quantileMs(list, 0.5), quantileMs(list, 0.99), quantileMs(list, 1))
		}
	}
	table += fmt.Sprintf("%-12s %8d %8.2f %8.2f %8.2f\n", "all pages", len(all), quantileMs(all, 0.5), quantileMs(all, 0.99), quantileMs(all, 1))
	report(b, map[string]float64{"p50-ms": quantileMs(all, 0.5), "p99-ms": quantileMs(all, 0.99), "p99-from-sending-ms": quantileMs(fromSending, 0.99)})
	return table
}
