package app

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"medborgarnavet/block/orgnr"
	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity/transient"
	"medborgarnavet/internal/mail"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/booth"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/proof"
	"medborgarnavet/internal/petition/register"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/switches"
	"medborgarnavet/internal/petition/tally"
	"medborgarnavet/internal/petition/uptime"
	webpetition "medborgarnavet/internal/web/petition"
	"medborgarnavet/internal/web/proposal"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/web/shelf"
)

// petitions are what a municipality with e-petitions has besides the rest:
// the life of a petition, and those that take its votes. The two meet in
// voting.go.
type petitions struct {
	keys    *seal.Store  // nil when another party keeps them all
	holder  *seal.Remote // nil when we keep them all
	sealer  *witness
	box     *ballot.Box
	heads   *tally.Heads
	machine *closing.Machine
	mail    *mail.Queue
	life    *petition.Petitions

	booth    *booth.Booth
	logins   *transient.Logins
	register *register.Register // nil where nobody is asked
	switches *switches.Switches
	uptime   *uptime.Log
	seals    *proof.Sealer // nil where reports are not sealed
	shelf    *shelf.Shelf
	searches *shelf.Shelf
	pages    *webpetition.Pages
	renewed  atomic.Pointer[map[string]string] // events whose pages have been taken away

	jobs []*job

	// the last day whose logins to vote were told, and the count then
	countedDay    config.Date
	countedLogins int64
}

// sealer is either design, with what it promises.
type sealer interface {
	seal.Sealer
	seal.Promiser
}

// buildPetitions makes them, where the municipality has any, and erases again
// what a restored backup has brought back, before anything is served.
func (t *town) buildPetitions(ctx context.Context, opt Options) error {
	if !t.cfg.Petitions.Configured() {
		return nil
	}
	p := &petitions{}
	t.petitions = p
	if err := t.buildLife(p); err != nil {
		return fmt.Errorf("petitions: %w", err)
	}
	if opt.Idle {
		return nil
	}
	if err := t.buildSealer(p); err != nil {
		return fmt.Errorf("petitions: %w", err)
	}
	t.buildVotes(p)
	if err := t.buildVoting(p); err != nil {
		return fmt.Errorf("petitions: %w", err)
	}
	p.jobs = t.petitionJobs()
	if err := t.readyTickets(ctx); err != nil {
		return fmt.Errorf("petitions: %w", err)
	}
	again, err := p.machine.Reapply(ctx)
	if err != nil {
		return fmt.Errorf("petitions: erasing again: %w", err)
	}
	if len(again.Erased)+len(again.KeyLost) > 0 {
		t.log.Error("petitions: the database is older than the keys", "erased_again", len(again.Erased), "keys_lost", len(again.KeyLost))
	}
	// What a page says of a petition is true from the first request on.
	if err := t.followVoting(ctx); err != nil {
		t.log.Error("petitions: their pages may be behind the voting", "error", err)
	}
	return nil
}

// buildSealer makes the design that the municipality has chosen: D1 with its
// own key or a holder's, or D2 with both (petitions.md §2.3).
func (t *town) buildSealer(p *petitions) error {
	v := t.cfg.Petitions.Votes
	if v.Holder.Endpoint != "" {
		remote, err := t.remoteHolder(v.Holder)
		if err != nil {
			return fmt.Errorf("key holder: %w", err)
		}
		p.holder = remote
	}
	if v.Design == config.DesignMAC && p.holder != nil {
		p.sealer = newWitness(seal.NewMAC(p.holder))
		return nil
	}
	var err error
	if p.keys, err = seal.OpenStore(seal.StoreOptions{Dir: v.KeyDir, Clock: t.clock}); err != nil {
		return fmt.Errorf("sealing keys: %w", err)
	}
	if v.Design == config.DesignMAC {
		p.sealer = newWitness(seal.NewMAC(p.keys.For(seal.Own)))
	} else {
		p.sealer = newWitness(seal.NewSplit(p.keys.For(seal.Own), p.holder, v.Holder.Independent))
	}
	return nil
}

