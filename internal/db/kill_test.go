package db_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
)

// TestMain lets this test binary be the program that is killed.
func TestMain(m *testing.M) {
	if os.Getenv("DB_TEST_WRITER") != "" {
		if err := writeForEver(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// writeForEver writes pairs of rows and says each id only when Tx has returned.
func writeForEver() error {
	ctx := context.Background()
	o := db.Options{Driver: os.Getenv("DB_TEST_WRITER"), DSN: os.Getenv("DB_TEST_DSN"), Environment: "test"}
	d, err := db.Open(ctx, db.WithMigrations(o, things))
	if err != nil {
		return err
	}
	for {
		id := db.NewID()
		err := d.Tx(ctx, func(tx *db.Tx) error {
			for _, half := range []string{"a", "b"} {
				if _, err := tx.Exec(ctx, `INSERT INTO thing (id, n) VALUES ($1, 1)`, id+half); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		fmt.Println(id)
	}
}

// I-16, D-12: what was acknowledged survives kill -9, and no transaction is
// there by half. The longer run is `make long`.
func TestKilledWriterLosesNothing(t *testing.T) {
	const rounds, acknowledged = 3, 40
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		said := 0
		for range rounds {
			ids := writeAndKill(t, o, acknowledged)
			said += len(ids)
			d := open(t, db.WithMigrations(o, things))
			for _, id := range ids {
				if n := halves(t, d, id); n != 2 {
					t.Errorf("%d of 2 rows of an acknowledged transaction", n)
				}
			}
			if n := count(t, d); n%2 != 0 || n < 2*said {
				t.Errorf("%d rows after %d acknowledged pairs", n, said)
			}
			_ = d.Close()
		}
	})
}

// writeAndKill starts the writer, reads n acknowledgements, kills it, and gives
// all ids it had said.
func writeAndKill(t *testing.T, o db.Options, n int) (ids []string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	writer := exec.Command(self)
	writer.Env = append(os.Environ(), "DB_TEST_WRITER="+o.Driver, "DB_TEST_DSN="+o.DSN)
	writer.Stderr = os.Stderr
	out, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if len(lines.Text()) == 26 {
			ids = append(ids, lines.Text())
		}
		if len(ids) == n {
			_ = writer.Process.Kill() // what it had already said is still read
		}
	}
	if err := writer.Wait(); err == nil || len(ids) < n {
		t.Fatalf("the writer said %d ids and ended by itself: %v", len(ids), err)
	}
	return ids
}

func halves(t *testing.T, d *db.DB, id string) (n int) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT count(*) FROM thing WHERE id IN ($1, $2)`, id+"a", id+"b").Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
