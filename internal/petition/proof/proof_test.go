package proof_test

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdfa"
	"medborgarnavet/block/pdfa/check"
	"medborgarnavet/fake/tsa"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/proof"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/tally"
)

const petition = "01KAJ5QZ0G8Q3W2X4Y5Z6A7B8C"

var start = time.Date(2026, 11, 22, 9, 30, 5, 0, time.UTC)

// full is a report in which everything there can be is there.
func full() tally.Report {
	own := seal.Key{Holder: seal.Own, ID: strings.Repeat("1a", 16), Kind: seal.VOPRF, Public: strings.Repeat("2b", 33), Made: start}
	other := seal.Key{Holder: "2120009929", ID: strings.Repeat("3c", 16), Kind: seal.VOPRF, Public: strings.Repeat("4d", 33), Made: start.Add(time.Second)}
	closed := start.AddDate(0, 3, 0)
	return tally.Report{Kind: tally.KindReport, Municipality: "2120009911", Petition: petition, Registry: "KS 2026-000017",
		Opened: start, Planned: closed.Add(-2 * time.Hour), Closed: closed,
		Pauses: []tally.Pause{{Reason: closing.ReasonSealer, From: start.Add(time.Hour), Until: start.Add(2*time.Hour + 5*time.Second), Extended: time.Hour + 5*time.Second},
			{Reason: closing.ReasonOutage, From: start.Add(50 * time.Hour), Until: start.Add(51 * time.Hour), Extended: time.Hour}},
		Count: 1312, Method: tally.CountMethod{Accepted: 1400, Withdrawn: 88, Rows: 1312, Leaves: 1312, Agree: true, Evaluations: []int64{1500, 1501}},
		Root: strings.Repeat("5e", 32), Commitment: seal.Commitment{Design: seal.DesignSplit, Petition: petition, Keys: []seal.Key{own, other}},
		Destroyed: []seal.Destroyed{{Petition: petition, Key: own, At: closed.Add(16 * time.Minute), Evaluations: 1500},
			{Petition: petition, Key: other, At: closed.Add(17 * time.Minute), Evaluations: 1501, Signature: strings.Repeat("6f", 64)}},
		RowsDropped: closed.Add(18 * time.Minute), Database: "sqlite", Disposal: "KS 2026/99 § 7",
		Publication: tally.Publication{Leaves: true, Receipts: true, Decision: "DSO 2026/7"},
		Backups:     tally.Backups{OldestExpires: closed.AddDate(0, 0, 35), LogsUntil: closed.AddDate(0, 0, 30)},
		Restored:    true, Responsible: "Kommunstyrelsens förvaltare", Software: "medborgarnavet 1.2.3, inställningar 0a1b2c", Evidence: []string{"TestForensicErasure", "TestKillAtEveryStep"},
		Written: closed.Add(19 * time.Minute)}
}

// about goes with a report that is signed here.
func about(t *testing.T, r tally.Report) proof.About {
	t.Helper()
	original, err := tally.Sign(keyringtest.New(t, clock.NewManual(start)), r)
	if err != nil {
		t.Fatal(err)
	}
	return proof.About{Municipality: "Ekbacka kommun", Board: "Kommunstyrelsen", Title: "Bygg en lekplats i Åparken", Colour: pdfa.RGB{R: 31, G: 95, B: 63},
		Footer: []string{"Ekbacka kommun, 0000-12 34 56"}, Original: original, Name: petition + "-004-report.json",
		Address: "https://ekbacka.example/forslag/" + petition + "/kontroll", Holders: map[string]string{"2120009929": "Havsnäs kommun"}}
}

func written(t *testing.T, r tally.Report, a proof.About) []byte {
	t.Helper()
	data, err := proof.PDF(r, a)
	if err != nil {
		t.Fatal(err)
	}
	again, err := proof.PDF(r, a)
	if err != nil || !bytes.Equal(data, again) {
		t.Errorf("another file the second time (%v)", err)
	}
	result, err := check.Check(data, "", check.Options{})
	if err != nil || !result.Conformant || result.Profile != "2a" && string(result.Profile) != "2A" {
		t.Errorf("PDF/A: %v %v %+v", err, result.Profile, result.Findings)
	}
	return data
}

