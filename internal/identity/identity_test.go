package identity

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/fault"
)

// identity.md §4.2: open redirect by the return path.
func TestReturnPath(t *testing.T) {
	for _, good := range []string{"/", "/ansokan", "/ansokan/01J9/inkomster?steg=2", "/sok?q=https://example.se//x", "/fr%C3%A5gor", "/a@b"} {
		if got, err := ReturnPath(good); err != nil || got != good {
			t.Errorf("ReturnPath(%q) = %q, %v", good, got, err)
		}
	}
	if got, err := ReturnPath(""); got != "/" || err != nil {
		t.Errorf(`ReturnPath("") = %q, %v`, got, err)
	}
	for _, bad := range []string{
		"//evil.example", "///evil.example", `/\evil.example`, `\\evil.example`, `/a\b`,
		"https://evil.example", "https:evil.example", "javascript:alert(1)", "evil.example", "@evil.example",
		"/%2f%2fevil.example", "/%2Fevil.example", "/%5cevil.example", "/a//evil", "/../x", "/a/..//evil.example", "/%2e%2e/x", "/./x",
		"/a\tb", "/a\nb", "/\t/evil.example", "/a%0d%0aSet-Cookie:x", "/a b", "/a\x00", "/å", "/a#b", "/%zz", "?x", " /a",
		"/" + strings.Repeat("a", maxReturnPath),
	} {
		if got, err := ReturnPath(bad); fault.KindOf(err) != fault.Invalid {
			t.Errorf("ReturnPath(%q) = %q, %v; want it refused", bad, got, err)
		}
	}
}

// M-23, M-109, I-15: level 3 is demanded; a test e-ID is nothing in production.
func TestPolicy(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	anna, err := pnr.Parse("198507099805", now)
	if err != nil {
		t.Fatal(err)
	}
	auth := func(level int, scheme string, env Environment) Authentication {
		return Authentication{Subject: anna, Assurance: Assurance{Level: level, Scheme: scheme}, Environment: env}
	}
	tests := []struct {
		name   string
		policy Policy
		auth   Authentication
		ok     bool
	}{
		{"level 3", DefaultPolicy(Production), auth(3, SchemeSE, Production), true},
		{"level 4", DefaultPolicy(Production), auth(4, SchemeSE, Production), true},
		{"level 2", DefaultPolicy(Production), auth(2, SchemeSE, Production), false},
		{"unknown scheme", DefaultPolicy(Production), auth(4, "own", Production), false},
		{"no scheme", DefaultPolicy(Production), auth(4, "", Production), false},
		{"test e-ID in test", DefaultPolicy(Test), auth(3, SchemeTest, Test), true},
		{"test e-ID in production", DefaultPolicy(Production), auth(4, SchemeTest, Test), false},
		{"test scheme that claims production", DefaultPolicy(Production), auth(4, SchemeTest, Production), false},
		{"test scheme listed by mistake", Policy{Min: 3, Schemes: []string{SchemeTest}, Environment: Production}, auth(4, SchemeTest, Production), false},
		{"real e-ID in test", DefaultPolicy(Test), auth(3, SchemeSE, Production), false},
		{"zero policy", Policy{}, auth(4, SchemeSE, Production), false},
		{"nobody", DefaultPolicy(Test), Authentication{Assurance: Assurance{Level: 4, Scheme: SchemeTest}, Environment: Test}, false},
	}
	for _, tt := range tests {
		err := tt.policy.Accept(tt.auth)
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
		if err != nil && fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s: kind %s", tt.name, fault.KindOf(err))
		}
	}
}

// I-9: neither who nor from where shows when a value is printed by mistake.
func TestPrintsNothingPersonal(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	anna, err := pnr.Parse("198507099805", now)
	if err != nil {
		t.Fatal(err)
	}
	a := Authentication{Subject: anna, Name: "Anna Berglund", TxnID: "67df3917", Provider: "bankid", Environment: Test}
	r := Request{Kind: Citizen, Person: anna, ClientIP: "192.0.2.77", UserAgent: "Firefox"}
	var b strings.Builder
	log := slog.New(slog.NewJSONHandler(&b, nil))
	log.Info("x", "a", a, "r", r)
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		fmt.Fprintf(&b, format+format+format, a, &a, r)
	}
	for _, secret := range []string{"198507", "Berglund", "67df3917", "192.0.2.77", "Firefox"} {
		if strings.Contains(b.String(), secret) {
			t.Errorf("printed %s", secret)
		}
	}
	if _, err := json.Marshal(a); err == nil {
		t.Error("an authentication becomes JSON by itself")
	}
}

func TestSealedBytesOpenAgain(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	anna, err := pnr.Parse("198507099805", now)
	if err != nil {
		t.Fatal(err)
	}
	a := Authentication{anna, "Anna Berglund", Assurance{3, SchemeTest, "test-loa3"}, "bankid-same-device", "bankid", now, "67df3917", Test}
	if got, err := OpenedAuthentication(a.ForSealing(), now); err != nil || got != a {
		t.Errorf("%v, %v", got, err)
	}
	for _, r := range []Request{{}, {Staff, anna, "192.0.2.77", "Firefox", true, "https://ekbacka.example/klar"}} {
		if got, err := OpenedRequest(r.ForSealing(), now); err != nil || got != r {
			t.Errorf("%v, %v", got, err)
		}
	}
	for _, b := range []string{"", "{}", `{"subject":"201701272394"}`} {
		if _, err := OpenedAuthentication([]byte(b), now); fault.KindOf(err) != fault.Internal || strings.Contains(err.Error(), "2017") {
			t.Errorf("%q: %v", b, err)
		}
	}
}
