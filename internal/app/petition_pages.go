package app

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/proof"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/switches"
	"medborgarnavet/internal/petition/tally"
	"medborgarnavet/internal/petition/uptime"
	"medborgarnavet/internal/web/eid"
	"medborgarnavet/internal/web/moderation"
	"medborgarnavet/internal/web/opendata"
	"medborgarnavet/internal/web/page"
	webpetition "medborgarnavet/internal/web/petition"
	"medborgarnavet/internal/web/proposal"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/web/status"
	"medborgarnavet/internal/web/vote"
)

// petitionPages makes the pages about petitions and their routes, with the
// door through which one logs in to vote. Both are empty where the
// municipality has no petitions.
func (t *town) petitionPages(renderer *page.Renderer) (routes []route.Route, doors []eid.Door, err error) {
	p := t.petitions
	if p == nil || p.booth == nil {
		return nil, nil, nil
	}
	on := func(name string) bool { return p.switches.On(switches.Name(name)) }
	read, err := webpetition.New(webpetition.Deps{Renderer: renderer, Municipality: t.look, Clock: t.clock, Petitions: p.life, Shelf: p.shelf,
		Searches: p.searches, On: on, Stored: t.storedOfVotes, Series: t.dailyCounts, Files: t.publishedFiles, Leaves: t.leafFile, ErasureReport: t.erasureReport,
		Promise:   func(context.Context, string) (seal.Promise, error) { return p.sealer.Promise(), nil },
		PublicKey: hex.EncodeToString(t.ring.Public(tally.Purpose)), Districts: t.districts()})
	if err != nil {
		return nil, nil, err
	}
	p.pages = read
	write, err := proposal.New(proposal.Deps{Renderer: renderer, Municipality: t.look, Clock: t.clock, Log: t.log, Petitions: p.life, Link: t.petitionLink, On: on})
	if err != nil {
		return nil, nil, err
	}
	cast, err := vote.New(vote.Deps{Renderer: renderer, Municipality: t.look, Clock: t.clock, Logins: p.logins, Booth: p.booth, Petition: t.standing,
		Promise: p.sealer.Promise, MinAge: p.life.Settings().VoteAge, On: func() bool { return p.switches.On(switches.Vote) }, Full: p.full})
	if err != nil {
		return nil, nil, err
	}
	staff, err := t.buildModeration(renderer)
	if err != nil {
		return nil, nil, err
	}
	state, err := status.New(status.Deps{Renderer: renderer, Municipality: t.look, Clock: t.clock, Shelf: p.shelf, Log: route.DiscreetLog(t.log),
		Now: p.uptime.Now, Off: p.switches.Off, Report: p.uptime.Report, Outages: p.uptime.Outages, Added: t.addedTime})
	if err != nil {
		return nil, nil, err
	}
	data, err := opendata.New(opendata.Deps{Renderer: renderer, Municipality: t.look, Clock: t.clock, Shelf: p.searches, Petitions: p.life,
		Daily: t.openDays, On: func() bool { return p.switches.On(switches.OpenData) }, BaseURL: t.ownAddress(), OrgNumber: t.cfg.OrgNumber,
		ContactName: t.cfg.Name, ContactEmail: t.contact()})
	if err != nil {
		return nil, nil, err
	}
	desk := staff.Routes()
	for i, r := range desk {
		desk[i] = t.ofTheBoard(r)
	}
	return slices.Concat(read.Routes(), write.Routes(), cast.Routes(), desk, state.Routes(), data.Routes()), []eid.Door{cast.Door()}, nil
}

