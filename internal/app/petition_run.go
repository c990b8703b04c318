package app

import (
	"context"
	"sync"
	"time"

	"medborgarnavet/internal/retention"
)

// rules are what is destroyed of petitions, and when.
func (p *petitions) rules() []retention.Rule {
	return append(p.life.Retention(), p.mail.Retention())
}

// job is work that is done again and again.
type job struct {
	name  string
	every time.Duration
	do    func(ctx context.Context) error
}

func (t *town) petitionJobs() []job {
	p := t.petitions
	return []job{
		// The life opens petitions, the machine closes them, and what the
		// machine has done is told to the life.
		{"petitions", time.Minute, func(ctx context.Context) error {
			_, err := p.life.Run(ctx)
			return err
		}},
		{"closing", time.Minute, func(ctx context.Context) error {
			_, err := p.machine.Run(ctx)
			return err
		}},
		{"voting told", 10 * time.Second, t.followVoting},
		{"key holders", 5 * time.Second, p.machine.Watch},
		{"counts", time.Minute, func(ctx context.Context) error {
			done, err := p.box.Tidy(ctx, countStep)
			if len(done.Drifting) > 0 {
				t.log.Error("petitions: rows do not match the running count", "petitions", len(done.Drifting))
			}
			return err
		}},
		{"heads", time.Hour, func(ctx context.Context) error {
			_, err := p.heads.Run(ctx)
			return err
		}},
	}
}

// countStep is what the public count is rounded down to.
const countStep = 5

// runPetitions takes votes and does what is due until ctx ends; call stopped
// to wait for the last of it.
func (t *town) runPetitions(ctx context.Context) (stopped func()) {
	var all sync.WaitGroup
	all.Go(func() { t.petitions.box.Run(ctx) })
	for _, j := range t.petitionJobs() {
		all.Go(func() { t.again(ctx, j) })
	}
	return all.Wait
}

// again does a job at once and then at its interval until ctx ends.
func (t *town) again(ctx context.Context, j job) {
	ticks := time.NewTicker(j.every)
	defer ticks.Stop()
	for {
		if err := j.do(ctx); err != nil && ctx.Err() == nil {
			t.log.Error("petitions", "job", j.name, "error", err)
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return
		}
	}
}
