package register_test

import (
	"context"
	"crypto/x509"
	"strings"
	"sync"
	"testing"
	"time"

	"medborgarnavet/block/orgnr"
	"medborgarnavet/block/pnr"
	"medborgarnavet/fake/ca"
	"medborgarnavet/fake/folkbokforing"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/register"
)

var today = time.Date(2026, 11, 22, 22, 30, 0, 0, time.UTC) // 23.30 in Sweden

const (
	theRegister = "2021005448"
	ekbacka     = "2120009911"
	anna        = "198507099805"
)

func number(t *testing.T, s string) pnr.Number {
	t.Helper()
	n, err := pnr.ParseLenient(s, today)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// town is a register that runs, and who trusts whom.
type town struct {
	*folkbokforing.Server
	authority *ca.CA
	clock     *clock.Manual
}

func start(t *testing.T) *town {
	t.Helper()
	authority, err := ca.New("register")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := authority.TLS(ca.Options{CommonName: "register", OrgNumber: theRegister, Server: true})
	if err != nil {
		t.Fatal(err)
	}
	s := folkbokforing.New(folkbokforing.Options{ClientRoots: authority.Pool(), Certificate: cert})
	if err := s.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &town{Server: s, authority: authority, clock: clock.NewManual(today)}
}

func (tn *town) options(t *testing.T, as string) register.Options {
	t.Helper()
	cert, err := tn.authority.TLS(ca.Options{CommonName: "c", OrgNumber: as, Client: true})
	if err != nil {
		t.Fatal(err)
	}
	return register.Options{URL: tn.URL(), Certificate: cert, Roots: tn.authority.Pool(), Organisation: theRegister, Clock: tn.clock}
}

func (tn *town) client(t *testing.T, change func(o *register.Options)) *register.Register {
	t.Helper()
	o := tn.options(t, ekbacka)
	if change != nil {
		change(&o)
	}
	r, err := register.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// P-15: what is used of an answer is yes or no, and a district.
func TestAnswers(t *testing.T) {
	tn := start(t)
	r := tn.client(t, nil)
	for person, want := range map[string]register.Answer{
		anna:           {Resident: true, District: "9911-01"},
		"200002292399": {Resident: true}, // without a dwelling
		"194510168885": {Resident: true}, // protected: no district is told
		"198112189876": {},               // lives in the other municipality
		"197010632391": {},               // coordination number
		"190905271474": {},               // unknown
	} {
		if got, err := r.Ask(t.Context(), number(t, person), today); err != nil || got != want {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
	}
	if _, err := r.Ask(t.Context(), pnr.Number{}, today); !fault.Is(err, fault.Invalid) {
		t.Errorf("nobody: %v", err)
	}
}

// P-15, I-6: whatever goes wrong, nothing is known: fault.Unavailable, never
// "no resident", and no error holds the number.
func TestNothingIsKnown(t *testing.T) {
	for name, row := range map[string]struct {
		world  func(tn *town)
		change func(o *register.Options)
	}{
		"down":                {world: func(tn *town) { tn.SetDown(true) }},
		"slow":                {world: func(tn *town) { tn.SetDelay(5 * time.Second) }, change: func(o *register.Options) { o.Timeout = 50 * time.Millisecond }},
		"closed":              {world: func(tn *town) { _ = tn.Close() }},
		"HTML":                {world: func(tn *town) { tn.SetGarbage("<html>") }},
		"empty":               {world: func(tn *town) { tn.SetGarbage(" ") }},
		"null":                {world: func(tn *town) { tn.SetGarbage("null") }},
		"a list":              {world: func(tn *town) { tn.SetGarbage("[]") }},
		"a word for yes":      {world: func(tn *town) { tn.SetGarbage(`{"resident":"true"}`) }},
		"no answer in it":     {world: func(tn *town) { tn.SetGarbage(`{"district":"9911-01"}`) }},
		"two answers":         {world: func(tn *town) { tn.SetGarbage(`{"resident":true}{"resident":false}`) }},
		"a district of words": {world: func(tn *town) { tn.SetGarbage(`{"resident":true,"district":"Storgatan 1"}`) }},
		"quotes the number":   {world: func(tn *town) { tn.SetGarbage(`{"resident":true,"district":"` + anna + `00000"}`) }},
		"large":               {world: func(tn *town) { tn.SetGarbage(`{"resident":true,"x":"` + strings.Repeat("x", 5000) + `"}`) }},
		"not on its list":     {change: func(o *register.Options) { o.Certificate.Certificate = nil }},
		"another register":    {change: func(o *register.Options) { o.Organisation = "2021005521" }},
		"another root":        {change: func(o *register.Options) { o.Roots = x509.NewCertPool() }},
	} {
		t.Run(name, func(t *testing.T) {
			tn := start(t)
			if row.world != nil {
				row.world(tn)
			}
			got, err := tn.client(t, row.change).Ask(t.Context(), number(t, anna), today)
			if !fault.Is(err, fault.Unavailable) || got != (register.Answer{}) || strings.Contains(err.Error(), anna[2:]) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// An organisation that is not on the register's list is refused.
func TestStranger(t *testing.T) {
	tn := start(t)
	r, err := register.New(tn.options(t, "2021005521"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Ask(t.Context(), number(t, anna), today); !fault.Is(err, fault.Unavailable) || tn.Questions() != 0 {
		t.Errorf("%v, %d questions", err, tn.Questions())
	}
}

// After five failures in a row the register is left alone, at once and without
// a call; then one question tries. A voter who gives up is no failure.
func TestRests(t *testing.T) {
	tn := start(t)
	r := tn.client(t, func(o *register.Options) { o.Timeout = 5 * time.Second })
	who := number(t, anna)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 10 {
		if _, err := r.Ask(gone, who, today); !fault.Is(err, fault.Unavailable) {
			t.Errorf("one who gave up: %v", err)
		}
	}
	if _, err := r.Ask(t.Context(), who, today); err != nil {
		t.Errorf("it rests because voters gave up: %v", err)
	}
	tn.SetGarbage("x")
	asked := tn.Questions()
	for range 8 {
		_, _ = r.Ask(t.Context(), who, today)
	}
	if n := tn.Questions() - asked; n != 5 {
		t.Errorf("%d questions to one that answers garbage, want 5", n)
	}
	tn.clock.Advance(19 * time.Second)
	if _, err := r.Ask(t.Context(), who, today); !fault.Is(err, fault.Unavailable) || tn.Questions() != asked+5 {
		t.Errorf("after 19 seconds: %v", err)
	}
	tn.clock.Advance(2 * time.Second)
	_, _ = r.Ask(t.Context(), who, today)
	_, _ = r.Ask(t.Context(), who, today)
	if n := tn.Questions() - asked; n != 6 {
		t.Errorf("%d questions after the rest, want one more", n-5)
	}
	tn.SetGarbage("")
	tn.clock.Advance(21 * time.Second)
	for range 3 {
		if got, err := r.Ask(t.Context(), who, today); err != nil || !got.Resident {
			t.Errorf("it is well again: %+v, %v", got, err)
		}
	}
}

// Many voters at once: each waits for a place and is answered.
func TestManyAtOnce(t *testing.T) {
	tn := start(t)
	r := tn.client(t, func(o *register.Options) { o.Timeout = time.Minute }) // the machine may be slow
	who := number(t, anna)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if got, err := r.Ask(t.Context(), who, today); err != nil || !got.Resident {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	all.Wait()
}

// The options that would ask a stranger are refused.
func TestOptions(t *testing.T) {
	tn := start(t)
	for name, change := range map[string]func(o *register.Options){
		"http":          func(o *register.Options) { o.URL = "http://127.0.0.1:1" },
		"a password":    func(o *register.Options) { o.URL = "https://a:b@127.0.0.1:1" },
		"a query":       func(o *register.Options) { o.URL += "/?number=1" },
		"nobody":        func(o *register.Options) { o.Organisation = orgnr.Number("") },
		"without roots": func(o *register.Options) { o.Roots = nil },
	} {
		o := tn.options(t, ekbacka)
		change(&o)
		if _, err := register.New(o); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
