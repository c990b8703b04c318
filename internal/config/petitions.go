package config

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"medborgarnavet/block/orgnr"
)

// Mail is the mail server that letters leave by, over TLS.
type Mail struct {
	Host string `toml:"host"`
	// Port is 587 for STARTTLS (the default) or 465 for TLS from the start.
	Port int `toml:"port,optional"`
	// ImplicitTLS is TLS from the start.
	ImplicitTLS bool `toml:"implicit_tls,optional"`
	// RootsFile is whom the server's certificate must lead to; "" is the
	// system's list.
	RootsFile string `toml:"roots_file,optional" path:"yes"`
	// User and PasswordFile are left out where the server asks for none.
	User         string `toml:"user,optional"`
	PasswordFile string `toml:"password_file,optional" path:"yes"`
	// From is the sender's address, Name the sender's name.
	From string `toml:"from"`
	Name string `toml:"name,optional"`
}

// Configured tells whether there is a mail server.
func (m Mail) Configured() bool { return m.Host != "" }

func (m *Mail) defaults() { m.Port = 587 }

// Petitions are a municipality's e-petitions; left out, it has none.
type Petitions struct {
	// Board is the id of the board that keeps the proposals. Its staff file
	// grants moderator, handler and steward; its registry numbers them.
	Board string `toml:"board"`
	// Settings is what differs between municipalities, as JSON: see
	// docs/petitions.md. Only the petitions read it.
	Settings json.RawMessage `toml:"settings,optional"`
	// Votes is how votes are sealed and erased.
	Votes Votes `toml:"votes"`
	// Register is the population register that is asked who may vote; left
	// out, everyone with an e-ID may.
	Register Register `toml:"register,optional"`
	// Seal is the municipality's e-seal on reports of erasure.
	Seal SealKey `toml:"seal,optional"`
	// CaseEventSecretFiles are the keys that the case system signs its events
	// with, one in each file; two while one is changed for another.
	CaseEventSecretFiles []string `toml:"case_event_secret_files,optional" path:"yes"`
}

// Configured tells whether there are petitions.
func (p Petitions) Configured() bool { return p.Board != "" }

// The designs by which votes are sealed (petitions.md §2.3).
const (
	DesignMAC   = "D1" // one key, kept by the municipality
	DesignSplit = "D2" // two keys, the second with another holder
)

// Votes is how votes are sealed and erased.
type Votes struct {
	// Design is DesignMAC or DesignSplit.
	Design string `toml:"design"`
	// KeyDir is the directory of our own sealing keys: outside the data
	// directory and outside every backup.
	KeyDir string `toml:"key_dir" path:"yes"`
	// Holder keeps the second key (DesignSplit), or the only one for several
	// nodes (DesignMAC with a holder).
	Holder Holder `toml:"holder,optional"`
	// DisposalDecision lets the municipality erase the votes. Without it no
	// petition opens.
	DisposalDecision DisposalDecision `toml:"disposal_decision,optional"`
	// Responsible is the role that answers for the erasure, as reports say.
	Responsible string `toml:"responsible"`
	// Voters is about how many may vote; a key answers 2.4 times as many
	// questions for a petition (two for each, and a fifth to spare), so that
	// guessing shows. PerMinute caps its rate.
	Voters    int `toml:"voters"`
	PerMinute int `toml:"per_minute,optional"`
	// MinLevel is the least level of assurance of the e-ID. Default 3.
	MinLevel int `toml:"min_level,optional"`
	// BackupDays and LogDays are how long backups and logs are kept, as
	// reports say.
	BackupDays int `toml:"backup_days"`
	LogDays    int `toml:"log_days"`
	// Leaves and Receipts publish more than the count; they need
	// OfficerDecision, the data protection officer's recorded decision.
	Leaves          bool   `toml:"leaves,optional"`
	Receipts        bool   `toml:"receipts,optional"`
	OfficerDecision string `toml:"officer_decision,optional"`
}

func (v *Votes) defaults() { v.MinLevel = 3 }

// Holder is another party that keeps keys (docs/sealer.md). Files are as in
// BankID; OrgNumber is the holder's.
type Holder struct {
	Endpoint  string `toml:"endpoint"`
	CertFile  string `toml:"cert_file" path:"yes"`
	KeyFile   string `toml:"key_file" path:"yes"`
	RootsFile string `toml:"roots_file" path:"yes"`
	OrgNumber string `toml:"org_number"`
	// Name is who it is, as the public reads it.
	Name string `toml:"name"`
	// StatementKey is the public key that the holder signs destructions with,
	// in hexadecimal, as agreed.
	StatementKey string `toml:"statement_key"`
	// Independent: the holder is another legal person. Only then do pages say
	// that nobody at the municipality can see who voted.
	Independent bool `toml:"independent,optional"`
}

