package app_test

import (
	"testing"

	"medborgarnavet/cmd/demo/town"
	"medborgarnavet/internal/app"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/fault"
)

// petitions.md §2.3: the keys of a petition answer 1.2 times as often as those
// who may vote would ask, twice each, and then no more: whoever tries numbers
// comes to an end, and it shows.
func TestGuessingEnds(t *testing.T) {
	p := newPolls(t, nil, func(cfg *config.Config, _ *town.Outside) {
		for i := range cfg.Municipalities {
			cfg.Municipalities[i].Petitions.Votes.Voters = 10
			cfg.Municipalities[i].Petitions.Register = config.Register{}
		}
	})
	p.serve()
	for _, municipality := range []string{"ekbacka", "havsnas"} {
		id := p.open(municipality, "Bygg en bro")
		for i := range 25 {
			_, err := app.Ticket(t.Context(), p.app, municipality, id, voter(i))
			if refused := fault.Is(err, fault.TooMany); refused != (i == 24) || err != nil && !refused {
				t.Errorf("%s, question %d: %v", municipality, i, err)
			}
		}
	}
}

// M-23: the least level of an e-ID to vote with is the municipality's setting.
func TestLevelOfTheEID(t *testing.T) {
	p := newPolls(t, nil, func(cfg *config.Config, _ *town.Outside) { cfg.Municipalities[0].Petitions.Votes.MinLevel = 4 })
	id := p.open("ekbacka", "Bygg en bro")
	p.serve()
	if _, err := app.Ticket(t.Context(), p.app, "ekbacka", id, voter(1)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an e-ID of level 3 where 4 is asked for: %v", err)
	}
}
