package vote

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	fake "medborgarnavet/fake/bankid"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/booth"
	"medborgarnavet/internal/web/page"
)

// P-05, P-06, P-07, I-16: button, e-ID, confirm, one vote; voting again changes
// nothing; the vote can be taken back and given again.
func TestVote(t *testing.T) {
	w := newTown(t)
	id := w.petition(false)
	b := w.browser()
	b.logIn(id, anna).see(http.StatusOK, "Rösta på förslaget", title, "Du har inte röstat än.", "22 december 2026", "Efter det går det inte.", "Vad vi sparar")
	if w.count(id) != 0 {
		t.Fatal("somebody voted by logging in")
	}
	ticket := b.field("biljett")
	b.post(Path, "biljett", ticket, "val", "rosta").see(http.StatusOK, "Du har röstat", title, "Din röst är räknad", "22 december 2026")
	if b.at.Path != donePath || w.count(id) != 1 {
		t.Fatalf("at %s, %d votes", b.at.Path, w.count(id))
	}
	b.get(donePath).see(http.StatusOK, "Så röstar du") // told once
	b.post(Path, "biljett", ticket, "val", "rosta").see(http.StatusOK, "Du har redan röstat", "Inget har ändrats")
	if w.count(id) != 1 {
		t.Fatalf("%d votes by one", w.count(id))
	}
	b.logIn(id, anna).see(http.StatusOK, "Du har redan röstat på det här förslaget", "Ta tillbaka min röst")
	ticket = b.field("biljett")
	b.post(Path, "biljett", ticket, "val", "aterta").see(http.StatusOK, "Du har tagit tillbaka din röst")
	b.post(Path, "biljett", ticket, "val", "aterta").see(http.StatusOK, "Det fanns ingen röst att ta tillbaka")
	if w.count(id) != 0 {
		t.Fatalf("%d votes after it was taken back", w.count(id))
	}
	b.vote(id, anna).see(http.StatusOK, "Du har röstat")
	w.browser().vote(id, bo).see(http.StatusOK, "Du har röstat")
	if w.count(id) != 2 || w.logins.Taken() != 4 {
		t.Errorf("%d votes, %d logins", w.count(id), w.logins.Taken())
	}
	if n, _ := w.logins.Count(); n != 0 {
		t.Errorf("%d logins are still under way", n)
	}
}

// P-05, P-15, I-9, I-17: on the whole way no address names a petition, the log
// tells neither petition, person nor exact time, and no table but the votes' own
// has a row.
func TestVotingLeavesNoTrace(t *testing.T) {
	w := newTown(t)
	id := w.petition(false)
	tables := w.rows()
	b := w.browser()
	b.vote(id, anna).see(http.StatusOK, "Du har röstat")
	b.logIn(id, anna)
	b.post(Path, "biljett", b.field("biljett"), "val", "aterta")
	w.browser().vote(id, bo)
	for _, address := range b.seen {
		if strings.Contains(address, id) {
			t.Errorf("%s names the petition", address)
		}
	}
	w.router.TellRequests()
	log := w.log.String()
	if strings.Count(log, `"msg":"requests"`) < 5 {
		t.Fatalf("the log tells too little to judge it:\n%s", log)
	}
	for _, bad := range []string{id, anna, bo, "Berglund", "127.0.0.1", title} {
		if strings.Contains(log, bad) {
			t.Errorf("the log tells %q", bad)
		}
	}
	for line := range strings.Lines(log) {
		var said map[string]any
		if err := json.Unmarshal([]byte(line), &said); err != nil {
			t.Fatal(err)
		}
		for name := range said { // the allow list of route.DiscreetLog, and less
			if !slices.Contains([]string{"time", "level", "msg", "route", "outcome", "count", "provider", "kind"}, name) {
				t.Errorf("the log has %q: %s", name, line)
			}
		}
		if _, after, _ := strings.Cut(line, `"time":"`); len(after) < 19 || after[16:19] != ":00" || strings.Contains(after[:30], ".") {
			t.Errorf("an exact time: %s", line)
		}
	}
	for table, before := range tables {
		if after := w.rows()[table]; after != before && table != "petition_ballot" && table != "petition_vote_"+strings.ToLower(id) {
			t.Errorf("voting left %d rows in %s", after-before, table)
		}
	}
}

