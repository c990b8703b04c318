package app_test

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"medborgarnavet/cmd/demo/town"
	"medborgarnavet/internal/app"
	"medborgarnavet/internal/clock"
)

// TestJourneys walks every script in testdata through the real product with
// the whole town around it, as a browser without JavaScript would. A script
// reads as a story; its commands are those of walker.
func TestJourneys(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no journeys: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			w := newWalker(t)
			for n, line := range strings.Split(string(a.Comment), "\n") {
				if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
					continue
				}
				w.where = filepath.Base(file) + ":" + itoa(n+1)
				w.do(line)
			}
		})
	}
}

// running is the product and its town, up for one test.
type running struct {
	app  *app.App
	out  *town.Outside
	port int
	dir  string
	logs *strings.Builder
	stop func()
}

func startTown(t *testing.T, c clock.Clock) *running {
	t.Helper()
	dir := t.TempDir()
	out, err := town.Start(filepath.Join(dir, "certificates"), c.Now)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &running{out: out, port: l.Addr().(*net.TCPAddr).Port, dir: dir, logs: &strings.Builder{}}
	cfg, err := out.Config(dir, r.port)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(t.Context(), cfg, app.Options{Clock: c, LaunchURL: out.BankID.LaunchURL(),
		Log: slog.New(slog.NewTextHandler(&syncWriter{w: r.logs}, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	r.app = a
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Serve(ctx, l) }()
	r.stop = func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
		out.Close()
	}
	t.Cleanup(func() { r.stop() })
	return r
}

func readAll(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		b.Write(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
