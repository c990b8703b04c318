package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	m      = "municipality[ekbacka]"
	board  = m + ".board[socialnamnden]"
	plugin = m + ".plugin[ssbtek]"
)

// checkCases are changes to full.toml and what must be said of each.
var checkCases = []struct {
	name, old, new string // in full.toml, first occurrence
	key, text      string
}{
	{"mode", `mode = "production"`, `mode = "prod"`, "server.mode", "production"},
	{"listen", `listen = "127.0.0.1:8080"`, `listen = "8080"`, "server.listen", "address and a port"},
	{"admin", `127.0.0.1:8081`, `127.0.0.1:8080`, "server.admin_listen", "same as"},
	{"proxy", `"10.0.0.7"`, `"proxy"`, "server.trusted_proxies[1]", "network"},
	{"base url of nobody", `havsnas = "https`, `nobody = "https`, "server.base_urls.nobody", "no municipality"},
	{"no base url", `havsnas = "https`, `nobody = "https`, "server.base_urls.havsnas", "needed in production"},
	{"base url http", `"https://e.havsnas`, `"http://e.havsnas`, "server.base_urls.havsnas", "https"},
	{"id", `id = "ekbacka"`, `id = "Ekbacka"`, "municipality[Ekbacka].id", "short name"},
	{"two of an id", `id = "havsnas"`, `id = "ekbacka"`, "municipality[ekbacka].id", "same as"},
	{"organisation number", `org_number = "2120009911"`, `org_number = "2120009910"`, m + ".org_number", "check digit"},
	{"host", `["minasidor.ekbacka.example"]`, `["https://x"]`, m + ".hosts[1]", "host name"},
	{"two of a host", `["e.havsnas.example"]`, `["minasidor.ekbacka.example"]`, "municipality[havsnas].hosts[1]", "same as"},
	{"audit term", `audit_days = 1461`, `audit_days = 7`, m + ".audit_days", "between 30"},
	{"petitions without a board", "board = \"socialnamnden\"\ncase_event", "board = \"trafiknamnden\"\ncase_event", m + ".petitions.board", "no board"},
	{"petitions without mail", `host = "post.ekbacka.example"`, `host = ""`, m + ".petitions", "mail server"},
	{"mail port", `port = 465`, `port = 0`, m + ".mail.port", "between"},
	{"password without user", `user = "medborgarnavet"`, `user = ""`, m + ".mail.user", "belong together"},
	{"unknown design", `design = "D2"`, `design = "D3"`, m + ".petitions.votes.design", "D1"},
	{"no second holder", `endpoint = "https://nycklar.havsnas.example"`, `endpoint = ""`, m + ".petitions.votes.holder", "second holder"},
	{"statement key", `statement_key = "8f`, `statement_key = "f`, m + ".petitions.votes.holder.statement_key", "64"},
	{"not independent", "org_number = \"2120009929\"\nname", "org_number = \"2120009911\"\nname", m + ".petitions.votes.holder.independent", "own"},
	{"no such program", `verapdf = "bin/verapdf"`, `verapdf = "bin/none"`, m + ".validation.verapdf", "can be run"},
	{"a second key of our own", `independent = true`, `independent = false`, m + ".petitions.votes.holder.independent", "must be true"},
	{"sealing keys in the data", `key_dir = "keys/ekbacka/votes"`, `key_dir = "data/ekbacka/votes"`, m + ".petitions.votes.key_dir", "backups"},
	{"leaves undecided", `officer_decision = "KS 2026/7"`, `officer_decision = ""`, m + ".petitions.votes.officer_decision", "data protection officer"},
	{"erasure not yet decided", `date = 2026-02-02`, `date = 2027-02-02`, m + ".petitions.votes.disposal_decision.date", "not yet"},
	{"nobody may vote", `voters = 20000`, `voters = 0`, m + ".petitions.votes.voters", "between"},
	{"driver", `driver = "sqlite"`, `driver = "oracle"`, m + ".database.driver", "sqlite"},
	{"no directory", `data/ekbacka/med`, `nowhere/med`, m + ".database.dsn", "does not exist"},
	{"two DSNs", `dsn_file = "secrets/havsnas.dsn"`, `dsn_file = "secrets/havsnas.dsn"` + "\ndsn = \"postgres://db/x\"", "municipality[havsnas].database.dsn", "exactly one"},
	{"password", `dsn_file = "secrets/havsnas.dsn"`, `dsn = "postgres://u:geheim@db/x"`, "municipality[havsnas].database.dsn", "dsn_file"},
	{"keys in the data", `due_dir = "keys/ekbacka/due"`, `due_dir = "data/ekbacka/due"`, m + ".keys.due_dir", "data directory"},
	{"master key in the data", `"keys/ekbacka/master.key"`, `"data/ekbacka/master.key"`, m + ".keys.lasting_file", "data directory"},
	{"no key directory", `due_dir = "keys/ekbacka/due"`, `due_dir = "keys/none"`, m + ".keys.due_dir", "not a directory"},
	{"one key for two", `"keys/havsnas/master.key"`, `"keys/ekbacka/master.key"`, "municipality[havsnas].keys.lasting_file", "same as"},
	{"open key file", `key_file = "certs/client.key"`, `key_file = "certs/open.key"`, m + ".case_system.key_file", "0600"},
	{"colour", `"#1f5f3f"`, `"grön"`, m + ".theme.accent", "colour"},
	{"bankid test server", `https://appapi2.bankid.com`, `https://appapi2.test.bankid.com`, m + ".bankid.endpoint", "test server"},
	{"loopback name", `https://arenden.ekbacka.example/api`, `https://localhost:1`, m + ".case_system.endpoint", "this machine"},
	{"loopback address", `https://arenden.ekbacka.example/api`, `https://127.1.2.3:1`, m + ".case_system.endpoint", "this machine"},
	{"loopback v6", `https://ssbt.example.se/v10`, `https://[::1]/v10`, plugin + ".target.ssbt.endpoint", "this machine"},
	{"http", `https://ssbt.example.se/v10`, `http://ssbt.example.se/v10`, plugin + ".target.ssbt.endpoint", "https"},
	{"no address", `https://ssbt.example.se/v10`, `ssbt.example.se`, plugin + ".target.ssbt.endpoint", "must be an address"},
	{"test CA", `certs/roots.pem`, `certs/fake.pem`, m + ".bankid.roots_file", "for tests"},
	{"other key", `key_file = "certs/client.key"`, `key_file = "certs/bankid.key"`, m + ".case_system.key_file", "not the key"},
	{"cert without key", `key_file = "certs/client.key"` + "\n", "", m + ".case_system.cert_file", "belong together"},
	{"not PEM", `roots_file = "certs/roots.pem"`, `roots_file = "staff/socialnamnden.toml"`, m + ".bankid.roots_file", "no certificate"},
	{"certificate out", `cert_file = "certs/client.pem"`, `cert_file = "certs/old.pem"`, m + ".case_system.cert_file", "went out"},
	{"trust file gone", `"trust/list.xml"`, `"trust/none.pem"`, m + ".validation.trust_files[2]", "cannot be read"},
	{"test CA for signatures", `["certs/roots.pem", `, `["certs/fake.pem", `, m + ".validation.trust_files[1]", "for tests"},
	{"trust that is no certificate", `"trust/list.xml"`, `"staff/socialnamnden.toml"`, m + ".validation.trust_files[2]", "no certificate"},
	{"a list that nobody may sign", `list_signer_files = ["certs/roots.pem"]`, ``, m + ".validation.list_signer_files", "is needed"},
	{"another token key", `token_key_file = "certs/client.key"`, `token_key_file = "certs/bankid.key"`, m + ".validation.token_key_file", "not the key"},
	{"token without key", `token_key_file = "certs/client.key"`, ``, m + ".validation.token_cert_file", "belong together"},
	{"one series for two", firstBoard, otherBoard + firstBoard, board + ".registry_prefix", "same letters"},
	{"no staff file", `staff/socialnamnden.toml`, `staff/none.toml`, board + ".staff_file", "cannot be read"},
	{"no disposal decision", disposalBlock, "", board + ".disposal_decision", "needed in production"},
	{"disposal tomorrow", `date = 2026-05-12`, `date = 2026-11-23`, board + ".disposal_decision.date", "not yet"},
	{"law out of force", "from = 2025-07-01\n", "from = 2025-07-01\nto = 2026-11-21\n", board + ".legal_reference[ekonomiskt-bistand]", "went out of force"},
	{"laws overlap", "to = 2025-06-30", "to = 2025-07-01", board + ".legal_reference[ekonomiskt-bistand]", "same day"},
	{"draft days", `draft_days = 6`, `draft_days = 21`, board + ".retention.draft_days", "between 1 and 20"},
	{"fetched days", `fetched_days = 5`, `fetched_days = 8`, board + ".retention.fetched_days", "between 1 and 7"},
	{"decided years", `decided_years = 5`, `decided_years = 101`, board + ".retention.decided_years", "between 0 and 100"},
	{"birth day", `[5, 15, 25]`, `[5, 32]`, board + ".retention.keep_birth_days[2]", "between 1 and 31"},
	{"birth day twice", `[5, 15, 25]`, `[5, 15, 5]`, board + ".retention.keep_birth_days[3]", "twice"},
	{"supplement days", `supplement_days = 14`, `supplement_days = 61`, board + ".supplement_days", "between 1 and 60"},
	{"decided cases without a decision", disposalBlock, "", board + ".disposal_decision", "decided cases"},
	{"sum before ask", `sum_month_back = 1`, `sum_month_back = 4`, board + ".control_period.sum_month_back", "between 0 and 3"},
	{"state", `state = "active"`, `state = "on"`, plugin + ".state", "declared, inspected"},
	{"no board", "id = \"ssbtek\"\nboard = \"socialnamnden\"", "id = \"ssbtek\"\nboard = \"byggnamnden\"", plugin + ".board", "no board"},
	{"no agreement", `agreement = "FK 2026-001"`, ``, plugin + ".agreement", "needed"},
	{"window", `to = 2027-12-31`, `to = 2025-12-31`, plugin + ".to", "before from"},
	{"number in cohort", `"pilot-1"`, `"198507099805"`, plugin + ".cohort[1]", "personal identity number"},
	{"timeout", `timeout_seconds = 20`, `timeout_seconds = 0`, plugin + ".target.ssbt.timeout_seconds", "between"},
}

