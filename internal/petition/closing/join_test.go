package closing_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/booth"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/tally"
	"medborgarnavet/internal/web/route"
)

const (
	joinVoters    = 200 // who vote, once each
	joinPeople    = 400 // whom the attacker has on a list
	joinPetitions = 4
)

// town is a day of voting and everything that it leaves behind.
type town struct {
	*world
	people    []identity.Authentication // the first joinVoters of them voted
	votes     []castVote                // in the order they were committed
	access    *slog.Logger
	logins    int
	petitions []string
	aside     string // copies that were taken in the middle of the day
}

type castVote struct {
	at       time.Time
	person   int
	petition int
}

// P-08, I-17, petitions.md §2.2: whoever has everything that is left, and the
// exact order and time of every vote besides, cannot tell whose they are: the
// join of order, heads, counts, audit, access log and login counters names
// voters no better than chance. If the program logged the login of a person as
// it does for other services, under a pseudonym, the same join would name them
// all: it can see.
func TestJoinNamesNobody(t *testing.T) {
	seed := uint64(4)
	if n, err := strconv.ParseUint(os.Getenv("JOIN_SEED"), 10, 64); err == nil {
		seed = n
	}
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		t.Parallel()
		for _, leaky := range []bool{false, true} {
			if leaky && o.Driver == db.Postgres && size(0, 1) == 0 {
				continue // in `make long`: what is logged is the same on both
			}
			name := map[bool]string{false: "as it is", true: "with logins as of other services"}[leaky]
			tn := dayOfVoting(t, newHost(t, "D1", o), rand.New(rand.NewPCG(seed, 1)), leaky)
			found := tn.join(t, rand.New(rand.NewPCG(seed, 2)))
			t.Logf("%s: %d of %d voters named, petition right for %d of %d, %d of %d rightly said to have voted or not, rank correlation %.2f, %d traces",
				name, found.named, joinVoters, found.petitions, found.tried, found.voted, joinPeople, found.rank, found.traces)
			if leaky {
				if found.named < joinVoters*9/10 || found.rank < 0.9 {
					t.Errorf("%s: this attack sees nothing", name)
				}
				continue
			}
			// chance, and five deviations more
			n := float64(found.tried)
			if found.named > 7 || float64(found.petitions) > n/joinPetitions+5*math.Sqrt(n*3/16) || found.voted > 250 ||
				math.Abs(found.rank) > 5/math.Sqrt(n) || found.traces != 0 {
				t.Errorf("%s: the join names voters better than chance", name)
			}
			o = fresh(t, o)
		}
	})
}

// fresh is another empty database on the same engine.
func fresh(t *testing.T, o db.Options) db.Options {
	if o.Driver == db.Postgres {
		return dbtest.Postgres(t)
	}
	return dbtest.SQLite(t)
}

