package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"medborgarnavet/internal/app"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/db"
)

// BenchmarkVotesOnSlowDisk is the votes of D1 on SQLite with each fsync 2 ms
// longer, by strace around the whole of another run; of one client alone too,
// who waits for each answer (performance.md §8).
func BenchmarkVotesOnSlowDisk(b *testing.B) {
	if _, err := exec.LookPath("strace"); err != nil {
		b.Log("NOT MEASURED: there is no strace")
		return
	}
	figure := regexp.MustCompile(`([\d.]+) (req/s|p99-ms|fsync/s|votes/fsync)`)
	for _, n := range []int{1, clients, 512} {
		b.Run(fmt.Sprintf("clients=%d", n), func(b *testing.B) {
			for b.Loop() {
				cmd := exec.Command("strace", "-f", "--seccomp-bpf", "-o", os.DevNull, "-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:delay_exit=2000",
					os.Args[0], "-test.run", "^$", "-test.bench", "^BenchmarkVotesOverHTTP$/^sqlite$/^D1$", "-test.benchtime", "1x")
				cmd.Env = append(os.Environ(), fmt.Sprintf("BENCH_CLIENTS=%d", n))
				out, err := cmd.Output()
				found := figure.FindAllStringSubmatch(string(out), -1)
				if err != nil || len(found) == 0 {
					b.Fatalf("%v\n%s", err, out)
				}
				for _, f := range found {
					v, _ := strconv.ParseFloat(f[1], 64)
					b.ReportMetric(v, f[2])
				}
			}
		})
	}
}

// Votes that a petition has before it is measured.
const (
	someVotes = 200_000
	manyVotes = 5_000_000
)

// BenchmarkVotesOnLargePetition is the server's processor time of a vote on a
// petition of five million votes beside one of 200 000, by turns
// (performance.md §8).
func BenchmarkVotesOnLargePetition(b *testing.B) {
	s := startBench(b, db.SQLite, config.DesignMAC)
	small := s.id
	large := s.open(b)
	s.fill(b, small, someVotes)
	s.fill(b, large, manyVotes)
	for b.Loop() {
		const rounds = 5
		var few, many []measured
		var cpus []float64
		for range rounds {
			s.id = small
			f := s.storm(b, s.votes(b, 10_000))
			s.id = large
			m := s.storm(b, s.votes(b, 10_000))
			few, many = append(few, f), append(many, m)
			cpus = append(cpus, float64(m.cpu)/float64(f.cpu))
		}
		middle(many).report(b, "")
		middle(few).report(b, "few-")
		slices.Sort(cpus)
		b.ReportMetric(cpus[rounds/2], "times-cpu-of-few")
	}
}

// BenchmarkReopenAfterCrash is how long the product takes from nothing to ready
// on the files of one that was killed with a million votes on a petition.
func BenchmarkReopenAfterCrash(b *testing.B) {
	s := startBench(b, db.SQLite, config.DesignMAC)
	s.fill(b, s.id, 1_000_000)
	s.storm(b, s.votes(b, 2000)) // so that there is a journal to go through
	for b.Loop() {
		b.StopTimer()
		cfg := s.copy(b)
		b.StartTimer()
		a, err := app.New(b.Context(), cfg, app.Options{Clock: clock.System(), Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if poll, err := app.PollOf(b.Context(), a, s.town, s.id); err != nil || poll.Rows != 1_002_000 {
			b.Fatalf("%d votes, %v", poll.Rows, err)
		}
		a.Close()
		b.StartTimer()
	}
	b.ReportMetric(ms(b.Elapsed())/float64(b.N), "ms")
}

// copy takes a copy of all files as they lie, and gives the configuration that
// goes with it.
func (s *bench) copy(b *testing.B) (cfg config.Config) {
	b.Helper()
	there := filepath.Join(b.TempDir(), "copy")
	if err := os.CopyFS(there, os.DirFS(s.dir)); err != nil {
		b.Fatal(err)
	}
	err := filepath.WalkDir(there, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		mode := os.FileMode(0o600) // as keys must be; CopyFS asks nothing of the mode
		if e.IsDir() {
			mode = 0o700
		}
		return os.Chmod(path, mode)
	})
	if err != nil {
		b.Fatal(err)
	}
	raw, err := json.Marshal(s.cfg)
	if err == nil {
		err = json.Unmarshal(bytes.ReplaceAll(raw, []byte(s.dir), []byte(there)), &cfg)
	}
	if err != nil {
		b.Fatal(err)
	}
	return cfg
}

// fill puts the votes of others into a petition, in key order as the rewriting
// leaves them.
func (s *bench) fill(b *testing.B, petition string, n int) {
	b.Helper()
	keys := make([][]byte, n)
	for i := range keys {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(petition), uint64(i)))
		keys[i] = sum[:]
	}
	slices.SortFunc(keys, slices.Compare)
	d := app.DatabaseOf(s.app, s.town)
	table := "petition_vote_" + strings.ToLower(petition)
	for group := range slices.Chunk(keys, 50_000) {
		err := d.Tx(b.Context(), func(tx *db.Tx) error { return insertKeys(b.Context(), tx, table, group) })
		if err != nil {
			b.Fatal(err)
		}
	}
	err := d.Tx(b.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(b.Context(), `UPDATE petition_ballot SET accepted = $1 WHERE id = $2`, n, petition)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

func insertKeys(ctx context.Context, tx *db.Tx, table string, keys [][]byte) error {
	for part := range slices.Chunk(keys, 500) {
		var values strings.Builder
		args := make([]any, len(part))
		for i, k := range part {
			fmt.Fprintf(&values, ",($%d)", i+1)
			args[i] = k
		}
		if _, err := tx.Exec(ctx, `INSERT INTO `+table+` (nullifier) VALUES `+values.String()[1:], args...); err != nil {
			return err
		}
	}
	return nil
}
