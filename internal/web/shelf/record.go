package shelf

import (
	"net/http"

	"medborgarnavet/internal/fault"
)

// Record turns what a handler writes into an item. The handler answers 200;
// what it says to caches and about lengths is replaced by what the shelf says.
func Record(handler func(w http.ResponseWriter) error) (Item, error) {
	rec := &recorder{header: http.Header{}}
	if err := handler(rec); err != nil {
		return Item{}, err
	}
	if rec.status != 0 && rec.status != http.StatusOK {
		return Item{}, fault.New(fault.Internal, "shelf: a handler answered %d", rec.status)
	}
	kind := rec.header.Get("Content-Type")
	for _, name := range []string{"Content-Type", "Content-Length", "Cache-Control", "Etag"} {
		rec.header.Del(name)
	}
	return Item{Body: rec.body, Type: kind, Header: rec.header}, nil
}

type recorder struct {
	header http.Header
	status int
	body   []byte
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) { r.status = status }

func (r *recorder) Write(b []byte) (int, error) {
	r.body = append(r.body, b...)
	return len(b), nil
}
