package seal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"sync"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"
	"github.com/cloudflare/circl/zk/dleq"

	"medborgarnavet/internal/fault"
)

// ErrProof is in the chain of an error when a key holder could not prove that
// it used the key it had committed to. It is an alarm, not a disturbance.
var ErrProof = errors.New("seal: the key holder's proof does not hold")

// suite of RFC 9497 §4.3.
var suite = oprf.SuiteP256

// Split is design D2: our own key and that of a second holder.
type Split struct {
	own, second Keeper
	independent bool
}

// NewSplit is D2. independent says that the second holder is another legal
// person; only then may the page promise that nobody at the municipality can
// see who voted. A demonstration that runs both in one process says false.
func NewSplit(own, second Keeper, independent bool) *Split {
	return &Split{own: own, second: second, independent: independent}
}

// Make makes both keys, ours first.
func (s *Split) Make(ctx context.Context, petition string, limit Limit) (Commitment, error) {
	c := Commitment{Design: DesignSplit, Petition: petition}
	for _, keeper := range []Keeper{s.own, s.second} {
		key, err := keeper.Make(ctx, petition, VOPRF, limit)
		if err != nil {
			return c, err
		}
		if _, err := publicKey(key); err != nil {
			return c, err
		}
		c.Keys = append(c.Keys, key)
	}
	if c.Keys[0].Public == c.Keys[1].Public {
		return c, fault.New(fault.Internal, "seal: both holders have the same key")
	}
	return c, nil
}

func publicKey(key Key) (*oprf.PublicKey, error) {
	raw, err := hex.DecodeString(key.Public)
	pub := new(oprf.PublicKey)
	if err == nil {
		err = pub.UnmarshalBinary(suite, raw)
	}
	return pub, fault.Wrap(fault.Unavailable, err, "seal: a holder's public key cannot be read")
}

// Seal blinds each voter once, asks both holders at the same time, checks both
// proofs and binds the two answers together.
func (s *Split) Seal(ctx context.Context, requests []Request) []Result {
	results := make([]Result, len(requests))
	groups := byPetition(requests, results, DesignSplit, 2)
	rounds := make([]*round, 0, len(groups))
	for _, g := range groups {
		r, err := newRound(g, requests)
		if err != nil {
			fail(results, g, err)
			continue
		}
		rounds = append(rounds, r)
	}
	var answers [2][]Answer
	var both sync.WaitGroup
	for which, keeper := range []Keeper{s.own, s.second} {
		both.Go(func() {
			batches := make([]Batch, len(rounds))
			for i, r := range rounds {
				batches[i] = Batch{Petition: r.commitment.Petition, Key: r.commitment.Keys[which], Inputs: r.blinded}
			}
			near, ok := keeper.(whole)
			switch {
			case len(batches) == 0:
			case ok && which == 0: // our own, in this process: no blinding, no proof
				for i, r := range rounds {
					batches[i].Inputs = r.inputs
				}
				answers[which] = near.Whole(batches)
			default:
				answers[which] = keeper.Compute(ctx, batches)
			}
		})
	}
	both.Wait()
	for i, r := range rounds {
		r.finish(results, answers[0][i], answers[1][i])
		wipe(r.inputs)
	}
	return results
}

func fail(results []Result, g asked, err error) {
	for _, at := range g.at {
		results[at].Err = err
	}
}

// Destroy destroys our key first, then asks the second holder to. What could
// be destroyed is told even when the other could not.
func (s *Split) Destroy(ctx context.Context, c Commitment, note json.RawMessage) ([]Destroyed, error) {
	var done []Destroyed
	var failed error
	for _, keeper := range []Keeper{s.own, s.second} {
		d, err := keeper.Destroy(ctx, c.Petition, note)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		done = append(done, d)
	}
	return done, failed
}

// Keeper is our own.
func (s *Split) Keeper() Keeper { return s.own }

// Ready is nil when both holders answer.
func (s *Split) Ready(ctx context.Context) error {
	return errors.Join(s.own.Ready(ctx), s.second.Ready(ctx))
}

