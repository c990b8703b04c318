package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"time"

	"medborgarnavet/internal/app"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
)

// serve runs the product. It refuses a configuration that check refuses.
func serve(ctx context.Context, args []string, std stdio) int {
	cfg, err := configured(flag.NewFlagSet("serve", flag.ContinueOnError), args)
	if err == nil {
		err = config.AsError(config.Check(cfg, time.Now()))
	}
	if err != nil {
		return std.fail(err)
	}
	app.TuneMemory()
	a, err := app.New(ctx, cfg, appOptions(std))
	if err != nil {
		return std.fail(err)
	}
	l, err := net.Listen("tcp", cfg.Server.Listen)
	if err != nil {
		a.Close()
		return std.fail(err)
	}
	if cfg.Server.AdminListen != "" {
		admin, err := net.Listen("tcp", cfg.Server.AdminListen)
		if err != nil {
			a.Close()
			return std.fail(err)
		}
		go func() { _ = a.ServeAdmin(ctx, admin) }() // the main address is what counts
	}
	fmt.Fprintf(std.err, "medborgarnavet: serving on %s\n", l.Addr())
	if err := a.Serve(ctx, l); err != nil {
		return std.fail(err)
	}
	return 0
}

func appOptions(std stdio) app.Options {
	return app.Options{Clock: clock.System(), Log: slog.New(slog.NewJSONHandler(std.err, nil))}
}
