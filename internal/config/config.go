package config

import (
	"encoding/json"
	"os"
	"strings"
	"time"
	_ "time/tzdata" // the same day in Sweden on a machine without a zone database
)

// Config is the whole configuration.
type Config struct {
	Server         Server         `toml:"server"`
	Municipalities []Municipality `toml:"municipality"`
}

// The modes of a server, which are also the environments of a database.
const (
	Production = "production"
	Test       = "test"
)

// Server is what the municipalities share: one process.
type Server struct {
	// Listen is the address to serve on, as "127.0.0.1:8080".
	Listen string `toml:"listen"`
	// Mode is Production or Test. It must be the mark of every database.
	Mode string `toml:"mode"`
	// AdminListen is a second address, for health and metrics, or "".
	AdminListen string `toml:"admin_listen,optional"`
	// TrustedProxies are the addresses or networks (CIDR) whose word about the
	// caller's address and scheme is believed.
	TrustedProxies []string `toml:"trusted_proxies,optional"`
	// BaseURLs is each municipality's address as residents see it, by id:
	// "https://minasidor.example.se". Needed in production.
	BaseURLs map[string]string `toml:"base_urls,optional"`
}

// Municipality is one municipality: its own database, keys and looks.
type Municipality struct {
	// ID is its short name in logs and addresses: a–z, digits, hyphens.
	ID string `toml:"id"`
	// Name is what residents read: "Ekbacka kommun".
	Name string `toml:"name"`
	// Hosts are the host names that lead to it, without port.
	Hosts []string `toml:"hosts"`
	// OrgNumber is its organisation number.
	OrgNumber string `toml:"org_number"`
	// Phone, Email, OpeningHours and HelpText are shown where a person may be
	// stuck: whom to call, when, and what to have at hand.
	Phone        string `toml:"phone"`
	Email        string `toml:"email,optional"`
	OpeningHours string `toml:"opening_hours,optional"`
	HelpText     string `toml:"help_text,optional"`
	// AuditDays is how long the audit log keeps the content of an event; the
	// records plan decides. Default 1826: five years.
	AuditDays  int        `toml:"audit_days,optional"`
	Database   Database   `toml:"database"`
	Keys       Keys       `toml:"keys"`
	Theme      Theme      `toml:"theme"`
	BankID     BankID     `toml:"bankid"`
	CaseSystem CaseSystem `toml:"case_system"`
	Boards     []Board    `toml:"board"`
	Plugins    []Plugin   `toml:"plugin,optional"`
	// Validation is whom to believe when electronic signatures are checked.
	Validation Validation `toml:"validation,optional"`
	// Mail is the server that letters leave by; left out, there are none.
	Mail Mail `toml:"mail,optional"`
	// Petitions are its e-petitions; left out, it has none.
	Petitions Petitions `toml:"petitions,optional"`
}

func (m *Municipality) defaults() { m.AuditDays = 1826 }

// Database is where a municipality's data lie.
type Database struct {
	// Driver is "sqlite" or "postgres".
	Driver string `toml:"driver"`
	// DSN is the path of the SQLite file, or a postgres:// URL without a
	// password. Exactly one of DSN and DSNFile is given.
	DSN string `toml:"dsn,optional"`
	// DSNFile is a file that holds the DSN, where it has a password.
	DSNFile string `toml:"dsn_file,optional" path:"yes"`
}

// Address is the DSN, from the file where it lies in one.
func (d Database) Address() (string, error) {
	if d.DSNFile == "" {
		return d.DSN, nil
	}
	raw, err := os.ReadFile(d.DSNFile)
	return strings.TrimSpace(string(raw)), err
}

// Keys is where a municipality's keys lie (package keyring).
type Keys struct {
	// LastingFile is the master key's file.
	LastingFile string `toml:"lasting_file" path:"yes"`
	// DueDir is the directory of the short-lived keys: outside the data
	// directory and outside every backup.
	DueDir string `toml:"due_dir" path:"yes"`
}

// Theme is a municipality's looks.
type Theme struct {
	// Accent is the colour of action, as "#1f5f3f".
	Accent string `toml:"accent"`
	// Header is the colour of the page's head; default Accent.
	Header string `toml:"header,optional"`
	// Mark is the name of a built-in mark, or a text of at most three letters.
	Mark string `toml:"mark,optional"`
	// FontTone, Shape and Paper choose among the looks that web/page offers.
	FontTone string `toml:"font_tone,optional"`
	Shape    string `toml:"shape,optional"`
	Paper    string `toml:"paper,optional"`
}