// Each case changes the full example at one place and must be told so
// (I-15 where it is about production); the full example itself is without fault.
func TestCheck(t *testing.T) {
	for _, c := range checkCases {
		t.Run(c.name, func(t *testing.T) {
			dir := prepared(t)
			text := strings.Replace(full(t), c.old, c.new, 1)
			if text == full(t) {
				t.Fatalf("%q is not in full.toml", c.old)
			}
			config, err := Parse(text, dir)
			if err != nil {
				t.Fatal(err)
			}
			findings := Check(config, now)
			if !said(findings, c.key, c.text, false) {
				t.Errorf("not said: %s: …%s…\nbut: %v", c.key, c.text, findings)
			}
			if strings.Contains(Faults(findings).Error(), "198507099805") || strings.Contains(Faults(findings).Error(), "geheim") {
				t.Error("a finding repeats a secret or a personal identity number")
			}
		})
	}
}

const disposalBlock = `[municipality.board.disposal_decision]
number = "SN 2026/118 § 45"
date = 2026-05-12
body = "Socialnämnden"
`

const (
	firstBoard = "[[municipality.board]]\nid = \"socialnamnden\"\n"
	otherBoard = `[[municipality.board]]
id = "byggnamnden"
name = "Byggnämnden"
org_number = "2120009911"
staff_file = "staff/socialnamnden.toml"
registry_prefix = "SN"
appeal_addressee = "Länsstyrelsen"

` + disposalBlock + `
[[municipality.board.legal_reference]]
key = "bygglov"
text = "1 kap. 1 § exempellagen (2020:2)"
from = 2020-01-01

`
)

