package petition

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"time"
)

// Duration is how long a petition is open: months, then days.
type Duration struct {
	Months int `json:"months"`
	Days   int `json:"days"`
}

// Threshold is how many votes make a petition go on: an absolute number, or
// per mille of the population, rounded up.
type Threshold struct {
	Votes      int64 `json:"votes"`
	PerMille   int64 `json:"per_mille"`
	Population int64 `json:"population"`
}

// Number is the threshold in votes.
func (t Threshold) Number() int64 {
	if t.PerMille > 0 {
		return (t.Population*t.PerMille + 999) / 1000
	}
	return t.Votes
}

// Service is where something that is no petition goes instead.
type Service struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	URL  string `json:"url"`
	// Mail is the service's own address, or "": what belongs there is then
	// sent there too, so that nobody has to write it twice.
	Mail string `json:"mail"`
}

// countStep is the step in which a running count is shown.
const countStep = 5

// Settings are what differs between municipalities (petitions.md §1.8).
type Settings struct {
	Board  string `json:"board"`  // that keeps the proposals: id
	Series string `json:"series"` // prefix of its registry numbers: "KS"
	// Owner is the address of the function that is told when nothing happens.
	Owner string `json:"owner"`

	// Durations: one is fixed, several are the proposer's choice.
	Durations []Duration `json:"durations"`
	Threshold Threshold  `json:"threshold"`
	// ReceivingBody takes over a petition with enough votes.
	ReceivingBody string `json:"receiving_body"`
	// QuarantineMonths: a question that was settled so lately is not taken up.
	QuarantineMonths int `json:"quarantine_months"`
	// CapPerProposer is how many petitions under way one address may have; 0
	// is no cap. Proposals without an address cannot be counted.
	CapPerProposer int `json:"cap_per_proposer"`
	// VoteAge is the least age to vote, 0 for none; GuardianBelow is the age
	// below which a proposer asks a guardian first. It is said, not checked.
	VoteAge       int `json:"vote_age"`
	GuardianBelow int `json:"guardian_below"`
	// ExemptCategories go on without votes: "minority-language".
	ExemptCategories []string  `json:"exempt_categories"`
	Services         []Service `json:"services"`
	// MailRequired: only proposals with a confirmed address reach the queue at
	// once; the others when the time to confirm is out.
	MailRequired bool `json:"mail_required"`
	// HideRejected: rejected proposals are not listed, only counted.
	HideRejected bool `json:"hide_rejected"`
	// Floor: a smaller number of votes is shown as "fewer than". It is a step of
	// the running count, of which less is not known (docs/decisions/0019).
	Floor int64 `json:"floor"`

	TitleRunes int `json:"title_runes"`
	WhatRunes  int `json:"what_runes"`
	WhyRunes   int `json:"why_runes"`

	PerTenMinutes int `json:"per_ten_minutes"` // proposals from one address of the network
	PerDay        int `json:"per_day"`
	MailsPerDay   int `json:"mails_per_day"` // unasked letters to one address

	TargetDays  int `json:"target_days"` // read within, as promised
	NearDays    int `json:"near_days"`
	OverdueDays int `json:"overdue_days"`
	LockMinutes int `json:"lock_minutes"`
	UndoMinutes int `json:"undo_minutes"`

	ConfirmHours  int `json:"confirm_hours"`
	SilentDays    int `json:"silent_days"`
	AuthorDays    int `json:"author_days"`    // the proposer's address, after the end
	FollowersDays int `json:"followers_days"` // the followers' addresses, after the end
}

// Defaults are the settings before a municipality says otherwise.
func Defaults() Settings {
	return Settings{
		Series: "EP", Durations: []Duration{{Days: 90}}, Threshold: Threshold{Votes: 100},
		ReceivingBody: "kommunfullmäktige", QuarantineMonths: 12, CapPerProposer: 5, Floor: 5,
		TitleRunes: 100, WhatRunes: 1000, WhyRunes: 3000,
		PerTenMinutes: 3, PerDay: 10, MailsPerDay: 3,
		TargetDays: 7, NearDays: 11, OverdueDays: 14, LockMinutes: 30, UndoMinutes: 10,
		ConfirmHours: 48, SilentDays: 90, AuthorDays: 90, FollowersDays: 30,
	}
}

