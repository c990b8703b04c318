package main

import (
	"errors"
	"flag"
	"io"

	"medborgarnavet/internal/config"
)

// parse reads flags that may stand before, between or after the other
// arguments, which it returns.
func parse(fs *flag.FlagSet, args []string) ([]string, error) {
	fs.SetOutput(io.Discard)
	var rest []string
	for len(args) > 0 {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		args = fs.Args()
		if len(args) > 0 {
			rest, args = append(rest, args[0]), args[1:]
		}
	}
	return rest, nil
}

// configured reads the flags and the configuration that -config names.
func configured(fs *flag.FlagSet, args []string) (config.Config, error) {
	file := fs.String("config", "", "the configuration file")
	rest, err := parse(fs, args)
	if err != nil {
		return config.Config{}, err
	}
	if *file == "" || len(rest) > 0 {
		return config.Config{}, errors.New("say -config FILE, and nothing that is not a flag")
	}
	return config.Load(*file)
}
