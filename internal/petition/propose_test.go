package petition_test

import (
	"context"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
)

// P-05, P-19: a proposal takes no login and no person, is a record with a
// number in the board's series at once, and is not shown.
func TestProposeWithoutLogin(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		got := h.receive(bikeText, "")
		if got.Registry != "KS 2026-000001" || got.Manage == "" || got.Confirm || !got.At.Equal(start) {
			t.Errorf("received %+v", got)
		}
		if next := h.receive(bikeText, ""); next.Registry != "KS 2026-000002" {
			t.Errorf("the next number is %s", next.Registry)
		}
		own, err := h.Manage(t.Context(), got.Manage)
		h.ok(err)
		if own.Text != bikeText || own.Standing.Moderation != petition.Submitted || len(own.Events) != 1 || own.Mail {
			t.Errorf("the proposer sees %+v", own)
		}
		if e := own.Events[0]; e.NextStep != string(petition.MoveCheckOut) || e.NextDay != "2026-11-29" || e.Words == "" {
			t.Errorf("what is next is not said: %+v", e)
		}
		_, err = h.One(t.Context(), got.ID)
		h.want(fault.NotFound, err)
	})
}

// P-05, P-11: what takes proposals is built from no login at all.
func TestNoLoginIsBuiltIn(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "medborgarnavet/internal/petition").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dep := range strings.Lines(string(out)) {
		for _, bad := range []string{"internal/identity", "oauth", "facebook", "google.golang.org", "internal/casework", "internal/submission"} {
			if strings.Contains(dep, bad) {
				t.Errorf("it is built with %s", strings.TrimSpace(dep))
			}
		}
	}
}

// P-19, P-05: all that people and programs send gets an answer that says what to mend;
// what is plain text stays as it was written.
func TestTexts(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		long := strings.Repeat("å", 101)
		tests := []struct {
			name string
			text petition.Text
			kind fault.Kind
			says string // field code
		}{
			{"empty", petition.Text{}, fault.Invalid, "title missing"},
			{"spaces", petition.Text{Title: " \n ", What: bikeText.What}, fault.Invalid, "title missing"},
			{"long title", petition.Text{Title: long, What: bikeText.What}, fault.Invalid, "title too-long"},
			{"10 MB", petition.Text{Title: "Stort", What: strings.Repeat("abcdefghij", 1<<20)}, fault.TooLarge, ""},
			{"emoji alone", petition.Text{Title: "🚲🚲", What: bikeText.What}, fault.Invalid, "title no-words"},
			{"emoji", petition.Text{Title: "Cykel 🚲 👨‍👩‍👧 ❤️ 🇸🇪", What: "Bygg 🚲"}, "", ""},
			{"bidi override", petition.Text{Title: "Bygg \u202egäv", What: bikeText.What}, fault.Invalid, "title character"},
			{"bidi isolate", petition.Text{Title: "Bygg", What: "en \u2066väg"}, fault.Invalid, "what character"},
			{"control", petition.Text{Title: "Bygg\x00", What: "en väg"}, fault.Invalid, "title character"},
			{"escape", petition.Text{Title: "Bygg", What: "en \x1b[31mväg"}, fault.Invalid, "what character"},
			{"not UTF-8", petition.Text{Title: "Bygg", What: "en v\xe4g"}, fault.Invalid, "what character"},
			{"line in the title", petition.Text{Title: "Bygg\nväg", What: "en väg"}, fault.Invalid, "title character"},
			{"piled marks", petition.Text{Title: "By" + strings.Repeat("\u0315", 9), What: "en väg"}, fault.Invalid, "title character"},
			{"HTML", petition.Text{Title: "<b>Bygg</b>", What: "<script>alert(1)</script>", Why: "a & b"}, "", ""},
			{"SQL", petition.Text{Title: "'; DROP TABLE petition; --", What: "$1 ?1 {{int}} %s"}, "", ""},
			{"Arabic", petition.Text{Title: "طريق للدراجات", What: "نريد طريقا"}, "", ""},
		}
		for _, tc := range tests {
			in := h.proposal(tc.text, "")
			before, checked := h.Check(in)
			got, err := h.Receive(t.Context(), in)
			if fault.KindOf(err) != tc.kind || fault.KindOf(checked) != tc.kind {
				t.Errorf("%s: %v, checked %v", tc.name, err, checked)
				continue
			}
			if tc.kind == "" && before != tc.text {
				t.Errorf("%s: checked as %q", tc.name, before)
			}
			if tc.says != "" {
				field, code, _ := strings.Cut(tc.says, " ")
				if !slices.Contains(remarks(err), petition.Remark{Field: field, Code: code}) {
					t.Errorf("%s: it says %v", tc.name, remarks(err))
				}
			}
			if tc.kind == "" {
				own, err := h.Manage(t.Context(), got.Manage)
				h.ok(err)
				if own.Text != tc.text {
					t.Errorf("%s: kept as %q", tc.name, own.Text)
				}
			}
		}
	})
}

