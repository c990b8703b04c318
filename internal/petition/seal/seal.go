package seal

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/fault"
)

// Nullifier stands for one person in one petition.
type Nullifier [32]byte

// Kind is what a key is for.
type Kind string

// The kinds of keys.
const (
	HMAC  Kind = "hmac-sha256"
	VOPRF Kind = "voprf-p256-sha256" // RFC 9497, P256-SHA256, verifiable mode
)

// The designs, as petitions.md §2.3 numbers them.
const (
	DesignMAC   = "D1"
	DesignSplit = "D2"
)

// Key is what may be known of a key: it is published and stands in the report.
type Key struct {
	Holder string    `json:"holder"` // who keeps it: "own", or an organisation number
	ID     string    `json:"id"`     // random, 32 hexadecimal characters
	Kind   Kind      `json:"kind"`
	Public string    `json:"public"` // hexadecimal: the public key, or SHA-256 of the key for HMAC
	Made   time.Time `json:"made"`
}

// Commitment binds a petition to its keys from the day it opens. It is public
// and kept with the petition.
type Commitment struct {
	Design   string `json:"design"` // DesignMAC or DesignSplit
	Petition string `json:"petition"`
	Keys     []Key  `json:"keys"` // one, or our own and the second holder's
}

// Limit caps what a key answers.
type Limit struct {
	Total     int64 `json:"total"`      // in all; about 1.2 times those who may vote
	PerMinute int64 `json:"per_minute"` // 0 = no limit of rate
}

// Request is one voter to seal for one petition.
type Request struct {
	Commitment *Commitment
	Voter      pnr.Number
}

// Result is the answer to one Request.
type Result struct {
	Nullifier Nullifier
	Err       error
}

// Destroyed says that a key is gone. It holds nothing about anyone.
type Destroyed struct {
	Petition    string          `json:"petition"`
	Key         Key             `json:"key"` // zero when there was no key to destroy
	At          time.Time       `json:"at"`
	Evaluations int64           `json:"evaluations"` // answers given; after a crash an upper bound
	Note        json.RawMessage `json:"note,omitempty"`
	Signature   string          `json:"signature,omitempty"` // hexadecimal Ed25519 of Statement, by another holder
}

// Promise is what can truly be said of who could see a vote; the words are the
// pages'. DesignSplit that is not blind is a demonstration: both keys lie in
// one program.
type Promise struct {
	Design string
	// Blind: nobody at the municipality, its operators included, can find out
	// who voted from anything that is kept, also while voting is open (P-08).
	Blind bool
}

// Sealer seals voters. Safe for concurrent use.
type Sealer interface {
	// Make makes the keys of a petition, or gives those it has. It is
	// fault.Gone when they are destroyed.
	Make(ctx context.Context, petition string, limit Limit) (Commitment, error)
	// Seal answers each request in its place. fault.Gone: the key is
	// destroyed. fault.TooMany: more questions than the limit. fault.Unavailable:
	// voting is paused, since a key cannot be reached or its holder does not
	// prove its answer.
	Seal(ctx context.Context, requests []Request) []Result
	// Destroy destroys all keys of a petition, each as far as it can be
	// reached, and tells which are gone. It may be called again. The note goes
	// into our own tombstone.
	Destroy(ctx context.Context, c Commitment, note json.RawMessage) ([]Destroyed, error)
	// Keeper gives our own keeper, whose tombstones a restored backup is held
	// against, and whether everything needed for voting answers now.
	Keeper() Keeper
	// Ready is nil when votes can be sealed now.
	Ready(ctx context.Context) error
}

// Promiser is a Sealer that says what it promises.
type Promiser interface{ Promise() Promise }

// Keeper keeps keys: a Store's owner in this process, or a Remote.
type Keeper interface {
	Make(ctx context.Context, petition string, kind Kind, limit Limit) (Key, error)
	Compute(ctx context.Context, batches []Batch) []Answer
	Destroy(ctx context.Context, petition string, note json.RawMessage) (Destroyed, error)
	Tombstones(ctx context.Context) ([]Destroyed, error)
	Ready(ctx context.Context) error
}

// Batch is what one key is asked: messages for HMAC, blinded elements for VOPRF.
type Batch struct {
	Petition string
	Key      Key
	Inputs   [][]byte
}

// Answer is what the key made of a Batch, in the same order.
type Answer struct {
	Outputs [][]byte
	Proof   []byte // for VOPRF: that the committed key was used
	Err     error
}

// letters are those of an id, Crockford's base 32.
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// CheckPetition refuses what is not an id made by db.NewID. It is asked several
// times in each vote and once for each page.
func CheckPetition(id string) error {
	good := len(id) == 26
	for i := 0; good && i < len(id); i++ {
		good = strings.IndexByte(letters, id[i]) >= 0
	}
	if !good {
		return fault.New(fault.Invalid, "seal: that is not the id of a petition")
	}
	return nil
}

// message is what stands for a voter before any key: bound to the use and the
// petition, so that nothing links two petitions (P-09).
func message(petition string, voter pnr.Number) []byte {
	out := make([]byte, 0, 80)
	out = append(out, "medborgarnavet/petition/vote/1\x00"...)
	out = append(out, petition...)
	out = append(out, 0)
	return append(out, voter.Plain()...)
}

// asked is the requests of one petition; byPetition gathers them by petition, in the order they first occur.
type asked struct {
	commitment *Commitment
	at         []int // places in the requests
}

func byPetition(requests []Request, results []Result, design string, keys int) []asked {
	var groups []asked
	index := map[string]int{}
	for i, r := range requests {
		if r.Voter.IsZero() || r.Commitment == nil {
			results[i].Err = fault.New(fault.Invalid, "seal: a request without a voter or a petition")
			continue
		}
		if r.Commitment.Design != design || len(r.Commitment.Keys) != keys {
			results[i].Err = fault.New(fault.Conflict, "seal: the petition was opened with another design")
			continue
		}
		at, ok := index[r.Commitment.Petition]
		if !ok {
			at = len(groups)
			index[r.Commitment.Petition] = at
			groups = append(groups, asked{commitment: r.Commitment})
		}
		groups[at].at = append(groups[at].at, i)
	}
	return groups
}

// wipe overwrites what named voters.
func wipe(inputs [][]byte) {
	for _, in := range inputs {
		clear(in)
	}
}
