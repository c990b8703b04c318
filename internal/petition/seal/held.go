package seal

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"time"

	"github.com/cloudflare/circl/oprf"

	"medborgarnavet/internal/fault"
)

const (
	keyMagic = "MBNKEY1\n"
	keyLen   = len(keyMagic) + 1 + 16 + 32 + 3*8
)

// held is a key in memory.
type held struct {
	path   string // without extension
	kind   Kind
	id     [16]byte
	secret [32]byte
	made   time.Time
	limit  Limit
	shown  string // Key.Public

	used, reserved int64 // answers given; answers that the disk allows for
	tokens         float64
	refilled       time.Time
	refused        int64
}

func newHeld(kind Kind, limit Limit, now time.Time) (*held, error) {
	h := &held{kind: kind, limit: limit, made: now.UTC().Truncate(time.Second)}
	_, _ = rand.Read(h.id[:])
	switch kind {
	case HMAC:
		_, _ = rand.Read(h.secret[:])
	case VOPRF:
		key, err := oprf.GenerateKey(suite, rand.Reader)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "seal: make a key")
		}
		raw, err := key.MarshalBinary()
		if err != nil || len(raw) != len(h.secret) {
			return nil, fault.New(fault.Internal, "seal: make a key")
		}
		copy(h.secret[:], raw)
		clear(raw)
	default:
		return nil, fault.New(fault.Invalid, "seal: there is no such kind of key")
	}
	return h, h.commit()
}

// commit computes what is published of the key.
func (h *held) commit() error {
	if h.kind == HMAC {
		sum := sha256.New()
		sum.Write([]byte("medborgarnavet/petition/commitment/1\x00"))
		sum.Write(h.secret[:])
		h.shown = hex.EncodeToString(sum.Sum(nil))
		return nil
	}
	key, err := h.private()
	if err != nil {
		return err
	}
	raw, err := key.Public().MarshalBinary()
	h.shown = hex.EncodeToString(raw)
	return err
}

func (h *held) private() (*oprf.PrivateKey, error) {
	key := new(oprf.PrivateKey)
	if err := key.UnmarshalBinary(suite, h.secret[:]); err != nil {
		return nil, errors.New("a key file holds no key")
	}
	return key, nil
}

func (h *held) public(holder string) Key {
	return Key{Holder: holder, ID: hex.EncodeToString(h.id[:]), Kind: h.kind, Public: h.shown, Made: h.made}
}

func (h *held) forget() {
	clear(h.secret[:])
	clear(h.id[:])
}

// encode is the key file: magic, kind, id, key, time made and limits.
func (h *held) encode() []byte {
	out := append(make([]byte, 0, keyLen), keyMagic...)
	kind := byte(1)
	if h.kind == VOPRF {
		kind = 2
	}
	out = append(out, kind)
	out = append(out, h.id[:]...)
	out = append(out, h.secret[:]...)
	for _, n := range []int64{h.made.Unix(), h.limit.Total, h.limit.PerMinute} {
		out = binary.BigEndian.AppendUint64(out, uint64(n))
	}
	return out
}

func decodeHeld(raw []byte) (*held, error) {
	if len(raw) != keyLen || string(raw[:len(keyMagic)]) != keyMagic || raw[len(keyMagic)] < 1 || raw[len(keyMagic)] > 2 {
		return nil, errors.New("a key file is damaged")
	}
	h := &held{kind: HMAC}
	rest := raw[len(keyMagic):]
	if rest[0] == 2 {
		h.kind = VOPRF
	}
	copy(h.id[:], rest[1:17])
	copy(h.secret[:], rest[17:49])
	number := func(at int) int64 { return int64(binary.BigEndian.Uint64(rest[at:])) }
	h.made = time.Unix(number(49), 0).UTC()
	h.limit = Limit{Total: number(57), PerMinute: number(65)}
	return h, h.commit()
}

// compute makes the answers. It works on a copy, outside the store's lock.
func (h *held) compute(inputs [][]byte) Answer {
	if h.kind == HMAC {
		out := make([][]byte, len(inputs))
		mac := hmac.New(sha256.New, h.secret[:])
		for i, in := range inputs {
			mac.Reset()
			mac.Write(in)
			out[i] = mac.Sum(nil)
		}
		return Answer{Outputs: out}
	}
	elements, err := readElements(inputs)
	if err != nil || len(elements) == 0 {
		return Answer{Err: fault.New(fault.Invalid, "seal: what was asked is no element of the group")}
	}
	key, err := h.private()
	if err != nil {
		return Answer{Err: fault.Wrap(fault.Internal, err, "seal")}
	}
	key.Public()
	evaluation, err := oprf.NewVerifiableServer(suite, key).Evaluate(&oprf.EvaluationRequest{Elements: elements})
	if err != nil {
		return Answer{Err: fault.New(fault.Internal, "seal: evaluation failed")}
	}
	a := Answer{Outputs: make([][]byte, len(elements))}
	for i, e := range evaluation.Elements {
		if a.Outputs[i], err = e.MarshalBinaryCompress(); err != nil {
			return Answer{Err: fault.New(fault.Internal, "seal: evaluation failed")}
		}
	}
	if a.Proof, err = evaluation.Proof.MarshalBinary(); err != nil {
		return Answer{Err: fault.New(fault.Internal, "seal: evaluation failed")}
	}
	return a
}

// whole makes outputs of messages, for the party that knows both.
func (h *held) whole(inputs [][]byte) Answer {
	if h.kind != VOPRF {
		return Answer{Err: fault.New(fault.Internal, "seal: the key is of another kind")}
	}
	key, err := h.private()
	if err != nil {
		return Answer{Err: fault.Wrap(fault.Internal, err, "seal")}
	}
	server := oprf.NewVerifiableServer(suite, key)
	a := Answer{Outputs: make([][]byte, len(inputs))}
	for i, in := range inputs {
		if a.Outputs[i], err = server.FullEvaluate(in); err != nil {
			return Answer{Err: fault.New(fault.Internal, "seal: evaluation failed")}
		}
	}
	return a
}