func (t *town) remoteHolder(h config.Holder) (*seal.Remote, error) {
	holder, err := orgnr.Parse(h.OrgNumber)
	if err != nil {
		return nil, err
	}
	own, err := orgnr.Parse(t.cfg.OrgNumber)
	if err != nil {
		return nil, err
	}
	statements, err := hex.DecodeString(h.StatementKey)
	if err != nil || len(statements) != ed25519.PublicKeySize {
		return nil, fault.New(fault.Invalid, "the key of its statements is not 64 hexadecimal digits")
	}
	tls, err := outside{CertFile: h.CertFile, KeyFile: h.KeyFile, RootsFile: h.RootsFile, OrgNumber: h.OrgNumber}.tls()
	if err != nil {
		return nil, err
	}
	return seal.NewRemote(seal.RemoteOptions{URL: h.Endpoint, TLS: tls, Holder: holder, Own: own, Statements: statements}), nil
}

// questionsPerVoter: a person's status is looked up when they log in, and
// their vote is sealed when they cast it.
const questionsPerVoter = 2

// limit caps what the keys of a petition answer: 1.2 times as many questions
// as those who may vote would ask, so that guessing shows and ends.
func limit(v config.Votes) seal.Limit {
	return seal.Limit{Total: int64(v.Voters) * questionsPerVoter * 12 / 10, PerMinute: int64(v.PerMinute)}
}

func publication(v config.Votes) tally.Publication {
	return tally.Publication{Leaves: v.Leaves, Receipts: v.Receipts, Decision: v.OfficerDecision}
}

// disposal is the reference of a decision, as reports write it.
func disposal(d config.DisposalDecision) string {
	if d.IsZero() {
		return ""
	}
	return d.Number + ", " + string(d.Date) + ", " + d.Body
}

func (t *town) buildVotes(p *petitions) {
	v := t.cfg.Petitions.Votes
	day := 24 * time.Hour
	p.box = ballot.New(ballot.Options{DB: t.db, Sealer: p.sealer, Log: route.DiscreetLog(t.log)})
	p.heads = &tally.Heads{DB: t.db, Ring: t.ring, Municipality: t.cfg.OrgNumber}
	p.machine = closing.New(closing.Options{DB: t.db, Sealer: p.sealer, Heads: p.heads, Audit: t.audit, Clock: t.steady,
		Answers: questionsPerVoter,
		About: closing.About{Responsible: v.Responsible, Software: software(t.cfg.Petitions), Evidence: evidence,
			Backups: time.Duration(v.BackupDays) * day, Logs: time.Duration(v.LogDays) * day}})
}

// evidence are the tests that show the erasure, as reports name them.
var evidence = []string{
	"internal/app: TestForensicHost",
	"internal/app: TestRestoredBackupInTheProduct",
	"internal/petition/closing: TestNothingIsLeft",
	"internal/petition/closing: TestJoinNamesNobody",
	"internal/petition/closing: TestKilledAtEveryStep",
	"internal/petition/ballot: TestOrderIsGone",
}

// software is the version of this program and a hash of what it was told of
// petitions, as reports name them (petitions.md §2.5): two reports with the same
// words were made in the same way.
func software(c config.Petitions) string {
	version := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				version = s.Value
			}
		}
	}
	told, _ := json.Marshal(c) // plain values always marshal
	sum := sha256.Sum256(told)
	return strings.TrimSpace("medborgarnavet "+version) + ", configuration " + hex.EncodeToString(sum[:8])
}

