package validation

import (
	"crypto"
	"hash"
	"slices"
)

const chunk = 1 << 20 // bytes hashed between two looks at the time

// prefixes are the states of a hash over the beginning of the file, at every
// place where a signature's first range ends. Signatures that were added one
// after the other share all but their last bytes, so that a file is hashed
// once and not once for each of them.
type prefixes map[int64]hash.Cloner

// ranged tells whether a signature covers two ranges within the file, the first
// from its beginning.
func (r *run) ranged(it *item) bool {
	b, size := it.sig.ByteRange, int64(len(r.data))
	return len(b) == 4 && b[0] == 0 && b[1] >= 0 && b[1] <= b[2] && b[3] >= 0 && b[2] <= size && b[3] <= size-b[2]
}

// prefixOf gives the state of a hash at the end of a signature's first range;
// nil when the validation has hashed enough.
func (r *run) prefixOf(h crypto.Hash, it *item) hash.Hash {
	states, ok := r.prefix[h]
	if !ok {
		states = r.hashPrefixes(h)
		r.prefix[h] = states
	}
	state, ok := states[it.sig.ByteRange[1]]
	if !ok {
		return nil
	}
	clone, err := state.Clone()
	if err != nil {
		return nil
	}
	return clone
}

func (r *run) hashPrefixes(h crypto.Hash) prefixes {
	var ends []int64
	for _, it := range r.items {
		if r.ranged(it) {
			ends = append(ends, it.sig.ByteRange[1])
		}
	}
	slices.Sort(ends)
	out := prefixes{}
	running, ok := h.New().(hash.Cloner)
	if !ok {
		return out
	}
	from := int64(0)
	for _, end := range slices.Compact(ends) {
		if !r.write(running, r.data[from:end]) {
			return out
		}
		state, err := running.Clone()
		if err != nil {
			return out
		}
		out[end], from = state, end
	}
	return out
}

// write hashes, as long as there is time and budget.
func (r *run) write(w hash.Hash, data []byte) bool {
	for len(data) > 0 {
		n := min(len(data), chunk)
		if r.hashed += int64(n); r.hashed > r.policy.Hashed || r.ctx.Err() != nil {
			return false
		}
		w.Write(data[:n])
		data = data[n:]
	}
	return true
}

// digestOf hashes what the signature covers, once for each algorithm; nil when
// there is nothing to hash or the validation has hashed enough.
func (it *item) digestOf(r *run) func(h crypto.Hash) []byte {
	return func(h crypto.Hash) []byte {
		if known, ok := it.digests[h]; ok {
			return known
		}
		if !h.Available() || !r.ranged(it) {
			return nil
		}
		w := r.prefixOf(h, it)
		if w == nil || !r.write(w, r.data[it.sig.ByteRange[2]:it.sig.ByteRange[2]+it.sig.ByteRange[3]]) {
			return nil
		}
		sum := w.Sum(nil)
		it.digests[h] = sum
		return sum
	}
}
