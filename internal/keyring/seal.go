package keyring

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"time"

	"medborgarnavet/internal/fault"
)

// The sealed forms. Both end in the same two parts: the item's own data key,
// wrapped, and the content sealed with it (AES-256-GCM with random nonces).
//
//	lasting  1 | id of the master key (8) | wrapped data key (60) | content
//	due      2 | end of slot, unix s (8)  | id of the slot key (8) | wrapped data key (60) | content
//
// What an item is and where it belongs (aad) is bound into both parts, so a
// sealed value moved to another row or board does not open.
const (
	formLasting = 1
	formDue     = 2

	overhead    = 12 + 16 // nonce and tag
	wrappedSize = keySize + overhead
)

// SealLasting seals plain for a branch (board). aad says what it is and which
// row it belongs to; the same must be given to open it.
func (r *Ring) SealLasting(branch, aad string, plain []byte) ([]byte, error) {
	head := append([]byte{formLasting}, r.id[:]...)
	return seal(head, r.derive("lasting/"+branch, keySize), bind("lasting", branch, aad), plain)
}

// OpenLasting opens what SealLasting made. It is fault.Internal when the value
// was sealed under another master key, for another branch or aad, or altered.
func (r *Ring) OpenLasting(branch, aad string, sealed []byte) ([]byte, error) {
	if len(sealed) < 1+len(r.id) || sealed[0] != formLasting {
		return nil, fault.New(fault.Internal, "keyring: not sealed with a lasting key")
	}
	if !bytes.Equal(sealed[1:1+len(r.id)], r.id[:]) {
		return nil, fault.New(fault.Internal, "keyring: sealed with another master key")
	}
	return open(sealed[1+len(r.id):], r.derive("lasting/"+branch, keySize), bind("lasting", branch, aad))
}

// SealDue seals plain so that it can be opened until due and by nobody once
// its slot's key is destroyed, at most an hour later. A due time that has
// passed is fault.Gone.
func (r *Ring) SealDue(due time.Time, aad string, plain []byte) ([]byte, error) {
	if !due.After(r.clock.Now()) {
		return nil, errGone
	}
	end := slotEnd(due)
	key, err := r.slot(end, true)
	if err != nil {
		return nil, err
	}
	head := binary.BigEndian.AppendUint64([]byte{formDue}, uint64(end.Unix()))
	head = append(head, key.id[:]...)
	return seal(head, key.key[:], bind("due", "", aad), plain)
}

// OpenDue opens what SealDue made. It is fault.Gone when the slot has ended or
// its key is destroyed, fault.Internal for another aad or an altered value.
func (r *Ring) OpenDue(aad string, sealed []byte) ([]byte, error) {
	const head = 1 + 8 + 8
	if len(sealed) < head || sealed[0] != formDue {
		return nil, fault.New(fault.Internal, "keyring: not sealed with a short-lived key")
	}
	end := time.Unix(int64(binary.BigEndian.Uint64(sealed[1:])), 0).UTC()
	key, err := r.slot(end, false)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(sealed[9:head], key.id[:]) {
		return nil, errGone // the key it was sealed with went; this one came later
	}
	return open(sealed[head:], key.key[:], bind("due", "", aad))
}

// seal appends the wrapped data key and the sealed content to head.
func seal(head, kek, aad, plain []byte) ([]byte, error) {
	var dek [keySize]byte
	_, _ = rand.Read(dek[:])
	wrap, err := gcm(kek)
	if err != nil {
		return nil, err
	}
	content, err := gcm(dek[:])
	if err != nil {
		return nil, err
	}
	out := make([]byte, len(head), len(head)+wrappedSize+len(plain)+overhead)
	copy(out, head)
	out = wrap.Seal(out, nil, dek[:], aad)
	return content.Seal(out, nil, plain, aad), nil
}

var errDamaged = fault.New(fault.Internal, "keyring: sealed for another place, or altered")

// open undoes seal, without the head.
func open(sealed, kek, aad []byte) ([]byte, error) {
	if len(sealed) < wrappedSize+overhead {
		return nil, errDamaged
	}
	wrap, err := gcm(kek)
	if err != nil {
		return nil, err
	}
	dek, err := wrap.Open(nil, nil, sealed[:wrappedSize], aad)
	if err != nil {
		return nil, errDamaged
	}
	content, err := gcm(dek)
	if err != nil {
		return nil, err
	}
	plain, err := content.Open(nil, nil, sealed[wrappedSize:], aad)
	if err != nil {
		return nil, errDamaged
	}
	return plain, nil
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "keyring: cipher")
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return aead, fault.Wrap(fault.Internal, err, "keyring: cipher")
}

// bind joins class, branch and the caller's aad so that no two different
// triples give the same bytes.
func bind(class, branch, aad string) []byte {
	var out []byte
	for _, part := range []string{class, branch, aad} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(part)))
		out = append(out, part...)
	}
	return out
}
