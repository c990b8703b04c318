package petition

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// Event is something that has happened to a petition.
type Event struct {
	Seq   int
	At    time.Time
	Move  Move
	Role  Role
	Staff string // who, for colleagues; never on public pages
	// Version is that of the text as it was then.
	Version int
	Code    string
	Words   string // plain Swedish
	// NextStep and NextDay are what is expected next, and the day.
	NextStep string
	NextDay  string
	Link     string // the source: minutes, agenda, notice
	Public   bool
	Undone   bool
}

// putEvent writes an event.
func (p *Petitions) putEvent(ctx context.Context, tx *db.Tx, r *record, m Move, by actor, n note, public int) (string, error) {
	if n.link != "" {
		if u, err := url.Parse(n.link); err != nil || u.Scheme != "https" || u.Host == "" || len(n.link) > 500 {
			return "", refuse(Remark{Field: "link", Code: "unknown"})
		}
	}
	if n.nextDay != "" {
		if _, err := time.Parse(time.DateOnly, n.nextDay); err != nil {
			return "", refuse(Remark{Field: "day", Code: "unknown"})
		}
	}
	said, err := words(n.words)
	if err != nil {
		return "", err
	}
	if said == "" {
		said = plainWords(m, n)
	}
	id := db.NewID()
	if n.once == "" {
		n.once = id
	}
	sealed, err := p.seal(r.Board, "petition_event", id, said)
	if err != nil {
		return "", err
	}
	var seq int
	if err := tx.QueryRow(ctx, `SELECT COALESCE(max(seq), 0) + 1 FROM petition_event WHERE petition = $1`, r.ID).Scan(&seq); err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO petition_event (id, petition, seq, at, move, role, staff, version, code, next_step, next_day, link, public, undone, once, sealed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, $14, $15)`,
		id, r.ID, seq, db.Millis(tx.Now), string(m), string(by.role), by.staff, r.Version, n.code, n.nextStep, n.nextDay, n.link, public, n.once, sealed)
	return id, err
}

// events reads what has happened, oldest first; public alone leaves out what
// only staff and the proposer see, and words that are not public.
func (p *Petitions) events(ctx context.Context, tx *db.Tx, r record, publicOnly bool) ([]Event, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, seq, at, move, role, staff, version, code, next_step, next_day, link, public, undone, sealed
		FROM petition_event WHERE petition = $1 ORDER BY seq`, r.ID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Event
	for rows.Next() {
		var e Event
		var id string
		var public, undone int
		var sealed []byte
		if err := rows.Scan(&id, &e.Seq, moment{&e.At}, &e.Move, &e.Role, &e.Staff, &e.Version, &e.Code, &e.NextStep, &e.NextDay, &e.Link, &public, &undone, &sealed); err != nil {
			return nil, err
		}
		e.Public, e.Undone = public > 0, undone == 1
		if publicOnly && (!e.Public || e.Undone) {
			continue
		}
		if err := p.open(r.Board, "petition_event", id, sealed, &e.Words); err != nil {
			return nil, err
		}
		if publicOnly {
			e.Staff = ""
			if public < 2 {
				e.Words = plainWords(e.Move, note{code: e.Code})
			}
		}
		all = append(all, e)
	}
	return all, rows.Err()
}

// seen tells whether an event that another system told of is here already.
func seen(ctx context.Context, tx *db.Tx, once string) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM petition_event WHERE once = $1`, once).Scan(&n)
	return n > 0, err
}

// plainWords are an event in plain Swedish when nobody wrote any.
func plainWords(m Move, n note) string {
	said := map[Move]string{
		MoveReceive:      "Kommunen har tagit emot förslaget.",
		MoveConfirm:      "E-postadressen är bekräftad.",
		MoveCheckOut:     "Kommunen läser förslaget.",
		MoveTakeOver:     "En annan handläggare har tagit över läsningen.",
		MoveFlag:         "Förslaget ska läsas igen.",
		MoveAskMore:      "Kommunen behöver veta mer.",
		MoveSupplement:   "Förslaget har kompletterats.",
		MoveAccept:       "Förslaget är godkänt.",
		MoveReject:       "Förslaget går inte till omröstning.",
		MoveHide:         "Texten visas inte.",
		MoveMerge:        "Förslaget har slagits ihop med ett annat.",
		MoveUndo:         "Beslutet har tagits tillbaka.",
		MoveReopen:       "Förslaget läses på nytt.",
		MoveWithdraw:     "Den som lämnade förslaget har tagit tillbaka det.",
		MoveRemove:       "Förslaget är borttaget.",
		MovePublish:      "Förslaget är publicerat.",
		MoveOpen:         "Omröstningen har börjat.",
		MovePause:        "Omröstningen är pausad. Tiden läggs till i slutet.",
		MoveResume:       "Omröstningen är igång igen.",
		MoveExtend:       "Omröstningen är förlängd.",
		MoveClose:        "Omröstningen är slut. Rösterna räknas.",
		MoveCount:        "Rösterna är räknade.",
		MoveErase:        "Uppgifterna om vem som röstade är borttagna.",
		MoveEraseStopped: "Omröstningen avbröts. Uppgifterna om vem som röstade är borttagna.",
		MoveFallBelow:    "Förslaget fick inte tillräckligt många röster.",
		MoveReach:        "Förslaget fick tillräckligt många röster.",
		MoveExempt:       "Förslaget går vidare utan omröstning.",
		MoveHandOver:     "Förslaget är överlämnat.",
		MovePrepare:      "Förslaget bereds.",
		MovePlan:         "Dagen för beslutet är bestämd.",
		MoveDecide:       "Beslutet är fattat.",
		MoveStart:        "Beslutet genomförs.",
		MoveComplete:     "Beslutet är genomfört.",
		MoveDrop:         "Beslutet genomförs inte.",
		MoveFollowUp:     "Kommunen har följt upp beslutet.",
	}[m]
	if c, ok := CodeOf(n.code); ok {
		said += " " + c.Label + "."
	}
	return said
}

// errNews: news without words is none.
var errNews = fault.Wrap(fault.Invalid, &Refusal{Remarks: []Remark{{Field: "words", Code: "missing"}}}, "petition: refused")

// onceOf keeps the keys of different tellers apart.
func onceOf(teller, key string) string { return fmt.Sprintf("%s|%s", teller, key) }
