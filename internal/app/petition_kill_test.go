package app_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"medborgarnavet/cmd/demo/town"
	"medborgarnavet/internal/app"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/petition/closing"
)

const (
	killVoters = 300 // in a round
	voterLines = 16
)

// told is what one voter has been told; unsure when the answer never came.
type told struct {
	ticket       string
	voted, taken bool // a vote, or one taken back, was acknowledged
	unsure       bool
}

// I-8, P-12, issue 4 part 3: the server is killed with SIGKILL again and again
// while votes come over HTTP, with design D2. Every vote that was acknowledged
// is there, none is there twice, and the running count is the rows'. At last it
// is killed again and again while it closes: it goes on where it was, and
// publishes nothing before everything is erased.
func TestKilledWhileVotesCome(t *testing.T) {
	rounds := 2
	if n, err := strconv.Atoi(os.Getenv("KILL_ROUNDS")); err == nil {
		rounds = n
	}
	for _, engine := range []string{db.SQLite, db.Postgres} {
		t.Run(engine, func(t *testing.T) {
			k := newKilledPoll(t, engine)
			acknowledged := 0
			for range rounds {
				k.tickets()
				k.start()
				acknowledged += k.voteUntilKilled()
				k.counted("killed")
				k.start()
				k.again()
				k.end(true)
			}
			t.Logf("%s: %d rounds, %d votes acknowledged", engine, rounds, acknowledged)
			if acknowledged < rounds {
				t.Error("next to nothing was acknowledged: the test shows nothing")
			}
			k.close(rounds)
		})
	}
}

// killedPoll is a petition whose server is killed.
type killedPoll struct {
	*polls
	file, id string
	engine   string
	cmd      *exec.Cmd
	from     int
	all      []*told // of this round
	expected int64   // rows, as far as it is known
}

