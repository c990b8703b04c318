package app_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	crowdEnv = "MEDBORGARNAVET_BENCH_CROWD"
	clients  = 64
)

// crowd is many browsers in a process of their own, so that what they use is
// not taken for the server's.
type crowd struct {
	Address   string
	Requests  [][]byte
	Clients   int // 0 = 64
	Times     int // each request is sent so many times
	Want      int // status of every answer
	PerSecond int // 0 = each asks again as soon as it has its answer
}

// seen is what a crowd saw.
type seen struct {
	Sent, Wrong int
	Rate        float64 // answers a second
	P50, P99    time.Duration
	CPU         time.Duration // the crowd's own, a request
}

// gathered is a crowd that has come and waits to be let loose.
type gathered struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
}

// gather starts the other process, which says when it has read its requests.
func (c crowd) gather(b *testing.B) *gathered {
	b.Helper()
	raw, err := json.Marshal(c)
	file := filepath.Join(b.TempDir(), "crowd.json")
	if err == nil {
		err = os.WriteFile(file, raw, 0o600)
	}
	if err != nil {
		b.Fatal(err)
	}
	g := &gathered{cmd: exec.Command(os.Args[0])}
	g.cmd.Env = append(os.Environ(), crowdEnv+"="+file)
	g.cmd.Stderr = os.Stderr
	if g.stdin, err = g.cmd.StdinPipe(); err != nil {
		b.Fatal(err)
	}
	stdout, err := g.cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := g.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	g.stdout = bufio.NewReader(stdout)
	if _, err := g.stdout.ReadString('\n'); err != nil {
		b.Fatal("a crowd did not come: ", err)
	}
	return g
}

// begin lets it loose.
func (g *gathered) begin(b *testing.B) {
	b.Helper()
	if _, err := g.stdin.Write([]byte{'\n'}); err != nil {
		b.Fatal(err)
	}
}

// end waits for it, or stops it first.
func (g *gathered) end(b *testing.B, stop bool) (s seen) {
	b.Helper()
	if stop {
		_ = g.stdin.Close()
	}
	failed := errors.Join(json.NewDecoder(g.stdout).Decode(&s), g.cmd.Wait())
	if failed != nil || s.Wrong > 0 {
		b.Fatalf("%d of %d were answered otherwise: %v", s.Wrong, s.Sent, failed)
	}
	return s
}

// beCrowd is the other process: when it is let loose it does what the file says,
// until the end or until standard input is closed.
func beCrowd(file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var c crowd
	if err := json.Unmarshal(raw, &c); err != nil {
		return err
	}
	fmt.Println("ready")
	if _, err := os.Stdin.Read(make([]byte, 1)); err != nil {
		return err
	}
	var stopped atomic.Bool
	go func() {
		_, _ = os.Stdin.Read(make([]byte, 1))
		stopped.Store(true)
	}()
	n := len(c.Requests) * max(c.Times, 1)
	took := make([]time.Duration, n)
	var next, sent, wrong atomic.Int64
	var wait sync.WaitGroup
	own := self()
	begun := time.Now()
	for range cmp.Or(c.Clients, clients) {
		wait.Go(func() {
			conn, err := dial(c.Address)
			if err != nil {
				wrong.Add(1)
				return
			}
			defer conn.Close()
			for !stopped.Load() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if c.PerSecond > 0 {
					time.Sleep(time.Until(begun.Add(time.Duration(i) * time.Second / time.Duration(c.PerSecond))))
				}
				asked := time.Now()
				if status, err := conn.ask(c.Requests[i%len(c.Requests)]); err != nil || status != c.Want {
					wrong.Add(1)
				}
				took[sent.Add(1)-1] = time.Since(asked)
			}
		})
	}
	wait.Wait()
	s := seen{Sent: int(sent.Load()), Wrong: int(wrong.Load())}
	if took = took[:s.Sent]; s.Sent > 0 {
		s.CPU = (self() - own) / time.Duration(s.Sent)
		s.Rate = float64(s.Sent) / time.Since(begun).Seconds()
		slices.Sort(took)
		s.P50, s.P99 = took[s.Sent/2], took[s.Sent*99/100]
	}
	return json.NewEncoder(os.Stdout).Encode(s)
}

// conn is a client that costs little beside what it measures.
type conn struct {
	net.Conn
	r *bufio.Reader
}

func dial(address string) (*conn, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &conn{c, bufio.NewReaderSize(c, 64<<10)}, nil
}

// ask sends a request and reads the whole answer.
func (c *conn) ask(request []byte) (status int, err error) {
	if _, err := c.Write(request); err != nil {
		return 0, err
	}
	length, chunked, last := 0, false, false
	for line := 0; ; line++ {
		text, err := c.r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if line == 0 {
			if status, err = strconv.Atoi(string(text[9:12])); err != nil {
				return 0, err
			}
			continue
		}
		if len(text) <= 2 {
			break
		}
		switch name, value, _ := bytes.Cut(text, []byte(":")); len(name) {
		case len("Content-Length"):
			if bytes.EqualFold(name, []byte("Content-Length")) {
				if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
					return 0, err
				}
			}
		case len("Transfer-Encoding"):
			chunked = chunked || bytes.EqualFold(name, []byte("Transfer-Encoding"))
		case len("Connection"):
			last = last || bytes.EqualFold(name, []byte("Connection")) && bytes.EqualFold(bytes.TrimSpace(value), []byte("close"))
		}
	}
	switch {
	case last: // PHP's own server ends each connection
		if _, err = io.Copy(io.Discard, c.r); err == nil {
			err = c.again()
		}
	case chunked:
		if _, err = io.Copy(io.Discard, httputil.NewChunkedReader(c.r)); err == nil {
			_, err = c.r.ReadSlice('\n') // the empty line after the last chunk
		}
	default:
		_, err = c.r.Discard(length)
	}
	return status, err
}

// again connects anew.
func (c *conn) again() error {
	_ = c.Close()
	fresh, err := dial(c.RemoteAddr().String())
	if err == nil {
		*c = *fresh
	}
	return err
}

// used is the processor time of a process, of those that it started and of
// those that have ended. Zero where there is no /proc.
func used(pid int) time.Duration {
	if pid == 0 {
		return 0
	}
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	var ticks int64
	for _, file := range all {
		raw, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		// proc_pid_stat(5), after the name in brackets: state, ppid, …, utime,
		// stime, cutime, cstime as the 14th to the 17th.
		_, rest, _ := strings.Cut(string(raw), ") ")
		f := strings.Fields(rest)
		if len(f) < 15 || filepath.Base(filepath.Dir(file)) != strconv.Itoa(pid) && f[1] != strconv.Itoa(pid) {
			continue
		}
		for _, one := range f[11:15] {
			n, _ := strconv.ParseInt(one, 10, 64)
			ticks += n
		}
	}
	return time.Duration(ticks) * (time.Second / 100)
}

// postmaster is the PostgreSQL server that db/dbtest/postgres.sh started; 0 when
// another is used.
func postmaster() int {
	raw, err := os.ReadFile(filepath.Join(os.Getenv("PGTEST_DIR"), "data", "postmaster.pid"))
	if err != nil {
		return 0
	}
	var pid int
	_, _ = fmt.Sscan(string(raw), &pid)
	return pid
}
