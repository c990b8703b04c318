package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/cmd/demo/town"
	"medborgarnavet/internal/app"
	"medborgarnavet/internal/petition"
)

// seeder fills a town with petitions, as proposers, moderators and voters
// would have done. A town that has petitions from an earlier run is left as it
// is.
type seeder struct {
	life  *petition.Petitions
	votes app.Ballots
	staff string
	only  map[string]bool // the numbers that may vote; nil: anyone's
	n     int
}

func seed(ctx context.Context, a *app.App) error {
	for municipality, staff := range map[string]string{"ekbacka": "vera.dahl", "havsnas": "maja.sund"} {
		life, votes := a.Petitions(municipality)
		s := &seeder{life: life, votes: votes, staff: staff}
		if municipality == "havsnas" { // lets only its residents vote
			s.only = town.Residents()
		}
		if err := s.fill(ctx); err != nil {
			return fmt.Errorf("petitions of %s: %w", municipality, err)
		}
	}
	return nil
}

func (s *seeder) fill(ctx context.Context) error {
	queue, err := s.life.Queue(ctx, s.staff, petition.ShowToRead)
	if err != nil || len(queue) > 0 {
		return err
	}
	for _, p := range open {
		id, err := s.publish(ctx, p.text)
		if err != nil {
			return err
		}
		for _, number := range p.voters {
			if s.only != nil && !s.only[number] {
				continue
			}
			voter, err := pnr.ParseLenient(number, time.Now())
			if err == nil {
				err = s.vote(ctx, id, voter, "")
			}
			if err != nil {
				return err
			}
		}
	}
	if s.only != nil { // and counts votes by district
		if err := s.harbour(ctx); err != nil {
			return err
		}
	}
	for _, r := range rejected {
		id, err := s.take(ctx, r.text)
		if err != nil {
			return err
		}
		if err := s.life.Reject(ctx, s.staff, id, petition.Decision{Version: 1, Code: r.code, Words: r.words}); err != nil {
			return err
		}
	}
	for _, t := range waiting {
		if _, err := s.propose(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// vote votes as at the booth: looked up first, then cast.
func (s *seeder) vote(ctx context.Context, id string, voter pnr.Number, district string) error {
	if _, err := s.votes.Status(ctx, id, voter); err != nil {
		return err
	}
	_, err := s.votes.CastFrom(ctx, id, voter, time.Time{}, district)
	return err
}

// harbour is a petition with so many votes that its districts may be shown,
// when the day has ended. The voters are made up: birth numbers 980 to 989 are
// never given to anyone.
func (s *seeder) harbour(ctx context.Context) error {
	id, err := s.publish(ctx, harbour)
	if err != nil {
		return err
	}
	n := 0
	for _, from := range []struct {
		district string
		voters   int
	}{{"9929-01", 42}, {"9929-02", 31}, {"9929-03", 16}, {"", 12}} {
		for range from.voters {
			voter, err := madeUp(n)
			if err == nil {
				err = s.vote(ctx, id, voter, from.district)
			}
			if err != nil {
				return err
			}
			n++
		}
	}
	return nil
}

// madeUp is the n-th made-up number.
func madeUp(n int) (number pnr.Number, err error) {
	digits := time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n/10).Format("20060102") + fmt.Sprintf("98%d", n%10)
	for check := range 10 {
		if number, err = pnr.ParseLenient(fmt.Sprint(digits, check), time.Now()); err == nil {
			break
		}
	}
	return number, err
}

func (s *seeder) propose(ctx context.Context, t petition.Text) (string, error) {
	s.n++
	r, err := s.life.Receive(ctx, petition.Proposal{Text: t, Once: fmt.Sprintf("demonstration-%s-%06d", strings.Repeat("x", 8), s.n), From: "127.0.0.1"})
	return r.ID, err
}

// take proposes and takes the proposal to read.
func (s *seeder) take(ctx context.Context, t petition.Text) (string, error) {
	id, err := s.propose(ctx, t)
	if err != nil {
		return "", err
	}
	return id, s.life.CheckOut(ctx, s.staff, id, false)
}

func (s *seeder) publish(ctx context.Context, t petition.Text) (string, error) {
	id, err := s.take(ctx, t)
	if err != nil {
		return "", err
	}
	if err := s.life.Accept(ctx, s.staff, id, petition.Decision{Version: 1}); err != nil {
		return "", err
	}
	if err := s.life.Publish(ctx, s.staff, id, petition.Publication{Disposal: "KS 2026/2, 2026-02-02, Kommunstyrelsen (exempel)", Sealer: "kommunen"}); err != nil {
		return "", err
	}
	_, err = s.life.Run(ctx)
	return id, err
}

var open = []struct {
	text   petition.Text
	voters []string
}{
	{petition.Text{Title: "Bygg en gång- och cykelväg till badplatsen",
		What: "Bygg en gång- och cykelväg längs Sjövägen, från skolan till badplatsen.",
		Why:  "Vägen är smal och bilarna kör fort. Barn och äldre vågar inte cykla eller gå till badet. Det är bara två kilometer, men i dag måste de flesta åka bil."},
		[]string{"198507099805", "197101169295", "199001012385", "196408233234", "197407029284", "200002292399"}},
	{petition.Text{Title: "Längre öppettider på biblioteket",
		What: "Ha biblioteket öppet till klockan 20 två kvällar i veckan.",
		Why:  "Den som arbetar dagtid hinner inte dit. Studerande behöver någonstans att sitta på kvällen."},
		[]string{"198112189876", "195704289999"}},
}

var harbour = petition.Text{Title: "Rusta upp bryggan i hamnen",
	What: "Byt plankorna på stora bryggan och sätt upp räcken och belysning.",
	Why:  "Plankorna är ruttna och det är mörkt. Den som går med rullator kommer inte fram."}

var rejected = []struct {
	text        petition.Text
	code, words string
}{
	{petition.Text{Title: "Sänk skatten på bensin", What: "Sänk skatten på bensin och diesel.", Why: "Det är dyrt att bo på landet."},
		"outside-competence", "Skatten på bensin bestäms av riksdagen. Kommunen kan inte ändra den."},
}

var waiting = []petition.Text{
	{Title: "Fler bänkar i stadsparken", What: "Ställ ut fler bänkar med ryggstöd längs gångvägarna i parken.",
		Why: "Den som har svårt att gå behöver kunna vila. Ring mig gärna på 070-000 00 00."},
	{Title: "Lampan på Storgatan 5 är trasig", What: "Laga gatlyktan utanför Storgatan 5.", Why: "Det är mörkt på kvällen."},
}