func newKilledPoll(t *testing.T, engine string) *killedPoll {
	k := &killedPoll{engine: engine}
	dsn := ""
	if engine == db.Postgres {
		dsn = postgresSchema(t)
	}
	k.polls = newPolls(t, nil, func(cfg *config.Config, _ *town.Outside) {
		cfg.Municipalities = cfg.Municipalities[:1] // Ekbacka, of design D2
		cfg.Municipalities[0].Petitions.Votes.Voters = 20_000_000
		if dsn != "" {
			cfg.Municipalities[0].Database = config.Database{Driver: db.Postgres, DSN: dsn}
		}
	})
	k.file = filepath.Join(k.dir, "child.json")
	raw, err := json.Marshal(k.cfg)
	if err == nil {
		err = os.WriteFile(k.file, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	k.id = k.open("ekbacka", "Bygg en bro")
	k.stop()
	t.Cleanup(func() { k.end(true) })
	return k
}

// tickets logs new voters in, in this process, which then lets go of everything.
func (k *killedPoll) tickets() {
	k.t.Helper()
	k.build()
	k.serve()
	k.all = nil
	var mu sync.Mutex
	var wait sync.WaitGroup
	for line := range voterLines {
		wait.Go(func() {
			for i := line; i < killVoters; i += voterLines {
				ticket, err := app.Ticket(k.t.Context(), k.app, "ekbacka", k.id, voter(k.from+i))
				if err != nil {
					k.t.Errorf("no ticket: %v", err)
					return
				}
				mu.Lock()
				k.all = append(k.all, &told{ticket: ticket})
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	k.from += killVoters
	k.stop()
}

// database is the petition's, beside the server.
func (k *killedPoll) database() *sql.DB {
	dsn := k.cfg.Municipalities[0].Database.DSN
	if k.engine == db.Postgres {
		return openDB(k.t, "pgx", dsn)
	}
	return openDB(k.t, "sqlite", "file:"+dsn+"?_pragma=busy_timeout(5000)")
}

// start starts the server as a process of its own.
func (k *killedPoll) start() {
	k.t.Helper()
	k.cmd = exec.Command(os.Args[0])
	k.cmd.Env = append(os.Environ(), childEnv+"="+k.file)
	k.cmd.Stderr = k.logs
	if err := k.cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	for range 400 {
		if r, err := k.try(ask{path: "/readyz"}); err == nil && r.status == http.StatusOK {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	k.t.Fatal("the server does not come up")
}

// end waits for the end of the process, and brings it about if told so.
func (k *killedPoll) end(kill bool) {
	if k.cmd == nil {
		return
	}
	if kill {
		_ = k.cmd.Process.Kill()
	}
	_ = k.cmd.Wait() // it was killed
	k.cmd = nil
}

func (k *killedPoll) post(v *told, choice string) (status int, err error) {
	r, err := k.try(ask{method: "POST", path: "/rosta", form: url.Values{"biljett": {v.ticket}, "val": {choice}}})
	return r.status, err
}

// voteUntilKilled has all vote, and every fifth take it back, until the server
// is killed under them.
func (k *killedPoll) voteUntilKilled() (acknowledged int) {
	k.t.Helper()
	process := k.cmd.Process
	// Its end comes a while after the first vote that it has acknowledged,
	// however slow the machine is.
	var first sync.Once
	doomed := func() {
		first.Do(func() { time.AfterFunc(time.Duration(rand.IntN(350))*time.Millisecond, func() { _ = process.Kill() }) })
	}
	var wait sync.WaitGroup
	for line := range voterLines {
		wait.Go(func() {
			for i := line; i < len(k.all); i += voterLines {
				if !k.cast(k.all[i], i%5 == 0) {
					return
				}
				if !k.all[i].unsure {
					doomed()
				}
			}
		})
	}
	wait.Wait()
	k.end(true)
	for _, v := range k.all {
		if v.voted || v.taken {
			acknowledged++
		}
	}
	return acknowledged
}

// cast votes, and takes it back; false when the server has gone.
func (k *killedPoll) cast(v *told, back bool) bool {
	for _, choice := range []string{"rosta", "aterta"} {
		if choice == "aterta" && !back {
			return true
		}
		v.unsure = true
		status, err := k.post(v, choice)
		switch {
		case err != nil:
			return false
		case status == http.StatusServiceUnavailable: // nothing is said of it
			return true
		case status != http.StatusSeeOther:
			k.t.Errorf("%s answers %d", choice, status)
			return true
		}
		v.unsure, v.voted, v.taken = false, choice == "rosta", choice == "aterta"
	}
	return true
}

// counted looks at the rows: as many as the running count says, and as many as
// can be.
func (k *killedPoll) counted(when string) int64 {
	k.t.Helper()
	d := k.database()
	defer d.Close()
	var rows, count int64
	err := errors.Join(d.QueryRow(`SELECT count(*) FROM petition_vote_`+strings.ToLower(k.id)).Scan(&rows),
		d.QueryRow(`SELECT accepted - withdrawn FROM petition_ballot WHERE id = '`+k.id+`'`).Scan(&count))
	if err != nil {
		k.t.Fatal(err)
	}
	if rows != count {
		k.t.Errorf("%s: %d rows, the running count is %d", when, rows, count)
	}
	least, most := k.expected, k.expected
	for _, v := range k.all {
		if v.voted && !v.unsure {
			least++
		}
		if v.voted || v.unsure {
			most++
		}
	}
	if rows < least || rows > most {
		k.t.Errorf("%s: %d rows, at least %d were acknowledged and at most %d tried", when, rows, least, most)
	}
	return rows
}

// again sends what was acknowledged once more: if any of it were lost the rows
// would change. Those who are unsure try again, as the page tells them.
func (k *killedPoll) again() {
	k.t.Helper()
	before := k.counted("started again")
	each := func(which func(*told) bool, choice func(*told) string) {
		var wait sync.WaitGroup
		for line := range voterLines {
			wait.Go(func() {
				for i := line; i < len(k.all); i += voterLines {
					v := k.all[i]
					if !which(v) {
						continue
					}
					if status, err := k.post(v, choice(v)); err != nil || status != http.StatusSeeOther {
						k.t.Errorf("the same again: %d %v", status, err)
					}
				}
			})
		}
		wait.Wait()
	}
	each(func(v *told) bool { return !v.unsure && (v.voted || v.taken) }, func(v *told) string {
		if v.taken {
			return "aterta"
		}
		return "rosta"
	})
	if after := k.counted("sent again"); after != before {
		k.t.Errorf("%d rows before and %d after what was acknowledged was sent again: something was lost, or is there twice", before, after)
	}
	each(func(v *told) bool { return v.unsure }, func(*told) string { return "rosta" })
	for _, v := range k.all {
		if v.unsure {
			v.voted, v.unsure = true, false
		}
	}
	k.expected = k.counted("all have tried again")
	k.all = nil
}

// close lets the petition's time be out and kills the server while it closes.
func (k *killedPoll) close(rounds int) {
	k.t.Helper()
	d := k.database()
	if _, err := d.Exec(`UPDATE petition_ballot SET closes_at = ` + strconv.FormatInt(time.Now().Add(-time.Hour).UnixMilli(), 10)); err != nil {
		k.t.Fatal(err)
	}
	d.Close()
	for range rounds {
		k.start()
		time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
		k.end(true)
		k.erasedBeforePublished()
	}
	// A killed node's lease runs out in ten minutes, where there are several.
	d = k.database()
	if _, err := d.Exec(`DELETE FROM lease`); err != nil {
		k.t.Fatal(err)
	}
	d.Close()
	k.build()
	k.serve()
	for range 200 {
		_ = app.CloseDue(k.t.Context(), k.app, "ekbacka")
		if poll := k.poll("ekbacka", k.id); poll.State == closing.Reported {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	k.erasedBeforePublished()
	poll := k.poll("ekbacka", k.id)
	if poll.State != closing.Reported || poll.There || poll.Ballot.Count() != k.expected || len(poll.Files) == 0 {
		k.t.Errorf("state %s, the rows are there: %v, count %d of %d, %d files", poll.State, poll.There, poll.Ballot.Count(), k.expected, len(poll.Files))
	}
	k.stop()
}

// erasedBeforePublished: what the public can read of a result is there only
// when the keys and the rows are gone.
func (k *killedPoll) erasedBeforePublished() {
	k.t.Helper()
	d := k.database()
	defer d.Close()
	var published int
	if err := d.QueryRow(`SELECT count(*) FROM petition_head WHERE petition = '` + k.id + `' AND kind <> 'running'`).Scan(&published); err != nil {
		k.t.Fatal(err)
	}
	if published == 0 {
		return
	}
	if err := d.QueryRow(`SELECT count(*) FROM petition_vote_` + strings.ToLower(k.id)).Scan(new(int)); err == nil {
		k.t.Error("the result is published and the rows are there")
	}
	for _, dir := range []string{"keys/ekbacka/votes", "keys/havsnas/kept-for-ekbacka"} {
		found, err := filepath.Glob(filepath.Join(k.dir, dir, "*"+k.id+"*key*"))
		if err != nil || len(found) > 0 {
			k.t.Errorf("the result is published and a key is there: %d, %v", len(found), err)
		}
	}
}
