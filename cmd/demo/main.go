// Command demo starts a whole town on one machine: the product with two
// municipalities, and every outside part as a fake server beside it. All of
// it listens on loopback, keys and certificates are made at each start, and
// the database is embedded: there is nothing to set up.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"medborgarnavet/cmd/demo/town"
	"medborgarnavet/internal/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, errw io.Writer) error {
	fs := flag.NewFlagSet("demo", flag.ContinueOnError)
	fs.SetOutput(errw)
	listen := fs.String("listen", "127.0.0.1:8440", "loopback address to serve on; port 0 takes a free one")
	data := fs.String("data", "", "folder to keep the databases and keys in; without it they are thrown away")
	asJSON := fs.Bool("json", false, "print one line of JSON when ready")
	logs := fs.Bool("log", false, "print the product's log")
	obey := fs.Bool("obey", false, "let time pass as lines on standard input say: advance 20m")
	logins := fs.Int("logins", 0, "how many may be at the e-ID to vote at once before others wait in a queue; 0 is the usual 2000")
	if err := fs.Parse(args); err != nil {
		return err
	}
	dir, clean, err := folder(*data)
	if err != nil {
		return err
	}
	defer clean()
	l, err := loopback(*listen)
	if err != nil {
		return err
	}
	now := newTownClock()
	t, err := town.Start(filepath.Join(dir, "certificates"), now.Now)
	if err != nil {
		return err
	}
	defer t.Close()
	cfg, err := t.Config(dir, l.Addr().(*net.TCPAddr).Port)
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	if *logs {
		log = slog.New(slog.NewTextHandler(errw, nil))
	}
	a, err := app.New(ctx, cfg, app.Options{Clock: now, Log: log, LaunchURL: t.BankID.LaunchURL(), VoteLogins: *logins})
	if err != nil {
		return err
	}
	serving, failed := context.WithCancelCause(ctx)
	served := make(chan error, 1)
	go func() {
		err := a.Serve(serving, l)
		failed(err)
		served <- err
	}()
	if err := seed(serving, a); err != nil {
		failed(err)
		return errors.Join(err, <-served)
	}
	if err := tell(out, t.Describe(cfg, l.Addr().(*net.TCPAddr).Port), *asJSON); err != nil {
		return err
	}
	if *obey {
		go now.obey(os.Stdin, out) // ends with the program
	}
	return <-served
}

// tell says that the town is ready, and where.
func tell(out io.Writer, ready town.Readiness, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(ready)
	}
	ready.Print(out)
	return nil
}

// folder is where the demo keeps things, and what to do with it afterwards.
func folder(data string) (dir string, clean func(), err error) {
	if data != "" {
		abs, err := filepath.Abs(data)
		if err != nil {
			return "", nil, err
		}
		return abs, func() {}, os.MkdirAll(abs, 0o700)
	}
	dir, err = os.MkdirTemp("", "medborgarnavet-demo-")
	return dir, func() { _ = os.RemoveAll(dir) }, err // nothing of worth is in it
}

// loopback refuses to show a town of fakes to the world.
func loopback(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("-listen %s: the demo serves on loopback only", address)
	}
	return net.Listen("tcp", address)
}
