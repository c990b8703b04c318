package pades

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"medborgarnavet/block/cms"
)

// stateVersion is raised when a state can no longer be read by older code.
const stateVersion = 1

// state is what a Prepared is between two processes: all of it but the file
// itself, which is known by its digest.
type state struct {
	Version  int
	Size     int64
	SHA256   []byte // of the file
	Update   []byte
	From, To int64
	Hash     uint
	Alg      int
	Cert     []byte   `json:",omitempty"`
	Chain    [][]byte `json:",omitempty"`
	Level    int
	At       time.Time
	Field    string
}

// MarshalBinary is the state to keep until the signature comes back. The file
// is not in it: keep that beside. It holds the name and the reason that go
// into the signature, so it is personal data.
func (p *Prepared) MarshalBinary() ([]byte, error) {
	sum := sha256.Sum256(p.file)
	s := state{Version: stateVersion, Size: int64(len(p.file)), SHA256: sum[:], Update: p.update,
		From: p.value.from, To: p.value.to, Hash: uint(p.hash), Alg: int(p.alg),
		Level: int(p.level), At: p.at, Field: p.field}
	if p.cert != nil {
		s.Cert = p.cert.Raw
	}
	for _, c := range p.chain {
		s.Chain = append(s.Chain, c.Raw)
	}
	return json.Marshal(s)
}

// Resume makes a Prepared of the file it was made from and its kept state. The
// attributes are made anew from both, so a state that was changed on the way
// cannot have something else signed than what the signer got. Of the options
// only TSA, Revocation and Clock are taken.
func Resume(file, kept []byte, o Options) (*Prepared, error) {
	var s state
	if err := json.Unmarshal(kept, &s); err != nil {
		return nil, fmt.Errorf("%w: it cannot be read", ErrState)
	}
	sum := sha256.Sum256(file)
	if s.Version != stateVersion || s.Size != int64(len(file)) || !bytes.Equal(sum[:], s.SHA256) {
		return nil, fmt.Errorf("%w: it belongs to another file or another version", ErrState)
	}
	hash := crypto.Hash(s.Hash)
	end := s.Size + int64(len(s.Update))
	if s.From < s.Size || s.From+2 > s.To || s.To > end || !hash.Available() {
		return nil, fmt.Errorf("%w: its numbers are out of range", ErrState)
	}
	if s.Update[s.From-s.Size] != '<' || s.Update[s.To-s.Size-1] != '>' {
		return nil, fmt.Errorf("%w: the place of the value is not there", ErrState)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	p := &Prepared{file: slices.Clip(file), update: s.Update, value: span{s.From, s.To}, hash: hash,
		alg: cms.SignatureAlgorithm(s.Alg), level: Level(s.Level), at: s.At, field: s.Field, tsa: o.TSA, source: o.Revocation, clock: o.Clock}
	if err := p.certificates(s); err != nil {
		return nil, err
	}
	if p.level >= BT && o.TSA == nil {
		return nil, ErrNoTSA
	}
	if p.level >= BLT && o.Revocation == nil {
		return nil, ErrNoRevocation
	}
	p.digest = p.hashRange()
	return p, p.attributes()
}

func (p *Prepared) certificates(s state) error {
	if s.Cert == nil {
		return nil
	}
	cert, err := x509.ParseCertificate(s.Cert)
	if err != nil {
		return fmt.Errorf("%w: its certificate cannot be read", ErrState)
	}
	p.cert = cert
	for _, raw := range s.Chain {
		c, err := x509.ParseCertificate(raw)
		if err != nil {
			return fmt.Errorf("%w: its certificate cannot be read", ErrState)
		}
		p.chain = append(p.chain, c)
	}
	return nil
}
