package casework

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/plugin"
)

const (
	maxAnswer       = 256 << 10
	maxMonths       = 120
	maxChildren     = 30
	maxAmountOre    = 100_000_000_00
	caseSystemLimit = 5 * time.Second
)

// CaseSystemOptions are what a CaseSystem is built from.
type CaseSystemOptions struct {
	// HTTP carries the client certificate, the trusted roots and the
	// expected organisation number of the server.
	HTTP *http.Client
	// URL is the base address: "https://host:port".
	URL   string
	Clock clock.Clock
	// Timeout of one question; 0 = 5 seconds.
	Timeout time.Duration
	// Location is where months begin and end; nil = Europe/Stockholm.
	Location *time.Location
}

// CaseSystem asks the municipality's case system whether a person has an open
// case (docs/casesystem.md). One question concerns one person; the number
// stands in the body alone (M-25, I-9). Nothing of an answer is kept. It
// implements broker.Cases.
type CaseSystem struct {
	opt     CaseSystemOptions
	address string
}

var _ broker.Cases = (*CaseSystem)(nil)

// NewCaseSystem checks the address; it makes no call.
func NewCaseSystem(opt CaseSystemOptions) (*CaseSystem, error) {
	u, err := url.Parse(opt.URL)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("case system: the address must be https://host with nothing secret in it")
	}
	if opt.HTTP == nil || opt.Clock == nil {
		return nil, fmt.Errorf("case system: a client and a clock are needed")
	}
	if opt.Timeout == 0 {
		opt.Timeout = caseSystemLimit
	}
	if opt.Location == nil {
		opt.Location = swedishTime()
	}
	client := *opt.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // the number goes to one address
	opt.HTTP = &client
	return &CaseSystem{opt: opt, address: strings.TrimSuffix(opt.URL, "/") + "/v1/open-case"}, nil
}

// OpenCase implements broker.Cases: an age that a child reaches on any day of
// the month counts.
func (s *CaseSystem) OpenCase(ctx context.Context, person pnr.Number, eservice, month string) (broker.Case, error) {
	if month == "" {
		month = s.opt.Clock.Now().In(s.opt.Location).Format("2006-01")
	}
	at, err := lastDay(month)
	if err != nil {
		return broker.Case{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.opt.Timeout)
	defer cancel()
	answer, err := s.ask(ctx, person, eservice)
	if err != nil {
		return broker.Case{}, err
	}
	return readAnswer(answer, s.opt.Clock.Now(), at)
}

// readAnswer reads what the case system says, with the children's ages at a
// day. fault.NotFound: there is no open case.
func readAnswer(answer []byte, now, at time.Time) (broker.Case, error) {
	var reply struct {
		Open *bool     `json:"open"`
		Case *wireCase `json:"case"`
	}
	if json.Unmarshal(answer, &reply) != nil || reply.Open == nil || *reply.Open && reply.Case == nil {
		return broker.Case{}, unreadable("an object with open and case")
	}
	if !*reply.Open {
		return broker.Case{}, fault.New(fault.NotFound, "no open case")
	}
	return reply.Case.read(now, at)
}

// ask posts the question. Its errors never quote question or answer.
func (s *CaseSystem) ask(ctx context.Context, person pnr.Number, eservice string) ([]byte, error) {
	body, err := json.Marshal(map[string]string{"personnummer": person.Plain(), "service": eservice})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	res, err := s.opt.HTTP.Do(req)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the case system cannot be reached")
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fault.New(fault.Unavailable, "the case system answered with status %d", res.StatusCode)
	}
	if kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, unreadable("JSON")
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, fault.Wrap(fault.Unavailable, err, "the case system's answer broke off")
	case len(answer) > maxAnswer:
		return nil, unreadable("at most 256 KiB")
	}
	return answer, nil
}

func unreadable(want string) error {
	return fault.New(fault.Unavailable, "the case system's answer is not as agreed: %s expected", want)
}

