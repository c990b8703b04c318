package ballot

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/seal"
)

// Ballot is what the writer goes by.
type Ballot struct {
	ID         string
	Commitment seal.Commitment
	Receipts   bool
	ClosesAt   time.Time
	Grace      time.Duration
	Accepting  bool
	Paused     bool
	Accepted   int64 // votes taken
	Withdrawn  int64 // votes taken back; Accepted - Withdrawn are there
	Shown      int64
	ShownAt    time.Time
	Rewritten  time.Time
	Changed    int64 // votes and withdrawals since then
	Recounted  time.Time
	Drift      int64
	Day        string // in Sweden: the days before it are in the series
}

// Count is how many votes there are by the running count.
func (b Ballot) Count() int64 { return b.Accepted - b.Withdrawn }

const columns = `id, commitment, receipts, closes_at, grace_ms, accepting, paused, accepted, withdrawn,
	shown, shown_at, rewritten_at, accepted + withdrawn - rewritten_after, recounted_at, drift, day`

// Load reads a ballot; fault.NotFound when there is none.
func Load(ctx context.Context, tx *db.Tx, id string) (Ballot, error) {
	return scan(tx.QueryRow(ctx, `SELECT `+columns+` FROM petition_ballot WHERE id = $1`, id))
}

// lock reads a ballot and, on PostgreSQL, holds its row: a rewriting or a
// closing on another node comes before or after this transaction.
func lock(ctx context.Context, tx *db.Tx, id string) (Ballot, error) {
	query := `SELECT ` + columns + ` FROM petition_ballot WHERE id = $1`
	if tx.Engine() == db.Postgres {
		query += ` FOR UPDATE`
	}
	return scan(tx.QueryRow(ctx, query, id))
}

func scan(row interface{ Scan(...any) error }) (b Ballot, err error) {
	var commitment string
	var closes, grace, shown, rewritten, recounted int64
	err = row.Scan(&b.ID, &commitment, &b.Receipts, &closes, &grace, &b.Accepting, &b.Paused, &b.Accepted, &b.Withdrawn,
		&b.Shown, &shown, &rewritten, &b.Changed, &recounted, &b.Drift, &b.Day)
	if errors.Is(err, sql.ErrNoRows) {
		return b, fault.ErrNotFound
	}
	if err != nil {
		return b, err
	}
	if err := json.Unmarshal([]byte(commitment), &b.Commitment); err != nil {
		return b, fault.New(fault.Internal, "ballot: a commitment cannot be read")
	}
	b.ClosesAt, b.Grace = db.Time(closes), time.Duration(grace)*time.Millisecond
	b.ShownAt, b.Rewritten, b.Recounted = db.Time(shown), db.Time(rewritten), db.Time(recounted)
	return b, nil
}

// All reads every ballot that still takes votes, or every one.
func All(ctx context.Context, tx *db.Tx, accepting bool) ([]Ballot, error) {
	query := `SELECT ` + columns + ` FROM petition_ballot`
	if accepting {
		query += ` WHERE accepting = 1`
	}
	rows, err := tx.Query(ctx, query+` ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Ballot
	for rows.Next() {
		b, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, rows.Err()
}

// Opening is what a new ballot needs.
type Opening struct {
	Commitment seal.Commitment
	Receipts   bool
	ClosesAt   time.Time
	Grace      time.Duration
}

// Create makes a petition's ballot and its table of votes.
func Create(ctx context.Context, tx *db.Tx, o Opening) error {
	id := o.Commitment.Petition
	if err := seal.CheckPetition(id); err != nil {
		return err
	}
	commitment, err := json.Marshal(o.Commitment)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "ballot: encode a commitment")
	}
	day, err := swedishDay(tx.Now)
	if err != nil {
		return err
	}
	receipts, now := 0, db.Millis(tx.Now)
	if o.Receipts {
		receipts = 1
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO petition_ballot (id, commitment, receipts, closes_at, grace_ms, accepting, paused, accepted, withdrawn,
			shown, shown_at, rewritten_at, rewritten_after, recounted_at, drift, day)
		VALUES ($1, $2, $3, $4, $5, 1, 0, 0, 0, 0, $6, $6, 0, $6, 0, $7)`,
		id, string(commitment), receipts, db.Millis(o.ClosesAt), o.Grace.Milliseconds(), now, day)
	if db.IsUnique(err) {
		return fault.New(fault.Conflict, "ballot: the petition is open already")
	}
	if err != nil {
		return err
	}
	return createTable(ctx, tx, table(id))
}

// table is the name of a petition's table of votes. The id has been checked.
func table(id string) string { return "petition_vote_" + strings.ToLower(id) }

// createTable makes a table of votes: the one exception from "no DDL at run
// time" (architecture.md §6). PostgreSQL's statistics would keep samples of
// the column, so they are off.
func createTable(ctx context.Context, tx *db.Tx, name string) error {
	if tx.Engine() == db.SQLite {
		_, err := tx.Exec(ctx, `CREATE TABLE `+name+` (nullifier BLOB NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID`)
		return err
	}
	if _, err := tx.Exec(ctx, `CREATE TABLE `+name+` (nullifier BYTEA NOT NULL PRIMARY KEY)`); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `ALTER TABLE `+name+` ALTER COLUMN nullifier SET STATISTICS 0`)
	return err
}

// arg gives a list of nullifiers to each engine in its own way: an array, or
// one parameter each.
func arg(tx *db.Tx, keys [][]byte, each string) (text string, args []any) {
	if tx.Engine() == db.Postgres {
		return "", []any{keys}
	}
	var b strings.Builder
	for i, k := range keys {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, each, i+1)
		args = append(args, k)
	}
	return b.String(), args
}

