package petition

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"medborgarnavet/internal/db"
)

// The standings of a file besides the outcomes: open, rejected, withdrawn.
const (
	formerOpen      = "open"
	formerRejected  = "rejected"
	formerWithdrawn = "withdrawn"
)

// Bounds of what the former service had: as wide as any municipality's
// settings may be here.
const (
	longestTitle = 500
	longestWhat  = 20_000
	longestWhy   = 50_000
	longestID    = 100
	mostVotes    = 10_000_000
	mostPages    = 20 // addresses of one petition
)

var (
	likeHTML  = regexp.MustCompile(`</?[A-Za-z][^<>]*>|<!--|&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});`)
	likeError = regexp.MustCompile(`^#(REF|NAME|N/A|VALUE|DIV/0|NUM|NULL)[!?]?`)
	twiceMade = regexp.MustCompile("Ã[\u0080-\u00bf…„–¥¤¶]")
	ownSeries = regexp.MustCompile(` \d{4}-\d{6}$`)
)

var decisions = []string{Granted, PartlyGranted, Declined, Answered}

// checkImport looks at every item by itself and against the others, and gives
// those without faults, in order.
func (p *Petitions) checkImport(items []ImportItem, report *ImportReport) []former {
	seen := map[string]map[string]bool{"id": {}, "registry": {}, "addresses": {}}
	var all []former
	for _, it := range items {
		c := &itemCheck{p: p, report: report, it: it, now: p.opt.Clock.Now()}
		f := c.item()
		c.once(seen, "id", it.ID)
		c.once(seen, "registry", it.Registry)
		for _, a := range f.addresses {
			c.once(seen, "addresses", a)
		}
		if !c.bad {
			all = append(all, f)
		}
	}
	return all
}

// itemCheck is the look at one item.
type itemCheck struct {
	p      *Petitions
	report *ImportReport
	it     ImportItem
	now    time.Time
	bad    bool
}

func (c *itemCheck) fault(field, code string) {
	c.bad = true
	c.report.fault(ImportFault{Line: c.it.line, ID: short(c.it.ID), Field: field, Code: code})
}

func (c *itemCheck) once(seen map[string]map[string]bool, field, value string) {
	if value == "" {
		return
	}
	if seen[field][value] {
		c.fault(field, "duplicate")
	}
	seen[field][value] = true
}

func (c *itemCheck) item() former {
	it := &c.it
	f := former{item: *it, votes: -1}
	it.ID = c.label("id", it.ID, longestID, true)
	f.text = Text{Title: c.words("title", it.Title, longestTitle, false, true), What: c.words("what", it.What, longestWhat, true, true),
		Why: c.words("why", it.Why, longestWhy, true, false)}
	c.personal(f.text)
	it.Body = c.label("body", it.Body, maxReference, false)
	it.BodyRegistry = c.label("body_registry", it.BodyRegistry, maxReference, false)
	it.Paragraph = c.label("paragraph", it.Paragraph, maxReference, false)
	it.Registry = c.label("registry", it.Registry, maxReference, false)
	if ownSeries.MatchString(it.Registry) && strings.HasPrefix(it.Registry, c.p.set.Series+" ") {
		c.fault("registry", "own-series")
	}
	if u, err := url.Parse(it.Source); it.Source != "" && (err != nil || u.Scheme != "https" || u.Host == "" || len(it.Source) > 500) {
		c.fault("source", "https")
	}
	f.addresses = c.addresses()
	c.days(&f)
	c.count(&f)
	c.standing(&f)
	f.item = *it
	f.digest = c.digest()
	return f
}

// label is a short value on one line.
func (c *itemCheck) label(field, value string, most int, must bool) string {
	if value == "" {
		if must {
			c.fault(field, "missing")
		}
		return ""
	}
	out, code := clean(value, most, false)
	if code == "no-words" { // a number is enough
		out, code = strings.TrimSpace(value), ""
	}
	if code = c.form(value, code); code != "" {
		c.fault(field, code)
	}
	return out
}

// words are a text that people read. HTML is not taken for text, nor made
// into it: only those who have the former system see what is right.
func (c *itemCheck) words(field, value string, most int, lines, must bool) string {
	if strings.TrimSpace(value) == "" && !must {
		return ""
	}
	out, code := clean(value, most, lines)
	if code = c.form(value, code); code == "" && likeHTML.MatchString(value) {
		code = "html"
	}
	if code != "" {
		c.fault(field, code)
	}
	return out
}

// form tells what is wrong with how a value was saved, or what was found
// already.
func (c *itemCheck) form(value, code string) string {
	switch {
	case !utf8.ValidString(value), twiceMade.MatchString(value), strings.ContainsRune(value, utf8.RuneError):
		return "encoding"
	case strings.HasPrefix(value, "="), likeError.MatchString(value):
		return "formula"
	}
	return code
}

// personal: identity numbers are not taken in; other things that look personal
// are told of.
func (c *itemCheck) personal(t Text) {
	told := map[string]bool{}
	for _, found := range t.Findings(c.now) {
		if found.Kind == "number" {
			if !told[found.Field+"!"] {
				c.fault(found.Field, "personal-number")
			}
			told[found.Field+"!"] = true
		} else if !told[found.Field] && len(c.report.Notes) < mostImportFaults {
			told[found.Field] = true
			c.report.Notes = append(c.report.Notes, ImportFault{Line: c.it.line, ID: short(c.it.ID), Field: found.Field, Code: "contact"})
		}
	}
}

func (c *itemCheck) addresses() (all []string) {
	if len(c.it.Addresses) > mostPages {
		c.fault("addresses", "too-long")
		return nil
	}
	for _, a := range c.it.Addresses {
		in := orderly(a)
		if in == "" {
			c.fault("addresses", "address")
			continue
		}
		if !slices.Contains(all, in) {
			all = append(all, in)
		}
	}
	return all
}