func (t *town) buildLife(p *petitions) error {
	settings, err := petitionSettings(t.cfg)
	if err != nil {
		return err
	}
	sender, err := t.sender()
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	p.mail = mail.New(mail.Options{DB: t.db, Ring: t.ring, Outbox: t.outbox, Clock: t.clock, Log: t.log, Sender: sender})
	p.life, err = petition.New(petition.Options{DB: t.db, Ring: t.ring, Audit: t.audit, Outbox: t.outbox, Mail: p.mail, Clock: t.steady, Log: t.log,
		Voting: voting{p, t}, Directory: petitionStaff{t}, Settings: settings, Link: t.petitionLink, Municipality: t.cfg.Name})
	return err
}

// petitionSettings are the municipality's own over the usual ones.
func petitionSettings(m config.Municipality) (petition.Settings, error) {
	s := petition.Defaults()
	if len(m.Petitions.Settings) > 0 {
		d := json.NewDecoder(bytes.NewReader(m.Petitions.Settings))
		d.DisallowUnknownFields()
		if err := d.Decode(&s); err != nil {
			return s, fault.New(fault.Invalid, "settings: %s", strings.TrimPrefix(err.Error(), "json: "))
		}
	}
	s.Board = m.Petitions.Board
	for _, b := range m.Boards {
		if b.ID == s.Board {
			s.Series = b.RegistryPrefix
		}
	}
	return s, s.Validate()
}

// sender is the way to the mail server.
func (t *town) sender() (mail.Sender, error) {
	c := t.cfg.Mail
	s := mail.SMTP{Host: c.Host, Port: c.Port, Implicit: c.ImplicitTLS, User: c.User, From: c.From, Name: c.Name}
	if s.Name == "" {
		s.Name = t.cfg.Name
	}
	if c.PasswordFile != "" {
		raw, err := os.ReadFile(c.PasswordFile)
		if err != nil {
			return nil, err
		}
		s.Password = strings.TrimSpace(string(raw))
	}
	if c.RootsFile != "" {
		raw, err := os.ReadFile(c.RootsFile)
		if err != nil {
			return nil, err
		}
		s.Roots = x509.NewCertPool()
		if !s.Roots.AppendCertsFromPEM(raw) {
			return nil, fault.New(fault.Invalid, "%s holds no certificate", c.RootsFile)
		}
	}
	return s, nil
}

// petitionLink makes the addresses that stand in letters.
func (t *town) petitionLink(kind petition.Link, value string) string {
	path := proposal.Address(kind, value)
	switch kind {
	case petition.LinkPetition:
		path = webpetition.Path + "/" + url.PathEscape(value)
	case petition.LinkDesk:
		path = "/handlaggare/forslag/" + url.PathEscape(value)
	}
	return t.ownAddress() + path
}

// petitionStaff is who works with petitions: those to whom the directory of
// the board that keeps them grants it.
type petitionStaff struct{ t *town }

// Staff implements petition.Directory.
func (d petitionStaff) Staff(_ context.Context, id string) (petition.Staff, error) {
	s, err := d.t.casework.Staff(id)
	if err != nil {
		return petition.Staff{}, err
	}
	who := petition.Staff{ID: s.ID, Actor: s.Actor()}
	for role, as := range map[string]petition.Role{casework.RoleModerator: petition.RoleModerator,
		casework.RoleHandler: petition.RoleHandler, casework.RoleSteward: petition.RoleSteward} {
		if s.Has(d.t.cfg.Petitions.Board, role) {
			who.Roles = append(who.Roles, as)
		}
	}
	if len(who.Roles) == 0 {
		return who, fault.New(fault.NotFound, "nobody who works with petitions")
	}
	return who, nil
}

func (p *petitions) close() {
	if p == nil {
		return
	}
	for _, s := range []*shelf.Shelf{p.shelf, p.searches} {
		if s != nil {
			s.Close()
		}
	}
	if p.register != nil {
		p.register.Close()
	}
	if p.holder != nil {
		p.holder.Close()
	}
	if p.keys != nil {
		_ = p.keys.Close() // nothing is left to write
	}
}