// prepared is world with the files besides that the cases name.
func prepared(t *testing.T) string {
	t.Helper()
	dir := world(t)
	certificate(t, dir, "fake", "TEST – medborgarnavet fake", now.AddDate(1, 0, 0))
	certificate(t, dir, "old", "Ekbacka kommun", now.AddDate(0, 0, -1))
	write(t, filepath.Join(dir, "data/ekbacka/master.key"), "x")
	if err := os.Mkdir(filepath.Join(dir, "data/ekbacka/due"), 0o700); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(filepath.Join(dir, "certs/client.key"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "certs/open.key"), string(key))
	if err := os.Chmod(filepath.Join(dir, "certs/open.key"), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// I-15: what production refuses, test allows; only there do fakes, loopback and
// a missing disposal decision pass.
func TestTestModeAllowsTheFakes(t *testing.T) {
	dir := prepared(t)
	text := full(t)
	for _, swap := range [][2]string{
		{`mode = "production"`, `mode = "test"`},
		{`https://appapi2.bankid.com`, `https://127.0.0.1:4001`},
		{`https://ssbt.example.se/v10`, `http://localhost:4002`},
		{`certs/roots.pem`, `certs/fake.pem`},
		{`key_file = "certs/client.key"`, `key_file = "certs/open.key"`},
		{`due_dir = "keys/ekbacka/due"`, `due_dir = "data/ekbacka/due"`},
		{disposalBlock, ""},
		{`agreement = "FK 2026-001"`, ``},
		{`havsnas = "https://e.havsnas.example"`, ``},
	} {
		text = strings.Replace(text, swap[0], swap[1], 1)
	}
	c, err := Parse(text, dir)
	if err != nil {
		t.Fatal(err)
	}
	findings := Check(c, now)
	if err := AsError(findings); err != nil {
		t.Errorf("refused in test mode: %v", err)
	}
	if !said(findings, "municipality[ekbacka].keys.due_dir", "data directory", true) ||
		!said(findings, "municipality[ekbacka].case_system.key_file", "0600", true) {
		t.Errorf("no warning: %v", findings)
	}
	c.Server.Mode = Production
	if n := len(AsError(Check(c, now)).(Faults)); n < 8 {
		t.Errorf("the same in production: only %d faults", n)
	}
}

// What will soon stop working is a warning.
func TestWarnings(t *testing.T) {
	dir := prepared(t)
	certificate(t, dir, "client", "Ekbacka kommun", now.AddDate(0, 0, 20))
	text := strings.Replace(full(t), "from = 2025-07-01\n", "from = 2025-07-01\nto = 2026-12-01\n", 1)
	text = strings.Replace(text, "to = 2027-12-31", "to = 2026-11-01", 1)
	text = strings.Replace(text, `trust_files = ["certs/roots.pem", "trust/list.xml"]`, "", 1)
	text = strings.Replace(text, `trust_files = ["certs/roots.pem"]`, "", 1)
	c, err := Parse(text, dir)
	if err != nil {
		t.Fatal(err)
	}
	findings := Check(c, now)
	for key, text := range map[string]string{
		"municipality[ekbacka].case_system.cert_file":                                    "goes out on 2026-12-12",
		"municipality[ekbacka].board[socialnamnden].legal_reference[ekonomiskt-bistand]": "goes out of force on 2026-12-01",
		"municipality[ekbacka].plugin[ssbtek].to":                                        "not shown",
		"municipality[ekbacka].validation.online":                                        "does nothing",
		"municipality[havsnas].validation.trust_files":                                   "is empty",
	} {
		if !said(findings, key, text, true) {
			t.Errorf("not warned: %s: %s", key, text)
		}
	}
	if err := AsError(findings); err != nil {
		t.Errorf("a warning stops the server: %v", err)
	}
}

// A day is the day in Sweden.
func TestDateOf(t *testing.T) {
	if d := DateOf(now.Add(11*60*60*1e9 + 30*60*1e9)); d != "2026-11-23" { // 23:30 UTC
		t.Error(d)
	}
	for d, valid := range map[Date]bool{"2026-11-22": true, "2026-02-30": false, "": false, "2026-1-1": false} {
		if d.Valid() != valid {
			t.Errorf("%q", d)
		}
	}
}

// The documented example is one that Load takes, and nothing but the world is
// missing for it.
func TestDocumentedExample(t *testing.T) {
	c, err := Load("../../docs/config-example.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Check(c, now) {
		if f.Warning || strings.Contains(f.Text, "cannot be read") || strings.Contains(f.Text, "exist") {
			continue // files that only the operator has
		}
		t.Errorf("%s", f)
	}
}
