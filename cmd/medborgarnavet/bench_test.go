package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"medborgarnavet/cmd/demo/town"
)

// BenchmarkProduct measures the product as it is run: the stripped binary,
// serving two municipalities from a configuration file on SQLite, with the
// town's fakes and the load in this process, on the same cores.
//
//	binary        the size of the stripped binary
//	pages/open    logged-in pages, 50 users at one request a second each
//	pages/closed  the same users, each asking again as soon as it has an answer
//	start         from the process's start to a ready answer, on that database
//	idle          memory of a server that nobody uses, on that database
func BenchmarkProduct(b *testing.B) {
	binary := build(b, ".", "medborgarnavet")
	address := freeAddress(b)
	config, out := startTown(b, "test", address)
	b.Run("binary", func(b *testing.B) {
		info, err := os.Stat(binary)
		if err != nil {
			b.Fatal(err)
		}
		report(b, map[string]float64{"MB": float64(info.Size()) / 1e6})
	})
	b.Run("pages", func(b *testing.B) { benchPages(b, binary, config, address, out) })
	b.Run("start", func(b *testing.B) {
		var took []time.Duration
		for b.Loop() {
			s := startServer(b, binary, config, address)
			took = append(took, s.ready)
			s.stop()
		}
		report(b, map[string]float64{"p50-ms": quantileMs(took, 0.5), "worst-ms": quantileMs(took, 1), "starts": float64(len(took))})
	})
	b.Run("idle", func(b *testing.B) {
		for b.Loop() {
			s := startServer(b, binary, config, address)
			time.Sleep(5 * time.Second)
			report(b, map[string]float64{"rss-MB": s.memory("VmRSS"), "own-MB": s.memory("RssAnon"), "peak-MB": s.memory("VmHWM")})
			s.stop()
		}
	})
}

func benchPages(b *testing.B, binary, config, address string, out *town.Outside) {
	s := startServer(b, binary, config, address)
	defer s.stop()
	l := newLoad(b, address, out)
	b.Run("open", func(b *testing.B) {
		l.open(3 * time.Second) // warm
		for b.Loop() {
			s.under(b, l, func() []sample { return l.open(30 * time.Second) })
		}
	})
	b.Run("closed", func(b *testing.B) {
		for b.Loop() {
			s.under(b, l, func() []sample { return l.closed(8 * time.Second) })
		}
	})
}

// under puts a server under load and reports what it took. others-% is how
// much of the machine everything else used meanwhile: when it is not near
// nothing, the times are not the product's.
func (s *server) under(b *testing.B, l *load, run func() []sample) {
	began, server, own, busy := time.Now(), s.cpu(), ownCPU(b), machineCPU(b)
	samples := run()
	took := time.Since(began)
	server, own, busy = s.cpu()-server, ownCPU(b)-own, machineCPU(b)-busy
	others := 100 * (busy - server - own) / float64(took.Milliseconds()) / float64(runtime.NumCPU())
	fmt.Printf("\n%s: everything else used %.0f %% of the machine\n%s", b.Name(), others, l.tell(b, samples))
	report(b, map[string]float64{"server-cpu-ms/req": server / float64(len(samples)), "rss-MB": s.memory("VmRSS"),
		"req/s": float64(len(samples)) / took.Seconds(), "others-%": others})
}

// BenchmarkDemo is from the start of the demo's binary to its line that says
// that it is ready, and an answer from the site.
func BenchmarkDemo(b *testing.B) {
	binary := build(b, "../demo", "demo")
	var took []time.Duration
	for b.Loop() {
		took = append(took, startDemo(b, binary))
	}
	report(b, map[string]float64{"p50-ms": quantileMs(took, 0.5), "worst-ms": quantileMs(took, 1), "starts": float64(len(took))})
}

