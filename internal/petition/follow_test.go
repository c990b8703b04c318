package petition_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
)

// P-13, P-15: anyone may follow, after a click in a letter; each is told of
// each thing once, and a link in every letter ends it.
func TestFollow(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		ctx := t.Context()
		unread := h.receive(bikeText, "")
		h.want(fault.NotFound, h.Follow(ctx, unread.ID, "greta@test.example", "192.0.2.1"))
		got := h.published(bikeText, "hans@test.example")
		for _, bad := range []string{"", "greta", "greta@localhost", "Greta <greta@test.example>", "greta@test.example\r\nBcc: a@b.se", strings.Repeat("g", 300) + "@test.example"} {
			if err := h.Follow(ctx, got.ID, bad, "192.0.2.1"); !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		h.ok(h.Follow(ctx, got.ID, "greta@test.example", "192.0.2.1"))
		_, old := h.letter("greta@test.example", petition.LinkFollow)
		h.ok(h.Follow(ctx, got.ID, "greta@test.example", "192.0.2.1")) // asked again: the newest letter holds
		_, secret := h.letter("greta@test.example", petition.LinkFollow)
		_, err := h.ConfirmFollow(ctx, old)
		h.want(fault.NotFound, err)
		id, err := h.ConfirmFollow(ctx, secret)
		h.ok(err)
		if id != got.ID {
			t.Errorf("it leads to %s", id)
		}
		h.ok(h.Follow(ctx, got.ID, "greta@test.example", "192.0.2.1")) // follows already: the same answer, no letter
		h.deliver()
		if n := len(h.post.To("greta@test.example")); n != 2 {
			t.Errorf("%d letters", n)
		}
		h.closed(got.ID, 500)
		news, away := h.letter("greta@test.example", petition.LinkUnfollow)
		if n := len(h.post.To("greta@test.example")); n > 5 || !strings.Contains(news.Text, "tillräckligt många") || news.Header.Get("List-Unsubscribe") == "" || news.ID == "" {
			t.Errorf("%d letters, the last %q", n, news.Text)
		}
		seen := map[string]int{}
		for _, l := range h.post.To("greta@test.example") {
			seen["erased"] += strings.Count(l.Text, "om vem som röstade är borttagna")
		}
		if seen["erased"] != 1 {
			t.Errorf("told of the erasure %d times", seen["erased"])
		}
		if mailed, _ := h.letter("hans@test.example", ""); !strings.Contains(mailed.Text, "tillräckligt många") || strings.Contains(mailed.Text, "Sluta följa") {
			t.Errorf("the proposer is told %q", mailed.Text)
		}
		h.ok(h.Unfollow(ctx, away))
		h.ok(h.Unfollow(ctx, away))
		h.want(fault.NotFound, h.Unfollow(ctx, away[:len(away)-1]+"x"))
		if h.rows("petition_follow") != 0 {
			t.Error("the address is kept")
		}
	})
}

// P-15, I-18: a proposer and a follower with the same address cannot be joined,
// and no table says more than it must.
func TestPseudonymsAreApart(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		got := h.published(bikeText, "jonas@test.example")
		h.ok(h.Follow(t.Context(), got.ID, "jonas@test.example", "192.0.2.7"))
		h.ok(h.db.Read(t.Context(), func(tx *db.Tx) error {
			var author, follower string
			var joined int
			if err := tx.QueryRow(t.Context(), `SELECT a.person, f.person FROM petition_author a, petition_follow f`).Scan(&author, &follower); err != nil {
				return err
			}
			err := tx.QueryRow(t.Context(), `SELECT count(*) FROM petition_rate WHERE person IN ($1, $2)`, author, follower).Scan(&joined)
			if author == follower || joined != 0 {
				t.Error("the same value in two tables")
			}
			return err
		}))
	})
}

// P-15, P-17: addresses go when the settings say so, and then no file of the
// database holds them, nor did one before.
func TestAddressesAreErased(t *testing.T) {
	each(t, func(s *petition.Settings) { s.AuthorDays, s.FollowersDays = 60, 30 }, func(t *testing.T, h *hall) {
		addresses := []string{"irja.unik@test.example", "kim.unik@test.example", "bo.obekraftad@test.example", "anna.obekraftad@test.example"}
		got := h.published(bikeText, addresses[0])
		h.ok(h.Follow(t.Context(), got.ID, addresses[1], "192.0.2.1"))
		_, secret := h.letter(addresses[1], petition.LinkFollow)
		_, err := h.ConfirmFollow(t.Context(), secret)
		h.ok(err)
		h.receive(bikeText, addresses[2])
		h.ok(h.Follow(t.Context(), got.ID, addresses[3], "192.0.2.1"))
		count := func(authors, followers int) {
			t.Helper()
			h.deliver()
			h.purge()
			if a, f := h.rows("petition_author"), h.rows("petition_follow"); a != authors || f != followers {
				t.Errorf("%d proposers and %d followers, want %d and %d", a, f, authors, followers)
			}
			h.notInFiles(addresses)
		}
		count(2, 2)
		h.clock.Advance(48 * time.Hour) // what is not confirmed goes
		count(1, 1)
		h.closed(got.ID, 3) // below the threshold: it has ended
		count(1, 1)
		h.clock.Advance(30 * 24 * time.Hour)
		count(1, 0)
		h.clock.Advance(30*24*time.Hour - time.Minute)
		count(1, 0)
		h.clock.Advance(time.Minute)
		count(0, 0)
		if n := h.rows("petition_link"); n != 1 { // of the proposal that is still under way
			t.Errorf("%d links remain", n)
		}
		if h.rows("mail_message") != 0 {
			t.Error("letters remain")
		}
	})
}

// notInFiles looks for texts in the files of the database, the journal among
// them. On PostgreSQL it looks in every column that holds text or bytes.
func (h *hall) notInFiles(texts []string) {
	h.t.Helper()
	if h.db.Engine() == db.Postgres {
		h.notInTables(texts)
		return
	}
	var dir string
	h.ok(h.db.Read(h.t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(h.t.Context(), `SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&dir)
	}))
	files, err := filepath.Glob(dir + "*")
	h.ok(err)
	if len(files) == 0 {
		h.t.Fatal("the database has no file")
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		h.ok(err)
		for _, text := range texts {
			for _, piece := range []string{text, strings.SplitN(text, "@", 2)[0]} {
				if bytes.Contains(bytes.ToLower(raw), []byte(piece)) {
					h.t.Errorf("%s holds %q", filepath.Base(file), piece)
				}
			}
		}
	}
}

func (h *hall) notInTables(texts []string) {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(tx *db.Tx) error {
		for _, table := range []string{"petition", "petition_event", "petition_text", "petition_author", "petition_follow", "petition_link", "petition_rate", "mail_message", "outbox", "audit_row"} {
			for _, text := range texts {
				var n int
				if err := tx.QueryRow(h.t.Context(), `SELECT count(*) FROM `+table+` x WHERE x::text ILIKE $1 OR x::text ILIKE '%' || encode(convert_to($2, 'UTF8'), 'hex') || '%'`,
					"%"+text+"%", text).Scan(&n); err != nil {
					return err
				}
				if n != 0 {
					h.t.Errorf("%s holds %q", table, text)
				}
			}
		}
		return nil
	}))
}
