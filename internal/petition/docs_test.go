package petition_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"medborgarnavet/internal/petition"
)

// handbook is docs/petitions.md, and the first two cells of each row of its
// tables.
func handbook(t *testing.T) map[string]string {
	t.Helper()
	raw, err := os.ReadFile("../../docs/petitions.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for line := range strings.Lines(string(raw)) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || !strings.HasPrefix(cells[1], " `") {
			continue
		}
		rows[strings.Trim(cells[1], " `")] = strings.Trim(cells[2], " `")
	}
	return rows
}

// The handbook's table has every setting with its default, and no other.
func TestHandbookHasTheSettings(t *testing.T) {
	raw, err := json.Marshal(petition.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	var settings map[string]json.RawMessage
	if err := json.Unmarshal(raw, &settings); err != nil {
		t.Fatal(err)
	}
	rows := handbook(t)
	for key, value := range settings {
		if rows[key] != string(value) {
			t.Errorf("docs/petitions.md: %s is %s, want %s", key, rows[key], value)
		}
	}
	known := states()
	for _, s := range known {
		if rows[s] == "" {
			t.Errorf("docs/petitions.md: no state %s", s)
		}
	}
	for key := range rows {
		if _, ok := settings[key]; !ok && !slices.Contains(known, key) {
			t.Errorf("docs/petitions.md: there is no %s", key)
		}
	}
}

// states are those that a move leads to, and the first.
func states() []string {
	all := []string{string(petition.Submitted), string(petition.Stopped)}
	for _, m := range petition.Transitions() {
		if m.To != "" {
			all = append(all, string(m.To))
		}
	}
	return all
}

// P-13, P-15: letters read as Swedish, name the municipality, say why they came
// and how to get no more.
func TestLettersSayWhy(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		const author, follower = "anna@test.example", "bo@test.example"
		got := h.published(bikeText, author)
		h.ok(h.Follow(t.Context(), got.ID, follower, "192.0.2.1"))
		_, secret := h.letter(follower, petition.LinkFollow)
		if id, err := h.FollowLink(t.Context(), secret); err != nil || id != got.ID {
			t.Errorf("the link leads to %s (%v)", id, err)
		}
		_, err := h.ConfirmFollow(t.Context(), secret)
		h.ok(err)
		h.closed(got.ID, 500)
		h.deliver()
		for _, to := range []string{author, follower} {
			for _, l := range h.post.To(to) {
				ways := 0
				for _, way := range []string{"Du får mejlet för att du", "Var det inte du? Då behöver du inte göra något."} {
					ways += strings.Count(l.Text, way)
				}
				if !strings.HasPrefix(l.Text, "Hej!\n\n") || !strings.Contains(l.Text, "Ekbacka kommun") || ways != 1 || strings.Contains(l.Text, "\n\n\n") || strings.Contains(l.Text, "%!") {
					t.Errorf("to %s:\n%s\n%s", to, l.Subject, l.Text)
				}
			}
		}
		for to, table := range map[string]string{author: "petition_author", follower: "petition_follow"} {
			mailed, away := h.letter(to, petition.LinkUnfollow)
			if mailed.Header.Get("List-Unsubscribe") == "" || h.UnfollowLink(away) != nil {
				t.Errorf("to %s: no way to end it", to)
			}
			for range 2 {
				h.ok(h.Unfollow(t.Context(), away))
			}
			if n := h.rows(table); n != 0 {
				t.Errorf("%s holds %d", table, n)
			}
		}
		if _, err := h.Manage(t.Context(), got.Manage); err != nil {
			t.Errorf("with the address went the page: %v", err)
		}
	})
}

// P-15: nobody learns that an address follows by asking until no letter goes.
func TestFollowingIsNotTold(t *testing.T) {
	each(t, func(s *petition.Settings) { s.MailsPerDay = 1 }, func(t *testing.T, h *hall) {
		got := h.published(bikeText, "")
		for i := range 4 {
			if err := h.Follow(t.Context(), got.ID, "bo@test.example", fmt.Sprintf("192.0.2.%d", i)); err != nil {
				t.Errorf("time %d: %v", i, err)
			}
		}
		_, secret := h.letter("bo@test.example", petition.LinkFollow)
		if n := len(h.post.To("bo@test.example")); n != 1 {
			t.Errorf("%d letters", n)
		}
		_, err := h.ConfirmFollow(t.Context(), secret) // the one letter holds
		h.ok(err)
	})
}
