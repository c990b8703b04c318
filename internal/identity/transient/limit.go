package transient

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"
)

const (
	defaultStarts = 60
	// maxAddresses bounds the memory. Beyond it new addresses share one count.
	maxAddresses = 10_000
)

// Brake counts what a network address does in a minute: a brake on one node,
// not a record. An address is known by a hash under a random key of the process
// that changes each day (petitions.md §2.2 rule 3), and its count is forgotten
// each minute. Safe for concurrent use.
type Brake struct {
	most int

	mu     sync.Mutex
	day    int64
	key    [32]byte
	minute int64
	counts map[digest]int
}

// NewBrake lets an address do something so often in a minute: 0 means 60,
// negative means no limit.
func NewBrake(perMinute int) *Brake {
	if perMinute == 0 {
		perMinute = defaultStarts
	}
	return &Brake{most: perMinute, day: -1}
}

// Allow counts one and reports whether it is within the limit.
func (l *Brake) Allow(addr string, now time.Time) bool {
	if l.most < 0 {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if day := now.Unix() / 86_400; day != l.day {
		l.day, l.counts = day, nil
		_, _ = rand.Read(l.key[:]) // never fails
	}
	if minute := now.Unix() / 60; minute != l.minute || l.counts == nil {
		l.minute, l.counts = minute, map[digest]int{}
	}
	key := l.keyed(addr)
	if _, known := l.counts[key]; !known && len(l.counts) >= maxAddresses {
		key = digest{}
	}
	l.counts[key]++
	return l.counts[key] <= l.most
}

// keyed is the hash of what one household has: an IPv4 address, or the /64 of
// an IPv6 address. What is no address counts together.
func (l *Brake) keyed(addr string) (d digest) {
	household := "none"
	if a, err := netip.ParseAddr(addr); err == nil {
		a = a.Unmap().WithZone("")
		bits := 32
		if a.Is6() {
			bits = 64
		}
		p, _ := a.Prefix(bits) // the length always fits
		household = p.String()
	}
	mac := hmac.New(sha256.New, l.key[:])
	mac.Write([]byte(household))
	mac.Sum(d[:0])
	return d
}
