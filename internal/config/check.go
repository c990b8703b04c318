package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"medborgarnavet/block/orgnr"
	"medborgarnavet/block/pnr"
)

// Check holds a configuration that could be read against sense and the world,
// and gives everything there is to say about it. Findings that are not
// warnings stop the server (AsError).
func Check(c Config, now time.Time) []Finding {
	k := &checker{config: c, now: now, today: DateOf(now), production: c.Server.Mode == Production, seen: make(map[string]string)}
	k.server()
	if len(c.Municipalities) == 0 {
		k.fault("municipality", "at least one [[municipality]] is needed")
	}
	for i, m := range c.Municipalities {
		k.municipality(name("municipality", m.ID, i), m)
	}
	return k.findings
}

// checker gathers findings.
type checker struct {
	config     Config
	now        time.Time
	today      Date
	production bool
	seen       map[string]string // what must be unique → the key that has it
	findings   []Finding
}

func (k *checker) fault(key, format string, args ...any) {
	k.findings = append(k.findings, Finding{Key: key, Text: fmt.Sprintf(format, args...)})
}

func (k *checker) warn(key, format string, args ...any) {
	k.findings = append(k.findings, Finding{Key: key, Text: fmt.Sprintf(format, args...), Warning: true})
}

// unique says so when two keys have the same value of a kind.
func (k *checker) unique(kind, value, key string) {
	if value == "" {
		return
	}
	if other, ok := k.seen[kind+" "+value]; ok {
		k.fault(key, "is the same as %s", other)
		return
	}
	k.seen[kind+" "+value] = key
}

func (k *checker) needed(key, value string) {
	if strings.TrimSpace(value) == "" {
		k.fault(key, "is empty")
	}
}

// name is the key of a table in a list, as Load writes it.
func name(at, id string, i int) string {
	if id != "" {
		return at + "[" + id + "]"
	}
	return fmt.Sprintf("%s[%d]", at, i+1)
}

var (
	shortName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	colour    = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	hostName  = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)
)

func (k *checker) shortName(key, id string) {
	if !shortName.MatchString(id) {
		k.fault(key, "must be a short name of a–z, digits and hyphens, such as \"ekbacka\"")
	}
}

func (k *checker) orgNumber(key, number string) {
	if _, err := orgnr.Parse(number); err != nil {
		k.fault(key, "is not an organisation number: ten digits with a right check digit")
	}
}

func (k *checker) server() {
	s := k.config.Server
	if s.Mode != Production && s.Mode != Test {
		k.fault("server.mode", "must be \"production\" or \"test\"")
	}
	for key, address := range map[string]string{"server.listen": s.Listen, "server.admin_listen": s.AdminListen} {
		if key == "server.admin_listen" && address == "" {
			continue
		}
		if _, port, err := net.SplitHostPort(address); err != nil || port == "" {
			k.fault(key, "must be an address and a port, such as \"127.0.0.1:8080\"")
		}
	}
	if s.AdminListen != "" && s.AdminListen == s.Listen {
		k.fault("server.admin_listen", "is the same as server.listen")
	}
	for i, proxy := range s.TrustedProxies {
		_, err := netip.ParseAddr(proxy)
		if _, err2 := netip.ParsePrefix(proxy); err != nil && err2 != nil {
			k.fault(fmt.Sprintf("server.trusted_proxies[%d]", i+1), "must be an address or a network, such as \"10.0.0.0/8\"")
		}
	}
	for id, address := range s.BaseURLs {
		key := "server.base_urls." + id
		if !slices.ContainsFunc(k.config.Municipalities, func(m Municipality) bool { return m.ID == id }) {
			k.fault(key, "there is no municipality with this id")
		}
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || (u.Path != "" && u.Path != "/") || (u.Scheme != "http" && u.Scheme != "https") {
			k.fault(key, "must be an address without path, such as \"https://minasidor.example.se\"")
		} else if k.production && u.Scheme != "https" {
			k.fault(key, "must be https in production")
		}
	}
}