// Texts are put in one form, so that equal ones are equal.
func TestClean(t *testing.T) {
	for in, want := range map[string]string{"  a\u0308n\r\nny\rrad\u2028till ": "än\nny\nrad\ntill", "rad\u0085två": "rad\ntvå",
		"\ufeffcy\u00adkel\u200bväg\vny rad": "cykelväg\nny rad"} {
		if got, code := petition.Clean(in, 100, true); got != want || code != "" {
			t.Errorf("%q became %q (%s)", in, got, code)
		}
	}
}

// FuzzText: whatever is taken is valid, short enough, and the same when it is
// put in order again.
func FuzzText(f *testing.F) {
	f.Add("Bygg en cykelväg", true)
	f.Add("a\u202eb\r\n", false)
	f.Fuzz(func(t *testing.T, s string, lines bool) {
		once, code := petition.Clean(s, 100, lines)
		if code != "" {
			return
		}
		if twice, code := petition.Clean(once, 100, lines); twice != once || code != "" {
			t.Errorf("%q is put in order as %q, then as %q (%s)", s, once, twice, code)
		}
		if strings.ContainsAny(once, "\x00\u202e\u2066\r") {
			t.Errorf("%q keeps what must not be kept", once)
		}
	})
}

// P-18: programs fall into the trap; a network and an address are held to a
// number a time; nothing that could be followed remains the day after.
func TestMisuseIsHeldBack(t *testing.T) {
	each(t, func(s *petition.Settings) { s.PerTenMinutes, s.PerDay, s.MailsPerDay = 2, 4, 2 }, func(t *testing.T, h *hall) {
		in := h.proposal(bikeText, "")
		in.Trap = "https://spam.example"
		_, err := h.Receive(t.Context(), in)
		h.want(fault.Invalid, err)
		try := func(from, address string) error {
			in := h.proposal(bikeText, address)
			in.From = from
			_, err := h.Receive(t.Context(), in)
			return err
		}
		steps := []struct {
			from    string
			forward time.Duration
			kind    fault.Kind
		}{
			{"192.0.2.7", 0, ""}, {"192.0.2.7", 0, ""}, {"192.0.2.7", 0, fault.TooMany},
			{"::ffff:192.0.2.7", 0, fault.TooMany}, {"192.0.2.8", 0, ""},
			{"192.0.2.7", 11 * time.Minute, ""}, {"192.0.2.7", 0, ""}, {"192.0.2.7", 11 * time.Minute, fault.TooMany},
			{"2001:db8:1:2:aaaa::1", 0, ""}, {"2001:db8:1:2:bbbb::2", 0, ""}, {"2001:db8:1:2:cccc::3", 0, fault.TooMany}, {"2001:db8:1:3::1", 0, ""},
			{"192.0.2.7", 24 * time.Hour, ""},
		}
		for i, s := range steps {
			h.clock.Advance(s.forward)
			if err := try(s.from, ""); fault.KindOf(err) != s.kind {
				t.Errorf("step %d from %s: %v", i, s.from, err)
			}
		}
		// nobody can flood an address with letters from many networks
		for i, kind := range []fault.Kind{"", "", fault.TooMany} {
			if err := try("198.51.100."+string(rune('1'+i)), "Bo.Ek+"+string(rune('a'+i))+"@test.example"); fault.KindOf(err) != kind {
				t.Errorf("letter %d: %v", i, err)
			}
		}
		h.clock.Advance(24 * time.Hour)
		h.purge()
		if n := h.rows("petition_rate"); n != 0 {
			t.Errorf("%d rows of the day before remain", n)
		}
	})
}

