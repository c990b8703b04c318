package shelf

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// kept is an answer, ready to be sent. It never changes.
type kept struct {
	body, zipped []byte
	made         time.Time
	fresh        time.Duration
	tag, zipTag  string
	// What is sent with it, as net/http keeps headers: nothing is put together
	// when somebody asks.
	header             http.Header
	tags, zipTags      []string
	length, zipLength  []string
	warning, encodings []string
}

// errorDays is how long a cache in between may hand out what it has when we do
// not answer.
const errorDays = 7

// leastZipped: smaller answers are sent as they are.
const leastZipped = 400

// prepare makes an answer of an item: tag, compressed form, headers. Bytes that
// are the same as before are not compressed again.
func prepare(item Item, old *kept, o Options) (*kept, error) {
	fresh := either(item.Fresh, o.Fresh)
	k := &kept{body: item.Body, made: o.Clock.Now(), fresh: fresh, header: http.Header{},
		encodings: []string{"gzip"}, warning: []string{`111 - "Revalidation Failed"`}}
	sum := sha256.Sum256(item.Body)
	name := hex.EncodeToString(sum[:12])
	k.tag, k.zipTag = `"`+name+`"`, `"`+name+`-gzip"`
	if old != nil && old.tag == k.tag {
		k.body, k.zipped = old.body, old.zipped
	} else if err := k.zip(); err != nil {
		return nil, err
	}
	for name, values := range item.Header {
		k.header[http.CanonicalHeaderKey(name)] = slices.Clip(slices.Clone(values))
	}
	k.header["Content-Type"] = []string{item.Type}
	k.header["Vary"] = []string{strings.Join(append([]string{"Accept-Encoding"}, item.Header.Values("Vary")...), ", ")}
	k.header["Cache-Control"] = []string{fmt.Sprintf("public, max-age=%d, stale-while-revalidate=%d, stale-if-error=%d",
		int(fresh/time.Second), int(o.Stale/time.Second), errorDays*24*3600)}
	k.tags, k.zipTags = []string{k.tag}, []string{k.zipTag}
	k.length, k.zipLength = []string{strconv.Itoa(len(k.body))}, []string{strconv.Itoa(len(k.zipped))}
	return k, nil
}

func (k *kept) zip() error {
	if len(k.body) < leastZipped {
		return nil
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(k.body); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	if b.Len() < len(k.body) {
		k.zipped = slices.Clip(b.Bytes())
	}
	return nil
}

// size is what an answer weighs. Headers are counted roughly.
func (k *kept) size() int64 {
	if k == nil {
		return 0
	}
	return int64(len(k.body) + len(k.zipped) + 1024)
}

// age is how old it is. When the clock has gone backwards it is old.
func (k *kept) age(now time.Time) time.Duration {
	age := now.Sub(k.made)
	if age < 0 {
		return 1<<63 - 1 - 24*time.Hour
	}
	return age
}

// write sends the answer; failing says that it could not be made anew.
func (k *kept) write(w http.ResponseWriter, r *http.Request, failing bool) {
	h := w.Header()
	for name, values := range k.header {
		h[name] = values
	}
	body, tags, length := k.body, k.tags, k.length
	zipped := k.zipped != nil && takesGzip(r.Header["Accept-Encoding"])
	if zipped {
		body, tags, length = k.zipped, k.zipTags, k.zipLength
	}
	h["Etag"] = tags
	if failing {
		h["Warning"] = k.warning
	}
	if known(r.Header["If-None-Match"], k.tag, k.zipTag) {
		delete(h, "Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if zipped {
		h["Content-Encoding"] = k.encodings
	}
	h["Content-Length"] = length
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader has gone away; nothing to tell anyone
	}
}

// takesGzip reads Accept-Encoding (RFC 9110 §12.5.3).
func takesGzip(values []string) bool {
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			name, q, _ := strings.Cut(part, ";")
			if name = strings.TrimSpace(name); !strings.EqualFold(name, "gzip") && name != "*" {
				continue
			}
			weight, ok := strings.CutPrefix(strings.ReplaceAll(q, " ", ""), "q=")
			if !ok {
				return true
			}
			f, err := strconv.ParseFloat(weight, 64)
			return err == nil && f > 0
		}
	}
	return false
}

// known tells whether If-None-Match names one of the tags, compared weakly
// (RFC 9110 §13.1.2). Both forms hold the same: a reader that has either needs
// neither.
func known(values []string, tags ...string) bool {
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
			if part == "*" || slices.Contains(tags, part) {
				return true
			}
		}
	}
	return false
}
