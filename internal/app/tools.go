package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
)

// The tools below work on one municipality's database and keys without
// starting the rest.

// Choose finds a municipality of the configuration; "" is the only one.
func Choose(cfg config.Config, id string) (config.Municipality, error) {
	for _, m := range cfg.Municipalities {
		if m.ID == id || id == "" && len(cfg.Municipalities) == 1 {
			return m, nil
		}
	}
	return config.Municipality{}, fault.New(fault.Invalid, "name one of the configuration's municipalities with -municipality")
}

type opened struct {
	db    *db.DB
	ring  *keyring.Ring
	audit *audit.Log
}

func open(ctx context.Context, cfg config.Config, m config.Municipality, readOnly bool) (opened, error) {
	dsn, err := m.Database.Address()
	if err != nil {
		return opened{}, err
	}
	c := clock.System()
	ring, err := keyring.Open(keyring.Options{LastingKeyFile: m.Keys.LastingFile, DueKeyDir: m.Keys.DueDir, Clock: c})
	if err != nil {
		return opened{}, err
	}
	d, err := db.Open(ctx, db.Options{Driver: m.Database.Driver, DSN: dsn, Clock: c, Environment: cfg.Server.Mode, ReadOnly: readOnly})
	if err != nil {
		return opened{}, err
	}
	return opened{d, ring, audit.New(d, ring, c)}, nil
}

// Migrate brings every municipality's database to this version.
func Migrate(ctx context.Context, cfg config.Config, out io.Writer) error {
	for _, m := range cfg.Municipalities {
		o, err := open(ctx, cfg, m, false)
		if err != nil {
			return fmt.Errorf("%s: %w", m.ID, err)
		}
		if err := o.db.Close(); err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: the database is up to date\n", m.ID)
	}
	return nil
}

// Cohort writes, for each personal identity number that it reads, the word
// that stands for it in a plug-in's cohort: one a line, in the same order
// (M-55). The numbers are kept nowhere.
func Cohort(m config.Municipality, in io.Reader, out io.Writer) error {
	c := clock.System()
	ring, err := keyring.Open(keyring.Options{LastingKeyFile: m.Keys.LastingFile, DueKeyDir: m.Keys.DueDir, Clock: c})
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	for at := 1; lines.Scan(); at++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		n, err := pnr.Parse(lines.Text(), c.Now())
		if err != nil {
			return fault.New(fault.Invalid, "line %d is not a personal identity number", at)
		}
		fmt.Fprintln(out, cohortWord(ring, n))
	}
	return lines.Err()
}

// Examine says what is wrong with what only the parts themselves can read:
// staff directories and plug-in settings. It opens no database and calls
// nobody.
func Examine(cfg config.Config, opt Options) []config.Finding {
	var found []config.Finding
	for _, m := range cfg.Municipalities {
		at := "municipality[" + m.ID + "]."
		for _, b := range m.Boards {
			raw, err := os.ReadFile(b.StaffFile)
			if err == nil {
				err = casework.CheckStaffFile(raw, opt.Clock.Now())
			}
			if err != nil {
				found = append(found, config.Finding{Key: at + "board[" + b.ID + "].staff_file", Text: err.Error()})
			}
		}
		if m.Petitions.Configured() {
			if _, err := petitionSettings(m); err != nil {
				found = append(found, config.Finding{Key: at + "petitions.settings", Text: err.Error()})
			}
		}
		t := &town{cfg: m, server: cfg.Server, clock: opt.Clock, log: opt.Log}
		for _, p := range m.Plugins {
			if err := t.examine(p); err != nil {
				found = append(found, config.Finding{Key: at + "plugin[" + p.ID + "]", Text: err.Error()})
			}
		}
	}
	return found
}

// examine builds a plug-in and throws it away.
func (t *town) examine(p config.Plugin) error {
	build := builtIn[p.ID]
	if build == nil {
		return fmt.Errorf("there is no plug-in %q", p.ID)
	}
	built, err := build(t.host(p, t.log))
	if err != nil {
		return err
	}
	if built.Close != nil {
		_ = built.Close()
	}
	return built.Manifest.Validate()
}

// Purge destroys what is past its time in every municipality, now.
func Purge(ctx context.Context, cfg config.Config, opt Options, out io.Writer) error {
	opt.Idle = true
	a, err := New(ctx, cfg, opt)
	if err != nil {
		return err
	}
	defer a.Close()
	for _, t := range a.towns {
		report, err := t.janitor.Run(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", t.cfg.ID, err)
		}
		fmt.Fprintf(out, "%s: %d keys destroyed\n", t.cfg.ID, report.Keys)
		for _, e := range report.Erased {
			fmt.Fprintf(out, "%s: %s: %d\n", t.cfg.ID, e.Rule, e.Count)
		}
	}
	return nil
}

// Backup copies a municipality's SQLite database to a new file.
func Backup(ctx context.Context, cfg config.Config, m config.Municipality, to string) error {
	o, err := open(ctx, cfg, m, true)
	if err != nil {
		return err
	}
	defer o.db.Close()
	return o.db.Backup(ctx, to)
}

// Restore puts a backup in the place of a municipality's database that is
// gone. It never overwrites one. What was sealed with short-lived keys that
// have been destroyed since stays unreadable: drafts and fetched answers of
// that time are lost, and that is meant (I-7).
func Restore(ctx context.Context, cfg config.Config, m config.Municipality, from string) error {
	if m.Database.Driver != "sqlite" {
		return fault.New(fault.Invalid, "restore a PostgreSQL database with pg_restore; see docs/operations.md")
	}
	to, err := m.Database.Address()
	if err != nil {
		return err
	}
	if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Conflict, "there is a database already: move it away first")
	}
	if err := copyFile(from, to); err != nil {
		return err
	}
	o, err := open(ctx, cfg, m, false) // checks the environment's mark and the schema
	if err != nil {
		return errors.Join(err, os.Remove(to))
	}
	return o.db.Close()
}

func copyFile(from, to string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Sync(), dst.Close())
}

// VerifyAudit goes through a municipality's audit log. ok is false when
// anything has been tampered with.
func VerifyAudit(ctx context.Context, cfg config.Config, m config.Municipality, out io.Writer) (ok bool, err error) {
	o, err := open(ctx, cfg, m, true)
	if err != nil {
		return false, err
	}
	defer o.db.Close()
	report, err := o.audit.Verify(ctx)
	if err != nil {
		return false, err
	}
	fmt.Fprintf(out, "%s: %d intact, %d disposed, %d not sealed yet (oldest %s)\n", m.ID, report.Intact, report.Disposed,
		report.Unsealed, report.Oldest.Round(1e9))
	for _, f := range report.Faults {
		fmt.Fprintf(out, "%s: TAMPERED: %+v\n", m.ID, f)
	}
	return len(report.Faults) == 0, nil
}