// P-07, P-17, S-13: the report is PDF/A-2a and holds every fact of the signed
// one; the same report gives the same bytes.
func TestEveryFact(t *testing.T) {
	r := full()
	a := about(t, r)
	text := textOf(t, written(t, r, a))
	sum := sha256.Sum256(a.Original)
	for _, want := range []string{a.Title, petition, r.Registry, "212000-9911", "22 november 2026 kl. 10.30.05", "22 februari 2027 kl. 08.30.05", "22 februari 2027 kl. 10.30.05",
		"Antal röster 1 312", "Mottagna röster 1 400", "Återtagna röster 88", "Rader 1 312", "Löv 1 312", "överens? Ja", "nyckel 1: 1 500", "nyckel 2: 1 501", r.Root,
		"22 november 2026 kl. 11.30.05", "22 november 2026 kl. 12.30.10", "Nycklarna gick inte att nå", "1 timme 5 sekunder", "Tjänsten eller e-legitimationen var borta",
		"en kod (D2)", "två nycklar hos två parter", r.Commitment.Keys[0].ID, r.Commitment.Keys[0].Public, r.Commitment.Keys[1].ID, r.Commitment.Keys[1].Public, string(seal.VOPRF),
		"Finns hos Ekbacka kommun", "Finns hos Havsnäs kommun (212000-9929)", "Gjord 22 november 2026 kl. 10.30.06", "Förstörd 22 februari 2027 kl. 10.46.05", "Förstörd 22 februari 2027 kl. 10.47.05",
		"hann ge 1 500", r.Destroyed[1].Signature, "22 februari 2027 kl. 10.48.05", "Databas sqlite", r.Disposal, "29 mars 2027 kl. 11.30.05", "24 mars 2027 kl. 10.30.05",
		"En säkerhetskopia lades tillbaka", "Listan över löv", "eget kvitto", r.Publication.Decision, r.Software, r.Responsible, "22 februari 2027 kl. 10.49.05",
		r.Evidence[0], r.Evidence[1], "JSON-fil " + a.Name, hex.EncodeToString(sum[:]), a.Address, "Den här PDF-filen är inte underskriven"} {
		if !strings.Contains(text, squeeze(want)) {
			t.Errorf("the document lacks %q", want)
		}
	}
	if strings.Contains(text, squeeze("elektroniska stämpel")) {
		t.Error("an unsealed file says that it is sealed")
	}
}

// A small report without pauses, below the floor, of design D1, whose key is
// said nothing of, says so and no more.
func TestLeastReport(t *testing.T) {
	r := full()
	r.Pauses, r.Root, r.Count, r.Restored, r.Evidence, r.Publication = []tally.Pause{}, "", 3, false, nil, tally.Publication{}
	r.Commitment.Design, r.Commitment.Keys = seal.DesignMAC, r.Commitment.Keys[:1]
	r.Destroyed = []seal.Destroyed{{Petition: petition, At: r.Closed}}
	r.Method.Agree = false
	a := about(t, r)
	a.Title, a.Holders, a.Test = "", nil, true
	text := textOf(t, written(t, r, a))
	for _, want := range []string{"Det gick att rösta hela tiden", "Ingen, för rösterna är så få", "en kod (D1)", "Förslag Visas inte", "Det här är ett prov",
		"Räkningarna skiljer sig åt", "Det finns inget besked om den", "Ekbacka kommun hade ingen nyckel kvar att förstöra"} {
		if !strings.Contains(text, squeeze(want)) {
			t.Errorf("the document lacks %q", want)
		}
	}
	r = full()
	r.Commitment.Keys[1].Holder = seal.Own
	if both := textOf(t, written(t, r, about(t, r))); !strings.Contains(both, squeeze("båda fanns hos kommunen")) || strings.Contains(both, squeeze("två parter")) {
		t.Error("two keys of one party are said to be with two")
	}
	for _, not := range []string{"lades tillbaka", "Listan över löv", "eget kvitto", "De här proven"} {
		if strings.Contains(text, squeeze(not)) {
			t.Errorf("the document says %q", not)
		}
	}
}

