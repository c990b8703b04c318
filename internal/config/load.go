package config

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/BurntSushi/toml"
)

// Load reads a configuration file. The error is Faults with everything that is
// wrong with the text of it: what is no TOML, keys that are not known, values
// of the wrong kind, values that are missing. The Config is then as much as
// could be read, so that Check can add what else is wrong.
func Load(path string) (Config, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Config{}, Faults{{Text: "the configuration file cannot be read: " + reason(err)}}
	}
	base, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return Config{}, err
	}
	return Parse(string(raw), base)
}

// Parse is Load of a text, with the directory that its paths are relative to.
func Parse(text, base string) (Config, error) {
	var tree map[string]any
	if _, err := toml.Decode(text, &tree); err != nil {
		var syntax toml.ParseError
		if errors.As(err, &syntax) {
			return Config{}, Faults{{Text: "this is not TOML: " + syntax.Error()}}
		}
		return Config{}, Faults{{Text: "this is not TOML: " + err.Error()}}
	}
	var c Config
	d := decoder{base: base}
	d.decodeRoot(&c, tree)
	for i := range c.Municipalities {
		db := &c.Municipalities[i].Database
		if db.Driver == "sqlite" && db.DSN != "" && !filepath.IsAbs(db.DSN) {
			db.DSN = filepath.Join(base, db.DSN)
		}
	}
	return c, AsError(d.findings)
}

// reason is an error of the file system without the path, which the key names.
func reason(err error) string {
	var e *os.PathError
	if errors.As(err, &e) {
		return e.Err.Error()
	}
	return err.Error()
}
