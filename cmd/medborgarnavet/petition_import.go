package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"medborgarnavet/internal/app"
	"medborgarnavet/internal/config"
)

// importing is what petition import was asked.
type importing struct {
	config, municipality string
	source, format, file string
	dry                  bool
}

// petitionImport takes petitions and counts over from another system.
func petitionImport(ctx context.Context, args []string, std stdio) int {
	q, err := importFlags(args)
	if err != nil {
		return std.fail(err)
	}
	cfg, err := config.Load(q.config)
	if err != nil {
		return std.fail(err)
	}
	m, err := app.Choose(cfg, q.municipality)
	if err != nil {
		return std.fail(err)
	}
	in := io.NopCloser(std.in)
	if q.file != "-" {
		if in, err = os.Open(q.file); err != nil {
			return std.fail(fmt.Errorf("the file cannot be read: %w", plainError(err)))
		}
	}
	defer in.Close()
	if err := app.ImportPetitions(ctx, cfg, m, q.source, q.format, q.dry, in, std.out); err != nil {
		return std.fail(err)
	}
	return 0
}

func importFlags(args []string) (q importing, err error) {
	fs := flag.NewFlagSet("petition import", flag.ContinueOnError)
	fs.StringVar(&q.config, "config", "", "the configuration, a `FILE`")
	fs.StringVar(&q.municipality, "municipality", "", "`ID` of the municipality; may be left out when there is one")
	fs.StringVar(&q.source, "source", "", "a short `NAME` of the system that the petitions come from")
	fs.StringVar(&q.format, "format", "", "csv or json; by the file's name when left out")
	fs.BoolVar(&q.dry, "dry-run", false, "tell what would be done, and do nothing")
	if q.file, err = oneFile(fs, args); err != nil {
		return q, err
	}
	if q.format == "" {
		q.format = strings.TrimPrefix(strings.ToLower(filepath.Ext(q.file)), ".")
	}
	switch {
	case q.config == "":
		err = errors.New("say -config FILE")
	case q.source == "":
		err = errors.New("say -source NAME")
	case q.format != "csv" && q.format != "json":
		err = errors.New("say -format csv or -format json")
	}
	return q, err
}

// petitionRewrite puts the rows of all open votes in the order of their codes.
func petitionRewrite(ctx context.Context, args []string, std stdio) int {
	cfg, m, err := one("petition rewrite", args, func(*flag.FlagSet) {})
	if err == nil {
		err = app.RewriteVotes(ctx, cfg, m, std.out)
	}
	if err != nil {
		return std.fail(err)
	}
	return 0
}