func (h *hall) rows(table string) (n int) {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(h.t.Context(), `SELECT count(*) FROM `+table).Scan(&n)
	}))
	return n
}

// P-05: a form that is sent twice is one proposal.
func TestDoubleClick(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		in := h.proposal(bikeText, "")
		first, err := h.Receive(t.Context(), in)
		h.ok(err)
		again, err := h.Receive(t.Context(), in)
		h.ok(err)
		if again.ID != first.ID || again.Manage == first.Manage || h.rows("petition") != 1 {
			t.Errorf("first %+v, again %+v", first, again)
		}
		for _, secret := range []string{first.Manage, again.Manage} {
			_, err := h.Manage(t.Context(), secret)
			h.ok(err)
		}
		h.clock.Advance(time.Hour)
		_, err = h.Receive(t.Context(), in)
		h.want(fault.Conflict, err)
	})
}

// P-05, P-15: an address is used once it has confirmed itself; links that are
// forged, old or of another kind lead nowhere.
func TestLinks(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		const address = "cecilia@test.example"
		got := h.receive(bikeText, address)
		mailed, secret := h.letter(address, petition.LinkConfirm)
		if !got.Confirm || secret == "" || strings.Contains(mailed.Text, bikeText.Title) || strings.Contains(mailed.Subject, "cykel") {
			t.Errorf("the letter is %q", mailed.Text)
		}
		for name, call := range map[string]func(context.Context, string) error{
			"manage":   func(ctx context.Context, s string) error { _, err := h.Manage(ctx, s); return err },
			"confirm":  func(ctx context.Context, s string) error { _, err := h.Confirm(ctx, s); return err },
			"follow":   func(ctx context.Context, s string) error { _, err := h.ConfirmFollow(ctx, s); return err },
			"away":     h.Unfollow,
			"confirm?": func(ctx context.Context, s string) error { _, err := h.ConfirmLink(ctx, s); return err },
			"follow?":  func(ctx context.Context, s string) error { _, err := h.FollowLink(ctx, s); return err },
			"away?":    func(_ context.Context, s string) error { return h.UnfollowLink(s) },
		} {
			for _, forged := range []string{"", "x", got.ID, got.ID + ".00", strings.Repeat("A", 32), strings.Repeat("A", 1<<20), "' OR 1=1 --"} {
				if err := call(t.Context(), forged); fault.KindOf(err) != fault.NotFound {
					t.Errorf("%s with a forged link: %v", name, err)
				}
			}
		}
		_, err := h.Manage(t.Context(), secret) // of another kind
		h.want(fault.NotFound, err)
		for range 2 { // to look changes nothing
			if registry, err := h.ConfirmLink(t.Context(), secret); err != nil || registry != got.Registry {
				t.Errorf("the link is to %q (%v)", registry, err)
			}
		}
		confirmed, err := h.Confirm(t.Context(), secret)
		h.ok(err)
		_, err = h.Confirm(t.Context(), secret) // used
		h.want(fault.NotFound, err)
		fresh := petition.NewSecret()
		h.want(fault.Invalid, h.Rotate(t.Context(), confirmed.Manage, "short"))
		h.want(fault.Invalid, h.Rotate(t.Context(), confirmed.Manage, confirmed.Manage))
		h.want(fault.NotFound, h.Rotate(t.Context(), strings.Repeat("A", 32), fresh))
		h.ok(h.Rotate(t.Context(), confirmed.Manage, fresh))
		h.ok(h.Rotate(t.Context(), confirmed.Manage, fresh)) // asked twice: the link is not lost
		for _, old := range []string{got.Manage, confirmed.Manage} {
			_, err = h.Manage(t.Context(), old)
			h.want(fault.NotFound, err)
		}
		own, err := h.Manage(t.Context(), fresh)
		h.ok(err)
		if !own.Mail {
			t.Error("the address is not confirmed")
		}
		h.receive(bikeText, "dina@test.example")
		_, secret = h.letter("dina@test.example", petition.LinkConfirm)
		h.clock.Advance(48 * time.Hour)
		_, err = h.Confirm(t.Context(), secret)
		h.want(fault.Gone, err)
		_, err = h.ConfirmLink(t.Context(), secret)
		h.want(fault.Gone, err)
		forgets := h.receive(bikeText, "erik@test.example")
		_, secret = h.letter("erik@test.example", petition.LinkConfirm)
		h.ok(h.ForgetMail(t.Context(), forgets.Manage))
		_, err = h.ConfirmLink(t.Context(), secret)
		h.want(fault.Gone, err)
		_, err = h.Confirm(t.Context(), secret)
		h.want(fault.Gone, err)
	})
}

