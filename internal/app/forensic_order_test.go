package app_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/app"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
)

// dayOfVotes is what really happened: who voted when, in order.
type dayOfVotes struct {
	at    []time.Time
	rows  [][]byte // the nullifier of each
	jobs  []time.Time
	files map[string]bool // that a vote made or moved, by name
}

// P-08, I-10, I-17, petitions.md §2.2: a day of votes, one at a time, with the
// scheduled work between them. Afterwards, while voting is still open, neither
// the order of rows in the database's files or in a dump, nor any time that is
// written anywhere, in rows, ids, signed files, the log or a file's name, tells
// when a vote came or in what order: they fit no better than chance. The times
// of the scheduled work, found in the same way, are there: this search can see.
func TestOrderAndTimeOfVotes(t *testing.T) {
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		seed := forensicSeed(t)
		h := newHost(t, o.Driver, config.DesignMAC)
		h.quiet = true
		h.start()
		h.id = h.petition("Bygg en bro")
		day := h.dayOfVotes(rand.New(rand.NewPCG(seed, 3)), seed)
		h.clock.Advance(61 * time.Minute) // and the hour after it
		h.work()
		if n := len(day.files); n != 0 {
			t.Errorf("votes made files or moved them: %v", day.files)
		}
		dump := h.dump(aside + "/evening")
		places := map[string][]string{"a dump": {dump}}
		if o.Driver == db.SQLite {
			places["the database's file"] = []string{h.o.DSN}
		} else {
			h.settle()
			places["the tables as they lie"] = nil
		}
		for name, files := range places {
			order := h.orderIn(files, day.rows)
			if len(order) != len(day.rows) {
				t.Errorf("%s: %d of %d rows are found", name, len(order), len(day.rows))
				continue
			}
			if r, limit := rankCorrelation(order), 5/math.Sqrt(float64(len(order))); math.Abs(r) > limit {
				t.Errorf("%s: rows lie in the order of votes: %.2f", name, r)
			}
		}
		h.timesTell(day)
	})
}

// dayOfVotes lets people vote at odd times, and work be done at other odd times.
func (h *host) dayOfVotes(r *rand.Rand, seed uint64) dayOfVotes {
	h.t.Helper()
	day := dayOfVotes{files: map[string]bool{}}
	known := map[string]bool{}
	for i, v := range h.voters(seed, 90) {
		h.clock.Advance(time.Duration(60_000+r.IntN(240_000)) * time.Millisecond)
		if i%9 == 4 { // nobody votes in this second
			h.work()
			app.Tidy(h.app)
			day.jobs = append(day.jobs, h.clock.Now())
			h.clock.Advance(time.Duration(60_000+r.IntN(240_000)) * time.Millisecond)
		}
		before := h.keyFiles()
		h.admit([]*forensicVoter{v})
		h.cast([]*forensicVoter{v}, "rosta")
		for name, at := range h.keyFiles() {
			if before[name] != at {
				day.files[name] = true
			}
		}
		day.at = append(day.at, h.clock.Now())
		for _, n := range h.nullifiers() {
			if !known[string(n)] {
				known[string(n)] = true
				day.rows = append(day.rows, n)
			}
		}
	}
	if len(day.rows) != len(day.at) {
		h.t.Fatalf("%d votes, %d rows", len(day.at), len(day.rows))
	}
	return day
}

// keyFiles are the files outside the database and the times they were written.
// The sealing keys' count of answers is left out: it is raised some hundred
// answers at a time.
func (h *host) keyFiles() map[string]time.Time {
	h.t.Helper()
	all := map[string]time.Time{}
	_ = filepath.WalkDir(filepath.Join(h.dir, "keys"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || strings.HasSuffix(path, ".count") {
			return nil
		}
		if info, err := e.Info(); err == nil {
			all[e.Name()] = info.ModTime()
		}
		return nil
	})
	return all
}

// orderIn is where each row lies, in the order of voting: an offset in files,
// or without files the place that PostgreSQL gives it.
func (h *host) orderIn(files []string, rows [][]byte) (order []float64) {
	h.t.Helper()
	if files == nil {
		place := map[string]int{}
		h.read(func(tx *db.Tx) error {
			all, err := forensicRows(h, tx, `SELECT nullifier FROM petition_vote_`+strings.ToLower(h.id)+` ORDER BY ctid`)
			for i, n := range all {
				place[n] = i
			}
			return err
		})
		for _, n := range rows {
			if i, ok := place[fmt.Sprintf("%x", n)]; ok {
				order = append(order, float64(i))
			}
		}
		return order
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, n := range rows {
			at := bytes.Index(raw, n)
			if at < 0 {
				at = bytes.Index(raw, fmt.Appendf(nil, "%x", n))
			}
			if at >= 0 {
				order = append(order, float64(at))
			}
		}
	}
	return order
}

// rankCorrelation is that of places in the order of votes: 1 when they lie as
// they came.
func rankCorrelation(places []float64) float64 {
	sorted := slices.Sorted(slices.Values(places))
	n := float64(len(places))
	var d float64
	for i, p := range places {
		at, _ := slices.BinarySearch(sorted, p)
		d += (float64(at) - float64(i)) * (float64(at) - float64(i))
	}
	return 1 - 6*d/(n*(n*n-1))
}

var (
	forensicMillis = regexp.MustCompile(`1[78]\d{11}`)
	forensicDates  = regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)
	forensicULID   = regexp.MustCompile(`01[0-9A-HJKMNP-TV-Z]{24}`)
)

// timesTell gathers every time that is written anywhere, and holds them
// against the times of votes.
func (h *host) timesTell(day dayOfVotes) {
	h.t.Helper()
	var text strings.Builder
	for _, rows := range h.tables() {
		text.WriteString(strings.Join(rows, "\n") + "\n")
	}
	text.WriteString(h.logSince(0))
	text.Write(h.letters())
	for _, folder := range []string{"keys", "data"} {
		_ = filepath.WalkDir(filepath.Join(h.dir, folder), func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() && !strings.Contains(path, ".db") {
				raw, _ := os.ReadFile(path)
				text.WriteString(e.Name() + "\n" + string(raw) + "\n")
			}
			return nil
		})
	}
	var all []time.Time
	for _, s := range forensicMillis.FindAllString(text.String(), -1) {
		n, _ := strconv.ParseInt(s, 10, 64)
		all = append(all, time.UnixMilli(n))
	}
	for _, s := range forensicDates.FindAllString(text.String(), -1) {
		if at, err := time.Parse(time.RFC3339Nano, s); err == nil {
			all = append(all, at)
		}
	}
	for _, s := range forensicULID.FindAllString(text.String(), -1) {
		all = append(all, timeOfULID(s))
	}
	told := func(moments []time.Time) (n int) {
		for _, m := range moments {
			if slices.ContainsFunc(all, func(at time.Time) bool { return at.Sub(m).Abs() < time.Second }) {
				n++
			}
		}
		return n
	}
	if n := told(day.at); n > 2 {
		h.t.Errorf("the time of %d votes of %d is written somewhere", n, len(day.at))
	}
	if n := told(day.jobs); n < len(day.jobs)/2 {
		h.t.Errorf("of %d times of scheduled work only %d are found: this search sees nothing", len(day.jobs), n)
	}
}

// timeOfULID is the time in the first ten letters of an id.
func timeOfULID(id string) time.Time {
	const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	var ms int64
	for _, c := range id[:10] {
		ms = ms<<5 | int64(strings.IndexRune(letters, c))
	}
	return time.UnixMilli(ms)
}
