package shelf_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/shelf"
)

// P-17 (stability): a thousand readers at once cost one making.
func TestHerd(t *testing.T) {
	k := newKiosk(t, shelf.Options{})
	release := make(chan struct{})
	k.does(func(context.Context) (shelf.Item, error) {
		<-release
		return shelf.Item{Body: []byte("en gång"), Type: "text/plain"}, nil
	})
	var wg sync.WaitGroup
	var wrong, arrived atomic.Int64
	for range 1000 {
		wg.Go(func() {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/forslag", nil)
			w := httptest.NewRecorder()
			arrived.Add(1)
			err := k.shelf.Serve(w, r, "herd", func(ctx context.Context) (shelf.Item, error) {
				k.makes.Add(1)
				return k.maker(ctx)
			})
			if err != nil || w.Body.String() != "en gång" {
				wrong.Add(1)
			}
		})
	}
	k.eventually("all have come", func() bool { return arrived.Load() == 1000 && k.makes.Load() > 0 })
	close(release)
	wg.Wait()
	if k.makes.Load() != 1 || wrong.Load() != 0 {
		t.Fatalf("made %d times, %d got something else", k.makes.Load(), wrong.Load())
	}
}

// Stale bytes are handed out at once and renewed once behind; fresh ones cost
// nothing; much too old ones wait for new ones.
func TestLife(t *testing.T) {
	k := newKiosk(t, shelf.Options{Fresh: 10 * time.Second, Stale: time.Minute})
	k.want("/a", 200, "Ett förslag")
	k.says("Ett nytt förslag")
	k.clock.Advance(9 * time.Second)
	k.want("/a", 200, "<p>Ett förslag")
	if n := k.makes.Load(); n != 1 {
		t.Fatalf("fresh bytes were made %d times", n)
	}
	k.clock.Advance(2 * time.Second)
	k.want("/a", 200, "<p>Ett förslag") // stale: at once
	k.eventually("renewed", func() bool { _, body := k.ask("/a"); return strings.HasPrefix(body, "<p>Ett nytt förslag") })
	if n := k.makes.Load(); n != 2 {
		t.Fatalf("made %d times", n)
	}
	k.says("Ett tredje")
	k.clock.Advance(3 * time.Hour)
	k.want("/a", 200, "Ett tredje") // nobody is shown what is three hours old
	k.says("Ett fjärde")
	k.clock.Set(start) // the clock goes back: no bytes are fresh for ever
	k.want("/a", 200, "Ett fjärde")
}

// petitions.md §3 rule 2: reading survives a dead database as long as the
// program lives, and comes back by itself. What was never read is unavailable.
func TestDeadMaker(t *testing.T) {
	k := newKiosk(t, shelf.Options{Fresh: 10 * time.Second, Stale: time.Minute, Patience: 300 * time.Millisecond})
	k.want("/a", 200, "Ett förslag")
	k.fails(fault.New(fault.Unavailable, "no database"))
	for _, later := range []time.Duration{11 * time.Second, time.Hour, 100 * time.Hour} {
		k.clock.Advance(later)
		k.want("/a", 200, "Ett förslag")
		k.eventually("a warning", func() bool { resp, _ := k.ask("/a"); return strings.HasPrefix(resp.Header.Get("Warning"), "111") })
	}
	k.want("/b", 503, "unavailable")
	k.fails(errors.New("something of the driver's"))
	k.clock.Advance(time.Hour)
	k.want("/a", 200, "Ett förslag")
	k.does(func(ctx context.Context) (shelf.Item, error) { <-ctx.Done(); return shelf.Item{}, ctx.Err() }) // hangs
	k.clock.Advance(time.Hour)
	k.want("/a", 200, "Ett förslag")
	k.want("/c", 503, "unavailable")
	k.says("Tillbaka")
	k.clock.Advance(time.Hour)
	if resp := k.want("/a", 200, "Tillbaka"); resp.Header.Get("Warning") != "" {
		t.Error("it still warns")
	}
}

// While making fails, a key is tried about once a second and not by each
// reader.
func TestFailureIsLeftAlone(t *testing.T) {
	k := newKiosk(t, shelf.Options{})
	k.want("/a", 200, "Ett förslag")
	k.fails(fault.New(fault.Unavailable, "no database"))
	k.clock.Advance(time.Hour)
	for range 50 {
		k.want("/a", 200, "Ett förslag")
	}
	if n := k.makes.Load(); n != 2 {
		t.Errorf("made %d times, want 2", n)
	}
}

