package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"medborgarnavet/internal/app"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/keyring"
)

// check prints everything there is to say about a configuration.
func check(_ context.Context, args []string, std stdio) int {
	cfg, err := configured(flag.NewFlagSet("check", flag.ContinueOnError), args)
	var faults config.Faults
	if err != nil && !errors.As(err, &faults) {
		return std.fail(err)
	}
	findings := append(faults, config.Check(cfg, time.Now())...)
	findings = append(findings, app.Examine(cfg, appOptions(std))...)
	stops := 0
	for _, f := range findings {
		fmt.Fprintln(std.out, f)
		if !f.Warning {
			stops++
		}
	}
	if stops > 0 {
		fmt.Fprintf(std.err, "medborgarnavet: %d faults\n", stops)
		return 1
	}
	fmt.Fprintln(std.out, "the configuration holds")
	return 0
}

func migrate(ctx context.Context, args []string, std stdio) int {
	cfg, err := configured(flag.NewFlagSet("migrate", flag.ContinueOnError), args)
	if err == nil {
		err = app.Migrate(ctx, cfg, std.out)
	}
	if err != nil {
		return std.fail(err)
	}
	return 0
}

func purge(ctx context.Context, args []string, std stdio) int {
	cfg, err := configured(flag.NewFlagSet("purge", flag.ContinueOnError), args)
	if err == nil {
		err = app.Purge(ctx, cfg, appOptions(std), std.out)
	}
	if err != nil {
		return std.fail(err)
	}
	return 0
}

// one reads the flags of a tool that works on one municipality.
func one(name string, args []string, more func(*flag.FlagSet)) (config.Config, config.Municipality, error) {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	id := fs.String("municipality", "", "`ID` of the municipality; may be left out when there is one")
	if more != nil {
		more(fs)
	}
	cfg, err := configured(fs, args)
	if err != nil {
		return cfg, config.Municipality{}, err
	}
	m, err := app.Choose(cfg, *id)
	return cfg, m, err
}

func backup(ctx context.Context, args []string, std stdio) int {
	var to string
	cfg, m, err := one("backup", args, func(fs *flag.FlagSet) { fs.StringVar(&to, "to", "", "the new `FILE`") })
	if err == nil && to == "" {
		err = errors.New("say -to FILE")
	}
	if err == nil {
		err = app.Backup(ctx, cfg, m, to)
	}
	if err != nil {
		return std.fail(err)
	}
	fmt.Fprintln(std.out, "copied and checked; the keys are not in the copy")
	return 0
}

func restore(ctx context.Context, args []string, std stdio) int {
	var from string
	cfg, m, err := one("restore", args, func(fs *flag.FlagSet) { fs.StringVar(&from, "from", "", "the copy, a `FILE`") })
	if err == nil && from == "" {
		err = errors.New("say -from FILE")
	}
	if err == nil {
		err = app.Restore(ctx, cfg, m, from)
	}
	if err != nil {
		return std.fail(err)
	}
	fmt.Fprintln(std.out, "restored; drafts and fetched answers whose keys have been destroyed since the copy are lost, as they must be")
	return 0
}

func auditVerify(ctx context.Context, args []string, std stdio) int {
	cfg, m, err := one("audit verify", args, nil)
	if err != nil {
		return std.fail(err)
	}
	ok, err := app.VerifyAudit(ctx, cfg, m, std.out)
	switch {
	case err != nil:
		return std.fail(err)
	case !ok:
		return 1
	}
	return 0
}

// keysInit makes the keys of a new municipality.
func keysInit(_ context.Context, args []string, std stdio) int {
	rest, err := parse(flag.NewFlagSet("keys init", flag.ContinueOnError), args)
	if err == nil && len(rest) != 2 {
		err = errors.New("say the master key's new file and the folder of short-lived keys")
	}
	if err == nil {
		err = keyring.Init(rest[0])
	}
	if err == nil {
		err = keyring.InitDueDir(rest[1])
	}
	if err != nil {
		return std.fail(err)
	}
	fmt.Fprintln(std.out, "made; keep a copy of the master key in a safe, and none of the folder")
	return 0
}

// keysCohort takes the numbers from standard input, where no process list and
// no shell history shows them.
func keysCohort(_ context.Context, args []string, std stdio) int {
	_, m, err := one("keys cohort", args, nil)
	if err == nil {
		err = app.Cohort(m, std.in, std.out)
	}
	if err != nil {
		return std.fail(err)
	}
	return 0
}
