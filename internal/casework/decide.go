package casework

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/plugin"
)

// Decision is what the person gets, frozen with the calculation it rests on.
// A person always decides; nothing here is decided by rule (M-06).
type Decision struct {
	ID          string  `json:"id"`
	Reference   string  `json:"reference"`
	Month       string  `json:"month"`
	Outcome     Outcome `json:"outcome"`
	OutcomeText string  `json:"outcomeText"`
	// AmountOre is what is paid out.
	AmountOre int64  `json:"amountOre"`
	Reasons   string `json:"reasons,omitempty"`
	// Legal is the provision as in force on the day; Appeal how to appeal.
	Legal        string    `json:"legal"`
	Appeal       string    `json:"appeal"`
	Decider      string    `json:"decider"`
	DeciderTitle string    `json:"deciderTitle"`
	Board        string    `json:"board"`
	DecidedAt    time.Time `json:"decidedAt"`
	// NoticedAt is when the person first read it; zero until then.
	NoticedAt time.Time `json:"-"`
	// Worksheet is the calculation; nil when the matter was not tried.
	Worksheet *plugin.Worksheet `json:"worksheet,omitempty"`
	// SHA256 is the hex hash of what was shown before it was decided.
	SHA256 string `json:"-"`
}

// hash is over all that the person gets and that was shown beforehand.
func (d Decision) hash() (string, error) {
	d.ID, d.DecidedAt = "", time.Time{}
	canonical, err := json.Marshal(d)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:]), nil
}

// DecisionInput is what the decider writes.
type DecisionInput struct {
	Outcome Outcome
	Reasons string
}

// Proposal is a decision as it would be, with what stands in its way.
type Proposal struct {
	Decision Decision
	// Problems are in plain words, for the officer. None may be left.
	Problems []string
	// SHA256 is what Decide wants to see: what is shown is what is stored.
	SHA256 string

	version int64 // of the entries it rests on
}

// errOtherDecision: what would be decided is no longer what was shown.
var errOtherDecision = fault.New(fault.Conflict, "the decision is not the one that was shown")

// Propose shows a decision before it is made. It is a reading like Open, and
// stores nothing more.
//
// Faults: as Open; Forbidden also for one who is no decider of the board;
// Conflict when the case is decided.
func (c *Casework) Propose(ctx context.Context, officer, caseID string, in DecisionInput) (Proposal, error) {
	var s Staff
	var m matter
	err := c.asOfficer(ctx, officer, caseID, func(tx *db.Tx, found Staff, its matter) error {
		s, m = found, its
		if err := mayDecide(s, m); err != nil {
			return err
		}
		return c.noteReading(ctx, tx, s, &m)
	})
	if err != nil {
		return Proposal{}, err
	}
	rec, err := c.opt.Submissions.Load(ctx, m.Submission)
	if err != nil {
		return Proposal{}, err
	}
	f, entries, err := c.gather(ctx, m, rec)
	if err != nil {
		return Proposal{}, err
	}
	if w, err := c.calculate(ctx, rec, entries, f.Earlier); err == nil {
		f.Worksheet = &w
	}
	return c.propose(s, m, f, entries.Version, in)
}

func mayDecide(s Staff, m matter) error {
	switch {
	case !s.Has(m.Board, RoleDecider):
		return fault.New(fault.Forbidden, "the officer may not decide for the board")
	case m.State.ended():
		return fault.New(fault.Conflict, "the case is decided")
	}
	return nil
}

// propose puts the decision together.
func (c *Casework) propose(s Staff, m matter, f CaseFile, version int64, in DecisionInput) (Proposal, error) {
	board, err := c.opt.Board(m.Board)
	if err != nil {
		return Proposal{}, err
	}
	reasons := strings.TrimSpace(strings.ReplaceAll(in.Reasons, "\r\n", "\n"))
	if tooLong(reasons, MaxText) {
		return Proposal{}, fault.New(fault.TooLarge, "the reasons are too long")
	}
	p := Proposal{version: version, Decision: Decision{Reference: m.Reference, Month: m.Month, Outcome: in.Outcome,
		OutcomeText: in.Outcome.Text(), Reasons: reasons, Appeal: board.appeal(), Decider: s.Name, DeciderTitle: s.Title,
		Board: board.Name}}
	if in.Outcome.OnMerits() {
		p.Decision.Worksheet = f.Worksheet
	}
	if in.Outcome.pays() && f.Worksheet != nil {
		p.Decision.AmountOre = max(0, f.Worksheet.ResultOre)
	}
	p.Decision.Legal, err = c.opt.Legal(m.Board, c.opt.LegalKey(m.EService), c.opt.Clock.Now())
	if err != nil {
		p.Problems = append(p.Problems, "Nämnden har inget lagrum som gäller i dag. Be den som förvaltar tjänsten att lägga in det.")
	}
	p.Problems = append(p.Problems, obstacles(in.Outcome, reasons, f, c.Today())...)
	p.SHA256, err = p.Decision.hash()
	return p, err
}

// appeal tells how to appeal. The time runs from the day the person got the
// decision; no last day is written, because that day is not known yet.
func (b Board) appeal() string {
	if b.AppealText != "" {
		return b.AppealText
	}
	return "Du kan överklaga beslutet. Skriv vilket beslut det gäller, hur du vill att det ska ändras och varför. " +
		"Ställ brevet till " + b.AppealAddressee + " men skicka det till oss, " + b.Name + ". " +
		"Vi måste ha fått det inom tre veckor från den dag du fick del av beslutet."
}

