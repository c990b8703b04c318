package town

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"medborgarnavet/internal/config"
	"medborgarnavet/internal/keyring"
)

//go:embed norm.json
var norm json.RawMessage

const demoBoard = "socialnamnden"

// Config makes the product's configuration for the town: the same types as a
// configuration file is read into.
func (o *Outside) Config(dir string, port int) (config.Config, error) {
	cfg := config.Config{Server: config.Server{Listen: fmt.Sprintf("127.0.0.1:%d", port), Mode: config.Test, BaseURLs: map[string]string{}}}
	for _, p := range places {
		m, err := o.municipality(dir, p)
		if err != nil {
			return cfg, fmt.Errorf("%s: %w", p.id, err)
		}
		cfg.Municipalities = append(cfg.Municipalities, m)
		cfg.Server.BaseURLs[p.id] = fmt.Sprintf("http://%s:%d", p.host, port) // stands in letters
	}
	o.samples = filepath.Join(dir, samplesFolder)
	return cfg, o.writeSamples(o.samples)
}

func (o *Outside) municipality(dir string, p place) (config.Municipality, error) {
	keys := config.Keys{LastingFile: filepath.Join(dir, "keys", p.id, "master.key"), DueDir: filepath.Join(dir, "keys", p.id, "due")}
	data := filepath.Join(dir, "data", p.id)
	staffFile := filepath.Join(o.certDir, p.id+"-staff.json")
	if err := errors.Join(makeKeys(keys), os.MkdirAll(data, 0o700), writeDirectory(staffFile, p.id, demoBoard)); err != nil {
		return config.Municipality{}, err
	}
	file := func(name string) string { return filepath.Join(o.certDir, name) }
	plugins, err := o.plugins(p, file)
	if err != nil {
		return config.Municipality{}, err
	}
	kept, err := o.petitionBoard(p)
	if err != nil {
		return config.Municipality{}, err
	}
	petitions, err := o.petitions(dir, p)
	return config.Municipality{
		ID: p.id, Name: p.name, Hosts: []string{p.host}, OrgNumber: p.orgNumber, Phone: p.phone, Email: "kontakt@" + p.id + ".example", AuditDays: 1826, OpeningHours: "Vardagar 8–16",
		Database: config.Database{Driver: "sqlite", DSN: filepath.Join(data, "medborgarnavet.db")},
		Keys:     keys,
		Theme:    config.Theme{Accent: p.accent, Header: p.header, Mark: p.mark},
		BankID:   config.BankID{Endpoint: o.BankID.APIURL(), CertFile: file(p.id + "-eid.crt"), KeyFile: file(p.id + "-eid.key"), RootsFile: o.eidRoot},
		CaseSystem: config.CaseSystem{Endpoint: o.Cases[p.id].URL(), CertFile: file(p.id + ".crt"), KeyFile: file(p.id + ".key"),
			RootsFile: o.roots, OrgNumber: p.orgNumber},
		Boards:  []config.Board{board(p, staffFile), kept},
		Plugins: plugins, Validation: o.trusted(), Mail: o.mail(p), Petitions: petitions,
	}, err
}

// board is the demo's social welfare board. The legal texts are examples:
// a real board writes its own, with the days they are in force.
func board(p place, staffFile string) config.Board {
	reference := func(key, text string) config.LegalReference {
		return config.LegalReference{Key: key, Text: "Exempel: " + text, From: "2025-07-01"}
	}
	return config.Board{
		ID: demoBoard, Name: "Socialnämnden", OrgNumber: p.orgNumber, StaffFile: staffFile, RegistryPrefix: "SN",
		AppealAddressee: "Förvaltningsrätten (exempel)", SupplementDays: 10,
		DisposalDecision: config.DisposalDecision{Number: "SN 2026/1", Date: "2026-01-15", Body: "Socialnämnden (exempel)"},
		LegalReferences: []config.LegalReference{
			reference("ekonomiskt-bistand", "12 kap. 1 § socialtjänstlagen (2025:400)"),
			reference("ssbtek", "socialtjänstlagen (2025:400) och förordning (2008:975)"),
		},
		ControlPeriod: config.ControlPeriod{AskMonthsBack: 2, SumMonthBack: 1, From: "2025-01-01"},
		Retention:     config.Retention{DraftDays: 7, DraftMaxDays: 30, FetchedDays: 7, DecidedYears: 5},
	}
}

