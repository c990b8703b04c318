package town

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"medborgarnavet/block/orgcert"
	"medborgarnavet/block/orgnr"
	"medborgarnavet/fake/ca"
	"medborgarnavet/fake/folkbokforing"
	"medborgarnavet/fake/mail"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/petition/seal"
)

// petitionBoard keeps the e-petitions.
const petitionBoard = "kommunstyrelsen"

// startMail starts the mail server that takes every letter.
func (o *Outside) startMail(authority *ca.CA) error {
	cert, err := authority.TLS(ca.Options{CommonName: "127.0.0.1", Server: true})
	if err != nil {
		return err
	}
	o.Mail = mail.New(mail.Options{Certificate: cert, Now: o.now})
	return o.Mail.Start("127.0.0.1:0", "127.0.0.1:0")
}

func (o *Outside) mail(p place) config.Mail {
	return config.Mail{Host: "127.0.0.1", Port: o.Mail.Port(), RootsFile: o.roots, From: "svara-inte@" + p.id + ".example", Name: p.name}
}

// petitionBoard is the board, whose staff reads proposals.
func (o *Outside) petitionBoard(p place) (config.Board, error) {
	file := filepath.Join(o.certDir, p.id+"-"+petitionBoard+"-staff.json")
	b := board(p, file)
	b.ID, b.Name, b.RegistryPrefix = petitionBoard, "Kommunstyrelsen", "KS"
	b.DisposalDecision.Body = "Kommunstyrelsen (exempel)"
	b.LegalReferences = []config.LegalReference{{Key: "e-forslag", Text: "Exempel: riktlinjer för e-förslag", From: "2025-07-01"}}
	return b, writeDirectory(file, p.id, petitionBoard)
}

// petitions are a municipality's: Ekbacka has two key holders and takes votes
// from anyone with an e-ID; Havsnäs has one, takes those of its residents, and
// gives receipts.
func (o *Outside) petitions(dir string, p place) (config.Petitions, error) {
	keys := filepath.Join(dir, "keys", p.id, "votes")
	if err := errors.Join(os.MkdirAll(filepath.Dir(keys), 0o700), seal.InitStore(keys)); err != nil {
		return config.Petitions{}, err
	}
	settings, err := json.Marshal(map[string]any{
		"threshold": map[string]int{"votes": 8}, "durations": []map[string]int{{"days": 60}, {"days": 90}}, "owner": "kansliet@" + p.id + ".example",
		"services": []map[string]string{{"id": "felanmalan", "name": "Felanmälan", "url": "https://felanmalan." + p.id + ".example"}},
		"vote_age": 13, "guardian_below": 16, "per_ten_minutes": 100, "per_day": 1000,
	})
	if err != nil {
		return config.Petitions{}, err
	}
	votes := config.Votes{Design: config.DesignMAC, KeyDir: keys, Responsible: "kommunsekreteraren", Voters: 20000, MinLevel: 2, BackupDays: 30, LogDays: 30,
		DisposalDecision: config.DisposalDecision{Number: "KS 2026/2", Date: "2026-02-02", Body: "Kommunstyrelsen (exempel)"}}
	if p.id == places[0].id {
		if votes.Holder, err = o.startHolder(dir, p, places[1]); err != nil {
			return config.Petitions{}, err
		}
		votes.Design = config.DesignSplit
	}
	file := func(name string) string { return filepath.Join(o.certDir, name) }
	all := config.Petitions{Board: petitionBoard, Settings: settings, Votes: votes, Seal: config.SealKey{CertFile: file("token.pem"), KeyFile: file("token.key")}}
	if p.id == places[1].id { // Havsnäs lets only its residents vote
		all.Votes.Leaves, all.Votes.Receipts, all.Votes.OfficerDecision = true, true, "KS 2026/3, 2026-03-02, dataskyddsombudet (exempel)"
		all.Register = config.Register{Endpoint: o.Population.URL(), CertFile: file(p.id + ".crt"), KeyFile: file(p.id + ".key"), RootsFile: o.roots,
			OrgNumber: taxAgency, Districts: true, DistrictNames: map[string]string{"9929-01": "Hamnen", "9929-02": "Åsen", "9929-03": "Skären"}}
	}
	return all, nil
}

const taxAgency = "2021005448" // Skatteverket keeps the population register

// startPopulation starts the population register.
func (o *Outside) startPopulation(authority *ca.CA) error {
	cert, err := authority.TLS(ca.Options{CommonName: "population register", OrgNumber: taxAgency, Server: true})
	if err != nil {
		return err
	}
	o.Population = folkbokforing.New(folkbokforing.Options{ClientRoots: authority.Pool(), Certificate: cert})
	return o.Population.Start("127.0.0.1:0")
}

// Residents are the numbers of those whom the population register has in
// Havsnäs.
func Residents() map[string]bool {
	there := map[string]bool{}
	for _, p := range folkbokforing.Seeded() {
		if p.Municipality == folkbokforing.Havsnas {
			there[p.Number] = true
		}
	}
	return there
}

// Holder is the second key holder: the same program as `medborgarnavet
// sealer`, in this process, and therefore not independent.
type Holder struct {
	store  *seal.Store
	server *http.Server
}

// Close stops it.
func (h *Holder) Close() {
	_ = h.server.Close() // the process ends
	_ = h.store.Close()
}

// timeOf is the town's time as the holder reads it.
type timeOf func() time.Time

// Now implements clock.Clock.
func (f timeOf) Now() time.Time { return f() }

// startHolder lets one municipality keep keys for another.
func (o *Outside) startHolder(dir string, caller, keeper place) (config.Holder, error) {
	folder := filepath.Join(dir, "keys", keeper.id, "kept-for-"+caller.id)
	if err := errors.Join(os.MkdirAll(filepath.Dir(folder), 0o700), seal.InitStore(folder)); err != nil {
		return config.Holder{}, err
	}
	store, err := seal.OpenStore(seal.StoreOptions{Dir: folder, Clock: timeOf(o.now)})
	if err != nil {
		return config.Holder{}, err
	}
	number, err := orgnr.Parse(caller.orgNumber)
	if err != nil {
		return config.Holder{}, err
	}
	cert, err := o.authority.TLS(ca.Options{CommonName: "sealer of " + keeper.id, OrgNumber: keeper.orgNumber, Server: true})
	if err != nil {
		return config.Holder{}, err
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return config.Holder{}, err
	}
	h := seal.NewHolder(seal.HolderOptions{Store: store, Callers: map[orgnr.Number]seal.Limit{number: {Total: 1 << 30}}})
	o.Holder = &Holder{store: store, server: &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}}
	go func() { _ = o.Holder.server.Serve(tls.NewListener(l, orgcert.ServerTLS(cert, o.authority.Pool()))) }() // ends with Close
	file := func(name string) string { return filepath.Join(o.certDir, name) }
	return config.Holder{Endpoint: "https://" + l.Addr().String(), CertFile: file(caller.id + ".crt"), KeyFile: file(caller.id + ".key"),
		RootsFile: o.roots, OrgNumber: keeper.orgNumber, Name: keeper.name, StatementKey: hex.EncodeToString(store.StatementKey()[:ed25519.PublicKeySize])}, nil
}
