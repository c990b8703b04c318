package validation_test

import (
	"testing"
	"time"

	"medborgarnavet/block/pades"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/validation/trust"
)

// S-06, I-12: the verdict on an honest signature by level, trust, revocation
// and time. Each file is signed at start; then things happen.
func TestMatrix(t *testing.T) {
	type situation struct {
		name    string
		level   pades.Level
		prepare func(w *world) // before signing
		later   func(w *world, leaf func(at time.Time, reason int))
		trust   bool
		online  bool
		want    validation.SubIndication
		reached string // level reported, "" = the one asked for
		source  validation.TimeSource
	}
	revoke := func(after time.Duration) func(*world, func(time.Time, int)) {
		return func(w *world, leaf func(time.Time, int)) {
			w.now = start.Add(3 * hour)
			leaf(start.Add(after), 0)
		}
	}
	wait := func(d time.Duration) func(*world, func(time.Time, int)) {
		return func(w *world, _ func(time.Time, int)) { w.now = start.Add(d) }
	}
	soon := wait(10 * time.Minute)
	none := func(*world) {}
	list := []situation{
		{"B-B, asked", pades.BB, none, soon, true, true, "", "", validation.FromClaim},
		{"B-B, not asked", pades.BB, none, soon, true, false, validation.TryLater, "", validation.FromClaim},
		{"B-B, unknown issuer", pades.BB, none, soon, false, true, validation.NoCertificateChainFound, "", validation.FromClaim},
		{"B-B, revoked", pades.BB, none, revoke(hour), true, true, validation.RevokedNoPOE, "", validation.FromClaim},
		{"B-B, expired", pades.BB, none, wait(2 * year), true, true, validation.OutOfBoundsNoPOE, "", validation.FromClaim},
		{"B-T, asked", pades.BT, none, soon, true, true, "", "", validation.FromTimeStamp},
		{"B-T, unknown issuer", pades.BT, none, soon, false, true, validation.NoCertificateChainFound, "", validation.FromClaim},
		{"B-T, revoked after", pades.BT, none, revoke(hour), true, true, "", "", validation.FromTimeStamp},
		{"B-T, revoked before", pades.BT, none, revoke(-hour), true, true, validation.Revoked, "", validation.FromTimeStamp},
		{"B-LT, not asked", pades.BLT, none, soon, true, false, "", "", validation.FromTimeStamp},
		{"B-LT, unknown issuer", pades.BLT, none, soon, false, false, validation.NoCertificateChainFound, "", validation.FromClaim},
		{"B-LT, revoked after", pades.BLT, none, revoke(hour), true, true, "", "", validation.FromTimeStamp},
		{"B-LT, expired", pades.BLT, none, wait(2 * year), true, false, "", "", validation.FromTimeStamp},
		{"B-LT, issuer expired too", pades.BLT, none, wait(12 * year), true, false, validation.OutOfBoundsNoPOE, "", validation.FromClaim},
		{"B-LTA, not asked", pades.BLTA, none, soon, true, false, "", "", validation.FromTimeStamp},
		{"B-LTA, unknown issuer", pades.BLTA, none, soon, false, false, validation.NoCertificateChainFound, "", validation.FromClaim},
		{"B-LTA, revoked after", pades.BLTA, none, revoke(hour), true, true, "", "", validation.FromTimeStamp},
		{"B-LTA, expired", pades.BLTA, none, wait(2 * year), true, false, "", "", validation.FromTimeStamp},
		{"stale answer", pades.BLT, func(w *world) { w.ca.StaleOCSP(true) }, soon, true, false, "", "", validation.FromTimeStamp},
		{"dead authority", pades.BLTA, func(w *world) { w.ca.Dead(true) }, soon, true, true, "", "B-B", validation.FromClaim},
		{"stamp over something else", pades.BT, func(w *world) { w.ca.WrongImprint(true) }, soon, true, true, "", "B-B", validation.FromClaim},
	}
	for _, s := range list {
		t.Run(s.name, func(t *testing.T) {
			w := newWorld(t)
			id := w.person("Anna", "Berglund")
			s.prepare(w)
			file := w.reached(document(t, 1), id, s.level)
			s.later(w, func(at time.Time, reason int) { w.ca.Revoke(id.Certificate, at, reason) })
			if !s.trust {
				w.trust = &trust.Store{}
			}
			rep := w.validate(file, s.online)
			got := only(t, rep)
			if got.Sub != s.want || got.Indication != s.want.Indication() || got.Verdict != rep.Verdict {
				t.Errorf("%s %s, want %q: %v; stamps %+v", got.Indication, got.Sub, s.want, codes(got), got.TimeStamps)
			}
			want := s.reached
			if want == "" {
				want = s.level.String()
			}
			if got.Level != want {
				t.Errorf("level %s, want %s", got.Level, want)
			}
			if got.TimeSource != s.source || !got.CoversWhole || got.Signer.Name != "Anna Berglund" {
				t.Errorf("time by %q, covers %v, by %q", got.TimeSource, got.CoversWhole, got.Signer.Name)
			}
			if d := got.SignedAt.Sub(start); d < -time.Second || d > time.Second {
				t.Errorf("signed at %v", got.SignedAt)
			}
		})
	}
}