// present tells which of the nullifiers are there.
func present(ctx context.Context, tx *db.Tx, petition string, keys [][]byte) (map[seal.Nullifier]bool, error) {
	list, args := arg(tx, keys, "$%d")
	query := `SELECT nullifier FROM ` + table(petition) + ` WHERE nullifier IN (` + list + `)`
	if tx.Engine() == db.Postgres {
		query = `SELECT nullifier FROM ` + table(petition) + ` WHERE nullifier = ANY($1::bytea[])`
	}
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	there := make(map[seal.Nullifier]bool)
	for rows.Next() {
		var raw sql.RawBytes
		if err := rows.Scan(&raw); err != nil {
			return nil, err
		}
		if len(raw) != len(seal.Nullifier{}) {
			return nil, fault.New(fault.Internal, "ballot: a row is no nullifier")
		}
		there[seal.Nullifier(raw)] = true
	}
	return there, rows.Err()
}

// insert adds rows that were seen not to be there. OR IGNORE on SQLite: a
// statement that cannot fail halfway keeps no copy of each page it changes.
func insert(ctx context.Context, tx *db.Tx, petition string, keys [][]byte) error {
	if len(keys) == 0 {
		return nil
	}
	list, args := arg(tx, keys, "($%d)")
	query := `INSERT OR IGNORE INTO ` + table(petition) + ` (nullifier) VALUES ` + list
	if tx.Engine() == db.Postgres {
		query = `INSERT INTO ` + table(petition) + ` (nullifier) SELECT unnest($1::bytea[]) ON CONFLICT (nullifier) DO NOTHING`
	}
	return exactly(ctx, tx, len(keys), query, args)
}

func erase(ctx context.Context, tx *db.Tx, petition string, keys [][]byte) error {
	if len(keys) == 0 {
		return nil
	}
	list, args := arg(tx, keys, "$%d")
	query := `DELETE FROM ` + table(petition) + ` WHERE nullifier IN (` + list + `)`
	if tx.Engine() == db.Postgres {
		query = `DELETE FROM ` + table(petition) + ` WHERE nullifier = ANY($1::bytea[])`
	}
	return exactly(ctx, tx, len(keys), query, args)
}

func exactly(ctx context.Context, tx *db.Tx, n int, query string, args []any) error {
	changed, err := tx.Exec(ctx, query, args...)
	if err == nil && changed != int64(n) {
		err = fault.New(fault.Internal, "ballot: %d rows changed where %d should", changed, n)
	}
	return err
}

// count keeps the running count, once a petition in a commit.
func count(ctx context.Context, tx *db.Tx, petition string, accepted, withdrawn int64) error {
	if accepted == 0 && withdrawn == 0 {
		return nil
	}
	return exactly(ctx, tx, 1, `UPDATE petition_ballot SET accepted = accepted + $2, withdrawn = withdrawn + $3
		WHERE id = $1 AND accepting = 1`, []any{petition, accepted, withdrawn})
}

// Stop ends the taking of votes for good: the last day's row is written and of
// the districts only what may be shown is kept. It may be called again.
func Stop(ctx context.Context, tx *db.Tx, petition string) error {
	b, err := lock(ctx, tx, petition)
	if err != nil || !b.Accepting {
		return err
	}
	last, err := b.today(tx.Now)
	if err != nil {
		return err
	}
	if err := endDays(ctx, tx, b, last); err != nil {
		return err
	}
	if err := writeDay(ctx, tx, petition, last, b.Public().Count); err != nil {
		return err
	}
	if err := showDistricts(ctx, tx, b); err != nil {
		return err
	}
	if err := closeDistricts(ctx, tx, petition); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE petition_ballot SET accepting = 0 WHERE id = $1`, petition)
	return err
}

// Pause holds voting, or lets it go on.
func Pause(ctx context.Context, tx *db.Tx, petition string, paused bool) error {
	n := 0
	if paused {
		n = 1
	}
	_, err := tx.Exec(ctx, `UPDATE petition_ballot SET paused = $2 WHERE id = $1`, petition, n)
	return err
}

// SetClosing moves the closing time.
func SetClosing(ctx context.Context, tx *db.Tx, petition string, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE petition_ballot SET closes_at = $2 WHERE id = $1`, petition, db.Millis(at))
	return err
}

// Exists tells whether a petition's table of votes is there.
func Exists(ctx context.Context, tx *db.Tx, petition string) (bool, error) {
	query := `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1`
	if tx.Engine() == db.Postgres {
		query = `SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1`
	}
	var n int
	err := tx.QueryRow(ctx, query, table(petition)).Scan(&n)
	return n == 1, err
}

// Rows counts the rows themselves.
func Rows(ctx context.Context, tx *db.Tx, petition string) (n int64, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM `+table(petition)).Scan(&n)
	return n, err
}

// Each gives every nullifier in key order. fn may not keep the slice.
func Each(ctx context.Context, tx *db.Tx, petition string, fn func(nullifier []byte) error) error {
	rows, err := tx.Query(ctx, `SELECT nullifier FROM `+table(petition)+` ORDER BY nullifier`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var raw sql.RawBytes
		if err := rows.Scan(&raw); err != nil {
			return err
		}
		if err := fn(raw); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Drop removes the rows and their table. It may be called again.
func Drop(ctx context.Context, tx *db.Tx, petition string) error {
	for _, name := range []string{table(petition), table(petition) + "_new"} {
		if _, err := tx.Exec(ctx, `DROP TABLE IF EXISTS `+name); err != nil {
			return err
		}
	}
	return nil
}
