package main

import (
	"bufio"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"medborgarnavet/block/orgcert"
	"medborgarnavet/block/orgnr"
	"medborgarnavet/block/pnr"
	"medborgarnavet/fake/ca"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/seal"
)

// TestMain lets this test binary be the program that is stopped and started.
func TestMain(m *testing.M) {
	if args := os.Getenv("MEDBORGARNAVET_ARGS"); args != "" {
		os.Args = append(os.Args[:1], strings.Split(args, "\n")...)
		main()
		return
	}
	os.Exit(m.Run())
}

const (
	ekbackaNumber = orgnr.Number("2120009911")
	havsnasNumber = orgnr.Number("2120009929") // holds the second key
	foreignNumber = orgnr.Number("2021005521")
)

// vault is a sealer as its operator has it, with the authority of both sides.
type vault struct {
	t      *testing.T
	dir    string
	ca     *ca.CA
	config string
	key    ed25519.PublicKey
}

func newVault(t *testing.T) *vault {
	t.Helper()
	authority, err := ca.New("Test")
	if err != nil {
		t.Fatal(err)
	}
	v := &vault{t: t, dir: t.TempDir(), ca: authority}
	if _, _, err := authority.WriteFiles(v.dir, "sealer", ca.Options{CommonName: "localhost", OrgNumber: string(havsnasNumber), Server: true}); err != nil {
		t.Fatal(err)
	}
	v.write("roots.pem", string(authority.CertPEM()))
	v.key = v.init()
	v.config = v.write("sealer.toml", `
[server]
listen = "127.0.0.1:0"
admin_listen = "127.0.0.1:0"
certificate = "sealer.crt"
key = "sealer.key"
client_roots = "roots.pem"
[store]
dir = "keys"
[[caller]]
organisation = "212000-9911"
total = 1000
per_minute = 600
`)
	return v
}

func (v *vault) write(name, text string) string {
	v.t.Helper()
	file := filepath.Join(v.dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		v.t.Fatal(err)
	}
	return file
}

// init makes the directory and gives the key of its statements.
func (v *vault) init() ed25519.PublicKey {
	v.t.Helper()
	d := &desk{t: v.t, dir: v.dir}
	code, out, errs := d.run("sealer", "init", d.path("keys"))
	key, err := hex.DecodeString(strings.TrimSpace(out))
	if code != 0 || err != nil || len(key) != ed25519.PublicKeySize {
		v.t.Fatalf("sealer init: %d %q %q", code, out, errs)
	}
	if code, again, _ := d.run("sealer", "key", d.path("keys")); code != 0 || again != out {
		v.t.Errorf("sealer key: %d %q", code, again)
	}
	if code, _, _ := d.run("sealer", "init", d.path("keys")); code != 2 {
		v.t.Errorf("a directory with keys is made again: %d", code)
	}
	return key
}

// process is a sealer that runs.
type process struct {
	cmd        *exec.Cmd
	url, admin string
	log        strings.Builder
	done       chan struct{}
}

var servingOn = regexp.MustCompile(`(health|holding keys for 1 callers) on (\S+)`)

func (v *vault) start() *process {
	v.t.Helper()
	p := &process{cmd: exec.Command(os.Args[0]), done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), "MEDBORGARNAVET_ARGS=sealer\n-config\n"+v.config)
	pipe, err := p.cmd.StderrPipe()
	if err != nil {
		v.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	ready := make(chan struct{})
	go func() {
		defer close(p.done)
		lines := bufio.NewScanner(pipe)
		for lines.Scan() {
			fmt.Fprintln(&p.log, lines.Text())
			m := servingOn.FindStringSubmatch(lines.Text())
			switch {
			case m == nil:
			case m[1] == "health":
				p.admin = "http://" + m[2]
			default:
				p.url = "https://" + m[2]
				close(ready)
			}
		}
	}()
	v.t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	select {
	case <-ready:
	case <-p.done:
		v.t.Fatalf("the sealer ended: %s", p.log.String())
	case <-time.After(20 * time.Second):
		v.t.Fatal("the sealer does not start")
	}
	return p
}

