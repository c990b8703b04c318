package flow

import (
	"net/netip"
	"sync"
	"time"
)

const (
	defaultStarts = 60
	// maxAddresses bounds the memory. Beyond it new addresses share one count.
	maxAddresses = 10_000
)

// limiter counts started orders per network address and minute, in memory: it
// is a brake on one node, not a record. Addresses are forgotten each minute.
type limiter struct {
	most int

	mu     sync.Mutex
	minute int64
	counts map[netip.Prefix]int
}

func newLimiter(perMinute int) *limiter {
	if perMinute == 0 {
		perMinute = defaultStarts
	}
	return &limiter{most: perMinute}
}

// allow counts one start and reports whether it is within the limit.
func (l *limiter) allow(addr string, now time.Time) bool {
	if l.most < 0 {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if minute := now.Unix() / 60; minute != l.minute || l.counts == nil {
		l.minute, l.counts = minute, map[netip.Prefix]int{}
	}
	key := network(addr)
	if _, known := l.counts[key]; !known && len(l.counts) >= maxAddresses {
		key = netip.Prefix{}
	}
	l.counts[key]++
	return l.counts[key] <= l.most
}

// network is the address itself for IPv4 and its /64 for IPv6, which is what
// one household has. What is no address counts together.
func network(addr string) netip.Prefix {
	a, err := netip.ParseAddr(addr)
	if err != nil {
		return netip.Prefix{}
	}
	a = a.Unmap().WithZone("")
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits) // the length always fits
	return p
}