// P-12: a petition that was hidden or removed must not live on in old bytes.
func TestGoneIsBelieved(t *testing.T) {
	for kind, status := range map[fault.Kind]int{fault.Gone: 410, fault.NotFound: 404, fault.Forbidden: 403} {
		t.Run(string(kind), func(t *testing.T) {
			k := newKiosk(t, shelf.Options{})
			k.want("/a", 200, "Ett förslag")
			k.fails(fault.New(kind, "gone"))
			k.clock.Advance(time.Hour)
			k.want("/a", status, string(kind))
			if n, size := k.shelf.Size(); n != 0 || size != 0 {
				t.Errorf("%d keys, %d bytes", n, size)
			}
		})
	}
}

// P-12: what a moderator hides can be taken away at once, also from what is
// being made at that moment.
func TestForget(t *testing.T) {
	k := newKiosk(t, shelf.Options{})
	k.want("/forslag/1?sv", 200, "Ett förslag")
	k.want("/forslag/1?en", 200, "Ett förslag")
	k.want("/forslag/2", 200, "Ett förslag")
	begun, release := make(chan struct{}), make(chan struct{})
	k.does(func(context.Context) (shelf.Item, error) {
		close(begun)
		<-release
		return shelf.Item{Body: []byte("gammalt"), Type: "text/plain"}, nil
	})
	k.clock.Advance(11 * time.Second)
	k.want("/forslag/1?sv", 200, "Ett förslag")
	<-begun
	k.says("Nytt")
	k.shelf.Forget("/forslag/1")
	close(release)
	k.want("/forslag/1?sv", 200, "Nytt")
	k.want("/forslag/1?en", 200, "Nytt")
	if n, _ := k.shelf.Size(); n != 3 {
		t.Errorf("%d keys", n)
	}
}

// P-01, P-12: what was forgotten is made anew at once, so that it is there when
// the database dies before anybody has read it; what is hidden is not.
func TestForgottenIsMadeAnew(t *testing.T) {
	k := newKiosk(t, shelf.Options{})
	for _, path := range []string{"/forslag?1", "/forslag/1", "/forslag/2"} {
		k.want(path, 200, "Ett förslag")
	}
	k.does(func(context.Context) (shelf.Item, error) {
		return shelf.Item{Body: []byte("Nytt"), Type: "text/plain"}, nil
	})
	k.shelf.Forget("/forslag")
	k.eventually("made anew", func() bool { n, _ := k.shelf.Size(); return n == 3 && k.makes.Load() == 6 })
	k.fails(fault.New(fault.NotFound, "hidden"))
	k.shelf.Forget("/forslag/1")
	k.eventually("tried", func() bool { n, _ := k.shelf.Size(); return n == 2 && k.makes.Load() == 7 })
	k.fails(fault.New(fault.Unavailable, "the database is away"))
	for _, later := range []time.Duration{0, time.Hour} {
		k.clock.Advance(later)
		k.want("/forslag?1", 200, "Nytt")
		k.want("/forslag/2", 200, "Nytt")
		k.want("/forslag/1", 503, "unavailable")
	}
	k.shelf.Close()
	k.shelf.Forget("/forslag")
	k.want("/forslag/2", 503, "unavailable")
}