// Promise follows who the second holder is.
func (s *Split) Promise() Promise {
	return Promise{Design: DesignSplit, Blind: s.independent}
}

// round is one petition's part of a batch.
type round struct {
	asked
	inputs  [][]byte
	blinded [][]byte
	state   *oprf.FinalizeData
	sent    *oprf.EvaluationRequest
}

func newRound(g asked, requests []Request) (*round, error) {
	r := &round{asked: g}
	pub, err := publicKey(g.commitment.Keys[1])
	if err != nil {
		return nil, err
	}
	for _, at := range g.at {
		r.inputs = append(r.inputs, message(g.commitment.Petition, requests[at].Voter))
	}
	// Blinding does not depend on the key, so both holders get the same
	// uniformly random elements.
	if r.state, r.sent, err = oprf.NewVerifiableClient(suite, pub).Blind(r.inputs); err != nil {
		return nil, fault.New(fault.Internal, "seal: blinding failed")
	}
	for _, e := range r.sent.Elements {
		raw, err := e.MarshalBinaryCompress()
		if err != nil {
			return nil, fault.New(fault.Internal, "seal: blinding failed")
		}
		r.blinded = append(r.blinded, raw)
	}
	return r, nil
}

// whole is a keeper in this process that answers the messages themselves: the
// same outputs at half the price. What is in this process knows the voter
// anyway, and its key was compared with the commitment.
type whole interface {
	Whole(batches []Batch) []Answer
}

// finish checks both answers and writes the nullifiers. An answer of our own
// without a proof is whole already; the second holder's always needs one.
func (r *round) finish(results []Result, own, second Answer) {
	a, err := own.Outputs, own.Err
	if own.Proof != nil || err != nil {
		a, err = r.open(own, r.commitment.Keys[0])
	} else if len(a) != len(r.at) || len(a[0]) != sha256.Size {
		err = fault.New(fault.Internal, "seal: our own key gave no output")
	}
	if err == nil {
		var b [][]byte
		if b, err = r.open(second, r.commitment.Keys[1]); err == nil {
			for i, at := range r.at {
				h := sha256.New()
				h.Write([]byte("medborgarnavet/petition/split/1\x00"))
				h.Write(a[i])
				h.Write(b[i])
				h.Sum(results[at].Nullifier[:0])
			}
			return
		}
	}
	fail(results, r.asked, err)
}

// open verifies one holder's proof and takes the blinding off.
func (r *round) open(answer Answer, key Key) ([][]byte, error) {
	if answer.Err != nil {
		return nil, answer.Err
	}
	pub, err := publicKey(key)
	if err != nil {
		return nil, err
	}
	evaluation, err := readEvaluation(answer)
	if err != nil || len(evaluation.Elements) != len(r.at) {
		return nil, fault.New(fault.Unavailable, "seal: voting paused: %w: the answer cannot be read", ErrProof)
	}
	outputs, err := oprf.NewVerifiableClient(suite, pub).Finalize(r.state, evaluation)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "seal: voting paused: %w", ErrProof)
	}
	return outputs, nil
}

// readElements reads points of the curve; the identity is none (RFC 9497 §3.3.2).
func readElements(raw [][]byte) ([]group.Element, error) {
	out := make([]group.Element, len(raw))
	for i, b := range raw {
		out[i] = suite.Group().NewElement()
		if len(b) != elementSize {
			return nil, errors.New("an element has the wrong length")
		}
		if err := out[i].UnmarshalBinary(b); err != nil || out[i].IsIdentity() {
			return nil, errors.New("an element is not on the curve")
		}
	}
	return out, nil
}

// elementSize is the length of a compressed point of P-256.
const elementSize = 33

func readEvaluation(a Answer) (*oprf.Evaluation, error) {
	elements, err := readElements(a.Outputs)
	if err != nil {
		return nil, err
	}
	proof := new(dleq.Proof)
	if err := proof.UnmarshalBinary(suite.Group(), a.Proof); err != nil {
		return nil, errors.New("the proof cannot be read")
	}
	return &oprf.Evaluation{Elements: elements, Proof: proof}, nil
}
