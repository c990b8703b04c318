package petition_test

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
)

// column reads one column of a table.
func (h *hall) column(query string) (all []string) {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(tx *db.Tx) error {
		all = nil
		rows, err := tx.Query(h.t.Context(), query)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				return err
			}
			all = append(all, s)
		}
		return rows.Err()
	}))
	return all
}

// P-05, P-15: of a secret link its hash alone is kept, so that nobody who reads
// the database can be the proposer or the follower.
func TestLinksAreKeptHashed(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		open := h.published(bikeText, "")
		got := h.receive(bikeText, "siv@test.example")
		_, confirm := h.letter("siv@test.example", petition.LinkConfirm)
		h.ok(h.Follow(t.Context(), open.ID, "greta@test.example", "192.0.2.1"))
		_, follow := h.letter("greta@test.example", petition.LinkFollow)
		kept := append(h.column(`SELECT hash FROM petition_link`), h.column(`SELECT confirm FROM petition_follow`)...)
		for name, secret := range map[string]string{"manage": got.Manage, "confirm": confirm, "follow": follow} {
			sum := sha256.Sum256([]byte(secret))
			if secret == "" || slices.Contains(kept, secret) || !slices.Contains(kept, hex.EncodeToString(sum[:])) {
				t.Errorf("the link to %s is not kept as its hash", name)
			}
		}
	})
}

// P-18: a network address is counted under a key that changes each day: what
// one day's rows are called says nothing of another's.
func TestKeyOfAddressesChangesEachDay(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		seen := map[string]string{}
		for _, day := range []string{"2026-11-22", "2026-11-23", "2026-11-24"} {
			h.receive(bikeText, "")
			h.receive(bikeText, "")
			people := h.column(`SELECT DISTINCT person FROM petition_rate WHERE day = '` + day + `'`)
			if len(people) != 1 {
				t.Fatalf("%s: one address counts as %d", day, len(people))
			}
			if before := seen[people[0]]; before != "" {
				t.Errorf("the address has the same name on %s and %s", before, day)
			}
			seen[people[0]] = day
			h.clock.Advance(24 * time.Hour)
		}
	})
}

// P-15: a link to follow is good for as long as the letter says, whether or
// not the address that never answered has been erased yet.
func TestOldLinkFollowsNothing(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		got := h.published(bikeText, "")
		h.ok(h.Follow(t.Context(), got.ID, "greta@test.example", "192.0.2.1"))
		_, secret := h.letter("greta@test.example", petition.LinkFollow)
		h.clock.Advance(48*time.Hour - time.Second)
		_, err := h.FollowLink(t.Context(), secret)
		h.ok(err)
		h.clock.Advance(time.Second)
		_, err = h.FollowLink(t.Context(), secret)
		h.want(fault.Gone, err)
		_, err = h.ConfirmFollow(t.Context(), secret)
		h.want(fault.Gone, err)
	})
}