// day reads a date as the beginning of that day in Sweden.
func (c *itemCheck) day(field, value string, mayCome bool) time.Time {
	if value == "" {
		return time.Time{}
	}
	day, err := time.ParseInLocation(time.DateOnly, value, c.p.zone)
	switch {
	case err != nil || day.Year() < 1970:
		c.fault(field, "date")
		return time.Time{}
	case day.After(c.now) && !mayCome:
		c.fault(field, "future")
	}
	return day.UTC()
}

func (c *itemCheck) days(f *former) {
	it := c.it
	f.received, f.opened = c.day("received", it.Received, false), c.day("opened", it.Opened, false)
	f.closed, f.decided = c.day("closed", it.Closed, it.Standing == formerOpen), c.day("decided", it.Decided, false)
	if it.Received == "" {
		c.fault("received", "missing")
	}
	counted := c.day("counted", it.Counted, false)
	earliest := f.received
	for _, d := range []struct {
		field string
		at    time.Time
	}{{"opened", f.opened}, {"closed", f.closed}, {"decided", f.decided}} {
		if d.at.IsZero() {
			continue
		}
		if d.at.Before(earliest) {
			c.fault(d.field, "order")
		}
		earliest = d.at
	}
	switch {
	case !counted.IsZero():
		f.counted = it.Counted
	case it.Count == nil:
	case it.Standing == formerOpen:
		f.counted = c.p.day(c.now)
	default:
		f.counted = it.Closed
	}
}

func (c *itemCheck) count(f *former) {
	n := c.it.Count
	switch {
	case n == nil && c.it.Standing == string(BelowThreshold):
		c.fault("count", "missing")
	case n == nil:
	case *n < 0 || *n > mostVotes:
		c.fault("count", "number")
	default:
		f.votes = *n
	}
}

// standing places the petition on the three axes. Voting is never said to
// have been anything: nobody here knows what became of the votes there.
func (c *itemCheck) standing(f *former) {
	it := c.it
	f.standing = Standing{Accepted, None, None}
	decided, closed := false, true
	switch State(it.Standing) {
	case "":
		c.fault("standing", "missing")
	case formerOpen:
		closed = false
	case formerRejected:
		f.standing.Moderation = Rejected
	case formerWithdrawn:
		f.standing.Moderation = Withdrawn
		for _, f := range [][2]string{{"opened", it.Opened}, {"closed", it.Closed}} {
			if f[1] == "" {
				c.fault(f[0], "missing")
			}
		}
	case BelowThreshold, Reached, HandedOver, Prepared, DecisionPlanned:
		f.standing.Outcome = State(it.Standing)
	case Decided, CarryingOut, CarriedOut, NotCarriedOut:
		f.standing.Outcome, decided = State(it.Standing), true
	default:
		c.fault("standing", "unknown")
		return
	}
	c.code(it.Standing == formerRejected)
	c.decision(decided)
	if it.Standing == string(BelowThreshold) && it.Closed == "" {
		c.fault("closed", "missing")
	}
	if !closed && !f.closed.IsZero() && !f.closed.After(c.now) {
		c.fault("closed", "not-here")
	}
}

func (c *itemCheck) code(must bool) {
	code, known := CodeOf(c.it.Code)
	switch {
	case !must && c.it.Code != "":
		c.fault("code", "not-here")
	case must && c.it.Code == "":
		c.fault("code", "missing")
	case must && (!known || code.ID == CodeWithdrawn):
		c.fault("code", "unknown")
	case must && code.HidesText:
		c.fault("code", "hidden")
	}
}

func (c *itemCheck) decision(must bool) {
	it := c.it
	if !must {
		for _, f := range [][2]string{{"decision", it.Decision}, {"decided", it.Decided}, {"paragraph", it.Paragraph}} {
			if f[1] != "" {
				c.fault(f[0], "not-here")
			}
		}
		return
	}
	if it.Decided == "" {
		c.fault("decided", "missing")
	}
	granted := it.Decision == Granted || it.Decision == PartlyGranted
	switch {
	case it.Decision == "":
		c.fault("decision", "missing")
	case !slices.Contains(decisions, it.Decision), it.Standing != string(Decided) && !granted:
		c.fault("decision", "unknown")
	}
}

// digest is what the file says of a petition, in short.
func (c *itemCheck) digest() string {
	said, err := json.Marshal(c.it)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(said)
	return hex.EncodeToString(sum[:])
}

// record is the petition as it will lie here.
func (f former) record(p *Petitions, now time.Time) record {
	r := record{ID: db.NewID(), Board: p.set.Board, Registry: f.item.Registry, ReceivedAt: f.received, ReadyAt: now, NewsAt: now,
		Standing: f.standing, Version: 1, Code: f.item.Code, Duration: p.set.Durations[0], Votes: -1,
		Body: f.item.Body, BodyRegistry: f.item.BodyRegistry, Decision: f.item.Decision, Paragraph: f.item.Paragraph, DecidedAt: f.decided}
	if f.item.Standing != formerOpen {
		r.OpenedAt = f.opened
		if !f.closed.IsZero() {
			local := f.closed.In(p.zone)
			r.ClosesAt = time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, p.zone).UTC()
		}
	}
	for _, months := range []int{lastFollowUp / 2, lastFollowUp} { // what should have been asked before it came here is not asked now
		if !r.DecidedAt.IsZero() && !now.Before(r.DecidedAt.AddDate(0, months, 0)) {
			r.FollowedUp = months
		}
	}
	r.Ends = r.end()
	return r
}