func startDemo(b *testing.B, binary string) time.Duration {
	cmd := exec.Command(binary, "-listen", "127.0.0.1:0", "-json")
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}()
	var told struct {
		Ready          bool
		Municipalities []struct{ URL string }
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &told)
	}
	if err != nil || !told.Ready || len(told.Municipalities) != 2 {
		b.Fatalf("the demo is not ready: %v %s", err, line)
	}
	resp, err := http.Get(told.Municipalities[0].URL + "/readyz")
	if err != nil || resp.StatusCode != http.StatusOK {
		b.Fatalf("the demo does not answer: %v", err)
	}
	took := time.Since(began)
	resp.Body.Close()
	return took
}

// build makes a binary as it is shipped.
func build(b *testing.B, pkg, name string) string {
	path := filepath.Join(b.TempDir(), name)
	if out, err := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, pkg).CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

func freeAddress(b *testing.B) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// server is the product in a process of its own.
type server struct {
	b     *testing.B
	cmd   *exec.Cmd
	log   *os.File
	ready time.Duration
}

// startServer starts it and waits until it says that it is ready.
func startServer(b *testing.B, binary, config, address string) *server {
	b.Helper()
	log, err := os.CreateTemp(b.TempDir(), "log")
	if err != nil {
		b.Fatal(err)
	}
	s := &server{b: b, cmd: exec.Command(binary, "serve", "-config", config), log: log}
	s.cmd.Stderr = log
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.stop)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for time.Since(began) < 20*time.Second {
		if resp, err := client.Get("http://" + address + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				s.ready = time.Since(began)
				return s
			}
		}
		time.Sleep(time.Millisecond)
	}
	said, _ := os.ReadFile(log.Name())
	b.Fatalf("the server does not come up:\n%s", said)
	return nil
}

func (s *server) stop() {
	if s.cmd.ProcessState != nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	if err := s.cmd.Wait(); err != nil {
		s.b.Errorf("the server ends with %v", err)
	}
	_ = s.log.Close()
}

// memory is a figure of /proc/PID/status in MB (10^6 bytes).
func (s *server) memory(name string) float64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		s.b.Fatalf("memory is read from Linux's /proc: %v", err)
	}
	for line := range strings.Lines(string(raw)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == name+":" {
			kib, _ := strconv.ParseFloat(f[1], 64)
			return kib * 1024 / 1e6
		}
	}
	s.b.Fatalf("no %s in /proc", name)
	return 0
}

// cpu is the processor time that the process has used, in ms. The kernel
// counts it in hundredths of a second.
func (s *server) cpu() float64 {
	return processCPU(s.b, fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
}

func ownCPU(b *testing.B) float64 { return processCPU(b, "/proc/self/stat") }

func processCPU(b *testing.B, file string) float64 {
	_, rest, _ := strings.Cut(firstLine(b, file), ") ")
	return ticks(strings.Fields(rest)[11:13])
}

// machineCPU is the time that all processors have been busy, in ms.
func machineCPU(b *testing.B) float64 {
	f := strings.Fields(firstLine(b, "/proc/stat"))
	return ticks(f[1:4]) + ticks(f[6:9]) // user, nice, system; interrupts, and what other guests have stolen
}

func firstLine(b *testing.B, file string) string {
	raw, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	return line
}

func ticks(fields []string) (ms float64) {
	for _, f := range fields {
		n, _ := strconv.ParseFloat(f, 64)
		ms += n * 10
	}
	return ms
}

// report reports metrics in place of the time for each round.
func report(b *testing.B, metrics map[string]float64) {
	b.ReportMetric(0, "ns/op")
	for unit, v := range metrics {
		b.ReportMetric(v, unit)
	}
}

// quantileMs is a quantile of durations in milliseconds.
func quantileMs(d []time.Duration, q float64) float64 {
	slices.Sort(d)
	return float64(d[min(len(d)-1, int(q*float64(len(d))))]) / float64(time.Millisecond)
}

// get opens an address with a cookie and gives what came back.
func get(ctx context.Context, client *http.Client, method, address, host, cookie, form string) (*http.Response, string, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+address, strings.NewReader(form))
	if err != nil {
		return nil, "", err
	}
	req.Host = host
	req.Header.Set("Cookie", cookie)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", "http://"+host)
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp, string(body), err
}
