package booth_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/booth"
)

const benchClients = 64

// TestMain lets this test binary be the voters' browsers.
func TestMain(m *testing.M) {
	if address := os.Getenv("BOOTH_BENCH_ADDRESS"); address != "" {
		if err := browsers(address, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// BenchmarkTicket is the opening of a ticket, as part of a refused vote would
// be: a file operation in it would show.
func BenchmarkTicket(b *testing.B) {
	w := sqliteWorld(b, nil)
	ticket := w.admit(w.petition(true), voter(b, 1)).Ticket
	w.clock.Advance(booth.TicketFor) // so that it ends after the opening
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := w.booth.Cast(context.Background(), ticket, false); booth.Reason(err) != booth.ReasonExpired {
			b.Fatal(err)
		}
	}
}

// BenchmarkVotesOverHTTP is durable votes on SQLite from a valid ticket to the
// redirect, sealing included, with 64 connections from another process, on a
// petition with so many votes before (performance.md §8). VOTES_BEFORE is the
// second of them, for example 5000000. The CPU is that of the server alone.
func BenchmarkVotesOverHTTP(b *testing.B) {
	large := 400_000
	if n, err := strconv.Atoi(os.Getenv("VOTES_BEFORE")); err == nil {
		large = n
	}
	for _, before := range []int{200_000, large} {
		b.Run(fmt.Sprintf("before=%d", before), func(b *testing.B) {
			w := newWorld(b, dbtest.SQLite(b), nil)
			id := w.petition(false)
			w.fill(id, before)
			var tickets strings.Builder
			for i := range b.N {
				tickets.WriteString(w.ticket(id, i) + "\n")
			}
			server := httptest.NewServer(http.HandlerFunc(w.serve))
			defer server.Close()
			b.ResetTimer()
			used := cpu(b)
			rate, p99 := sendVotes(b, server.Listener.Addr().String(), tickets.String())
			used = cpu(b) - used
			b.StopTimer()
			if n := w.count(id); n != int64(b.N+before) {
				b.Errorf("%d votes, want %d", n, b.N+before)
			}
			stats, _ := w.box.Stats()
			b.ReportMetric(float64(stats.Slips)/float64(stats.Commits), "votes/commit")
			b.ReportMetric(rate, "votes/s")
			b.ReportMetric(float64(p99.Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(used.Microseconds())/float64(b.N), "server-µs/vote")
		})
	}
}

// serve is what stands between the browser and the booth.
func (w *world) serve(rw http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(rw, r.Body, 4<<10)
	out, _, err := w.booth.Cast(r.Context(), r.PostFormValue("biljett"), r.PostFormValue("val") == "aterta")
	if err != nil || out != ballot.Accepted {
		http.Error(rw, "refused", http.StatusBadRequest)
		return
	}
	http.Redirect(rw, r, "/rosta/klart", http.StatusSeeOther)
}

// ticket makes one as Admit does, without asking whether the person has voted.
func (w *world) ticket(petition string, i int) string {
	w.t.Helper()
	t, err := booth.TicketForBench(w.booth, petition, voter(w.t, i), today)
	if err != nil {
		w.t.Fatal(err)
	}
	return t
}

// fill puts votes of others into a petition, in key order as the rewriting
// leaves them.
func (w *world) fill(petition string, n int) {
	w.t.Helper()
	keys := make([][]byte, n)
	for i := range keys {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
		keys[i] = sum[:]
	}
	slices.SortFunc(keys, slices.Compare)
	table := "petition_vote_" + strings.ToLower(petition)
	for group := range slices.Chunk(keys, 50_000) {
		w.tx(func(tx *db.Tx) error {
			for part := range slices.Chunk(group, 500) {
				var values strings.Builder
				args := make([]any, len(part))
				for i, k := range part {
					fmt.Fprintf(&values, ",($%d)", i+1)
					args[i] = k
				}
				if _, err := tx.Exec(context.Background(), `INSERT INTO `+table+` (nullifier) VALUES `+values.String()[1:], args...); err != nil {
					return err
				}
			}
			return nil
		})
	}
	w.tx(func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), `UPDATE petition_ballot SET accepted = $1 WHERE id = $2`, n, petition)
		return err
	})
}

// cpu is what this process has used.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// sendVotes lets the browsers vote and gives what they saw.
func sendVotes(b *testing.B, address, tickets string) (rate float64, p99 time.Duration) {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	program := exec.Command(self)
	program.Env = append(os.Environ(), "BOOTH_BENCH_ADDRESS="+address)
	program.Stdin, program.Stderr = strings.NewReader(tickets), os.Stderr
	out, err := program.Output()
	if err != nil {
		b.Fatal(err)
	}
	var took int64
	if _, err := fmt.Sscanf(string(out), "%f %d", &rate, &took); err != nil {
		b.Fatal(err)
	}
	return rate, time.Duration(took)
}

// browsers vote once with each ticket and say the rate and the 99th percentile.
func browsers(address string, in io.Reader, out io.Writer) error {
	var tickets []string
	for lines := bufio.NewScanner(in); lines.Scan(); {
		tickets = append(tickets, lines.Text())
	}
	took := make([]time.Duration, len(tickets))
	var all sync.WaitGroup
	var failed error
	var mu sync.Mutex
	began := time.Now()
	for part := range benchClients {
		all.Go(func() {
			if err := browser(address, tickets, took, part); err != nil {
				mu.Lock()
				failed = err
				mu.Unlock()
			}
		})
	}
	all.Wait()
	rate := float64(len(tickets)) / time.Since(began).Seconds()
	slices.Sort(took)
	_, err := fmt.Fprintf(out, "%f %d\n", rate, int64(took[len(took)*99/100]))
	if failed != nil {
		return failed
	}
	return err
}

func browser(address string, tickets []string, took []time.Duration, part int) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	answers := bufio.NewReader(conn)
	for i := part; i < len(tickets); i += benchClients {
		began := time.Now()
		form := "val=rosta&biljett=" + url.QueryEscape(tickets[i])
		if _, err := fmt.Fprintf(conn, "POST /rosta HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(form), form); err != nil {
			return err
		}
		answer, err := http.ReadResponse(answers, nil)
		if err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusSeeOther {
			return fmt.Errorf("a vote was answered with %d", answer.StatusCode)
		}
		took[i] = time.Since(began)
	}
	return nil
}
