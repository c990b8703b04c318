package tally

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/petition/seal"
)

const (
	// Purpose names the signing key in the keyring; its public half is
	// published by the municipality.
	Purpose = "petition"
	format  = "medborgarnavet petition 1"
)

// The kinds of signed documents.
const (
	KindRunning = "running"
	KindFinal   = "final"
	KindReport  = "report"
)

// Signed is a published file: the document is JSON in a string, and the
// signature is Ed25519 (RFC 8032) over exactly that string's bytes.
type Signed struct {
	Format    string `json:"format"`
	Document  string `json:"document"`
	Key       string `json:"key"`       // hexadecimal
	Signature string `json:"signature"` // hexadecimal
}

// Head is a count at a moment.
type Head struct {
	Kind         string    `json:"kind"` // KindRunning or KindFinal
	Municipality string    `json:"municipality"`
	Petition     string    `json:"petition"`
	Count        int64     `json:"count"`
	Root         string    `json:"root"` // hexadecimal; "" below the floor
	At           time.Time `json:"at"`
	Previous     string    `json:"previous"` // SHA-256 of the head before it; "" for the first
}

// Report is the proof of erasure (petitions.md §2.5). It holds nothing about
// anyone.
type Report struct {
	Kind         string           `json:"kind"` // KindReport
	Municipality string           `json:"municipality"`
	Petition     string           `json:"petition"`
	Registry     string           `json:"registry"` // the petition's registry number
	Opened       time.Time        `json:"opened"`
	Planned      time.Time        `json:"planned"` // the closing time set at first
	Closed       time.Time        `json:"closed"`
	Pauses       []Pause          `json:"pauses"`
	Count        int64            `json:"count"`
	Method       CountMethod      `json:"method"`
	Root         string           `json:"root"`
	Commitment   seal.Commitment  `json:"commitment"`
	Destroyed    []seal.Destroyed `json:"destroyed"`
	RowsDropped  time.Time        `json:"rows_dropped"`
	Database     string           `json:"database"`
	Disposal     string           `json:"disposal"` // reference of the decision
	Publication  Publication      `json:"publication"`
	Backups      Backups          `json:"backups"`
	Restored     bool             `json:"restored"` // a backup from before was put back, and erased again
	Responsible  string           `json:"responsible"`
	Software     string           `json:"software"`
	Evidence     []string         `json:"evidence"` // tests that show the erasure
	Written      time.Time        `json:"written"`
}

// Pause is time when nobody could vote, and how far the closing was moved.
type Pause struct {
	Reason   string        `json:"reason"`
	From     time.Time     `json:"from"`
	Until    time.Time     `json:"until"`
	Extended time.Duration `json:"extended"` // nanoseconds
}

// CountMethod is how the count was made sure of.
type CountMethod struct {
	Accepted  int64 `json:"accepted"`
	Withdrawn int64 `json:"withdrawn"`
	Rows      int64 `json:"rows"`
	Leaves    int64 `json:"leaves"`
	Agree     bool  `json:"agree"` // accepted - withdrawn = rows = leaves
	// Evaluations by each holder must not be fewer than the votes.
	Evaluations []int64 `json:"evaluations"`
}

// Backups is what may remain elsewhere: codes without a key.
type Backups struct {
	OldestExpires time.Time `json:"oldest_expires"` // the last one from before the closing is gone by then
	LogsUntil     time.Time `json:"logs_until"`
}

// Publication is what more than count and head is published.
type Publication struct {
	Leaves   bool   `json:"leaves"`
	Receipts bool   `json:"receipts"`
	Decision string `json:"decision"` // the data protection officer's recorded decision
}

// Check refuses more than the default without a recorded decision.
func (p Publication) Check() error {
	if (p.Leaves || p.Receipts) && p.Decision == "" {
		return fault.New(fault.Invalid, "tally: leaves and receipts need the reference of a decision of the data protection officer")
	}
	return nil
}

// Sign makes the published file of a document.
func Sign(ring *keyring.Ring, document any) ([]byte, error) {
	raw, err := json.Marshal(document)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "tally: encode a document")
	}
	return json.MarshalIndent(Signed{
		Format: format, Document: string(raw),
		Key: hex.EncodeToString(ring.Public(Purpose)), Signature: hex.EncodeToString(ring.Sign(Purpose, raw)),
	}, "", "  ")
}

// open reads a signed file and checks its signature with the key it names.
func open(file []byte) (document []byte, key ed25519.PublicKey, err error) {
	var s Signed
	if err := json.Unmarshal(file, &s); err != nil || s.Format != format {
		return nil, nil, fault.New(fault.Invalid, "tally: that is no signed document")
	}
	key, err = hex.DecodeString(s.Key)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, nil, fault.New(fault.Invalid, "tally: the document names no key")
	}
	signature, err := hex.DecodeString(s.Signature)
	if err != nil || !ed25519.Verify(key, []byte(s.Document), signature) {
		return nil, key, fault.New(fault.Invalid, "tally: the signature does not hold")
	}
	return []byte(s.Document), key, nil
}