// Register is the population register (docs/population-register.md); fields as
// in CaseSystem.
type Register struct {
	Endpoint  string `toml:"endpoint"`
	CertFile  string `toml:"cert_file,optional" path:"yes"`
	KeyFile   string `toml:"key_file,optional" path:"yes"`
	RootsFile string `toml:"roots_file,optional" path:"yes"`
	OrgNumber string `toml:"org_number,optional"`
	// Districts counts votes by district as well.
	Districts bool `toml:"districts,optional"`
	// DistrictNames are what the districts are called, by code.
	DistrictNames map[string]string `toml:"district_names,optional"`
}

// SealKey is the certificate, with those above it, and the key of an e-seal.
type SealKey struct {
	CertFile string `toml:"cert_file" path:"yes"`
	KeyFile  string `toml:"key_file" path:"yes"`
	// TimeStamp is the address of a time-stamp authority; without one a seal
	// is worth something only as long as its certificate.
	TimeStamp string `toml:"time_stamp,optional"`
}

func (k *checker) mail(at string, m Mail) {
	if !m.Configured() {
		return
	}
	k.between(at+".port", m.Port, 1, 65535)
	k.needed(at+".from", m.From)
	if m.RootsFile != "" && k.file(at+".roots_file", m.RootsFile) {
		k.certificates(at+".roots_file", m.RootsFile)
	}
	if (m.User == "") != (m.PasswordFile == "") {
		k.fault(at+".user", "user and password_file belong together")
	}
	if m.PasswordFile != "" {
		k.secret(at+".password_file", m.PasswordFile)
	}
}

func (k *checker) petitions(at string, m Municipality, boards map[string]bool) {
	p := m.Petitions
	if !p.Configured() {
		return
	}
	if !boards[p.Board] {
		k.fault(at+".board", "there is no board with the id %q", p.Board)
	}
	if !m.Mail.Configured() {
		k.fault(at, "needs a mail server, in [municipality.mail]: proposers confirm their address")
	}
	k.votes(at+".votes", m)
	if r := p.Register; r.Endpoint != "" {
		k.peer(at+".register", peer{r.Endpoint, r.CertFile, r.KeyFile, r.RootsFile, r.OrgNumber})
	}
	if p.Seal.CertFile != "" && k.file(at+".seal.cert_file", p.Seal.CertFile) && k.secret(at+".seal.key_file", p.Seal.KeyFile) {
		k.certificates(at+".seal.cert_file", p.Seal.CertFile)
	}
	for i, file := range p.CaseEventSecretFiles {
		k.secret(fmt.Sprintf("%s.case_event_secret_files[%d]", at, i+1), file)
	}
}

// votes looks at what the promise to voters rests on.
func (k *checker) votes(at string, m Municipality) {
	v := m.Petitions.Votes
	if v.Design != DesignMAC && v.Design != DesignSplit {
		k.fault(at+".design", "must be %q or %q", DesignMAC, DesignSplit)
	}
	if v.Design == DesignSplit && v.Holder.Endpoint == "" {
		k.fault(at+".holder", "is needed: design D2 has a second holder of keys")
	}
	if h := v.Holder; h.Endpoint != "" {
		k.needed(at+".holder.name", h.Name)
		k.peer(at+".holder", peer{h.Endpoint, h.CertFile, h.KeyFile, h.RootsFile, h.OrgNumber})
		if len(h.StatementKey) != 64 {
			k.fault(at+".holder.statement_key", "must be 64 hexadecimal digits: what `medborgarnavet sealer key` prints at the holder's")
		}
		if _, err := orgnr.Parse(h.OrgNumber); err != nil {
			k.fault(at+".holder.org_number", "is not an organisation number: ten digits with a right check digit")
		} else if k.production && v.Design == DesignSplit && !h.Independent {
			k.fault(at+".holder.independent", "must be true in production: a second key of our own promises nothing more than design D1")
		} else if h.Independent && h.OrgNumber == m.OrgNumber {
			k.fault(at+".holder.independent", "the holder has the municipality's own organisation number, so it is not independent")
		}
	}
	k.unique("sealing keys", v.KeyDir, at+".key_dir")
	if m.Database.Driver == "sqlite" && m.Database.DSN != "" && inside(v.KeyDir, filepath.Dir(m.Database.DSN)) {
		k.report(at+".key_dir", "lies in the data directory; its backups would keep what must be destroyed")
	}
	if v.DisposalDecision.IsZero() {
		k.warn(at+".disposal_decision", "is missing: no petition opens for votes without the decision to erase them")
	} else if v.DisposalDecision.Date > k.today {
		k.fault(at+".disposal_decision.date", "is not yet")
	}
	k.needed(at+".responsible", v.Responsible)
	k.between(at+".voters", v.Voters, 1, 20_000_000)
	k.between(at+".min_level", v.MinLevel, 1, 4)
	k.between(at+".backup_days", v.BackupDays, 0, 3660)
	k.between(at+".log_days", v.LogDays, 0, 3660)
	if (v.Leaves || v.Receipts) && v.OfficerDecision == "" {
		k.fault(at+".officer_decision", "is needed: leaves and receipts are published only by a recorded decision of the data protection officer")
	}
}
