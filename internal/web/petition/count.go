package petition

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/web/shelf"
)

// publicCount is a petition's count for programs: Count, or Below when there
// are fewer than that, or neither when no count is shown.
type publicCount struct {
	Petition  string    `json:"petition"`
	Count     *int64    `json:"count,omitempty"`
	Below     *int64    `json:"below,omitempty"`
	Threshold int64     `json:"threshold"`
	At        time.Time `json:"at"` // by the minute: the count moves no faster
}

func (p *Pages) count(w http.ResponseWriter, r *route.Request) error {
	id := r.PathValue("id")
	return p.Shelf.Serve(w, r.Request, p.keyOf(Path+"/"+id+"/antal.json"), func(ctx context.Context) (shelf.Item, error) {
		one, err := p.Petitions.One(ctx, id)
		if err != nil {
			return shelf.Item{}, err
		}
		c := publicCount{Petition: id, Threshold: one.Threshold, At: p.Clock.Now().UTC().Truncate(ballot.StepEvery)}
		switch {
		case one.Count.Known && one.Count.Fewer:
			c.Below = &one.Count.Votes
		case one.Count.Known:
			c.Count = &one.Count.Votes
		}
		body, err := json.Marshal(c)
		if err != nil {
			return shelf.Item{}, fault.Wrap(fault.Internal, err, "web/petition: a count")
		}
		return shelf.Item{Body: append(body, '\n'), Type: "application/json", Fresh: ballot.StepEvery}, nil
	})
}