func (k *checker) municipality(at string, m Municipality) {
	k.shortName(at+".id", m.ID)
	k.unique("municipality", m.ID, at+".id")
	k.needed(at+".name", m.Name)
	k.needed(at+".phone", m.Phone)
	k.orgNumber(at+".org_number", m.OrgNumber)
	k.between(at+".audit_days", m.AuditDays, 30, 36525)
	if len(m.Hosts) == 0 {
		k.fault(at+".hosts", "at least one host name is needed")
	}
	for i, host := range m.Hosts {
		key := fmt.Sprintf("%s.hosts[%d]", at, i+1)
		if !hostName.MatchString(host) {
			k.fault(key, "must be a host name in small letters, without port or scheme")
		}
		k.unique("host", host, key)
	}
	if k.production && k.config.Server.BaseURLs[m.ID] == "" {
		k.fault("server.base_urls."+m.ID, "is needed in production: the address that residents use")
	}
	k.database(at+".database", m.Database)
	k.keys(at+".keys", m)
	k.theme(at+".theme", m.Theme)
	k.peer(at+".bankid", peer{m.BankID.Endpoint, m.BankID.CertFile, m.BankID.KeyFile, m.BankID.RootsFile, ""})
	k.peer(at+".case_system", peer{m.CaseSystem.Endpoint, m.CaseSystem.CertFile, m.CaseSystem.KeyFile, m.CaseSystem.RootsFile, m.CaseSystem.OrgNumber})
	k.validation(at+".validation", m.Validation)
	if len(m.Boards) == 0 {
		k.fault(at+".board", "at least one [[%s.board]] is needed", "municipality")
	}
	boards, series := make(map[string]bool), make(map[string]bool)
	for i, b := range m.Boards {
		if series[b.RegistryPrefix] {
			k.fault(name(at+".board", b.ID, i)+".registry_prefix", "another board of this municipality registers under the same letters")
		}
		series[b.RegistryPrefix] = b.RegistryPrefix != ""
		if boards[b.ID] {
			k.fault(name(at+".board", b.ID, i)+".id", "another board of this municipality has the same id")
		}
		boards[b.ID] = true
		k.board(name(at+".board", b.ID, i), b)
	}
	k.mail(at+".mail", m.Mail)
	k.petitions(at+".petitions", m, boards)
	for i, p := range m.Plugins {
		key := name(at+".plugin", p.ID, i)
		if !boards[p.Board] {
			k.fault(key+".board", "there is no board with the id %q", p.Board)
		}
		k.unique("plug-in of "+at+p.Board, p.ID, key+".id")
		k.plugin(key, p)
	}
}

func (k *checker) theme(at string, t Theme) {
	if !colour.MatchString(t.Accent) {
		k.fault(at+".accent", "must be a colour such as \"#1f5f3f\"")
	}
	if t.Header != "" && !colour.MatchString(t.Header) {
		k.fault(at+".header", "must be a colour such as \"#1f5f3f\"")
	}
}

func (k *checker) board(at string, b Board) {
	k.shortName(at+".id", b.ID)
	k.needed(at+".name", b.Name)
	k.orgNumber(at+".org_number", b.OrgNumber)
	k.needed(at+".registry_prefix", b.RegistryPrefix)
	k.needed(at+".appeal_addressee", b.AppealAddressee)
	k.file(at+".staff_file", b.StaffFile)
	k.between(at+".retention.draft_max_days", b.Retention.DraftMaxDays, 1, 30)
	k.between(at+".retention.draft_days", b.Retention.DraftDays, 1, max(1, min(30, b.Retention.DraftMaxDays)))
	k.between(at+".retention.fetched_days", b.Retention.FetchedDays, 1, 7)
	k.decided(at+".retention", b.Retention)
	k.between(at+".supplement_days", b.SupplementDays, 1, 60)
	k.between(at+".control_period.ask_months_back", b.ControlPeriod.AskMonthsBack, 0, 12)
	k.between(at+".control_period.sum_month_back", b.ControlPeriod.SumMonthBack, 0, b.ControlPeriod.AskMonthsBack)
	k.disposal(at+".disposal_decision", b.DisposalDecision)
	k.legal(at+".legal_reference", b)
}

func (k *checker) between(key string, n, least, most int) {
	if n < least || n > most {
		k.fault(key, "must be between %d and %d", least, most)
	}
}

