package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// world makes the files that full.toml names and gives the directory.
func world(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{"data/ekbacka", "keys/ekbacka/due", "keys/havsnas/due", "keys/ekbacka/votes", "certs", "staff", "secrets", "trust", "bin"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"keys/ekbacka/master.key":  "x",
		"keys/havsnas/master.key":  "x",
		"staff/socialnamnden.toml": "",
		"trust/list.xml":           "<?xml version=\"1.0\"?><TrustServiceStatusList/>",
		"secrets/mail":             "x",
		"secrets/case-events":      "x",
		"secrets/havsnas.dsn":      "postgres://mnv:geheim@db.example/havsnas\n",
	} {
		write(t, filepath.Join(dir, name), text)
	}
	if err := os.WriteFile(filepath.Join(dir, "bin/verapdf"), []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	certificate(t, dir, "bankid", "Bank AB", now.AddDate(1, 0, 0))
	certificate(t, dir, "client", "Ekbacka kommun", now.AddDate(1, 0, 0))
	certificate(t, dir, "roots", "Utfärdare AB", now.AddDate(5, 0, 0))
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// certificate makes certs/NAME.pem and certs/NAME.key.
func certificate(t *testing.T, dir, name, organisation string, until time.Time) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.AddDate(-1, 0, 0), NotAfter: until,
		Subject: pkix.Name{CommonName: name, Organization: []string{organisation}},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	base := filepath.Join(dir, "certs", name)
	write(t, base+".pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	write(t, base+".key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})))
}

func full(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("testdata/full.toml")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestFullExample(t *testing.T) {
	dir := world(t)
	c, err := Parse(full(t), dir)
	if err != nil {
		t.Fatal(err)
	}
	if findings := Check(c, now); len(findings) > 0 {
		t.Fatalf("findings: %v", findings)
	}
	m := c.Municipalities[0]
	p, b := m.Plugins[0], m.Boards[0]
	for what, pair := range map[string][2]any{
		"sqlite path":  {m.Database.DSN, filepath.Join(dir, "data/ekbacka/medborgarnavet.db")},
		"key path":     {m.Keys.DueDir, filepath.Join(dir, "keys/ekbacka/due")},
		"target path":  {p.Targets["ssbt"].CertFile, filepath.Join(dir, "certs/client.pem")},
		"trust paths":  {m.Validation.TrustFiles, []string{filepath.Join(dir, "certs/roots.pem"), filepath.Join(dir, "trust/list.xml")}},
		"yes":          {m.Validation.Online, true},
		"timeout":      {p.Targets["ssbt"].Timeout(), 20 * time.Second},
		"date":         {b.DisposalDecision.Date, Date("2026-05-12")},
		"quoted date":  {c.Municipalities[1].Boards[0].DisposalDecision.Date, Date("2026-03-03")},
		"given terms":  {b.Retention, Retention{6, 20, 5, 5, []int{5, 15, 25}}},
		"usual terms":  {c.Municipalities[1].Boards[0].Retention, Retention{7, 30, 7, 0, nil}},
		"supplement":   {b.SupplementDays, 14},
		"usual":        {c.Municipalities[1].Boards[0].SupplementDays, 10},
		"log's term":   {m.AuditDays, 1461},
		"usual log":    {c.Municipalities[1].AuditDays, 1826},
		"given period": {b.ControlPeriod, ControlPeriod{3, 1, "2026-01-01"}},
		"usual period": {c.Municipalities[1].Boards[0].ControlPeriod, ControlPeriod{2, 1, ""}},
		"votes":        {m.Petitions.Votes.KeyDir, filepath.Join(dir, "keys/ekbacka/votes")},
		"mail":         {m.Mail.Port, 465},
		"petitions":    {string(m.Petitions.Settings), `{"receiving_body":"kommunfullmäktige","threshold":{"votes":100}}`},
		"settings": {string(p.Settings),
			`{"processors":[{"name":"Drift AB","since":"2026-02-01"}],"since":"2026-01-01","sources":["AF","CSN"],"version":10}`},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s: got %v, want %v", what, pair[0], pair[1])
		}
	}
	if dsn, err := c.Municipalities[1].Database.Address(); err != nil || dsn != "postgres://mnv:geheim@db.example/havsnas" {
		t.Errorf("DSN from a file: %q %v", dsn, err)
	}
	if r, ok := b.Legal("ekonomiskt-bistand", "2025-06-30"); !ok || !strings.Contains(r.Text, "2020:1") {
		t.Errorf("the wording of its time: %v %v", r, ok)
	}
	if r, ok := b.Legal("ekonomiskt-bistand", "2026-11-22"); !ok || !strings.Contains(r.Text, "2025:1") {
		t.Errorf("the wording of today: %v %v", r, ok)
	}
}