// stop asks it to end and gives its exit code.
func (p *process) stop(t *testing.T) int {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-p.done
	_ = p.cmd.Wait()
	return p.cmd.ProcessState.ExitCode()
}

func (p *process) get(t *testing.T, path string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.admin+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// remote asks a sealer as an organisation.
func (v *vault) remote(p *process, as orgnr.Number) *seal.Remote {
	v.t.Helper()
	cert, err := v.ca.TLS(ca.Options{CommonName: "client", OrgNumber: string(as), Client: true})
	if err != nil {
		v.t.Fatal(err)
	}
	r := seal.NewRemote(seal.RemoteOptions{URL: p.url, TLS: orgcert.ClientTLS(cert, v.ca.Pool(), havsnasNumber),
		Holder: havsnasNumber, Own: as, Statements: v.key})
	v.t.Cleanup(r.Close)
	return r
}

func voters(t *testing.T) (list []pnr.Number) {
	t.Helper()
	for _, digits := range []string{"198507099805", "197101169295", "199001012385"} {
		n, err := pnr.Parse(digits, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, n)
	}
	return list
}

func sealAll(t *testing.T, s seal.Sealer, c *seal.Commitment, voters []pnr.Number) (list []seal.Nullifier, failed error) {
	t.Helper()
	var requests []seal.Request
	for _, n := range voters {
		requests = append(requests, seal.Request{Commitment: c, Voter: n})
	}
	for _, r := range s.Seal(t.Context(), requests) {
		if r.Err != nil {
			failed = r.Err
		}
		list = append(list, r.Nullifier)
	}
	return list, failed
}

// P-08, I-14, issue 4 part 2: the second key holder is a program of its own
// over mutual TLS. Votes of D2 are sealed through it; stopped, voting is
// paused; started again, the same person has the same nullifier. An
// organisation without an agreement is refused, and its log names nobody.
func TestSealerProcess(t *testing.T) {
	v := newVault(t)
	p := v.start()
	ownDir := filepath.Join(v.dir, "own")
	if err := seal.InitStore(ownDir); err != nil {
		t.Fatal(err)
	}
	own, err := seal.OpenStore(seal.StoreOptions{Dir: ownDir, Clock: clock.System()})
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	split := func(p *process) *seal.Split {
		return seal.NewSplit(own.For(seal.Own), v.remote(p, ekbackaNumber), true)
	}
	s := split(p)
	petition := db.NewID()
	c, err := s.Make(t.Context(), petition, seal.Limit{Total: 5000})
	if err != nil {
		t.Fatal(err)
	}
	people := voters(t)
	first, err := sealAll(t, s, &c, people)
	if err != nil || first[0] == first[1] {
		t.Fatalf("votes are not sealed: %v", err)
	}

	_, err = v.remote(p, foreignNumber).Make(t.Context(), petition, seal.VOPRF, seal.Limit{Total: 10})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("another organisation: %v", err)
	}
	if code, text := p.get(t, "/usage"); code != 200 || !strings.Contains(text, `"used":3`) || !strings.Contains(text, `"total":1000`) || !strings.Contains(text, petition) {
		t.Errorf("usage: %d %s", code, text)
	}
	for path, want := range map[string]string{"/livez": "ok", "/readyz": "ok", "/key": hex.EncodeToString(v.key)} {
		if code, text := p.get(t, path); code != 200 || strings.TrimSpace(text) != want {
			t.Errorf("%s: %d %q", path, code, text)
		}
	}
	d := &desk{t: t, dir: v.dir}
	if code, _, errs := d.run("sealer", "key", d.path("keys")); code != 2 || !strings.Contains(errs, "/key") {
		t.Errorf("sealer key beside a running sealer: %d %q", code, errs)
	}

	if code := p.stop(t); code != 0 {
		t.Errorf("stopped with %d: %s", code, p.log.String())
	}
	if _, err := sealAll(t, s, &c, people); !fault.Is(err, fault.Unavailable) {
		t.Errorf("voting is not paused without the second holder: %v", err)
	}
	if err := s.Ready(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("ready without the second holder: %v", err)
	}
	if !strings.Contains(p.log.String(), "no agreement") {
		t.Error("the sealer did not refuse the other organisation for who it is")
	}
	for _, n := range people {
		if strings.Contains(p.log.String(), n.Plain()) {
			t.Error("I-9: a personal identity number in the sealer's log")
		}
	}

	again := v.start()
	s = split(again)
	second, err := sealAll(t, s, &c, people)
	if err != nil || fmt.Sprint(second) != fmt.Sprint(first) {
		t.Errorf("after a restart: %v", err)
	}
	gone, err := s.Destroy(t.Context(), c, nil)
	if err != nil || len(gone) != 2 || gone[1].Evaluations != 6 || gone[1].Signature == "" {
		t.Errorf("destroyed %+v, %v", gone, err)
	}
	if _, err := sealAll(t, s, &c, people); !fault.Is(err, fault.Gone) {
		t.Errorf("a destroyed key answers: %v", err)
	}
	if code := again.stop(t); code != 0 {
		t.Errorf("stopped with %d", code)
	}
}