// wireCase is a case on the wire. Unknown members are ignored.
type wireCase struct {
	ID        string `json:"id"`
	Board     string `json:"board"`
	Officer   string `json:"officer"`
	Household struct {
		Adults   int `json:"adults"`
		Children []struct {
			Personnummer string `json:"personnummer"`
			Name         string `json:"name"`
			DaysPerMonth int    `json:"days_per_month"`
		} `json:"children"`
	} `json:"household"`
	Parties []struct {
		Role, Scope, From, To string
	} `json:"parties"`
	Protected bool `json:"protected"`
	Months    []struct {
		Month      string `json:"month"`
		Outcome    string `json:"outcome"`
		AmountOre  int64  `json:"amount_ore"`
		SurplusOre int64  `json:"surplus_ore"`
		DecidedAt  string `json:"decided_at"`
	} `json:"months"`
	NormType string `json:"norm_type"`
}

var (
	caseIDPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]{0,30}$`)
	boardPattern  = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)
	inCharge      = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{0,62}$`)
	monthPattern  = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)
)

// read checks everything the platform will rely on. A fault in it makes the
// whole answer unusable: a case that is half understood is worse than none.
func (w *wireCase) read(now, monthEnd time.Time) (broker.Case, error) {
	switch {
	case !caseIDPattern.MatchString(w.ID):
		return broker.Case{}, unreadable("a case id of at most 31 characters")
	case !boardPattern.MatchString(w.Board):
		return broker.Case{}, unreadable("a board's id")
	case w.Officer != "" && !inCharge.MatchString(w.Officer):
		return broker.Case{}, unreadable("a staff id")
	case w.Household.Adults < 1 || w.Household.Adults > 20 || len(w.Household.Children) > maxChildren:
		return broker.Case{}, unreadable("a household of at least one adult")
	case len(w.Parties) == 0:
		return broker.Case{}, unreadable("the person's own part in the case first")
	case len(w.Months) > maxMonths:
		return broker.Case{}, unreadable("at most 120 months")
	}
	out := broker.Case{ID: w.ID, Board: w.Board, Officer: w.Officer, Protected: w.Protected,
		Household: plugin.Household{Adults: w.Household.Adults}}
	own := w.Parties[0]
	out.Party = broker.Party{Role: own.Role, Scope: own.Scope, From: own.From, To: own.To}
	if !slices.Contains([]string{"applicant", "co-applicant", "representative"}, own.Role) ||
		own.Scope != scopeFull && own.Scope != scopeRead || !isDay(own.From) || own.To != "" && !isDay(own.To) {
		return broker.Case{}, unreadable("a part with role, scope and dates")
	}
	for _, child := range w.Household.Children {
		// Birth number and age decide nothing here but the norm's band.
		n, err := pnr.ParseLenient(child.Personnummer, now)
		if err != nil || child.DaysPerMonth < 0 || child.DaysPerMonth > 31 || len(child.Name) > 200 {
			return broker.Case{}, unreadable("children with number, name and days")
		}
		out.Household.Children = append(out.Household.Children,
			plugin.Child{Name: child.Name, Age: n.Age(monthEnd), DaysPerMonth: child.DaysPerMonth})
	}
	for _, m := range w.Months {
		decided, err := time.Parse(time.DateOnly, m.DecidedAt)
		if err != nil || !monthPattern.MatchString(m.Month) || !slices.Contains(Outcomes(), Outcome(m.Outcome)) ||
			m.AmountOre < 0 || m.AmountOre > maxAmountOre || m.SurplusOre < 0 || m.SurplusOre > maxAmountOre {
			return broker.Case{}, unreadable("decided months with outcome and amounts")
		}
		out.Months = append(out.Months, broker.MonthDecision{Month: m.Month, Outcome: m.Outcome,
			AmountOre: m.AmountOre, SurplusOre: m.SurplusOre, DecidedAt: decided})
	}
	slices.SortStableFunc(out.Months, func(a, b broker.MonthDecision) int { return strings.Compare(b.Month, a.Month) })
	return out, nil
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// lastDay is the last day of a month, at midnight UTC.
func lastDay(month string) (time.Time, error) {
	first, err := time.Parse("2006-01", month)
	if err != nil {
		return time.Time{}, fault.New(fault.Invalid, "a month is written 2006-01")
	}
	return first.AddDate(0, 1, -1), nil
}
