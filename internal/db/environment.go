package db

import (
	"context"
	"database/sql"
	"errors"

	"medborgarnavet/internal/fault"
)

// markEnvironment marks a new database with its environment, and refuses one
// that is marked with another (I-15, M-124): test data must not turn up in
// production, nor the other way.
func (d *DB) markEnvironment(ctx context.Context, environment string) error {
	err := d.Tx(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO environment (id, mark) VALUES (1, $1) ON CONFLICT (id) DO NOTHING`, environment)
		return err
	})
	if err != nil {
		return err
	}
	return d.checkEnvironment(ctx, environment)
}

func (d *DB) checkEnvironment(ctx context.Context, environment string) error {
	var mark string
	err := d.Read(ctx, func(tx *Tx) error {
		err := tx.QueryRow(ctx, `SELECT mark FROM environment WHERE id = 1`).Scan(&mark)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.Conflict, "db: the database has no environment mark")
		}
		return err
	})
	if err != nil {
		return err
	}
	if mark != environment {
		return fault.New(fault.Conflict, "db: the database is marked %s and cannot be opened as %s", mark, environment)
	}
	return nil
}
