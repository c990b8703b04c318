package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"medborgarnavet/internal/fault"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// versionTable is goose's table of applied migrations.
const versionTable = "goose_db_version"

// migration is one file: NNNN_name.sql.
type migration struct {
	version int64
	name    string
	text    string // with placeholders
}

var migrationName = regexp.MustCompile(`^(\d{4})_[a-z0-9_]+\.sql$`)

// readMigrations reads the files of a directory, in order of their numbers.
func readMigrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var all []migration
	for _, name := range names {
		base := filepath.Base(name)
		match := migrationName.FindStringSubmatch(base)
		if match == nil {
			return nil, fmt.Errorf("db: migration %s is not named NNNN_name.sql", base)
		}
		version, err := strconv.ParseInt(match[1], 10, 64)
		if err != nil || version == 0 {
			return nil, fmt.Errorf("db: migration %s has no number", base)
		}
		if i := slices.IndexFunc(all, func(m migration) bool { return m.version == version }); i >= 0 {
			return nil, fmt.Errorf("db: migrations %s and %s have the same number", all[i].name, base)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		all = append(all, migration{version: version, name: base, text: string(text)})
	}
	slices.SortFunc(all, func(a, b migration) int { return int(a.version - b.version) })
	return all, nil
}

// words are what the placeholders of a migration become on each engine.
var words = map[string]map[string]string{
	SQLite:   {"{{blob}}": "BLOB", "{{int}}": "INTEGER", "{{strict}}": "STRICT", "{{clustered}}": "STRICT, WITHOUT ROWID"},
	Postgres: {"{{blob}}": "BYTEA", "{{int}}": "BIGINT", "{{strict}}": "", "{{clustered}}": ""},
}

var placeholder = regexp.MustCompile(`\{\{[^}]*\}\}`)

// render makes a migration's text fit the engine.
func (m migration) render(engine string) (string, error) {
	var unknown error
	text := placeholder.ReplaceAllStringFunc(m.text, func(p string) string {
		word, ok := words[engine][p]
		if !ok {
			unknown = fmt.Errorf("db: migration %s has the unknown placeholder %s", m.name, p)
		}
		return word
	})
	return text, unknown
}

// migrate brings the schema up to this binary's, under a lock on PostgreSQL
// and after a copy on SQLite.
func (d *DB) migrate(ctx context.Context, o Options) error {
	all, err := readMigrations(o.migrations)
	if err != nil {
		return err
	}
	applied, err := d.applied(ctx)
	if err != nil {
		return err
	}
	missing, unknown := compare(all, applied)
	if len(unknown) > 0 {
		return newer(unknown)
	}
	if len(missing) == 0 {
		return nil
	}
	pool, dialect, options := d.write, goose.DialectSQLite3, []goose.ProviderOption{}
	if d.engine == SQLite {
		if len(applied) > 0 {
			if err := d.copyBefore(ctx, missing[0]); err != nil {
				return err
			}
		}
	} else {
		dialect = goose.DialectPostgres
		id, err := d.lockID(ctx)
		if err != nil {
			return err
		}
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(id), lock.WithLockTimeout(1, 300))
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
		// a pool of its own: a migration may take longer than a statement may
		if pool, err = postgresPool(o, map[string]string{"timezone": "UTC"}); err != nil {
			return err
		}
		defer pool.Close()
	}
	return runGoose(ctx, dialect, pool, d.engine, all, options)
}

