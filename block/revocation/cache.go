package revocation

import (
	"sync"
	"time"
)

// Cache keeps answers until their next update. It is safe for concurrent use;
// the zero value and nil keep nothing.
type Cache struct {
	mu      sync.Mutex
	most    int
	entries map[string]entry
}

type entry struct {
	raw  []byte
	ends time.Time
}

// NewCache makes a cache of at most so many answers.
func NewCache(entries int) *Cache {
	return &Cache{most: entries, entries: map[string]entry{}}
}

func (c *Cache) get(key string, now time.Time) ([]byte, bool) {
	if c == nil {
		return nil, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if ok && !now.Before(e.ends) {
		delete(c.entries, key)
		return nil, false
	}
	return e.raw, ok
}

// put keeps an answer; one without a next update is not kept. A full cache
// drops what ends first.
func (c *Cache) put(key string, raw []byte, ends, now time.Time) {
	if c == nil || c.most <= 0 || !now.Before(ends) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, have := c.entries[key]; !have && len(c.entries) >= c.most {
		first := ""
		for k, e := range c.entries {
			if first == "" || e.ends.Before(c.entries[first].ends) {
				first = k
			}
		}
		delete(c.entries, first)
	}
	c.entries[key] = entry{raw: raw, ends: ends}
}
