package seal

import (
	"context"
	"encoding/json"

	"medborgarnavet/internal/fault"
)

// MAC is design D1: one key a petition.
type MAC struct{ keeper Keeper }

// NewMAC is D1 with the keys of a Store in this process, or of a Remote.
func NewMAC(keeper Keeper) *MAC { return &MAC{keeper: keeper} }

// Make makes the petition's key.
func (m *MAC) Make(ctx context.Context, petition string, limit Limit) (Commitment, error) {
	key, err := m.keeper.Make(ctx, petition, HMAC, limit)
	return Commitment{Design: DesignMAC, Petition: petition, Keys: []Key{key}}, err
}

// Seal seals each voter with the petition's key.
func (m *MAC) Seal(ctx context.Context, requests []Request) []Result {
	results := make([]Result, len(requests))
	groups := byPetition(requests, results, DesignMAC, 1)
	batches := make([]Batch, len(groups))
	for g, group := range groups {
		batches[g] = Batch{Petition: group.commitment.Petition, Key: group.commitment.Keys[0]}
		for _, at := range group.at {
			batches[g].Inputs = append(batches[g].Inputs, message(group.commitment.Petition, requests[at].Voter))
		}
	}
	answers := m.keeper.Compute(ctx, batches)
	for g, group := range groups {
		wipe(batches[g].Inputs)
		for i, at := range group.at {
			switch a := answers[g]; {
			case a.Err != nil:
				results[at].Err = a.Err
			case len(a.Outputs) != len(group.at) || len(a.Outputs[i]) != len(Nullifier{}):
				results[at].Err = fault.New(fault.Unavailable, "seal: voting paused: the key holder's answer has the wrong size")
			default:
				results[at].Nullifier = Nullifier(a.Outputs[i])
			}
		}
	}
	return results
}

// Destroy destroys the petition's key.
func (m *MAC) Destroy(ctx context.Context, c Commitment, note json.RawMessage) ([]Destroyed, error) {
	d, err := m.keeper.Destroy(ctx, c.Petition, note)
	if err != nil {
		return nil, err
	}
	return []Destroyed{d}, nil
}

// Keeper is the one that keeps the keys.
func (m *MAC) Keeper() Keeper { return m.keeper }

// Ready asks the keeper.
func (m *MAC) Ready(ctx context.Context) error { return m.keeper.Ready(ctx) }

// Promise: whoever is root where the key lies could find out while voting is
// open; the page may not say otherwise.
func (m *MAC) Promise() Promise {
	return Promise{Design: DesignMAC}
}