// BankID is the relying party's way to BankID, over mutual TLS. CertFile and
// KeyFile are our client certificate and its key, and RootsFile the
// certificates that the server's must lead to; all PEM.
type BankID struct {
	Endpoint  string `toml:"endpoint"` // without /rp/v6.0
	CertFile  string `toml:"cert_file" path:"yes"`
	KeyFile   string `toml:"key_file" path:"yes"`
	RootsFile string `toml:"roots_file" path:"yes"`
}

// CaseSystem is the municipality's own case system, asked for open cases. The
// files are as in BankID; OrgNumber is what the server's certificate must have,
// "" where it has none.
type CaseSystem struct {
	Endpoint  string `toml:"endpoint"`
	CertFile  string `toml:"cert_file,optional" path:"yes"`
	KeyFile   string `toml:"key_file,optional" path:"yes"`
	RootsFile string `toml:"roots_file,optional" path:"yes"`
	OrgNumber string `toml:"org_number,optional"`
}

// Validation is how electronic signatures are judged. Without trust files no
// issuer is known, and an unharmed signature cannot be decided.
type Validation struct {
	// TrustFiles are whom to trust: PEM files of certificates, or trust lists
	// (ETSI TS 119 612) as XML, signed by one of ListSignerFiles.
	TrustFiles []string `toml:"trust_files,optional" path:"yes"`
	// ListSignerFiles are PEM files of the certificates that may have signed
	// the trust lists.
	ListSignerFiles []string `toml:"list_signer_files,optional" path:"yes"`
	// Online lets the server ask issuers of trusted certificates about
	// revocation. Default false: nothing is asked of anyone.
	Online bool `toml:"online,optional"`
	// TokenCertFile and TokenKeyFile are the certificate, with those above
	// it, and the key that validation tokens (RFC 9321) are issued with; ""
	// issues none.
	TokenCertFile string `toml:"token_cert_file,optional" path:"yes"`
	TokenKeyFile  string `toml:"token_key_file,optional" path:"yes"`
	// VeraPDF is the command line program veraPDF, which judges PDF/A beside
	// our own checker for files that are received; "" asks nobody.
	VeraPDF string `toml:"verapdf,optional" path:"yes"`
}

// Board is an authority within the municipality (nämnd): the controller of
// its personal data.
type Board struct {
	// ID is its short name: a–z, digits, hyphens.
	ID string `toml:"id"`
	// Name is what residents read: "Socialnämnden".
	Name string `toml:"name"`
	// OrgNumber is the number that asks, often the municipality's.
	OrgNumber string `toml:"org_number"`
	// StaffFile is the directory of officers: persons, roles, assignments.
	StaffFile string `toml:"staff_file" path:"yes"`
	// RegistryPrefix begins its registration numbers: "SN".
	RegistryPrefix string `toml:"registry_prefix"`
	// AppealAddressee is the court that appeals go to: "Förvaltningsrätten i
	// Stockholm". AppealText replaces the built-in how-to-appeal.
	AppealAddressee string `toml:"appeal_addressee"`
	AppealText      string `toml:"appeal_text,optional"`
	// SupplementDays is how many days a person has to send in what is
	// missing. Default 10.
	SupplementDays int `toml:"supplement_days,optional"`
	// DisposalDecision is the decision that lets the board destroy what the
	// communication space holds, and decided cases where Retention says so.
	// Production refuses to purge without it.
	DisposalDecision DisposalDecision `toml:"disposal_decision,optional"`
	// LegalReferences are the provisions that purposes and decisions cite.
	LegalReferences []LegalReference `toml:"legal_reference"`
	// ControlPeriod is how far back a fetch may ask and a sum may reach (I-2).
	ControlPeriod ControlPeriod `toml:"control_period,optional"`
	// Retention is the board's terms.
	Retention Retention `toml:"retention,optional"`
}

// DisposalDecision is a decision on disposal (gallringsbeslut).
type DisposalDecision struct {
	Number string `toml:"number"`
	Date   Date   `toml:"date"`
	Body   string `toml:"body"` // who decided
}

// IsZero reports whether there is no decision.
func (d DisposalDecision) IsZero() bool { return d == DisposalDecision{} }

// LegalReference is a legal provision as cited while it was or is in force.
type LegalReference struct {
	// Key is what code and manifests name it by: "ekonomiskt-bistand".
	Key string `toml:"key"`
	// Text is how it is written to people and in requests.
	Text string `toml:"text"`
	// From and To are the first and last day it may be cited; To may be open.
	From Date `toml:"from"`
	To   Date `toml:"to,optional"`
}