// ofTheBoard lets only those in who hold one of the route's roles on the board
// that keeps the petitions: the router asks whether they hold it on any.
func (t *town) ofTheBoard(r route.Route) route.Route {
	if r.Access != route.Staff {
		return r
	}
	do := r.Do
	r.Do = func(w http.ResponseWriter, q *route.Request) error {
		who, err := petitionStaff{t}.Staff(q.Context(), q.StaffID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		// Roles of petitions that are another board's do not count here.
		q.Roles = slices.DeleteFunc(slices.Clone(q.Roles), func(role string) bool {
			return slices.Contains(petitionRoles, role) && !slices.Contains(who.Roles, petition.Role(role))
		})
		if !slices.ContainsFunc(r.Roles, func(role string) bool { return slices.Contains(q.Roles, role) }) {
			return fault.New(fault.Forbidden, "no role for this page on the board of petitions")
		}
		return do(w, q)
	}
	return r
}

// petitionRoles are the roles that one works with petitions in.
var petitionRoles = []string{string(petition.RoleModerator), string(petition.RoleHandler), string(petition.RoleSteward)}

// contact is the function that answers questions about the data.
func (t *town) contact() string {
	if t.cfg.Email != "" {
		return t.cfg.Email
	}
	return t.cfg.Mail.From
}

// openDays is the daily series as open data.
func (t *town) openDays(ctx context.Context, id string) ([]opendata.Day, error) {
	days, err := t.dailyCounts(ctx, id)
	all := make([]opendata.Day, 0, len(days))
	for _, d := range days {
		all = append(all, opendata.Day{On: d.Day, Votes: d.Count, Few: d.Few})
	}
	return all, err
}

func (t *town) buildModeration(renderer *page.Renderer) (*moderation.Pages, error) {
	p := t.petitions
	secrets, err := t.caseEventSecrets()
	if err != nil {
		return nil, err
	}
	return moderation.New(moderation.Deps{Renderer: renderer, Municipality: t.look, Clock: t.clock, Petitions: p.life,
		StaffName: func(id string) string {
			s, err := t.casework.Staff(id)
			if err != nil {
				return id
			}
			return s.Name
		},
		Actor: func(_ context.Context, id string) (string, error) {
			s, err := t.casework.Staff(id)
			return s.Actor(), err
		},
		Disposal: disposal(t.cfg.Petitions.Votes.DisposalDecision), Sealer: t.sealedBy(),
		Voting: stewarding{t}, Oversight: t.overseeAll, Switches: p.switches, MailWaiting: p.mail.Waiting, Secrets: secrets,
		Availability: func(ctx context.Context) (uptime.Report, error) { return p.uptime.Report(ctx, 30) },
		Extend:       t.extend(route.StaffCookie, identity.Staff)})
}

// caseEventSecrets are what the case system signs its events with; nil where
// it sends none.
func (t *town) caseEventSecrets() (func() [][]byte, error) {
	var all [][]byte
	for _, file := range t.cfg.Petitions.CaseEventSecretFiles {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("secrets of case events: %w", err)
		}
		all = append(all, []byte(strings.TrimSpace(string(raw))))
	}
	if len(all) == 0 {
		return nil, nil
	}
	return func() [][]byte { return all }, nil
}

// sealedBy is who seals the votes, as the public reads it.
func (t *town) sealedBy() string {
	if t.petitions.holder == nil {
		return t.cfg.Name
	}
	return t.cfg.Name + " och " + t.holderName()
}

// holderName names the other holder of keys.
func (t *town) holderName() string {
	h := t.cfg.Petitions.Votes.Holder
	if h.Endpoint == "" {
		return ""
	}
	if h.Name != "" {
		return h.Name
	}
	return "organisation " + h.OrgNumber
}

// full tells that votes come faster than they are written.
func (p *petitions) full() bool {
	_, waiting := p.box.Stats()
	return waiting > 2000
}

func (t *town) dailyCounts(ctx context.Context, id string) (days []ballot.Day, err error) {
	err = t.db.Read(ctx, func(tx *db.Tx) (err error) {
		days, err = ballot.Series(ctx, tx, id)
		return err
	})
	return days, err
}

// districts are counted where the register tells them.
func (t *town) districts() func(context.Context, string) ([]webpetition.District, int64, error) {
	if !t.cfg.Petitions.Register.Districts {
		return nil
	}
	return func(ctx context.Context, id string) (shown []webpetition.District, others int64, err error) {
		var list []ballot.District
		err = t.db.Read(ctx, func(tx *db.Tx) (err error) {
			list, others, err = ballot.Districts(ctx, tx, id)
			return err
		})
		for _, d := range list {
			name := d.Code
			if known := t.cfg.Petitions.Register.DistrictNames[d.Code]; known != "" {
				name = known
			}
			shown = append(shown, webpetition.District{Name: name, Count: d.Count})
		}
		return shown, others, err
	}
}

// publishedFiles are the signed files of a petition.
func (t *town) publishedFiles(ctx context.Context, id string) (files []tally.File, err error) {
	err = t.db.Read(ctx, func(tx *db.Tx) (err error) {
		files, err = tally.Published(ctx, tx, id)
		return err
	})
	return files, err
}