// decided looks at what happens to decided cases. That production needs a
// disposal decision for it is said by disposal.
func (k *checker) decided(at string, r Retention) {
	k.between(at+".decided_years", r.DecidedYears, 0, 100)
	for i, day := range r.KeepBirthDays {
		key := fmt.Sprintf("%s.keep_birth_days[%d]", at, i+1)
		k.between(key, day, 1, 31)
		if slices.Contains(r.KeepBirthDays[:i], day) {
			k.fault(key, "the day %d is there twice", day)
		}
	}
	if len(r.KeepBirthDays) > 0 && r.DecidedYears == 0 {
		k.warn(at+".keep_birth_days", "does nothing while decided_years is not set: every case is kept")
	}
}

// disposal: without a decision the board may not destroy what it holds.
func (k *checker) disposal(at string, d DisposalDecision) {
	switch {
	case d.IsZero() && k.production:
		k.fault(at, "is needed in production: number, date and body of the decision that lets the board dispose of drafts and fetched answers, and of decided cases if decided_years is set")
	case !d.IsZero() && d.Date > k.today:
		k.fault(at+".date", "is not yet")
	}
}

// legal: what may be cited must be in force. An old wording may stay beside
// its successor, for what was decided in its time.
func (k *checker) legal(at string, b Board) {
	if len(b.LegalReferences) == 0 {
		k.fault(at, "at least one [[municipality.board.legal_reference]] is needed")
	}
	for i, r := range b.LegalReferences {
		key := name(at, r.Key, i)
		k.needed(key+".key", r.Key)
		k.needed(key+".text", r.Text)
		if r.To != "" && r.To < r.From {
			k.fault(key+".to", "is before from")
		}
		for _, other := range b.LegalReferences[:i] {
			if other.Key == r.Key && other.From <= orOpen(r.To) && r.From <= orOpen(other.To) {
				k.fault(key, "two wordings of %q are in force on the same day", r.Key)
			}
		}
		current, ok := b.Legal(r.Key, k.today)
		switch {
		case !ok && r.To != "" && r.To < k.today:
			k.fault(key, "went out of force on %s and nothing follows it", r.To)
		case ok && current == r && r.To != "" && k.endsSoon(r.To) && !b.follows(r):
			k.warn(key, "goes out of force on %s and nothing follows it", r.To)
		}
	}
}

// endsSoon is within 30 days.
func (k *checker) endsSoon(d Date) bool { return d <= DateOf(k.now.AddDate(0, 0, 30)) }

// follows reports whether another wording comes into force after r.
func (b Board) follows(r LegalReference) bool {
	return slices.ContainsFunc(b.LegalReferences, func(o LegalReference) bool { return o.Key == r.Key && o.From > r.From })
}

// orOpen makes an open end comparable.
func orOpen(d Date) Date {
	if d == "" {
		return "9999-12-31"
	}
	return d
}

// pluginStates are the states of a plug-in's life cycle, in their order.
var pluginStates = []string{"declared", "inspected", "agreed", "active", "suspended", "retired"}

func (k *checker) plugin(at string, p Plugin) {
	k.shortName(at+".id", p.ID)
	if !slices.Contains(pluginStates, p.State) {
		k.fault(at+".state", "must be one of %s", strings.Join(pluginStates, ", "))
	}
	if p.To != "" && p.To < p.From {
		k.fault(at+".to", "is before from")
	}
	if p.State == "active" {
		if p.To != "" && p.To < k.today {
			k.warn(at+".to", "has passed: the plug-in is not shown")
		}
		if k.production && p.Agreement == "" {
			k.fault(at+".agreement", "is needed for a plug-in that is active in production")
		}
	}
	for i, one := range p.Cohort {
		if _, err := pnr.ParseLenient(one, k.now); err == nil {
			k.fault(fmt.Sprintf("%s.cohort[%d]", at, i+1), "is a personal identity number; those do not belong in a configuration")
		}
	}
	for id, t := range p.Targets {
		key := at + ".target." + id
		k.peer(key, peer{t.Endpoint, t.CertFile, t.KeyFile, t.RootsFile, t.OrgNumber})
		k.between(key+".timeout_seconds", t.TimeoutSeconds, 1, 120)
	}
}

// inside reports whether path lies in dir.
func inside(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