// A strong tag, one for each form, and 304 for who has either.
func TestTags(t *testing.T) {
	k := newKiosk(t, shelf.Options{Fresh: 10 * time.Second, Stale: time.Minute})
	first, body := k.ask("/a")
	zipped, _ := k.ask("/a", "Accept-Encoding", "gzip")
	tag, zipTag := first.Header.Get("Etag"), zipped.Header.Get("Etag")
	if tag == zipTag || !strings.HasPrefix(tag, `"`) || !strings.HasPrefix(zipTag, `"`) {
		t.Fatalf("tags %s and %s", tag, zipTag)
	}
	for _, header := range []string{tag, zipTag, "W/" + tag, `"other", ` + tag, "*"} {
		resp, got := k.ask("/a", "If-None-Match", header)
		if resp.StatusCode != 304 || got != "" || resp.Header.Get("Etag") != tag || resp.Header.Get("Content-Length") != "" {
			t.Errorf("%s: %d %q %v", header, resp.StatusCode, got, resp.Header)
		}
		if resp.Header.Get("Cache-Control") == "" || resp.Header.Get("Vary") != "Accept-Encoding, Cookie" {
			t.Errorf("%s: a 304 must say what a cache goes by: %v", header, resp.Header)
		}
	}
	if resp, got := k.ask("/a", "If-None-Match", `"other"`); resp.StatusCode != 200 || got != body {
		t.Errorf("another tag: %d", resp.StatusCode)
	}
	k.clock.Advance(2 * time.Minute) // made anew, the same bytes: the same tag
	if resp, _ := k.ask("/a"); resp.Header.Get("Etag") != tag || k.makes.Load() != 2 {
		t.Errorf("tag %s after %d makings", resp.Header.Get("Etag"), k.makes.Load())
	}
	k.says("Annat")
	k.clock.Advance(2 * time.Minute)
	if resp, _ := k.ask("/a", "If-None-Match", tag); resp.StatusCode != 200 || resp.Header.Get("Etag") == tag {
		t.Errorf("changed bytes: %d %s", resp.StatusCode, resp.Header.Get("Etag"))
	}
}

func TestGzipAndHeaders(t *testing.T) {
	k := newKiosk(t, shelf.Options{Fresh: 10 * time.Second, Stale: time.Minute})
	_, body := k.ask("/a")
	for header, want := range map[string]bool{"gzip": true, "br, gzip;q=0.5": true, "GZIP": true, "*": true, "gzip;q=0": false, "gzip; q=0.0, br": false, "br": false, "": false, "x-gzipped": false} {
		resp, got := k.ask("/a", "Accept-Encoding", header)
		if (resp.Header.Get("Content-Encoding") == "gzip") != want {
			t.Errorf("%q: %v", header, resp.Header)
		}
		if want {
			z, err := gzip.NewReader(strings.NewReader(got))
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(z)
			if err != nil {
				t.Fatal(err)
			}
			if got = string(raw); len(got) != len(body) || resp.ContentLength >= int64(len(body)) {
				t.Errorf("%q: %d bytes on the wire", header, resp.ContentLength)
			}
		}
		if got != body {
			t.Errorf("%q: another page", header)
		}
	}
	resp, _ := k.ask("/a")
	for name, want := range map[string]string{
		"Cache-Control": "public, max-age=10, stale-while-revalidate=60, stale-if-error=604800",
		"Vary":          "Accept-Encoding, Cookie", "Content-Type": "text/html; charset=utf-8", "Content-Language": "sv"} {
		if got := strings.Join(resp.Header.Values(name), "|"); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	head, none := k.send(http.MethodHead, "/a")
	if head.StatusCode != 200 || none != "" || head.ContentLength != int64(len(body)) || head.Header.Get("Etag") != resp.Header.Get("Etag") {
		t.Errorf("HEAD: %d %q %d", head.StatusCode, none, head.ContentLength)
	}
}

// However many addresses are asked for, keys and bytes are bounded, and what
// is read stays.
func TestBound(t *testing.T) {
	k := newKiosk(t, shelf.Options{Max: 10, MaxBytes: 40_000, Fresh: time.Hour})
	k.want("/het", 200, "Ett förslag")
	for i := range 100 {
		k.clock.Advance(time.Millisecond)
		k.want(fmt.Sprintf("/?sok=%d", i), 200, "Ett förslag")
		k.want("/het", 200, "Ett förslag")
		if n, size := k.shelf.Size(); n > 10 || size > 40_000 || size < 0 {
			t.Fatalf("%d keys, %d bytes", n, size)
		}
	}
	if n := k.makes.Load(); n != 101 {
		t.Errorf("made %d times: the page that is read was pushed out", n)
	}
	keys, _ := k.shelf.Size()
	k.does(func(context.Context) (shelf.Item, error) {
		return shelf.Item{Body: make([]byte, 30_000), Type: "application/octet-stream"}, nil
	})
	if resp, body := k.ask("/stor"); resp.StatusCode != 200 || len(body) != 30_000 {
		t.Errorf("the large one: %d, %d bytes", resp.StatusCode, len(body))
	}
	if n, _ := k.shelf.Size(); n < keys-1 || n > 10 {
		t.Errorf("%d keys of %d remain beside the large one", n, keys)
	}
}

// A panic is a fault of that page alone, its value is told to nobody (I-9),
// and old bytes are shown where there are any.
func TestPanic(t *testing.T) {
	k := newKiosk(t, shelf.Options{})
	k.want("/a", 200, "Ett förslag")
	k.does(func(context.Context) (shelf.Item, error) { panic("19850709-9805") })
	if _, body := k.ask("/b"); strings.Contains(body, "1985") {
		t.Errorf("the panic is told: %q", body)
	}
	k.want("/b", 500, "internal")
	k.clock.Advance(time.Hour)
	k.want("/a", 200, "Ett förslag")
	k.says("Helt igen")
	k.clock.Advance(time.Hour)
	k.want("/a", 200, "Helt igen")
}

// Few are made at the same time, so that reading leaves room for voting, and
// who cannot be served in time is told so.
func TestMakersAreFew(t *testing.T) {
	k := newKiosk(t, shelf.Options{Makers: 2, Patience: 2 * time.Second})
	var now, most atomic.Int64
	k.does(func(context.Context) (shelf.Item, error) {
		most.Store(max(most.Load(), now.Add(1)))
		defer now.Add(-1)
		time.Sleep(5 * time.Millisecond)
		return shelf.Item{Body: []byte("x"), Type: "text/plain"}, nil
	})
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() { k.ask(fmt.Sprintf("/%d", i)) })
	}
	wg.Wait()
	if most.Load() > 2 || k.makes.Load() != 12 {
		t.Errorf("%d at once, %d made", most.Load(), k.makes.Load())
	}
	release := make(chan struct{})
	defer close(release)
	k.does(func(context.Context) (shelf.Item, error) { <-release; return shelf.Item{}, nil })
	for i := range 3 {
		wg.Go(func() { k.want(fmt.Sprintf("/hangs/%d", i), 503, "unavailable") })
	}
	wg.Wait()
}