// obstacles are what stands in the way of a decision, in plain words.
func obstacles(o Outcome, reasons string, f CaseFile, today string) (out []string) {
	if !slices.Contains(Outcomes(), o) {
		return []string{"Välj vad beslutet blir."}
	}
	if o != Granted && reasons == "" {
		out = append(out, "Skriv skälen för beslutet.")
	}
	if o.OnMerits() {
		out = append(out, calculationObstacles(o, f.Worksheet)...)
	}
	if (o == Refused || o == Partly) && !heard(f.Communications, today) {
		out = append(out, notHeard(f.Communications))
	}
	return out
}

func calculationObstacles(o Outcome, w *plugin.Worksheet) []string {
	if w == nil {
		return []string{"Beräkningen går inte att göra just nu. Försök igen om en stund."}
	}
	out := slices.Clone(w.Problems)
	if o.pays() && w.ResultOre <= 0 {
		out = append(out, "Beräkningen visar inget att betala ut. Ändra beräkningen eller välj ett annat beslut.")
	}
	if o == Granted && slices.ContainsFunc(w.Costs, func(l plugin.CostLine) bool { return l.RefusedOre > 0 }) {
		out = append(out, "En kostnad är inte godkänd fullt ut. Välj delvis bifall, eller godkänn hela kostnaden.")
	}
	return out
}

func notHeard(list []Communication) string {
	for _, x := range list {
		if x.Kind == Communicated {
			return "Personen har till och med " + dayText(x.ReplyBy) +
				" på sig att svara på underlaget. Vänta, eller skriv in att personen har svarat."
		}
	}
	return "Personen ska ha fått läsa underlaget och ha haft tid att svara innan du beslutar. " +
		"Skriv in när det gjordes, eller varför det inte behövs."
}

// Decide makes the decision that was shown: seen is the hash of the proposal.
// It is frozen with its calculation, and made once however often the button
// is pressed.
//
// Faults: as Propose; Conflict when something has changed since it was shown
// or something stands in its way, and nothing is stored.
func (c *Casework) Decide(ctx context.Context, officer, caseID string, in DecisionInput, seen string) (Decision, error) {
	p, err := c.Propose(ctx, officer, caseID, in)
	if fault.Is(err, fault.Conflict) {
		return c.decidedBefore(ctx, officer, caseID, seen)
	}
	if err != nil {
		return Decision{}, err
	}
	if p.SHA256 != seen || len(p.Problems) > 0 {
		return Decision{}, errOtherDecision
	}
	var d Decision
	err = c.asOfficer(ctx, officer, caseID, func(tx *db.Tx, s Staff, m matter) error {
		if have, err := c.loadDecision(ctx, tx, m); !fault.Is(err, fault.NotFound) {
			if d = have; err == nil && d.SHA256 != seen {
				err = errOtherDecision
			}
			return err
		}
		if err := c.unchanged(ctx, tx, s, m, p); err != nil {
			return err
		}
		d = p.Decision
		d.ID, d.DecidedAt, d.SHA256 = db.NewID(), tx.Now, p.SHA256
		return c.putDecision(ctx, tx, s, m, d)
	})
	if err != nil {
		return Decision{}, err
	}
	return d, nil
}

// errUndecided says that there is nothing to read yet.
var errUndecided = fault.New(fault.NotFound, "no decision yet")

// decidedBefore finds the decision that an earlier press of the same button
// made.
func (c *Casework) decidedBefore(ctx context.Context, officer, caseID, seen string) (Decision, error) {
	var d Decision
	err := c.asOfficer(ctx, officer, caseID, func(tx *db.Tx, _ Staff, m matter) error {
		var err error
		if d, err = c.loadDecision(ctx, tx, m); err == nil && d.SHA256 != seen {
			return errOtherDecision
		}
		return err
	})
	if err != nil {
		return Decision{}, err
	}
	return d, nil
}

// unchanged checks, in the transaction that decides, that what the proposal
// rests on still stands.
func (c *Casework) unchanged(ctx context.Context, tx *db.Tx, s Staff, m matter, p Proposal) error {
	if err := mayDecide(s, m); err != nil {
		return err
	}
	have, err := c.loadSheet(ctx, tx, m)
	if err != nil {
		return err
	}
	if have.Version != p.version {
		return errOtherDecision
	}
	return m.State.next(StateDecided)
}

func (c *Casework) putDecision(ctx context.Context, tx *db.Tx, s Staff, m matter, d Decision) error {
	sealed, err := c.seal(m.Board, "decision", m.ID, d)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO casework_decision (case_id, id, decided_at, staff, sha256, sealed) VALUES ($1,$2,$3,$4,$5,$6)`,
		m.ID, d.ID, db.Millis(d.DecidedAt), s.ID, d.SHA256, sealed); err != nil {
		return err
	}
	if err := setDecided(ctx, tx, m.ID, d.Outcome); err != nil {
		return err
	}
	if err := happen(ctx, tx, m.ID, EventDecided, s.ID, ""); err != nil {
		return err
	}
	return c.trace(ctx, tx, audit.Decided, s, m, "decision", map[string]string{"decision": d.ID, "outcome": string(d.Outcome)})
}

func (c *Casework) loadDecision(ctx context.Context, tx *db.Tx, m matter) (Decision, error) {
	var d Decision
	var noticed sql.NullInt64
	var hash string
	var sealed []byte
	err := tx.QueryRow(ctx, `SELECT noticed_at, sha256, sealed FROM casework_decision WHERE case_id=$1`, m.ID).Scan(&noticed, &hash, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return Decision{}, errUndecided
	}
	if err != nil {
		return Decision{}, err
	}
	if err := c.open(m.Board, "decision", m.ID, sealed, &d); err != nil {
		return Decision{}, err
	}
	d.NoticedAt, d.SHA256 = timeOf(noticed), hash
	return d, nil
}