// Everything that is wrong with a configuration is told at once.
func TestSealerConfiguration(t *testing.T) {
	v := newVault(t)
	if _, err := loadSealer(v.config, time.Now()); err != nil {
		t.Fatal(err)
	}
	bad := v.write("bad.toml", `
listen = "x"
[server]
listen = "everywhere"
admin_listen = "0.0.0.0:8444"
certificate = "roots.pem"
key = 7
client_roots = "sealer.toml"
tls = true
[store]
dir = "."
[[caller]]
organisation = "212000-9912"
total = 0
[[caller]]
organisation = "2120009911"
total = 10
per_minute = -1
[[caller]]
organisation = "212000-9911"
per_hour = 1
`)
	if err := os.Chmod(v.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := loadSealer(bad, time.Now())
	if err == nil {
		t.Fatal("a bad configuration is taken")
	}
	for _, want := range []string{"  listen: there is no such key", "server.listen: must be an address", "server.admin_listen: must be a loopback", "server.key: must be a text",
		"server.client_roots: there is no certificate", "server.tls: there is no such key", "store.dir: must be a directory of mode 0700",
		"caller[1].organisation", "caller[1].total: must be a whole number above 0", "caller[2].per_minute", "caller[3].organisation: must be an organisation number, each once",
		"caller[3].total: is missing", "caller[3].per_hour: there is no such key"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not told: %s\n%v", want, err)
		}
	}
	_, err = loadSealer(v.config, time.Now().AddDate(1, 0, 0))
	if err == nil || !strings.Contains(err.Error(), "is not valid now") {
		t.Errorf("an old certificate: %v", err)
	}
	for name, text := range map[string]string{"empty": "", "broken": "[server\n"} {
		if _, err := loadSealer(v.write(name+".toml", text), time.Now()); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	d := &desk{t: t, dir: v.dir}
	for _, args := range [][]string{{"sealer"}, {"sealer", "-config", d.path("none.toml")}, {"sealer", "-config", bad, "x"}, {"sealer", "init"}, {"sealer", "key", d.path("nowhere")}} {
		if code, _, errs := d.run(args...); code != 2 || strings.Count(errs, "\n") < 1 {
			t.Errorf("%v: %d %q", args, code, errs)
		}
	}
}

// The example in docs/sealer.md is a whole configuration: nothing in it is
// unknown and nothing but the files is missing.
func TestSealerExample(t *testing.T) {
	raw, err := os.ReadFile("../../docs/sealer.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)```toml\n(.*?)```").FindStringSubmatch(string(raw))
	if m == nil {
		t.Fatal("docs/sealer.md has no example")
	}
	v := newVault(t)
	_, err = loadSealer(v.write("example.toml", m[1]), time.Now())
	if err == nil {
		t.Fatal("files that are not there were read")
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if !regexp.MustCompile(`^(configuration: \d faults|  server\.(certificate|client_roots): .*|  store\.dir: .*)$`).MatchString(line) {
			t.Errorf("the example: %s", line)
		}
	}
}