// dayOfVoting lets people vote on several petitions in random order, with the
// platform at work around them.
func dayOfVoting(t *testing.T, h host, r *rand.Rand, leaky bool) *town {
	t.Helper()
	tn := &town{world: h.mustStart(t, clock.NewManual(today), nil), aside: t.TempDir()}
	file, err := os.Create(h.dir + "/access.json")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	tn.access = slog.New(slog.NewJSONHandler(file, &slog.HandlerOptions{Level: slog.LevelDebug}))
	for i := range joinPeople {
		tn.people = append(tn.people, identity.Authentication{Subject: voter(i), Name: "Testperson Nummer" + strconv.Itoa(1000+i), Provider: "bankid",
			Assurance: identity.Assurance{Level: 3, Scheme: identity.SchemeTest}, TxnID: fmt.Sprintf("%032x", r.Uint64()), Environment: identity.Test})
	}
	tn.heads.Step = 10
	b, err := booth.New(booth.Options{Box: tn.box, Ring: tn.ring, Clock: tn.clock, Environment: identity.Test, Petition: tn.standing})
	if err != nil {
		t.Fatal(err)
	}
	for range joinPetitions {
		tn.petitions = append(tn.petitions, tn.open(t, tally.Publication{}))
	}
	for _, person := range r.Perm(joinVoters) {
		tn.clock.Advance(time.Duration(20+r.IntN(300)) * time.Second)
		tn.oneVote(t, b, person, r.IntN(joinPetitions), leaky)
		if len(tn.votes)%20 == 0 {
			tn.work(t)
		}
	}
	tn.clock.Set(closes.Add(time.Hour))
	if done := tn.run(t); len(done.Reported) != joinPetitions {
		t.Fatalf("%+v", done)
	}
	if _, err := tn.world.log.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, id := range tn.petitions {
		for _, f := range tn.published(t, id) {
			if err := os.WriteFile(filepath.Join(h.dir, f.Name), f.Data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	tn.stop()
	settle(t, h)
	return tn
}

func (tn *town) standing(ctx context.Context, id string) (s booth.Standing, err error) {
	err = tn.db.Read(ctx, func(tx *db.Tx) error {
		p, err := closing.Load(ctx, tx, id)
		s = booth.Standing{Open: p.Ballot.Accepting, Paused: p.Ballot.Paused, ClosesAt: p.Ballot.ClosesAt}
		return err
	})
	return s, err
}

// oneVote is one person's visit, with the lines that the platform logs of it,
// and the daily counter of logins.
func (tn *town) oneVote(t *testing.T, b *booth.Booth, person, petition int, leaky bool) {
	t.Helper()
	discreet := route.DiscreetLog(tn.access)
	at := tn.clock.Now()
	line := func(pattern string) {
		record := slog.NewRecord(at, slog.LevelInfo, "request", 0)
		record.Add("route", pattern, "outcome", "ok", "person", tn.people[person].Subject.Plain(), "petition", tn.petitions[petition])
		if err := discreet.Handler().Handle(context.Background(), record); err != nil {
			t.Fatal(err)
		}
	}
	if leaky {
		record := slog.NewRecord(at, slog.LevelInfo, "login", 0)
		record.Add("actor", tn.world.log.Actor(tn.people[person].Subject))
		if err := tn.access.Handler().Handle(context.Background(), record); err != nil {
			t.Fatal(err)
		}
	}
	line("POST /rosta/logga-in")
	a, err := b.Admit(context.Background(), tn.petitions[petition], tn.people[person], at)
	if err != nil {
		t.Fatal(err)
	}
	tn.logins++
	if err := os.WriteFile(tn.dir+"/logins", fmt.Appendf(nil, "%s %d\n", at.Format(time.DateOnly), tn.logins), 0o600); err != nil {
		t.Fatal(err)
	}
	tn.clock.Advance(7 * time.Second)
	line("POST /rosta")
	if out, _, err := b.Cast(context.Background(), a.Ticket, false); err != nil || out != ballot.Accepted {
		t.Fatal(out, err)
	}
	tn.votes = append(tn.votes, castVote{at: tn.clock.Now(), person: person, petition: petition})
}

// work is what the jobs do now and then; before it the attacker takes a copy
// of the database's files, in which the order is still to be seen.
func (tn *town) work(t *testing.T) {
	t.Helper()
	if tn.o.Driver == db.SQLite {
		for _, end := range []string{"", "-wal"} {
			raw, err := os.ReadFile(tn.o.DSN + end)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(tn.aside, fmt.Sprintf("copy-%03d%s", len(tn.votes), end)), raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := tn.box.Tidy(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	if _, err := tn.heads.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// finding is how well the attack did.
type finding struct {
	named     int // whose vote was rightly told
	petitions int // whose petition was rightly told
	tried     int // voters who were given a vote at all
	voted     int // of whom it was rightly told whether they voted
	traces    int // of persons, in whatever is left
	rank      float64
}

// join finds each person on the list in all that is left, by number, name,
// transaction or any pseudonym that the municipality's own keys make of the
// number, takes the time beside it, and gives each the vote nearest to it.
// Whoever has no trace gets a vote at random: that is all one can do.
func (tn *town) join(t *testing.T, r *rand.Rand) (f finding) {
	t.Helper()
	seen := tn.traces(t)
	f.traces = len(seen)
	free := r.Perm(len(tn.votes))
	guess := make([]int, joinPeople)
	for person := range joinPeople { // those with a trace first
		guess[person] = -1
		if at, ok := seen[person]; ok {
			nearest := slices.MinFunc(free, func(a, b int) int {
				return int(tn.votes[a].at.Sub(at).Abs() - tn.votes[b].at.Sub(at).Abs())
			})
			guess[person] = nearest
			free = slices.DeleteFunc(free, func(i int) bool { return i == nearest })
		}
	}
	for _, person := range r.Perm(joinPeople) {
		if guess[person] < 0 && len(free) > 0 {
			guess[person], free = free[0], free[1:]
		}
	}
	truth := make([]int, joinPeople)
	for i := range truth {
		truth[i] = -1
	}
	for i, v := range tn.votes {
		truth[v.person] = i
	}
	var xs, ys []float64
	for person := range joinPeople {
		g, w := guess[person], truth[person]
		if (g >= 0) == (w >= 0) {
			f.voted++
		}
		if g < 0 || w < 0 {
			continue
		}
		xs, ys = append(xs, float64(g)), append(ys, float64(w))
		if g == w {
			f.named++
		}
		if tn.votes[g].petition == tn.votes[w].petition {
			f.petitions++
		}
	}
	f.tried, f.rank = len(xs), correlation(xs, ys)
	return f
}

// traces is every person who is found anywhere, with the first time beside it.
func (tn *town) traces(t *testing.T) map[int]time.Time {
	t.Helper()
	needles, whose := newNeedles(), map[string]int{}
	add := func(person int, s string) {
		needles.text(s)
		whose[s] = person
	}
	for i, p := range tn.people {
		for _, s := range []string{p.Subject.Plain(), p.Subject.Ten(), p.Subject.Ten()[:6] + "-" + p.Subject.Ten()[6:], p.Name, p.TxnID} {
			add(i, s)
		}
		for _, s := range tn.pseudonyms(p.Subject) {
			add(i, s)
		}
	}
	seen, lines := map[int]time.Time{}, 0
	for _, dir := range append(places(t, tn.host), tn.aside) {
		_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return nil // gone while we looked
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				return nil
			}
			lines += bytes.Count(raw, []byte("POST /rosta"))
			needles.each(raw, func(s string, at int) {
				if _, ok := seen[whose[s]]; !ok {
					seen[whose[s]] = timeBeside(raw, at)
				}
			})
			return nil
		})
	}
	if lines < 2*joinVoters {
		t.Errorf("only %d lines of the access log were read", lines)
	}
	return seen
}

// pseudonyms are what the municipality's keys make of a number, for every
// purpose that the program has.
func (tn *town) pseudonyms(n pnr.Number) []string {
	all := []string{audit.New(tn.db, tn.ring, tn.clock).Actor(n)}
	for _, purpose := range []string{"session", "session person", "person", "cohort", "casework", "workspace", "broker", "submission", "flow", "petition", "vote", "vote-ticket"} {
		for _, form := range []string{n.Plain(), n.Ten()} {
			all = append(all, tn.ring.Pseudonym(purpose, form))
		}
	}
	return all
}

// timeBeside is the time of the line of a log.
func timeBeside(raw []byte, at int) time.Time {
	from := bytes.LastIndexByte(raw[:at], '\n') + 1
	until := len(raw)
	if n := bytes.IndexByte(raw[at:], '\n'); n >= 0 {
		until = at + n
	}
	var line struct{ Time time.Time }
	_ = json.Unmarshal(raw[from:until], &line)
	return line.Time
}

func correlation(xs, ys []float64) float64 {
	var sx, sy, sxx, syy, sxy float64
	for i := range xs {
		sx, sy = sx+xs[i], sy+ys[i]
		sxx, syy, sxy = sxx+xs[i]*xs[i], syy+ys[i]*ys[i], sxy+xs[i]*ys[i]
	}
	n := float64(len(xs))
	return (n*sxy - sx*sy) / math.Sqrt((n*sxx-sx*sx)*(n*syy-sy*sy))
}
