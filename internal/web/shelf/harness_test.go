package shelf_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/shelf"
)

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// kiosk is a server with one shelf in front of a maker that a test changes.
type kiosk struct {
	t     *testing.T
	url   string
	shelf *shelf.Shelf
	clock *clock.Manual
	makes atomic.Int64
	mu    sync.Mutex
	maker func(ctx context.Context) (shelf.Item, error)
}

func newKiosk(t *testing.T, o shelf.Options) *kiosk {
	t.Helper()
	k := &kiosk{t: t, clock: clock.NewManual(start)}
	o.Clock = k.clock
	k.shelf = shelf.New(o)
	k.says("Ett förslag")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := k.shelf.Serve(w, r, r.URL.RequestURI(), func(ctx context.Context) (shelf.Item, error) {
			k.makes.Add(1)
			k.mu.Lock()
			maker := k.maker
			k.mu.Unlock()
			return maker(ctx)
		})
		if err != nil {
			http.Error(w, string(fault.KindOf(err)), page.StatusOf(err))
		}
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(k.shelf.Close)
	k.url = srv.URL
	return k
}

func (k *kiosk) does(maker func(ctx context.Context) (shelf.Item, error)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.maker = maker
}

// says lets the maker make a page large enough to be compressed.
func (k *kiosk) says(words string) {
	k.does(func(context.Context) (shelf.Item, error) {
		return shelf.Item{Body: []byte("<p>" + words + strings.Repeat(" och mer", 200)), Type: "text/html; charset=utf-8",
			Header: http.Header{"Vary": {"Cookie"}, "Content-Language": {"sv"}}}, nil
	})
}

func (k *kiosk) fails(err error) {
	k.does(func(context.Context) (shelf.Item, error) { return shelf.Item{}, err })
}

var plain = &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 100}}

func (k *kiosk) ask(path string, header ...string) (*http.Response, string) {
	k.t.Helper()
	return k.send(http.MethodGet, path, header...)
}

func (k *kiosk) send(method, path string, header ...string) (*http.Response, string) {
	k.t.Helper()
	req, err := http.NewRequestWithContext(k.t.Context(), method, k.url+path, nil)
	if err != nil {
		k.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	resp, err := plain.Do(req)
	if err != nil {
		k.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		k.t.Fatal(err)
	}
	return resp, string(body)
}

// eventually waits for something that is done behind.
func (k *kiosk) eventually(what string, ok func() bool) {
	k.t.Helper()
	for end := time.Now().Add(5 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			k.t.Fatal("it never came to be: " + what)
		}
	}
}

func (k *kiosk) want(path string, status int, words string) *http.Response {
	k.t.Helper()
	resp, body := k.ask(path)
	if resp.StatusCode != status || !strings.Contains(body, words) {
		k.t.Fatalf("%s: %d %.60q, want %d with %q", path, resp.StatusCode, body, status, words)
	}
	return resp
}
