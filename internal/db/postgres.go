package db

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"medborgarnavet/internal/fault"
)

// poolSize is the number of connections one node keeps to PostgreSQL.
const poolSize = 16

// limits keep one forgotten transaction from holding up the rest. They are
// milliseconds; a DSN that names one wins.
var limits = map[string]string{
	"statement_timeout":                   "30000",
	"lock_timeout":                        "10000",
	"idle_in_transaction_session_timeout": "60000",
	"timezone":                            "UTC",
	"application_name":                    "medborgarnavet",
	// what was acknowledged is on disk, whatever the server's default (I-16)
	"synchronous_commit": "on",
}

// openPostgres opens the pool that both writes and reads use.
func (d *DB) openPostgres(ctx context.Context, o Options) error {
	pool, err := postgresPool(o, limits)
	if err != nil {
		return err
	}
	d.write, d.read = pool, pool
	if err := pool.PingContext(ctx); err != nil {
		return fault.Wrap(fault.Unavailable, err, "db: connect to PostgreSQL")
	}
	return nil
}

func postgresPool(o Options, params map[string]string) (*sql.DB, error) {
	if !strings.HasPrefix(o.DSN, "postgres://") && !strings.HasPrefix(o.DSN, "postgresql://") {
		return nil, fault.New(fault.Invalid, "db: the DSN of postgres is a postgres:// URL")
	}
	config, err := pgx.ParseConfig(o.DSN)
	if err != nil {
		return nil, fault.New(fault.Invalid, "db: the DSN of postgres cannot be read") // the cause may hold the password
	}
	for name, value := range params {
		if config.RuntimeParams[name] == "" {
			config.RuntimeParams[name] = value
		}
	}
	pool := sql.OpenDB(o.Wrap(stdlib.GetConnector(*config)))
	pool.SetMaxOpenConns(poolSize)
	pool.SetMaxIdleConns(poolSize / 2)
	pool.SetConnMaxLifetime(30 * time.Minute)
	return pool, nil
}
