package app_test

import (
	"database/sql"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"medborgarnavet/internal/db/dbtest"
)

// naive measures the small services of bench/naive on the same PostgreSQL: votes,
// or a petition's page.
func naive(b *testing.B, kind string, page bool) {
	if _, err := exec.LookPath(kind); err != nil {
		b.Logf("NOT MEASURED: there is no %s", kind)
		return
	}
	dsn := dbtest.Postgres(b).DSN
	pool, err := sql.Open("pgx", dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	for _, text := range []string{`CREATE TABLE naive_petition (id text PRIMARY KEY, title text, text text, votes bigint NOT NULL DEFAULT 0)`,
		`CREATE TABLE naive_vote (petition text, voter bytea, at timestamptz, PRIMARY KEY (petition, voter))`,
		`INSERT INTO naive_petition VALUES ('1', 'Bygg en bro', repeat('En bro över ån. ', 30), 0)`} {
		if _, err := pool.ExecContext(b.Context(), text); err != nil {
			b.Fatal(err)
		}
	}
	address, pid := startNaive(b, kind, dsn)
	c := crowd{Address: address, Requests: [][]byte{(&bench{address: address}).get("/?id=1")}, Times: 4000, Want: http.StatusOK}
	if !page {
		c = crowd{Address: address, Requests: make([][]byte, 4000), Want: http.StatusSeeOther}
		for i := range c.Requests {
			c.Requests[i] = post(address, "/", url.Values{"petition": {"1"}, "person": {synthetic(i).Plain()}})
		}
	}
	for b.Loop() {
		storm(b, c, postmaster(), func() time.Duration { return used(pid) }).report(b, "")
	}
}

// startNaive starts a service of bench/naive and gives its address and process.
func startNaive(b *testing.B, kind, dsn string) (address string, pid int) {
	b.Helper()
	l := listen(b)
	address = l.Addr().String()
	_ = l.Close() // the service takes the port
	_, port, _ := net.SplitHostPort(address)
	u, err := url.Parse(dsn)
	if err != nil {
		b.Fatal(err)
	}
	options := "-c search_path=" + u.Query().Get("search_path")
	var cmd *exec.Cmd
	if kind == "php" {
		cmd = exec.Command("php", "-d", "variables_order=EGPCS", "-S", address, "../../bench/naive/index.php")
		cmd.Env = append(os.Environ(), "PHP_CLI_SERVER_WORKERS=8", "NAIVE_USER="+u.User.Username(),
			"NAIVE_DSN=pgsql:host="+u.Hostname()+";port="+u.Port()+";dbname="+strings.TrimPrefix(u.Path, "/")+";options='"+options+"'")
	} else {
		u.RawQuery = url.Values{"options": {options}}.Encode()
		cmd = exec.Command("node", "../../bench/naive/server.mjs", port, u.String())
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // PHP's workers too, which outlive it
		_ = cmd.Wait()
	})
	for range 100 {
		resp, err := http.Get("http://" + address + "/?id=1")
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return address, cmd.Process.Pid
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.Fatalf("%s does not answer", kind)
	return "", 0
}