// full.toml is full: every key of every type is in it, so that a new key gets
// a test.
func TestFullExampleHasEveryKey(t *testing.T) {
	text := full(t)
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Slice, reflect.Map:
			walk(typ.Elem())
			return
		case reflect.Struct:
		default:
			return
		}
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("toml"), ",")
			if name == "" {
				t.Errorf("%s.%s has no key", typ.Name(), typ.Field(i).Name)
			} else if !strings.Contains(text, name+" = ") && !strings.Contains(text, name+"]") && !strings.Contains(text, name+".") {
				t.Errorf("%s.%s (%s) is not in full.toml", typ.Name(), typ.Field(i).Name, name)
			}
			walk(typ.Field(i).Type)
		}
	}
	walk(reflect.TypeFor[Config]())
}

// faulty has a fault of every kind that Load knows.
const faulty = `
		extra = 1
		[server]
		listen = 8080
		mod = "test"
		base_urls = "x"
		trusted_proxies = "10.0.0.1"
		[[municipality]]
		id = "ekbacka"
		name = "Ekbacka kommun"
		hosts = ["a", 2]
		org_number = 2120009911
		phone = ""
		database = "data.db"
		[municipality.keys]
		lasting_file = "a"
		due_dri = "b"
		[municipality.theme]
		accent = "#000000"
		[municipality.validation]
		online = "ja"
		[[municipality.board]]
		id = "socialnamnden"
		[municipality.board.retention]
		draft_days = "sju"
		[[municipality.board.legal_reference]]
		key = "a"
		text = "b"
		from = "igår"
		[[municipality.plugin]]
		settings = 5
	`

// All faults at once, each with its key and in plain words.
func TestEveryFaultAtOnce(t *testing.T) {
	_, err := Parse(faulty, "/srv")
	var faults Faults
	if !errors.As(err, &faults) {
		t.Fatalf("%T %v", err, err)
	}
	want := []string{
		"extra: there is no such key",
		"server.mode: is missing",
		"server.mod: there is no such key",
		"server.listen: must be a text",
		"server.base_urls: must be a table",
		"server.trusted_proxies: must be a list",
		"municipality[ekbacka].hosts[2]: must be a text",
		"municipality[ekbacka].org_number: must be a text",
		"municipality[ekbacka].database: must be a table",
		"municipality[ekbacka].keys.due_dir: is missing",
		"municipality[ekbacka].keys.due_dri: there is no such key; here are lasting_file, due_dir",
		"municipality[ekbacka].bankid: is missing",
		"municipality[ekbacka].validation.online: must be true or false",
		"municipality[ekbacka].board[socialnamnden].name: is missing",
		"municipality[ekbacka].board[socialnamnden].retention.draft_days: must be a whole number",
		"municipality[ekbacka].board[socialnamnden].legal_reference[a].from: must be a date",
		"municipality[ekbacka].plugin[1].id: is missing",
		"municipality[ekbacka].plugin[1].settings: must be a table",
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("not said: %s", w)
		}
	}
	if len(faults) < len(want) {
		t.Errorf("%d faults", len(faults))
	}
	if t.Failed() {
		t.Log(err)
	}
}

func TestNotReadable(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "none.toml")); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Error(err)
	}
	if _, err := Parse("a = [1", "/"); err == nil || !strings.Contains(err.Error(), "not TOML") || !strings.Contains(err.Error(), "line 1") {
		t.Error(err)
	}
}

func TestLoadIsRelativeToTheFile(t *testing.T) {
	dir := world(t)
	path := filepath.Join(dir, "medborgarnavet.toml")
	write(t, path, full(t))
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Municipalities[0].Keys.LastingFile != filepath.Join(dir, "keys/ekbacka/master.key") {
		t.Error(c.Municipalities[0].Keys.LastingFile)
	}
}

// said reports whether a finding of a severity is there.
func said(findings []Finding, key, text string, warning bool) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool {
		return f.Key == key && strings.Contains(f.Text, text) && f.Warning == warning
	})
}