// Validate tells everything that is wrong, at once; nil when nothing is.
func (s Settings) Validate() error {
	var all []error
	wrong := func(format string, args ...any) { all = append(all, fmt.Errorf("petition settings: "+format, args...)) }
	for name, value := range map[string]string{"board": s.Board, "series": s.Series, "receiving_body": s.ReceivingBody} {
		if value == "" {
			wrong("%s is missing", name)
		}
	}
	if s.Owner != "" {
		if a, err := mail.ParseAddress(s.Owner); err != nil || a.Address != s.Owner {
			wrong("owner is not a mail address")
		}
	}
	if len(s.Durations) == 0 {
		wrong("durations is empty")
	}
	for _, d := range s.Durations {
		if d.Months < 0 || d.Days < 0 || d.Months+d.Days == 0 || d.Months > 24 || d.Days > 731 {
			wrong("a duration must be more than nothing and at most two years")
		}
	}
	s.validateThreshold(wrong)
	s.validateNumbers(wrong)
	for i, v := range s.Services {
		u, err := url.Parse(v.URL)
		if v.ID == "" || v.Name == "" || err != nil || u.Scheme != "https" || u.Host == "" {
			wrong("service %d needs id, name and an https address", i+1)
		}
		if a, err := mail.ParseAddress(v.Mail); v.Mail != "" && (err != nil || a.Address != v.Mail) {
			wrong("the mail of service %q is not a mail address", v.ID)
		}
		if slices.IndexFunc(s.Services, func(o Service) bool { return o.ID == v.ID }) != i {
			wrong("service %q is there twice", v.ID)
		}
	}
	return errors.Join(all...)
}

func (s Settings) validateThreshold(wrong func(string, ...any)) {
	t := s.Threshold
	switch {
	case t.Votes < 0 || t.PerMille < 0 || t.Population < 0:
		wrong("threshold has a negative number")
	case (t.Votes > 0) == (t.PerMille > 0):
		wrong("threshold is either votes or per_mille")
	case t.PerMille > 1000 || t.PerMille > 0 && t.Population == 0:
		wrong("threshold per_mille is at most 1000 and needs population")
	}
}

func (s Settings) validateNumbers(wrong func(string, ...any)) {
	type bound struct {
		name           string
		have, min, max int
	}
	for _, b := range []bound{
		{"quarantine_months", s.QuarantineMonths, 0, 60}, {"cap_per_proposer", s.CapPerProposer, 0, 1000},
		{"vote_age", s.VoteAge, 0, 120}, {"guardian_below", s.GuardianBelow, 0, 18},
		{"floor", int(s.Floor), countStep, 1000}, {"title_runes", s.TitleRunes, 20, 500},
		{"what_runes", s.WhatRunes, 100, 20_000}, {"why_runes", s.WhyRunes, 100, 50_000},
		{"per_ten_minutes", s.PerTenMinutes, 1, 10_000}, {"per_day", s.PerDay, 1, 100_000}, {"mails_per_day", s.MailsPerDay, 1, 100},
		{"target_days", s.TargetDays, 1, 365}, {"near_days", s.NearDays, s.TargetDays, 365}, {"overdue_days", s.OverdueDays, s.NearDays, 365},
		{"lock_minutes", s.LockMinutes, 1, 24 * 60}, {"undo_minutes", s.UndoMinutes, 0, 24 * 60},
		{"confirm_hours", s.ConfirmHours, 1, 24 * 14}, {"silent_days", s.SilentDays, 7, 366},
		{"author_days", s.AuthorDays, 0, 3 * 366}, {"followers_days", s.FollowersDays, 0, 3 * 366},
	} {
		if b.have < b.min || b.have > b.max {
			wrong("%s is %d; it must be from %d to %d", b.name, b.have, b.min, b.max)
		}
	}
	if s.Floor%countStep != 0 {
		wrong("floor is %d; it must be a multiple of %d, since counts are shown in such steps", s.Floor, countStep)
	}
}

// ClosesAt is when a petition that opens at a moment closes: when its last day
// ends in Sweden, whether days have 23, 24 or 25 hours (P-16). A month that
// lacks the day ends on its last.
func (d Duration) ClosesAt(opens time.Time, zone *time.Location) time.Time {
	local := opens.In(zone)
	y, m, day := local.Date()
	last := time.Date(y, m+time.Month(d.Months)+1, 0, 0, 0, 0, 0, zone).Day() // of the target month
	end := time.Date(y, m+time.Month(d.Months), min(day, last), 0, 0, 0, 0, zone)
	ey, em, ed := end.Date()
	return time.Date(ey, em, ed+d.Days+1, 0, 0, 0, 0, zone).UTC()
}
