package db_test

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

func TestNumbered(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`SELECT 1`, `SELECT 1`},
		{`a = $1 AND b = $12 AND c = $1`, `a = ?1 AND b = ?12 AND c = ?1`},
		{`a = '$1' AND "$2" = $3`, `a = '$1' AND "$2" = ?3`},
		{`a = 'it''s $1' AND b = $2`, `a = 'it''s $1' AND b = ?2`},
		{"-- costs $1, isn't it\na = $1", "-- costs $1, isn't it\na = ?1"},
		{`a = $0 AND b = $ AND c = 5$`, `a = $0 AND b = $ AND c = 5$`},
	} {
		if got := db.Numbered(c.in); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

// A failed statement ends the transaction on both engines, though SQLite alone
// would go on; and it is a failure that is known.
func TestFailedStatementEndsIt(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		if err := insert(ctx, d, "a", 1); err != nil {
			t.Fatal(err)
		}
		for name, fail := range map[string]func(tx *db.Tx) error{
			"exec":  func(tx *db.Tx) error { _, err := tx.Exec(ctx, `INSERT INTO thing (id, n) VALUES ('a', 1)`); return err },
			"query": func(tx *db.Tx) error { _, err := tx.Query(ctx, `SELECT nonsense FROM thing`); return err },
			"row":   func(tx *db.Tx) error { return tx.QueryRow(ctx, `SELECT nonsense FROM thing`).Err() },
		} {
			err := d.Tx(ctx, func(tx *db.Tx) error {
				if _, err := tx.Exec(ctx, `INSERT INTO thing (id, n) VALUES ('b', 1)`); err != nil {
					return err
				}
				if err := fail(tx); err == nil {
					t.Errorf("%s: did not fail", name)
				}
				if _, err := tx.Exec(ctx, `INSERT INTO thing (id, n) VALUES ('c', 1)`); err == nil {
					t.Errorf("%s: goes on after a failure", name)
				}
				return nil // the failure is swallowed
			})
			if err == nil || errors.Is(err, db.ErrUnknownOutcome) || db.IsUnique(err) != (name == "exec") {
				t.Errorf("%s: %v", name, err)
			}
			if n := count(t, d); n != 1 {
				t.Errorf("%s: %d rows", name, n)
			}
		}
	})
}

// Both engines take and give the same values, and refuse the same.
func TestValues(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		type state string
		for i, c := range []struct {
			note any
			body any
			want string // note and body as they come back
			kind fault.Kind
		}{
			{"åäö 🙂", []byte{0, 1, 255}, "åäö 🙂/[0 1 255]/false", ""},
			{state("open"), []byte{}, "open/[]/false", ""},
			{nil, nil, "<nil>/[]/true", ""},
			{sql.NullString{}, []byte(nil), "<nil>/[]/true", ""},
			{"a\x00b", nil, "", fault.Invalid},
			{"a\xffb", nil, "", fault.Invalid},
			{true, nil, "", fault.Internal},
			{time.Now(), nil, "", fault.Internal},
		} {
			id := fmt.Sprint(i)
			err := d.Tx(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO thing (id, n, note, body) VALUES ($1, 1, $2, $3)`, id, c.note, c.body)
				return err
			})
			if fault.KindOf(err) != c.kind {
				t.Errorf("%d: %v", i, err)
			}
			if c.kind != "" {
				continue
			}
			var note any
			var text sql.NullString
			var body []byte
			var null bool // an empty one may come back as nil, but is not NULL
			if err := d.Read(ctx, func(tx *db.Tx) error {
				return tx.QueryRow(ctx, `SELECT note, body, CASE WHEN body IS NULL THEN 1 ELSE 0 END FROM thing WHERE id = $1`, id).Scan(&text, &body, &null)
			}); err != nil {
				t.Fatal(err)
			}
			if text.Valid {
				note = text.String
			}
			if got := fmt.Sprintf("%v/%v/%v", note, body, null); got != c.want {
				t.Errorf("%d: got %s, want %s", i, got, c.want)
			}
		}
	})
}
