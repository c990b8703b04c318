package db

import (
	"database/sql"
	"io/fs"
	"testing/fstest"
)

// For the tests in db_test.
var (
	Numbered = numbered
	AtLeast  = atLeast
	Encode   = encode
	Readers  = readers
)

// WithMigrations gives Open the ground's migration and these files instead of
// those that are embedded, so that no other step's files matter.
func WithMigrations(o Options, files map[string]string) Options {
	ground, err := migrationFiles.ReadFile("migrations/0001_ground.sql")
	if err != nil {
		panic(err)
	}
	all := fstest.MapFS{"migrations/0001_ground.sql": {Data: ground}}
	for name, text := range files {
		all["migrations/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	o.migrations = all
	return o
}

// EmbeddedMigrations is the embedded files as rendered for an engine, by name.
func EmbeddedMigrations(engine string) (map[string]string, error) {
	return RenderAll(migrationFiles, engine)
}

// RenderAll reads and renders the migrations of a directory.
func RenderAll(files fs.FS, engine string) (map[string]string, error) {
	all, err := readMigrations(files)
	if err != nil {
		return nil, err
	}
	texts := make(map[string]string)
	for _, m := range all {
		if texts[m.name], err = m.render(engine); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// PoolOf gives the pools, for looking at their connections.
func PoolOf(d *DB) (write, read *sql.DB) { return d.write, d.read }

// MostKept is how many statements a connection keeps.
const MostKept = mostKept
