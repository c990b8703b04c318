package app_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"medborgarnavet/cmd/demo/town"
	"medborgarnavet/fake/bankid"
	"medborgarnavet/internal/app"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
)

const childEnv = "MEDBORGARNAVET_KILL_CHILD"

// TestMain lets the test binary be the server that is killed, and the browsers
// of a benchmark.
func TestMain(m *testing.M) {
	if file := os.Getenv(childEnv); file != "" {
		if err := child(file); err != nil {
			fmt.Fprintln(os.Stderr, "child:", err)
			os.Exit(1)
		}
		return
	}
	if file := os.Getenv(crowdEnv); file != "" {
		if err := beCrowd(file); err != nil {
			fmt.Fprintln(os.Stderr, "crowd:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child serves a configuration, purging all the time, until it is killed.
func child(file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var cfg config.Config
	if err := json.Unmarshal(raw, &cfg); err != nil {
		return err
	}
	a, err := app.New(context.Background(), cfg, app.Options{Clock: clock.System(), Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", cfg.Server.Listen)
	if err != nil {
		return err
	}
	go app.TidyForever(a)
	return a.Serve(context.Background(), l)
}

// I-8, I-16, M-75, M-92, D-12: the server is killed with SIGKILL again and
// again during saves, fetches, hand-ins and purges. What was acknowledged is
// there afterwards, and nothing is there twice.
func TestKilledServerLosesNothing(t *testing.T) {
	rounds := 10
	if n, err := strconv.Atoi(os.Getenv("KILL_ROUNDS")); err == nil {
		rounds = n
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			k := newKilled(t, engine)
			k.start()
			k.login()
			for round := range rounds {
				k.round = round
				k.begin()
				k.workUntilKilled()
				k.start()
				k.check()
			}
			k.checkAllRegistered()
			t.Logf("%s: %d rounds, %d saves and %d hand-ins acknowledged", engine, rounds, k.saves, k.handIns)
			if k.saves == 0 {
				t.Error("nothing was ever acknowledged: the test shows nothing")
			}
		})
	}
}

type killed struct {
	t      *testing.T
	file   string
	base   string
	out    *town.Outside
	cmd    *exec.Cmd
	cookie string
	client *http.Client
	db     func() *sql.DB

	round, saves, handIns  int
	draft                  string
	acked, tried, revision int
	receipt                string
	handedIn               bool
}

func newKilled(t *testing.T, engine string) *killed {
	dir := t.TempDir()
	out, err := town.Start(filepath.Join(dir, "certificates"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	cfg, err := out.Config(dir, port)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Municipalities = cfg.Municipalities[:1]
	k := &killed{t: t, out: out, base: fmt.Sprintf("http://127.0.0.1:%d", port), file: filepath.Join(dir, "child.json")}
	k.client = &http.Client{Timeout: 5 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	d := &cfg.Municipalities[0].Database
	if engine == "postgres" {
		d.Driver, d.DSN = "postgres", postgresSchema(t)
		k.db = func() *sql.DB { return openDB(t, "pgx", d.DSN) }
	} else {
		k.db = func() *sql.DB { return openDB(t, "sqlite", "file:"+d.DSN+"?mode=ro") }
	}
	raw, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(k.file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if k.cmd != nil {
			_ = k.cmd.Process.Kill()
			_ = k.cmd.Wait()
		}
	})
	return k
}

func openDB(t *testing.T, driver, dsn string) *sql.DB {
	d, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// postgresSchema makes a schema of its own on the test server.
func postgresSchema(t *testing.T) string {
	dsn := os.Getenv("PGTEST_DSN")
	if dsn == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("PGTEST_DSN is not set: PostgreSQL is not tested")
		}
		t.Skip("NOT TESTED ON POSTGRESQL: PGTEST_DSN is not set")
	}
	name := fmt.Sprintf("kill_%d", time.Now().UnixNano())
	d := openDB(t, "pgx", dsn)
	defer d.Close()
	if _, err := d.Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d := openDB(t, "pgx", dsn)
		defer d.Close()
		if _, err := d.Exec("DROP SCHEMA " + name + " CASCADE"); err != nil {
			t.Log(err)
		}
	})
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

func (k *killed) start() {
	k.t.Helper()
	k.cmd = exec.Command(os.Args[0])
	k.cmd.Env = append(os.Environ(), childEnv+"="+k.file)
	k.cmd.Stderr = os.Stderr
	if err := k.cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	for range 200 {
		if resp, err := k.client.Get(k.base + "/readyz"); err == nil {
			resp.Body.Close()
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	k.t.Fatal("the server does not come up")
}

// send makes one request with the browser's cookies.
func (k *killed) send(method, path string, form url.Values) (status int, location, body string, err error) {
	req, err := http.NewRequest(method, k.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, "", "", err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", k.base)
	}
	req.Header.Set("Cookie", k.cookie)
	resp, err := k.client.Do(req)
	if err != nil {
		return 0, "", "", err
	}
	defer resp.Body.Close()
	for _, c := range resp.Cookies() {
		if c.MaxAge >= 0 {
			k.cookie = c.Name + "=" + c.Value
		}
	}
	raw, err := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header.Get("Location"), string(raw), err
}

func (k *killed) must(method, path string, form url.Values) (location, body string) {
	k.t.Helper()
	status, location, body, err := k.send(method, path, form)
	if err != nil || status >= 400 {
		k.t.Fatalf("%s %s: %d %v", method, path, status, err)
	}
	return location, body
}

func (k *killed) login() {
	k.t.Helper()
	k.out.BankID.Script("198507099805", bankid.Approve)
	at, _ := k.must("POST", "/logga-in", url.Values{"enhet": {"annan"}, "till": {"/mina-sidor"}})
	for range 40 {
		if at == "/mina-sidor" {
			return
		}
		time.Sleep(500 * time.Millisecond)
		if next, _ := k.must("GET", at, nil); next != "" {
			at = next
		}
	}
	k.t.Fatal("not logged in")
}

func (k *killed) begin() {
	k.t.Helper()
	at, _ := k.must("POST", "/ansok/ekbist", url.Values{"manad": {time.Now().Format("2006-01")}})
	if draft := strings.TrimPrefix(at, "/ansokan/"); draft != k.draft {
		k.draft, k.acked, k.tried, k.revision, k.receipt, k.handedIn = draft, 0, 0, 0, "", false
	}
}

var (
	revisionField = regexp.MustCompile(`name="rev" value="(\d+)"`)
	rentField     = regexp.MustCompile(`name="bostad.hyra.belopp"[^>]*value="(\d+)"`)
	seenField     = regexp.MustCompile(`name="sett" value="([0-9a-f]+)"`)
)

// workUntilKilled saves, fetches and hands in as fast as it can until the
// server is killed under it.
func (k *killed) workUntilKilled() {
	k.t.Helper()
	timer := time.AfterFunc(time.Duration(60+rand.IntN(500))*time.Millisecond, func() { _ = k.cmd.Process.Kill() })
	defer timer.Stop()
	handIn := k.round%2 == 1
	for i := 0; ; i++ {
		if err := k.save(); err != nil {
			break
		}
		if i == 2 {
			if _, _, _, err := k.send("POST", "/ansokan/"+k.draft+"/inkomster", url.Values{"gor": {"hamta"}, "rev": {"0"}}); err != nil {
				break
			}
		}
		if handIn && i > 8 {
			if err := k.handIn(); err != nil {
				break
			}
		}
		if k.handedIn {
			time.Sleep(2 * time.Millisecond)
		}
	}
	_ = k.cmd.Wait() // it was killed
}

var errKilled = errors.New("killed")

func (k *killed) save() error {
	if k.handedIn {
		_, _, _, err := k.send("GET", "/arenden", nil)
		return err
	}
	k.tried++
	status, _, _, err := k.send("POST", "/ansokan/"+k.draft+"/bostad", url.Values{"gor": {"spara"}, "rev": {strconv.Itoa(k.revision)},
		"bostad.andring.bor-kvar": {"ja"}, "bostad.hyra.belopp": {strconv.Itoa(k.tried)}})
	if err != nil {
		return err
	}
	if status != http.StatusSeeOther {
		k.t.Errorf("save answered %d", status)
		return errKilled
	}
	k.acked, k.revision, k.saves = k.tried, k.revision+1, k.saves+1
	return nil
}

// handIn presses the button twice.
func (k *killed) handIn() error {
	_, _, body, err := k.send("GET", "/ansokan/"+k.draft+"/granska", nil)
	m := seenField.FindStringSubmatch(body)
	if err != nil || m == nil {
		return err
	}
	for range 2 {
		status, location, _, err := k.send("POST", "/ansokan/"+k.draft+"/lamna-in", url.Values{"sett": {m[1]}})
		if err != nil {
			return err
		}
		if status != http.StatusSeeOther || k.receipt != "" && location != k.receipt {
			k.t.Errorf("hand-in answered %d at %s, before that %s", status, location, k.receipt)
		}
		if k.receipt == "" {
			k.handIns++
		}
		k.receipt, k.handedIn = location, true
	}
	return nil
}

// check looks at what is there after the kill.
func (k *killed) check() {
	k.t.Helper()
	status, location, body, err := k.send("GET", "/ansokan/"+k.draft+"/bostad", nil)
	if err != nil {
		k.t.Fatal(err)
	}
	switch {
	case status == http.StatusSeeOther && strings.HasPrefix(location, "/kvitto/"):
		if k.handedIn && location != k.receipt {
			k.t.Errorf("round %d: receipt %s, acknowledged was %s", k.round, location, k.receipt)
		}
		k.handedIn, k.receipt = true, location
		k.checkOnce()
	case status == http.StatusOK && !k.handedIn:
		got := 0
		if m := rentField.FindStringSubmatch(body); m != nil {
			got, _ = strconv.Atoi(m[1])
		}
		if got < k.acked || got > k.tried {
			k.t.Errorf("round %d: %d is stored, %d was acknowledged, %d tried", k.round, got, k.acked, k.tried)
		}
		k.acked = got
		if m := revisionField.FindStringSubmatch(body); m != nil {
			k.revision, _ = strconv.Atoi(m[1])
		}
	default:
		k.t.Errorf("round %d: the draft answers %d %s, handed in: %v", k.round, status, location, k.handedIn)
	}
}

// checkOnce looks for anything that is there twice.
func (k *killed) checkOnce() (submissions, cases int) {
	k.t.Helper()
	d := k.db()
	defer d.Close()
	var references, drafts int
	if err := d.QueryRow(`SELECT count(*), count(DISTINCT reference), count(DISTINCT draft_id) FROM submission`).Scan(&submissions, &references, &drafts); err != nil {
		k.t.Fatal(err)
	}
	var registered int
	if err := d.QueryRow(`SELECT count(*), count(DISTINCT reference) FROM casework_case`).Scan(&cases, &registered); err != nil {
		k.t.Fatal(err)
	}
	if references != submissions || drafts != submissions || registered != cases || cases > submissions || submissions > k.round+1 {
		k.t.Errorf("round %d: %d submissions, %d references, %d drafts, %d cases", k.round, submissions, references, drafts, cases)
	}
	return submissions, cases
}

// checkAllRegistered waits until every submission has become a case: on
// PostgreSQL as long as a killed node's lease lasts.
func (k *killed) checkAllRegistered() {
	k.t.Helper()
	submissions, cases := 0, 0
	for range 700 {
		if submissions, cases = k.checkOnce(); submissions == cases {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	k.t.Errorf("%d submissions, but %d cases", submissions, cases)
}