// A reader that leaves takes nothing from those who wait with it.
func TestReaderLeaves(t *testing.T) {
	k := newKiosk(t, shelf.Options{})
	release, begun := make(chan struct{}), make(chan struct{})
	maker := func(context.Context) (shelf.Item, error) {
		close(begun)
		<-release
		return shelf.Item{Body: []byte("klart"), Type: "text/plain"}, nil
	}
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		gone <- k.shelf.Serve(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil), "k", maker)
	}()
	<-begun
	leave()
	if err := <-gone; fault.KindOf(err) != fault.Unavailable {
		t.Errorf("the one who left: %v", err)
	}
	close(release)
	w := httptest.NewRecorder()
	err := k.shelf.Serve(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), "k", func(context.Context) (shelf.Item, error) {
		return shelf.Item{}, errors.New("a second maker")
	})
	if err != nil || w.Body.String() != "klart" {
		t.Errorf("%v %q", err, w.Body)
	}
}

// After Close the old bytes are handed out and nothing is made.
func TestClose(t *testing.T) {
	k := newKiosk(t, shelf.Options{})
	k.want("/a", 200, "Ett förslag")
	k.shelf.Close()
	k.clock.Advance(time.Hour)
	k.want("/a", 200, "Ett förslag")
	k.want("/b", 503, "unavailable")
	if n := k.makes.Load(); n != 1 {
		t.Errorf("made %d times", n)
	}
}

func TestRecord(t *testing.T) {
	item, err := shelf.Record(func(w http.ResponseWriter) error {
		page.Download(w, "slutsiffra.json", "application/json", []byte("{}"))
		return nil
	})
	if err != nil || item.Type != "application/json" || string(item.Body) != "{}" || item.Header.Get("Cache-Control") != "" ||
		!strings.Contains(item.Header.Get("Content-Disposition"), "slutsiffra.json") {
		t.Errorf("%v %+v", err, item)
	}
	for _, handler := range []func(http.ResponseWriter) error{
		func(http.ResponseWriter) error { return fault.ErrNotFound },
		func(w http.ResponseWriter) error { http.Error(w, "no", http.StatusTeapot); return nil },
	} {
		if item, err := shelf.Record(handler); err == nil {
			t.Errorf("recorded %+v", item)
		}
	}
}
