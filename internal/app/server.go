package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"time"

	"medborgarnavet/internal/web/route"
)

// ServeAdmin answers /livez and /readyz, and nothing else, on a second
// address until ctx ends.
func (a *App) ServeAdmin(ctx context.Context, l net.Listener) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", a.ready)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ErrorLog: a.complaints()}
	context.AfterFunc(ctx, func() { _ = srv.Close() })
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Serve answers on a listener and does the scheduled work until ctx ends;
// then it lets running requests finish and closes everything.
func (a *App) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{Handler: a, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute,
		WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: a.complaints()}
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.Run(work)
	}()
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	var err error
	select {
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
		defer cancel()
		err = srv.Shutdown(grace)
	case err = <-failed:
	}
	stopWork()
	<-done
	a.Close()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// complaints is where Go's server writes what it complains of. Its own words
// name the visitor's address and the moment, which may stand in no log (I-17).
func (a *App) complaints() *log.Logger { return log.New(complaint{route.DiscreetLog(a.log)}, "", 0) }

type complaint struct{ log *slog.Logger }

// Write implements io.Writer: it keeps what kind of complaint it is.
func (c complaint) Write(p []byte) (int, error) {
	kind := "other"
	for text, is := range map[string]string{"panic serving": "panic", "TLS handshake": "tls", "superfluous": "answered twice", "Accept error": "accept"} {
		if bytes.Contains(p, []byte(text)) {
			kind = is
		}
	}
	c.log.Error("the server complains", "kind", kind)
	return len(p), nil
}