// Legal is the board's reference with a key as it is on a day.
func (b Board) Legal(key string, day Date) (LegalReference, bool) {
	for _, r := range b.LegalReferences {
		if r.Key == key && day.Within(r.From, r.To) {
			return r, true
		}
	}
	return LegalReference{}, false
}

// ControlPeriod is which months a fetch for an application may ask about,
// counted back from the application's month.
type ControlPeriod struct {
	// AskMonthsBack is how many months before the application's month are
	// asked about. Default 2.
	AskMonthsBack int `toml:"ask_months_back,optional"`
	// SumMonthBack is which month is summed. Default 1: the month before.
	SumMonthBack int `toml:"sum_month_back,optional"`
	// From is the first day these numbers are in force.
	From Date `toml:"from,optional"`
}

// Retention is a board's terms (architecture.md §6).
type Retention struct {
	// DraftDays is how long a draft lives after its last save. Default 7.
	DraftDays int `toml:"draft_days,optional"`
	// DraftMaxDays is how long a draft lives at most. Default 30.
	DraftMaxDays int `toml:"draft_max_days,optional"`
	// FetchedDays is how long fetched answers live. Default and most 7.
	FetchedDays int `toml:"fetched_days,optional"`
	// DecidedYears is how many years after the last thing done in it a decided
	// case is kept, by the board's records plan. 0 = not set: none is disposed.
	DecidedYears int `toml:"decided_years,optional"`
	// KeepBirthDays are the days of the month whose applicants' cases are kept
	// for ever, for research, where the records plan demands it.
	KeepBirthDays []int `toml:"keep_birth_days,optional"`
}

func (b *Board) defaults() {
	b.ControlPeriod = ControlPeriod{AskMonthsBack: 2, SumMonthBack: 1}
	b.Retention = Retention{DraftDays: 7, DraftMaxDays: 30, FetchedDays: 7}
	b.SupplementDays = 10
}

// Plugin switches a plug-in on for a board.
type Plugin struct {
	// ID is the plug-in's id in its manifest.
	ID string `toml:"id"`
	// Board is the id of the board that uses it.
	Board string `toml:"board"`
	// State is declared, inspected, agreed, active, suspended or retired.
	State string `toml:"state"`
	// From and To are the days it may be used when active; To may be open.
	From Date `toml:"from"`
	To   Date `toml:"to,optional"`
	// Agreement is the reference of the agreement about it.
	Agreement string `toml:"agreement,optional"`
	// Cohort limits it to some; empty is everyone. Never identity numbers.
	Cohort []string `toml:"cohort,optional"`
	// Settings is the plug-in's own table, as JSON. Only the plug-in reads it.
	Settings json.RawMessage `toml:"settings,optional"`
	// Targets are the servers it may call, by the names it calls them.
	Targets map[string]Target `toml:"target,optional"`
}

// Target is a server that a plug-in may call; fields as in CaseSystem.
type Target struct {
	Endpoint  string `toml:"endpoint"`
	CertFile  string `toml:"cert_file,optional" path:"yes"`
	KeyFile   string `toml:"key_file,optional" path:"yes"`
	RootsFile string `toml:"roots_file,optional" path:"yes"`
	OrgNumber string `toml:"org_number,optional"`
	// TimeoutSeconds ends one call. Default 30.
	TimeoutSeconds int `toml:"timeout_seconds,optional"`
}

func (t *Target) defaults() { t.TimeoutSeconds = 30 }

// Timeout is TimeoutSeconds as a duration.
func (t Target) Timeout() time.Duration { return time.Duration(t.TimeoutSeconds) * time.Second }

// Date is a day, as "2026-11-22"; "" is none. Days compare as strings.
type Date string

const dateForm = "2006-01-02"

// DateOf is the day of a moment in Sweden.
func DateOf(t time.Time) Date {
	if zone, err := time.LoadLocation("Europe/Stockholm"); err == nil {
		t = t.In(zone)
	}
	return Date(t.Format(dateForm))
}

// Valid reports whether d is a real day.
func (d Date) Valid() bool {
	_, err := time.Parse(dateForm, string(d))
	return err == nil
}

// Within reports whether d lies from–to, both included; an empty bound is open.
func (d Date) Within(from, to Date) bool {
	return (from == "" || from <= d) && (to == "" || d <= to)
}
