package db

import (
	"crypto/rand"
	"encoding/binary"
	"time"
)

// crockford is the alphabet of ULID: no I, L, O or U. It sorts as it counts.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewID makes an id in the form of a ULID: 26 characters that sort by the
// quarter of a microsecond they were made in, with 68 random bits. It cannot be
// guessed and is made without asking the database. What one process writes one
// after the other sorts so.
func NewID() string {
	var raw [16]byte
	now := time.Now()
	_, _ = rand.Read(raw[7:])                          // never fails since Go 1.24
	within := uint64(now.Nanosecond()%1e6) << 12 / 1e6 // 12 bits of the millisecond
	binary.BigEndian.PutUint64(raw[:8], uint64(now.UnixMilli())<<16|within<<4|uint64(raw[7]&0x0f))
	return encode(raw)
}

// encode writes 128 bits as 26 characters of five bits, two zero bits first.
func encode(raw [16]byte) string {
	var out [26]byte
	hi, lo := binary.BigEndian.Uint64(raw[:8]), binary.BigEndian.Uint64(raw[8:])
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = crockford[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(out[:])
}

// FirstID sorts before every id that is made from a moment on.
func FirstID(at time.Time) string {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], uint64(at.UnixMilli())<<16)
	return encode(raw)
}