// I-10: a document is made of the signed report and of nothing else.
func TestAnotherOriginal(t *testing.T) {
	r := full()
	a := about(t, r)
	got, err := proof.Read(a.Original)
	if err != nil || got.Count != r.Count || got.Registry != r.Registry {
		t.Errorf("read %v %+v", err, got)
	}
	other := r
	other.Count++
	head, err := tally.Sign(keyringtest.New(t, clock.NewManual(start)), tally.Head{Kind: tally.KindFinal})
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		r        tally.Report
		original []byte
	}{"another count": {other, a.Original}, "no file": {r, nil}, "a head": {r, head}, "no report": {tally.Report{}, a.Original}} {
		b := a
		b.Original = row.original
		if _, err := proof.PDF(row.r, b); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := proof.Read(head); !fault.Is(err, fault.Invalid) {
		t.Errorf("a head is read as a report: %v", err)
	}
}

// files is a seal's certificate and key on disk.
func files(t *testing.T, certs []*x509.Certificate, key crypto.Signer) proof.Certificate {
	t.Helper()
	dir := t.TempDir()
	var text []byte
	for _, c := range certs {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	c := proof.Certificate{CertFile: filepath.Join(dir, "seal.pem"), KeyFile: filepath.Join(dir, "seal.key")}
	if err := os.WriteFile(c.CertFile, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.KeyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

// S-19: with a certificate the document is sealed and says so, and covers all
// that the unsealed one has; a dead time-stamp authority gives no half seal.
func TestSeal(t *testing.T) {
	ca, err := tsa.Start(tsa.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer ca.Close()
	id, err := ca.Seal("Ekbacka kommun", "2120009911")
	if err != nil {
		t.Fatal(err)
	}
	c := files(t, []*x509.Certificate{id.Certificate, id.Chain[1], id.Chain[0]}, id.Key) // the root first: order is ours to find
	c.TimeStamp = ca.TSAURL()
	s, err := proof.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	r := full()
	a := about(t, r)
	sealed, err := proof.Make(t.Context(), r, a, s)
	if err != nil {
		t.Fatal(err)
	}
	f, err := pdf.Read(sealed, pdf.Options{})
	if err != nil {
		t.Fatal(err)
	}
	signatures, faults := pades.Signatures(f)
	if len(signatures) != 1 || len(faults) != 0 {
		t.Fatalf("%d signatures, %v", len(signatures), faults)
	}
	result, err := check.Check(sealed, "", check.Options{})
	if err != nil || !result.Conformant {
		t.Errorf("sealed PDF/A: %v %+v", err, result.Findings)
	}
	if text := textOf(t, sealed); !strings.Contains(text, squeeze("kommunens elektroniska stämpel")) || strings.Contains(text, squeeze("inte underskriven")) {
		t.Error("the sealed file does not say so")
	}
	ca.Dead(true)
	if _, err := proof.Make(t.Context(), r, a, s); !fault.Is(err, fault.Unavailable) {
		t.Errorf("without a time-stamp: %v", err)
	}
	unsealed, err := proof.Make(t.Context(), r, a, nil)
	if err != nil || !strings.Contains(textOf(t, unsealed), squeeze("inte underskriven")) {
		t.Errorf("without a certificate: %v", err)
	}
}

// A certificate and a key that do not belong together are refused at start.
func TestOpenRefuses(t *testing.T) {
	ca, err := tsa.Start(tsa.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer ca.Close()
	one, err := ca.Seal("Ekbacka kommun", "2120009911")
	if err != nil {
		t.Fatal(err)
	}
	two, err := ca.Seal("Havsnäs kommun", "2120009929")
	if err != nil {
		t.Fatal(err)
	}
	good := files(t, []*x509.Certificate{one.Certificate}, one.Key)
	mixed := files(t, []*x509.Certificate{one.Certificate}, two.Key)
	for name, row := range map[string]struct {
		c    proof.Certificate
		want fault.Kind
	}{
		"good":                 {good, ""},
		"mixed":                {mixed, fault.Invalid},
		"no key in the file":   {proof.Certificate{CertFile: good.CertFile, KeyFile: good.CertFile}, fault.Invalid},
		"no certificate in it": {proof.Certificate{CertFile: good.KeyFile, KeyFile: good.KeyFile}, fault.Invalid},
		"no file":              {proof.Certificate{CertFile: good.CertFile + "x", KeyFile: good.KeyFile}, fault.Unavailable},
	} {
		if _, err := proof.Open(row.c); fault.KindOf(err) != row.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
