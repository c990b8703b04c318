package plugin

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func grant(now time.Time) Grant {
	return Grant{ID: "g1", Issuer: "ekbacka", Source: "ssbtek", Person: "198507099805", Audience: "ekbist",
		Datasets: []string{"FK/payments"}, Purpose: "p", Legal: "l", Asking: Controller{OrgNumber: "2120009911"}, Case: "EB-1",
		Period: Period{From: "2026-10-01", To: "2026-12-31"}, IssuedAt: now.Unix(), Expires: now.Add(2 * time.Minute).Unix()}
}

// I-2, M-61, M-98: a grant says what is allowed, and nobody but the platform
// can have said it.
func TestVerifyGrant(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(g Grant, key ed25519.PrivateKey) string {
		token, err := SignGrant(g, key)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	good := sign(grant(now), private)
	parts := strings.Split(good, ".")
	enc := base64.RawURLEncoding
	without := func(change func(*Grant)) string {
		g := grant(now)
		change(&g)
		return sign(g, private)
	}
	none := enc.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
	longer := enc.EncodeToString([]byte(`{"alg":"EdDSA","typ":"mnv-grant+jwt","crit":[]}`)) + "." + parts[1]
	longer += "." + enc.EncodeToString(ed25519.Sign(private, []byte(longer)))
	tests := []struct {
		name, token, source string
		at                  time.Time
		ok                  bool
	}{
		{"good", good, "ssbtek", now, true},
		{"a minute before it was issued", good, "ssbtek", now.Add(-time.Minute), true},
		{"two minutes before it was issued", good, "ssbtek", now.Add(-2 * time.Minute), false},
		{"just before expiry", good, "ssbtek", now.Add(2*time.Minute - time.Second), true},
		{"expired", good, "ssbtek", now.Add(2 * time.Minute), false},
		{"another source", good, "folkbokforing", now, false},
		{"another key", sign(grant(now), other), "ssbtek", now, false},
		{"no algorithm", none, "ssbtek", now, false},
		{"another header, rightly signed", longer, "ssbtek", now, false},
		{"payload exchanged", parts[0] + "." + enc.EncodeToString([]byte(`{"sub":"x"}`)) + "." + parts[2], "ssbtek", now, false},
		{"signature cut", good[:len(good)-4], "ssbtek", now, false},
		{"signature padded", good + "==", "ssbtek", now, false},
		{"four parts", good + ".x", "ssbtek", now, false},
		{"empty", "", "ssbtek", now, false},
		{"huge", strings.Repeat("a", 20000) + ".b.c", "ssbtek", now, false},
		{"no legal basis", without(func(g *Grant) { g.Legal = "" }), "ssbtek", now, false},
		{"no purpose", without(func(g *Grant) { g.Purpose = "" }), "ssbtek", now, false},
		{"no case", without(func(g *Grant) { g.Case = "" }), "ssbtek", now, false},
		{"nobody asks", without(func(g *Grant) { g.Asking = Controller{} }), "ssbtek", now, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g, err := VerifyGrant(tt.token, tt.source, []ed25519.PublicKey{public}, tt.at)
			if (err == nil) != tt.ok {
				t.Fatalf("error %v, want ok %v", err, tt.ok)
			}
			if tt.ok && (!g.Allows("FK", "payments") || g.Allows("FK", "decisions") || g.Allows("CSN", "payments")) {
				t.Error("it allows something else than it says")
			}
			if err != nil && strings.Contains(err.Error(), "198507099805") {
				t.Error("the error tells whose grant it is")
			}
		})
	}
}

// I-9, M-119: what holds a person's data masks itself wherever it is printed.
func TestMasked(t *testing.T) {
	net := int64(125050)
	for _, v := range []any{
		Subject{IdentityNumber: "198507099805"}, grant(time.Now()),
		Answer{Parts: []Part{{Payments: []Payment{{NetOre: &net, Benefit: "Barnbidrag"}}}}},
		Part{Payments: []Payment{{Benefit: "Barnbidrag"}}}, Payment{NetOre: &net, Benefit: "Barnbidrag", PayDate: "2026-10-20"},
		Fact{Dataset: "d", Label: "Inskriven", Value: "hemligt"}, Query{Subject: Subject{IdentityNumber: "198507099805"}, Grant: "hemligt"},
	} {
		var b strings.Builder
		slog.New(slog.NewTextHandler(&b, nil)).Info("x", "v", v)
		if _, ok := v.(Query); !ok {
			fmt.Fprintf(&b, "%v %+v %#v %s", v, v, v, v)
		}
		for _, secret := range []string{"198507099805", "125050", "Barnbidrag", "hemligt", "2026-10-20"} {
			if strings.Contains(b.String(), secret) {
				t.Errorf("%T prints %q: %s", v, secret, b.String())
			}
		}
	}
}

// M-16, M-58, M-61, M-105, M-109, M-110, M-113, M-114: a manifest that lacks
// a basis, an owner or a document is refused, with everything said at once.
func TestManifestValidate(t *testing.T) {
	good := Manifest{ID: "exempel", Version: "1", Name: "Exempel", Kind: KindEService, Handling: HandlingDesk,
		Owner: Owner{"Ägare", "2120009911", "post@example.se"}, MinAssurance: 3, Purpose: "p", LegalReference: "k", LawfulBasis: "6.1.e",
		Sensitivity: "secret", RetentionDays: 7, Documents: Documents{"a", "d"}, RecipientInformation: "i"}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*Manifest){
		"id": func(m *Manifest) { m.ID = "Stor" }, "kind": func(m *Manifest) { m.Kind = "fetcher" },
		"owner": func(m *Manifest) { m.Owner.Contact = "" }, "minAssurance": func(m *Manifest) { m.MinAssurance = 0 },
		"legalReference": func(m *Manifest) { m.LegalReference = "" }, "retentionDays": func(m *Manifest) { m.RetentionDays = 8 },
		"documents": func(m *Manifest) { m.Documents.Accessibility = "" }, "recipientInformation": func(m *Manifest) { m.RecipientInformation = "" },
		"handling": func(m *Manifest) { m.Handling = "" }, "purpose": func(m *Manifest) { m.Purpose = "" },
	} {
		m := good
		change(&m)
		if err := m.Validate(); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := (Manifest{}).Validate(); err == nil || strings.Count(err.Error(), ";") < 8 {
		t.Errorf("not everything is said at once: %v", err)
	}
}