func (o *Outside) plugins(p place, file func(string) string) ([]config.Plugin, error) {
	source, err1 := json.Marshal(map[string]any{
		"version": "v10", "actor": "000-" + p.orgNumber[8:], "officer": "medborgarnavet",
		"submitter": map[string]string{"orgNumber": p.orgNumber, "name": p.name},
		"legal": []map[string]string{{"from": "2025-07-01", "purpose": "Exempel: utredning av ekonomiskt bistånd",
			"text": "Exempel: socialtjänstlagen (2025:400) och förordning (2008:975)"}},
		"sources": []string{"AF", "CSN", "FK", "PM", "SO", "SKV", "TNS", "MIV"},
		"contact": p.phone,
	})
	service, err2 := json.Marshal(map[string]any{"norms": norm})
	return []config.Plugin{
		{ID: "ssbtek", Board: demoBoard, State: "active", From: "2026-01-01", Agreement: "Exempel: avtal SN 2026/2", Settings: source,
			Targets: map[string]config.Target{"ssbtek": {Endpoint: o.SSBTEK.URL(), CertFile: file(p.id + ".crt"), KeyFile: file(p.id + ".key"),
				RootsFile: o.roots, OrgNumber: socialInsuranceAgency, TimeoutSeconds: 30}}},
		{ID: "ekbist", Board: demoBoard, State: "active", From: "2026-01-01", Agreement: "Exempel: avtal SN 2026/3", Settings: service},
	}, errors.Join(err1, err2)
}

// makeKeys makes a municipality's keys, unless they are there from before.
func makeKeys(k config.Keys) error {
	if err := os.MkdirAll(filepath.Dir(k.LastingFile), 0o700); err != nil {
		return err
	}
	if _, err := os.Stat(k.LastingFile); errors.Is(err, fs.ErrNotExist) {
		if err := keyring.Init(k.LastingFile); err != nil {
			return err
		}
	}
	return keyring.InitDueDir(k.DueDir)
}

// Readiness is what the demo tells when it is up.
type Readiness struct {
	Ready          bool           `json:"ready"`
	Municipalities []municipality `json:"municipalities"`
	EID            string         `json:"eid"`
	Persons        []person       `json:"persons"`
	Staff          []role         `json:"staff"`
	// Samples is the folder of signed files to try, and TSA the authority that
	// time-stamps others.
	Samples string `json:"samples"`
	TSA     string `json:"tsa"`
	// Mail is where the letters that nobody gets can be read.
	Mail string `json:"mail"`
}

type municipality struct {
	ID  string `json:"id"`
	URL string `json:"url"`
}

type person struct {
	Name           string `json:"name"`
	IdentityNumber string `json:"personnummer"`
	Story          string `json:"story"`
}

type role struct {
	Name string `json:"name"`
	Role string `json:"role"`
}

// Describe tells it for a configuration on a port.
func (o *Outside) Describe(cfg config.Config, port int) Readiness {
	r := Readiness{Ready: true, EID: o.BankID.PageURL(), Samples: o.samples, TSA: o.Signatures.TSAURL(), Mail: o.Mail.URL()}
	for _, m := range cfg.Municipalities {
		r.Municipalities = append(r.Municipalities, municipality{m.ID, fmt.Sprintf("http://%s:%d", m.Hosts[0], port)})
	}
	for _, p := range residents {
		r.Persons = append(r.Persons, person{p.GivenName + " " + p.Surname, p.Number, p.Story})
	}
	for _, s := range staff {
		if s.story == "" {
			continue
		}
		r.Staff = append(r.Staff, role{s.Name, s.story})
	}
	return r
}

// Print writes it for people.
func (r Readiness) Print(w io.Writer) {
	var b strings.Builder
	b.WriteString("Medborgarnavet är igång. Allt är test: påhittade personer, eget e-id, inga riktiga myndigheter.\n\n")
	for _, m := range r.Municipalities {
		fmt.Fprintf(&b, "  %-9s %s     handläggare: %s/handlaggare\n", m.ID, m.URL, m.URL)
	}
	fmt.Fprintf(&b, "  e-id      %s   (telefonen: välj person och godkänn)\n\nPersoner:\n", r.EID)
	for _, p := range r.Persons {
		fmt.Fprintf(&b, "  %-18s %s\n", p.Name, p.Story)
	}
	fmt.Fprintf(&b, "\nE-förslag: /forslag i vardera kommunen. Brev går inte ut; läs dem här:\n  %s\n", r.Mail)
	b.WriteString("I Ekbacka håller två parter var sin nyckel till rösterna. Här är båda samma program, så sidorna lovar inte mer än så.\n")
	b.WriteString("\nPersonal:\n")
	for _, s := range r.Staff {
		fmt.Fprintf(&b, "  %-18s %s\n", s.Name, s.Role)
	}
	fmt.Fprintf(&b, "\nUnderskrivna filer att prova på sidan /validera:\n  %s\n", r.Samples)
	fmt.Fprintf(&b, "Där ligger också rot.pem, nyckel.pem och certifikat.pem för kommandona pdf verify och pdf sign.\nTidsstämplar ger  %s\n", r.TSA)
	b.WriteString("\nAvsluta med Ctrl-C.\n")
	_, _ = io.WriteString(w, b.String()) // nobody is there to tell
}