// lockID is the advisory lock under which this database's schema is migrated:
// others on the same server do not wait for it.
func (d *DB) lockID(ctx context.Context) (int64, error) {
	var name string
	if err := d.write.QueryRowContext(ctx, `SELECT current_database() || '.' || current_schema()`).Scan(&name); err != nil {
		return 0, err
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // a hash never fails
	return int64(h.Sum64() >> 1), nil
}

// runGoose applies what is missing, each file in a transaction of its own.
// Numbers are by step, so a later file may well have a lower number.
func runGoose(ctx context.Context, dialect goose.Dialect, pool *sql.DB, engine string, all []migration, options []goose.ProviderOption) error {
	steps := make([]*goose.Migration, 0, len(all))
	for _, m := range all {
		text, err := m.render(engine)
		if err != nil {
			return err
		}
		steps = append(steps, goose.NewGoMigration(m.version, &goose.GoFunc{
			RunTx: func(ctx context.Context, tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, text)
				return err
			},
		}, nil))
	}
	options = append(options,
		goose.WithGoMigrations(steps...),
		goose.WithDisableGlobalRegistry(true),
		goose.WithAllowOutofOrder(true),
		goose.WithTableName(versionTable),
		goose.WithLogger(goose.NopLogger()))
	provider, err := goose.NewProvider(dialect, pool, nil, options...)
	if err != nil {
		return fmt.Errorf("db: prepare migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fault.Wrap(fault.Internal, err, "db: migrate")
	}
	return nil
}

// checkVersions is migrate for a database opened read-only: it only looks.
func (d *DB) checkVersions(ctx context.Context, files fs.FS) error {
	all, err := readMigrations(files)
	if err != nil {
		return err
	}
	applied, err := d.applied(ctx)
	if err != nil {
		return err
	}
	missing, unknown := compare(all, applied)
	if len(unknown) > 0 {
		return newer(unknown)
	}
	if len(missing) > 0 {
		return fault.New(fault.Conflict, "db: the database is older than this program; migrate it first")
	}
	return nil
}

func newer(unknown []int64) error {
	return fault.New(fault.Conflict, "db: the database is newer than this program: it has migrations %v", unknown)
}

// compare tells which files are not applied, and which applied numbers have no
// file.
func compare(all []migration, applied []int64) (missing []migration, unknown []int64) {
	for _, m := range all {
		if !slices.Contains(applied, m.version) {
			missing = append(missing, m)
		}
	}
	for _, v := range applied {
		if !slices.ContainsFunc(all, func(m migration) bool { return m.version == v }) {
			unknown = append(unknown, v)
		}
	}
	return missing, unknown
}

// applied is the numbers of the migrations in the database; none when new.
func (d *DB) applied(ctx context.Context) ([]int64, error) {
	exists := `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?1`
	if d.engine == Postgres {
		exists = `SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1`
	}
	var n int
	if err := d.read.QueryRowContext(ctx, exists, versionTable).Scan(&n); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "db: look for the table of migrations")
	}
	if n == 0 {
		return nil, nil
	}
	applied := "is_applied = 1"
	if d.engine == Postgres {
		applied = "is_applied"
	}
	rows, err := d.read.QueryContext(ctx, `SELECT version_id FROM `+versionTable+` WHERE version_id > 0 AND `+applied+` ORDER BY version_id`)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "db: read the table of migrations")
	}
	defer rows.Close()
	var versions []int64
	for rows.Next() {
		var v int64
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		versions = append(versions, v)
	}
	return versions, rows.Err()
}

// copyBefore keeps the SQLite database as it was before the migrations, in a
// file beside it that says which migration came after it.
func (d *DB) copyBefore(ctx context.Context, first migration) error {
	path := fmt.Sprintf("%s.before-%04d", d.path, first.version)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(fault.Unavailable, err, "db: remove an older copy")
	}
	return d.Backup(ctx, path)
}

// RemoveCopies removes the copies that migrations left beside a SQLite
// database before the moment, and tells how many. Deleted rows live on in such
// a copy, so retention calls it.
func (d *DB) RemoveCopies(before time.Time) (int, error) {
	if d.engine != SQLite || d.readOnly {
		return 0, nil
	}
	copies, err := os.ReadDir(filepath.Dir(d.path))
	if err != nil {
		return 0, fault.Wrap(fault.Unavailable, err, "db: look for copies")
	}
	removed := 0
	for _, entry := range copies {
		if !strings.HasPrefix(entry.Name(), filepath.Base(d.path)+".before-") {
			continue
		}
		info, err := entry.Info()
		if err != nil || !info.ModTime().Before(before) {
			continue
		}
		if err := os.Remove(filepath.Join(filepath.Dir(d.path), entry.Name())); err != nil {
			return removed, fault.Wrap(fault.Unavailable, err, "db: remove a copy")
		}
		removed++
	}
	return removed, nil
}