// rows counts the rows of every table.
func (w *town) rows() map[string]int {
	w.t.Helper()
	counts := map[string]int{}
	err := w.db.Read(w.t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(w.t.Context(), `SELECT name FROM sqlite_master WHERE type = 'table'`)
		if err != nil {
			return err
		}
		var names []string
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return err
			}
			names = append(names, name)
		}
		_ = rows.Close()
		for _, name := range names {
			var n int
			if err := tx.QueryRow(w.t.Context(), `SELECT count(*) FROM "`+name+`"`).Scan(&n); err != nil {
				return err
			}
			counts[name] = n
		}
		return rows.Err()
	})
	if err != nil || len(counts) < 10 {
		w.t.Fatalf("%v, %d tables", err, len(counts))
	}
	return counts
}

// P-06, M-123: votes by GET, across sites, with no ticket, a made-up one, an old
// one, and for petitions that take none: the right status and plain words, and
// never a vote.
func TestBadInput(t *testing.T) {
	w := newTown(t)
	id := w.petition(false)
	b := w.browser()
	ticket := b.logIn(id, anna).field("biljett")
	b.get(Path+"?biljett="+ticket+"&val=rosta").see(http.StatusMethodNotAllowed, "Ingen röst har räknats", "Så röstar du")
	if b.header.Get("Allow") != "POST" {
		t.Error("which method does is not told")
	}
	b.get(Path).see(http.StatusOK, "Så röstar du")
	b.get(LoginPath).see(http.StatusOK, "Så röstar du")
	b.get(receiptPath).see(http.StatusOK, "Så röstar du")
	b.send(http.MethodPost, Path, map[string][]string{"biljett": {ticket}, "val": {"rosta"}}, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site").
		see(http.StatusForbidden)
	b.post(Path).see(http.StatusBadRequest, "Det där var ingen röst", "Ingen röst har räknats")
	b.post(Path, "biljett", ticket).see(http.StatusBadRequest)
	b.post(Path, "biljett", ticket, "val", "båda").see(http.StatusBadRequest)
	for _, made := range []string{"x", strings.Repeat("A", 200), ticket[:len(ticket)-2] + "AA", "' OR 1=1 --", "<b>🗳</b>\u202e"} {
		b.post(Path, "biljett", made, "val", "rosta").see(http.StatusBadRequest, "Det där var ingen röst")
		b.post(receiptPath, "biljett", made).see(http.StatusBadRequest)
	}
	b.post(Path, "biljett", strings.Repeat("A", 20<<10), "val", "rosta").see(http.StatusRequestEntityTooLarge)
	w.clock.Advance(booth.TicketFor)
	b.post(Path, "biljett", ticket, "val", "rosta").see(http.StatusGone, "Det tog för lång tid", "Logga in igen", "Till förslaget")
	for _, made := range []string{"", "x", "../../etc", "01JD", strings.Repeat("9", 26), db.NewID(), id + "\n"} {
		b.begin(made).see(http.StatusNotFound, "Förslaget finns inte")
	}
	if n := w.count(id); n != 0 {
		t.Errorf("%d votes", n)
	}
}

// P-07, P-14: a petition that is paused, closed, or closes while somebody is at
// the e-ID; and voting switched off.
func TestWhenVotesAreNotTaken(t *testing.T) {
	w := newTown(t)
	id := w.petition(false)
	pause := func(on bool) {
		w.tx(func(tx *db.Tx) error { return ballot.Pause(t.Context(), tx, id, on) })
	}
	b := w.browser()
	early := w.petition(false)
	w.tx(func(tx *db.Tx) error { return ballot.Stop(t.Context(), tx, early) })
	b.begin(early).see(http.StatusGone, "Det går inte att rösta på förslaget", "i förtid")
	w.never = db.NewID()
	b.begin(w.never).see(http.StatusGone, "Det går inte att rösta på förslaget", "inte börjat") // rejected: it was never open
	ticket := b.logIn(id, anna).field("biljett")
	pause(true)
	b.begin(id).see(http.StatusConflict, "Omröstningen är pausad", "läggs till i slutet", "Till förslaget")
	b.post(Path, "biljett", ticket, "val", "rosta").see(http.StatusConflict, "Omröstningen är pausad")
	pause(false)
	w.off = true
	b.begin(id).see(http.StatusServiceUnavailable, "Röstningen är avstängd", "Se läget för tjänsten")
	b.post(Path, "biljett", ticket, "val", "rosta").see(http.StatusServiceUnavailable, "Försök igen")
	w.off = false
	w.lost = fault.New(fault.Unavailable, "the database is down")
	b.begin(id).see(http.StatusServiceUnavailable, "Det går inte att rösta just nu", "inte ditt fel")
	w.lost = nil
	b.post(Path, "biljett", ticket, "val", "rosta").see(http.StatusOK, "Du har röstat")

	// Who was at the e-ID when it closed may still vote; who comes then may not.
	w.clock.Set(closes.Add(-time.Minute))
	late := w.browser()
	late.logIn(id, bo)
	w.clock.Set(closes.Add(time.Minute))
	w.browser().begin(id).see(http.StatusGone, "Omröstningen är avslutad", "ta tillbaka en röst")
	late.post(Path, "biljett", late.field("biljett"), "val", "rosta").see(http.StatusOK, "Du har röstat")
	if strings.Contains(late.text(), "Du kan ta tillbaka rösten") { // the time for that has passed
		t.Error("what cannot be done any more is promised")
	}
	w.tx(func(tx *db.Tx) error { return ballot.Stop(t.Context(), tx, id) })
	b.begin(id).see(http.StatusGone, "Omröstningen är avslutad")
	if n := w.count(id); n != 2 {
		t.Errorf("%d votes", n)
	}
}

// P-10: who may not vote is told why, in plain words.
func TestWhoMayNot(t *testing.T) {
	w := newTown(t, func(s *setup) { s.rules.MinAge, s.deps.MinAge = 13, 13 })
	id := w.petition(false)
	w.browser().logIn(id, alma).see(http.StatusForbidden, "Du är för ung för att rösta", "fyllt 13 år", "Ingen röst har räknats")
	strict := newTown(t, func(s *setup) { s.rules.MinLevel = 4 })
	strict.browser().logIn(strict.petition(false), anna).see(http.StatusForbidden, "Din e-legitimation räcker inte")
	if n := w.count(id); n != 0 {
		t.Errorf("%d votes", n)
	}
}

// M-23, ux.md P2: the pages of the e-ID: cancelling leads back to the petition,
// a lost login to where voting is explained, a failed one can be tried again,
// on the phone the app comes back by itself.
func TestLoginPages(t *testing.T) {
	w := newTown(t)
	id := w.petition(false)
	b := w.browser()
	b.begin(id).see(http.StatusOK, "Logga in för att rösta", "Vi sparar inte vem du är", "Vad vi sparar när du röstar")
	wait := b.at.Path
	b.post(wait+"/avbryt").see(http.StatusOK, "Sidan med förslaget")
	if b.at.Path != petitions+"/"+id {
		t.Errorf("cancelled to %s", b.at.Path)
	}
	b.get(wait).see(http.StatusNotFound, "Inloggningen finns inte längre", "Logga in igen")
	b.get(wait + "/klar").see(http.StatusNotFound)

	b.begin(id).answer(anna, fake.Cancel).see(http.StatusOK, "Du avbröt i appen")
	b.post(b.at.Path+"/ny").answer(anna, fake.Approve).see(http.StatusOK, "Du har inte röstat än.")
	b.get(b.at.Path).see(http.StatusNotFound) // the answer is handed out once

	w.fake.Break("auth", fake.Fault{Status: 503, Code: "Maintenance"}, 1)
	b.begin(id).see(http.StatusOK, "Vi når inte BankID just nu")
	if other := w.browser().get(b.at.Path); other.status != http.StatusNotFound {
		t.Error("another browser sees the login")
	}
}

// M-48: the pages are whole in every language; what is Swedish is marked so.
func TestLanguages(t *testing.T) {
	for lang, words := range map[string][3]string{
		page.English: {"We do not save who you are", "Vote for the proposal", "You have voted"},
		page.Easy:    {"Vi sparar inte vem du är", "Rösta på förslaget", "Du har röstat"},
	} {
		w := newTown(t, func(s *setup) { s.rules.MinAge = 13 })
		id := w.petition(true)
		b := w.browser()
		b.lang = lang
		b.begin(id).see(http.StatusOK, words[0])
		b.answer(anna, fake.Approve).see(http.StatusOK, words[1], title)
		if marked := strings.Contains(b.body, `<span lang="sv">`+title+`</span>`); marked != (lang == page.English) {
			t.Errorf("%s: marked as Swedish: %t", lang, marked)
		}
		b.post(Path, "biljett", b.field("biljett"), "val", "rosta").see(http.StatusOK, words[2])
		b.begin(db.NewID()).see(http.StatusNotFound)
		b.get(Path).see(http.StatusOK)
	}
}

// P-12, petitions.md §2.4: a receipt is shown only where receipts are switched
// on, only to who has voted, and only after the warning of its own.
func TestReceipt(t *testing.T) {
	w := newTown(t)
	id, without := w.petition(true), w.petition(false)
	b := w.browser()
	b.logIn(id, anna)
	if strings.Contains(b.text(), "kvitto") {
		t.Error("a receipt is offered before the vote")
	}
	early := b.field("biljett")
	b.post(receiptPath, "biljett", early).see(http.StatusNotFound, "Du har ingen röst att få kvitto på")
	b.post(Path, "biljett", early, "val", "rosta").see(http.StatusOK, "Du kan få ett kvitto")
	b.logIn(id, anna).see(http.StatusOK, "Visa ett kvitto på min röst")
	ticket := b.field("biljett")
	b.post(receiptPath, "biljett", ticket).see(http.StatusOK, "Den som ser kvittot vet att du har röstat", "Jag förstår. Visa kvittot")
	want, err := w.pages.Booth.Receipt(t.Context(), ticket)
	if err != nil || len(want.Nullifier) != 64 {
		t.Fatalf("%v, %v", want, err)
	}
	if strings.Contains(b.body, want.Nullifier) {
		t.Error("the receipt is shown before the warning is read")
	}
	b.post(receiptPath, "biljett", ticket, "visa", "ja").see(http.StatusOK, want.Nullifier, "Spara den här koden")
	b.post(receiptPath, "biljett", ticket, "visa", "fil")
	if b.body != `{"petition":"`+id+`","nullifier":"`+want.Nullifier+"\"}\n" || !strings.Contains(b.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the file: %s %s", b.body, b.header.Get("Content-Disposition"))
	}

	c := w.browser()
	c.vote(without, bo)
	c.logIn(without, bo)
	if strings.Contains(c.text(), "kvitto") {
		t.Error("a receipt is offered where there are none")
	}
	c.post(receiptPath, "biljett", c.field("biljett"), "visa", "ja").see(http.StatusForbidden, "Här finns inga kvitton")
	c.post(receiptPath).see(http.StatusBadRequest)
}

// busy is a booth that cannot take the next votes.
type busy struct {
	Booth
	faults []error
}

func (b *busy) Cast(ctx context.Context, ticket string, withdraw bool) (ballot.Outcome, string, error) {
	if len(b.faults) > 0 {
		err := b.faults[0]
		b.faults = b.faults[1:]
		return "", "", err
	}
	return b.Booth.Cast(ctx, ticket, withdraw)
}

// I-16, P-14: a vote that could not be taken in time is sent again with the
// same ticket, without a new login, and counted once; our own mistakes are told
// as such.
func TestTryingAgain(t *testing.T) {
	w := newTown(t)
	id := w.petition(false)
	b := w.browser()
	b.logIn(id, anna)
	w.pages.Booth = &busy{w.pages.Booth, []error{ballot.ErrFull, fault.New(fault.TooMany, "full"), fault.New(fault.Unavailable, "the sealer is down")}}
	b.post(Path, "biljett", b.field("biljett"), "val", "rosta").see(http.StatusInternalServerError)
	b = w.browser()
	b.logIn(id, anna)
	for _, words := range []string{"Många röstar just nu", "Vi kan inte ta emot röster just nu"} {
		b.post(Path, "biljett", b.field("biljett"), "val", "rosta").see(http.StatusServiceUnavailable, words, "Du behöver inte logga in på nytt", "Försök igen")
		if b.header.Get("Retry-After") != "5" {
			t.Error("when to try again is not told")
		}
	}
	b.post(Path, "biljett", b.field("biljett"), "val", "rosta").see(http.StatusOK, "Du har röstat")
	if w.count(id) != 1 {
		t.Errorf("%d votes", w.count(id))
	}
}