// leafFile is the list of leaves, where it is published.
func (t *town) leafFile(ctx context.Context, id string) (f tally.File, err error) {
	err = t.db.Read(ctx, func(tx *db.Tx) (err error) {
		f, err = tally.LeafFile(ctx, tx, id)
		return err
	})
	return f, err
}

// storedOfVotes is what the box on a petition's page says of its votes.
func (t *town) storedOfVotes(ctx context.Context, id string) (webpetition.Stored, error) {
	s := webpetition.Stored{Second: t.holderName(), Publication: publication(t.cfg.Petitions.Votes)}
	if t.petitions.register != nil {
		s.Register = "folkbokföringen"
	}
	var p closing.Petition
	err := t.db.Read(ctx, func(tx *db.Tx) (err error) {
		p, err = closing.Load(ctx, tx, id)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	s.Publication = p.Publication
	for _, d := range p.Destroyed {
		if d.At.After(s.KeysDestroyed) {
			s.KeysDestroyed = d.At
		}
	}
	if p.State == closing.RowsDropped || p.State == closing.Reported {
		s.RowsDropped = p.RowsAt
		day := 24 * time.Hour
		s.BackupsGone = p.RowsAt.Add(time.Duration(t.cfg.Petitions.Votes.BackupDays) * day)
		s.LogsGone = p.RowsAt.Add(time.Duration(t.cfg.Petitions.Votes.LogDays) * day)
	} else if p.State != closing.KeysDestroyed {
		s.KeysDestroyed = time.Time{} // not all of them
	}
	return s, nil
}

// erasureReport is the published report as a sealed PDF/A.
func (t *town) erasureReport(ctx context.Context, id string) ([]byte, error) {
	files, err := t.publishedFiles(ctx, id)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(files, func(f tally.File) bool {
		return strings.Contains(f.Name, tally.KindReport)
	})
	if i < 0 {
		return nil, fault.New(fault.NotFound, "no report yet")
	}
	report, err := proof.Read(files[i].Data)
	if err != nil {
		return nil, err
	}
	one, err := t.petitions.life.One(ctx, id)
	if err != nil {
		return nil, err
	}
	board, _ := t.board(t.cfg.Petitions.Board) // checked at the start
	about := proof.About{Municipality: t.cfg.Name, Board: board.Name, Title: one.Title, Original: files[i].Data, Name: files[i].Name,
		Address: t.ownAddress() + webpetition.Path + "/" + id + "/kontroll", Holders: map[string]string{}, Test: t.look.TestMode,
		Footer: []string{t.cfg.Name, t.cfg.Phone}, Sealed: t.petitions.seals != nil}
	if h := t.cfg.Petitions.Votes.Holder; h.Name != "" {
		about.Holders[h.OrgNumber] = h.Name
	}
	return proof.Make(ctx, report, about, t.petitions.seals)
}

// addedTime is what was given back to published petitions since a moment.
func (t *town) addedTime(ctx context.Context, since time.Time) ([]status.Added, error) {
	var all []status.Added
	picture, err := t.oversee(ctx)
	if err != nil {
		return nil, err
	}
	for _, pause := range picture.Pauses {
		if pause.Extended <= 0 || pause.From.Before(since) {
			continue
		}
		one, err := t.petitions.life.One(ctx, pause.Petition)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Gone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, status.Added{Petition: pause.Petition, Title: one.Title, Reason: pause.Reason, From: pause.From, By: pause.Extended})
	}
	return all, nil
}

// eidAnswers tells whether the e-ID's service can be reached at all: any
// answer will do.
func (t *town) eidAnswers(ctx context.Context) error {
	o := t.cfg.BankID
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, o.Endpoint+"/rp/v6.0/", nil)
	if err != nil {
		return err
	}
	resp, err := t.eidHTTP.Do(req)
	if err != nil {
		return fault.New(fault.Unavailable, "the e-ID does not answer")
	}
	return resp.Body.Close()
}

// mailAnswers tells whether the mail server can be reached.
func (t *town) mailAnswers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(t.cfg.Mail.Host, strconv.Itoa(t.cfg.Mail.Port)))
	if err != nil {
		return fault.New(fault.Unavailable, "the mail server does not answer")
	}
	return c.Close()
}
