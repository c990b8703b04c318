package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"time"

	"medborgarnavet/block/orgcert"
	"medborgarnavet/block/orgnr"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/seal"
)

const (
	sealerGrace = 10 * time.Second // for calls that run when it is stopped
	callLimit   = 30 * time.Second // of one call, from its first byte to its last
)

// sealer keeps petitions' keys for other organisations (docs/sealer.md).
func sealer(ctx context.Context, args []string, std stdio) int {
	fs := flag.NewFlagSet("sealer", flag.ContinueOnError)
	file := fs.String("config", "", "the sealer's configuration, a `FILE`")
	rest, err := parse(fs, args)
	if err == nil && (*file == "" || len(rest) > 0) {
		err = errors.New("say -config FILE, and nothing that is not a flag")
	}
	if err != nil {
		return std.fail(err)
	}
	cfg, err := loadSealer(*file, time.Now())
	if err != nil {
		return std.fail(err)
	}
	store, err := seal.OpenStore(seal.StoreOptions{Dir: cfg.dir, Clock: clock.System()})
	if err != nil {
		return std.fail(err)
	}
	err = holdKeys(ctx, cfg, store, std)
	if err = errors.Join(err, store.Close()); err != nil {
		return std.fail(err)
	}
	return 0
}

// holdKeys serves until the context ends, and then lets running calls finish.
func holdKeys(ctx context.Context, cfg sealerConfig, store *seal.Store, std stdio) error {
	log := slog.New(slog.NewJSONHandler(std.err, nil))
	l, err := net.Listen("tcp", cfg.listen)
	if err != nil {
		return err
	}
	srv := &http.Server{
		Handler:   seal.NewHolder(seal.HolderOptions{Store: store, Callers: cfg.callers, Log: log}),
		TLSConfig: orgcert.ServerTLS(cfg.certificate, cfg.clientRoots), ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: callLimit, WriteTimeout: callLimit, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
	}
	failed := make(chan error, 2)
	if cfg.adminListen != "" {
		admin, err := net.Listen("tcp", cfg.adminListen)
		if err != nil {
			_ = l.Close()
			return err
		}
		health := &http.Server{Handler: sealerHealth(store, cfg.callers), ReadHeaderTimeout: 5 * time.Second}
		defer health.Close()
		go func() { failed <- health.Serve(admin) }()
		fmt.Fprintf(std.err, "medborgarnavet: health on %s\n", admin.Addr())
	}
	go func() { failed <- srv.ServeTLS(l, "", "") }()
	fmt.Fprintf(std.err, "medborgarnavet: holding keys for %d callers on %s\n", len(cfg.callers), l.Addr())
	log.Info("sealer started", "statement_key", hex.EncodeToString(store.StatementKey()))
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), sealerGrace)
	defer cancel()
	if stopped := srv.Shutdown(grace); err == nil {
		err = stopped
	}
	return err
}

// sealerHealth answers on the admin address: whether the program lives, whether
// it can reach its keys, which key its statements are checked with, and how
// much each petition's key has been asked.
func sealerHealth(store *seal.Store, callers map[orgnr.Number]seal.Limit) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := store.For(seal.Own).Ready(r.Context()); err != nil {
			http.Error(w, "the keys cannot be reached", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("GET /key", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, hex.EncodeToString(store.StatementKey()))
	})
	mux.HandleFunc("GET /usage", func(w http.ResponseWriter, _ *http.Request) {
		all, err := usageOf(store, callers)
		if err != nil {
			http.Error(w, "the keys cannot be reached", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(all) // the reader has gone away; nothing to tell anyone
	})
	return mux
}

// callerUsage is what one key has been asked. It names no voter.
type callerUsage struct {
	Caller orgnr.Number `json:"caller"`
	seal.Usage
}

func usageOf(store *seal.Store, callers map[orgnr.Number]seal.Limit) ([]callerUsage, error) {
	all := []callerUsage{}
	for caller := range callers {
		owner := store.For(string(caller))
		live, err := owner.Live()
		if err != nil {
			return nil, err
		}
		for _, petition := range live {
			u, err := owner.Usage(petition)
			if fault.KindOf(err) == fault.NotFound {
				continue // destroyed in this moment
			}
			if err != nil {
				return nil, err
			}
			all = append(all, callerUsage{caller, u})
		}
	}
	slices.SortFunc(all, func(a, b callerUsage) int {
		return slices.Compare([]string{string(a.Caller), a.Petition}, []string{string(b.Caller), b.Petition})
	})
	return all, nil
}

// sealerInit makes the directory of keys.
func sealerInit(_ context.Context, args []string, std stdio) int {
	dir, err := oneDir("sealer init", args)
	if err == nil {
		if entries, failed := os.ReadDir(dir); failed == nil && len(entries) > 0 {
			err = fmt.Errorf("%s is not empty", dir)
		}
	}
	if err == nil {
		err = seal.InitStore(dir)
	}
	if err == nil {
		err = printStatementKey(dir, std)
	}
	if err != nil {
		return std.fail(err)
	}
	fmt.Fprintln(std.err, "medborgarnavet: made; the directory belongs in no backup, snapshot or replication. Above is the key that callers check your statements with")
	return 0
}

// sealerKey prints the public key of the statements.
func sealerKey(_ context.Context, args []string, std stdio) int {
	dir, err := oneDir("sealer key", args)
	if err == nil {
		err = printStatementKey(dir, std)
	}
	if fault.KindOf(err) == fault.Conflict {
		err = errors.New("a sealer uses the directory; ask its admin address for /key, or read its log")
	}
	if err != nil {
		return std.fail(err)
	}
	return 0
}

func oneDir(name string, args []string) (string, error) {
	rest, err := parse(flag.NewFlagSet(name, flag.ContinueOnError), args)
	if err == nil && len(rest) != 1 {
		err = errors.New("say one DIR")
	}
	if err != nil {
		return "", err
	}
	return rest[0], nil
}

func printStatementKey(dir string, std stdio) error {
	store, err := seal.OpenStore(seal.StoreOptions{Dir: dir, Clock: clock.System()})
	if err != nil {
		return err
	}
	fmt.Fprintln(std.out, hex.EncodeToString(store.StatementKey()))
	return store.Close()
}