// Who has more under way than the cap is shown to the moderator, and nobody
// can ask whose address has proposed.
func TestCap(t *testing.T) {
	each(t, func(s *petition.Settings) { s.CapPerProposer, s.MailRequired = 1, true }, func(t *testing.T, h *hall) {
		for i, address := range []string{"erik@test.example", "Erik+2@test.example"} {
			got := h.receive(bikeText, address)
			if q, err := h.Queue(t.Context(), maja, ""); err != nil || len(q) != i {
				t.Fatalf("before confirming the queue has %d (%v)", len(q), err)
			}
			to := strings.Replace(address, "Erik", "Erik", 1)
			_, secret := h.letter(to, petition.LinkConfirm)
			_, err := h.Confirm(t.Context(), secret)
			h.ok(err)
			q, err := h.Queue(t.Context(), maja, "")
			h.ok(err)
			j := slices.IndexFunc(q, func(item petition.QueueItem) bool { return item.ID == got.ID })
			if j < 0 || q[j].OverCap != (i == 1) || !q[j].Confirmed {
				t.Errorf("proposal %d: %+v", i, q)
			}
		}
		h.receive(bikeText, "") // a record all the same: it comes into the queue when the time is out
		h.clock.Advance(48 * time.Hour)
		if q, err := h.Queue(t.Context(), maja, ""); err != nil || len(q) != 3 {
			t.Errorf("the queue has %d (%v)", len(q), err)
		}
	})
}

// The proposer changes and withdraws; each version is kept as it was read.
func TestSupplementAndWithdraw(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		got := h.receive(bikeText, "")
		better := bikeText
		better.Why = "Barnen behöver det."
		h.want(fault.Conflict, h.Supplement(t.Context(), got.Manage, 2, better))
		h.ok(h.Supplement(t.Context(), got.Manage, 1, better))
		h.want(fault.Invalid, h.Supplement(t.Context(), got.Manage, 2, petition.Text{}))
		h.want(fault.TooLarge, h.Supplement(t.Context(), got.Manage, 2, petition.Text{Title: strings.Repeat("a", 10<<20)}))
		h.checkOut(got.ID)
		h.want(fault.Conflict, h.Supplement(t.Context(), got.Manage, 2, bikeText)) // it is being read
		h.want(fault.Conflict, h.Accept(t.Context(), maja, got.ID, petition.Decision{Version: 1}))
		sheet, err := h.Read(t.Context(), maja, got.ID)
		h.ok(err)
		if sheet.Text != better || len(sheet.Versions) != 1 || sheet.Versions[0] != bikeText || !sheet.Mine {
			t.Errorf("the sheet is %+v", sheet)
		}
		h.ok(h.Withdraw(t.Context(), got.Manage))
		h.want(fault.Conflict, h.Withdraw(t.Context(), got.Manage))
		_, err = h.One(t.Context(), got.ID) // it was never public
		h.want(fault.NotFound, err)

		open := h.published(bikeText, "")
		h.ok(h.Withdraw(t.Context(), open.Manage))
		h.deliver()
		if !slices.Equal(h.booth.stopped, []string{open.ID}) {
			t.Errorf("stopped: %v", h.booth.stopped)
		}
		h.ok(h.FollowVoting(t.Context(), petition.VotingEvent{Petition: open.ID, Key: "c", Move: petition.MoveClose}))
		h.ok(h.FollowVoting(t.Context(), petition.VotingEvent{Petition: open.ID, Key: "e", Move: petition.MoveErase, Count: 77}))
		page, err := h.One(t.Context(), open.ID)
		h.ok(err)
		if page.Count.Known || page.Standing.Voting != petition.Erased || page.Standing.Outcome != petition.None || page.Code != petition.CodeWithdrawn {
			t.Errorf("the page is %+v", page)
		}
	})
}
