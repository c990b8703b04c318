package main

import (
	"errors"
	"flag"
	"io"

	"medborgarnavet/internal/config"
)

// helpAsked says that somebody wants to know what a command takes.
type helpAsked struct{ flags *flag.FlagSet }

func (helpAsked) Error() string { return flag.ErrHelp.Error() }

// parse reads flags that may stand before, between or after the other
// arguments, which it returns. What follows a "--" is no flag.
func parse(fs *flag.FlagSet, args []string) ([]string, error) {
	fs.SetOutput(io.Discard)
	var rest []string
	for len(args) > 0 {
		err := fs.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			return nil, helpAsked{fs}
		}
		if err != nil {
			return nil, err
		}
		read := len(args) - fs.NArg()
		if read > 0 && args[read-1] == "--" {
			return append(rest, fs.Args()...), nil
		}
		if args = fs.Args(); len(args) > 0 {
			rest, args = append(rest, args[0]), args[1:]
		}
	}
	return rest, nil
}

// configured reads the flags and the configuration that -config names.
func configured(fs *flag.FlagSet, args []string) (config.Config, error) {
	file := fs.String("config", "", "the configuration, a `FILE`")
	rest, err := parse(fs, args)
	if err != nil {
		return config.Config{}, err
	}
	if *file == "" || len(rest) > 0 {
		return config.Config{}, errors.New("say -config FILE, and nothing that is not a flag")
	}
	return config.Load(*file)
}
