package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"medborgarnavet/cmd/demo/town"
	"medborgarnavet/internal/config"
)

// writeConfig writes the demo town's configuration as an operator would have
// it: one TOML file.
func writeConfig(t testing.TB, mode, listen string) string {
	t.Helper()
	file, _ := startTown(t, mode, listen)
	return file
}

// startTown is writeConfig for who needs the town itself too.
func startTown(t testing.TB, mode, listen string) (string, *town.Outside) {
	t.Helper()
	dir := t.TempDir()
	out, err := town.Start(filepath.Join(dir, "certificates"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Close)
	cfg, err := out.Config(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Server.Mode, cfg.Server.Listen = mode, listen
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(map[string]any{"server": cfg.Server, "municipality": tables(t, cfg.Municipalities)}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "medborgarnavet.toml")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, out
}

// tables turns raw JSON settings into tables, and leaves out what is empty.
func tables(t testing.TB, list []config.Municipality) []map[string]any {
	var out []map[string]any
	for _, m := range list {
		var b bytes.Buffer
		plugins := m.Plugins
		m.Plugins = nil
		if err := toml.NewEncoder(&b).Encode(m); err != nil {
			t.Fatal(err)
		}
		var table map[string]any
		if err := toml.Unmarshal(b.Bytes(), &table); err != nil {
			t.Fatal(err)
		}
		var list []map[string]any
		for _, p := range plugins {
			var settings map[string]any
			if err := json.Unmarshal(p.Settings, &settings); err != nil {
				t.Fatal(err)
			}
			entry := map[string]any{"id": p.ID, "board": p.Board, "state": p.State, "from": string(p.From), "agreement": p.Agreement, "settings": whole(settings)}
			targets := map[string]any{}
			for name, target := range p.Targets {
				targets[name] = target
			}
			if len(targets) > 0 {
				entry["target"] = targets
			}
			list = append(list, entry)
		}
		table["plugin"] = list
		var settings any
		if err := json.Unmarshal(m.Petitions.Settings, &settings); err != nil {
			t.Fatal(err)
		}
		table["petitions"].(map[string]any)["settings"] = whole(settings)
		table = withoutEmpty(table).(map[string]any)
		out = append(out, table)
	}
	return out
}

// withoutEmpty leaves out texts that say nothing, as an operator would.
func withoutEmpty(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if v[k] = withoutEmpty(x); x == "" || saysNothing(v[k]) {
				delete(v, k)
			}
		}
	case []map[string]any:
		for i := range v {
			v[i] = withoutEmpty(v[i]).(map[string]any)
		}
	case []any:
		for i := range v {
			v[i] = withoutEmpty(v[i])
		}
	}
	return v
}

// saysNothing tells a table in which nothing is set.
func saysNothing(v any) bool {
	table, ok := v.(map[string]any)
	for _, x := range table {
		ok = ok && (x == false || x == int64(0))
	}
	return ok
}

// whole writes JSON's numbers as the whole numbers they are.
func whole(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = whole(v[k])
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	case float64:
		return int64(v)
	}
	return v
}

type outputs struct {
	mu       sync.Mutex
	out, err bytes.Buffer
}

type lockedWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func (o *outputs) std() stdio {
	return stdio{in: strings.NewReader(""), out: lockedWriter{&o.mu, &o.out}, err: lockedWriter{&o.mu, &o.err}}
}

func (o *outputs) text() (string, string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.out.String(), o.err.String()
}

// D-12, M-124: the product serves from a file, is ready, and stops when told.
func TestServeFromFile(t *testing.T) {
	file := writeConfig(t, "test", "127.0.0.1:0")
	ctx, stop := context.WithCancel(t.Context())
	var o outputs
	done := make(chan int, 1)
	go func() { done <- run(ctx, []string{"serve", "-config", file}, o.std()) }()
	address := ""
	for range 200 {
		if _, e := o.text(); strings.Contains(e, "serving on ") {
			address = regexp.MustCompile(`serving on (\S+)`).FindStringSubmatch(e)[1]
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if address == "" {
		_, e := o.text()
		t.Fatalf("it does not serve: %s", e)
	}
	for path, want := range map[string]string{"/readyz": "ready", "/": "Vad vill du göra?"} {
		resp, err := http.Get("http://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("GET %s: %d", path, resp.StatusCode)
		}
	}
	stop()
	if code := <-done; code != 0 {
		_, e := o.text()
		t.Errorf("exit code %d: %s", code, e)
	}
	if _, err := net.DialTimeout("tcp", address, time.Second); err == nil {
		t.Error("it still listens")
	}
}

// M-61, M-124: check also reads what only the parts can read: a plug-in's
// settings and the staff directory.
func TestCheckReadsPluginSettings(t *testing.T) {
	file := writeConfig(t, "test", "127.0.0.1:0")
	var good outputs
	if code := run(t.Context(), []string{"check", "-config", file}, good.std()); code != 0 {
		t.Fatal(good.text())
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(raw), `version = "v10"`, `version = "v9"`, 1)
	if broken == string(raw) {
		t.Fatal("the configuration names no version to break")
	}
	if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	broken = strings.Replace(broken, "vote_age = 13", "vote_age = 130", 1)
	if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cfg.Municipalities[1].Boards[0].StaffFile, []byte(`{"board":"socialnamnden","staff":[{"id":""}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var o outputs
	if code := run(t.Context(), []string{"check", "-config", file}, o.std()); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	out, _ := o.text()
	for _, want := range []string{"plugin[ssbtek]", "v10", "staff_file", "petitions.settings", "vote_age is 130"} {
		if !strings.Contains(out, want) {
			t.Errorf("check says nothing of %s:\n%s", want, out)
		}
	}
}

// I-15, M-124: a production server refuses the town of fakes, and says
// everything that is wrong at once.
func TestProductionRefusesFakes(t *testing.T) {
	file := writeConfig(t, "production", "127.0.0.1:0")
	var o outputs
	if code := run(t.Context(), []string{"check", "-config", file}, o.std()); code != 1 {
		t.Errorf("check: exit code %d, want 1", code)
	}
	out, _ := o.text()
	for _, want := range []string{"bankid", "case_system", "target"} {
		if !strings.Contains(out, want) {
			t.Errorf("check says nothing of %s:\n%s", want, out)
		}
	}
	if code := run(t.Context(), []string{"serve", "--config", file}, (&outputs{}).std()); code != 2 {
		t.Errorf("serve: exit code %d, want 2", code)
	}
}

// M-75, M-126: a copy is made beside the running schema, and restored where
// the database is gone; a database that is there is never overwritten.
func TestBackupAndRestore(t *testing.T) {
	file := writeConfig(t, "test", "127.0.0.1:0")
	copyTo := filepath.Join(t.TempDir(), "copy.db")
	do := func(want int, args ...string) string {
		t.Helper()
		var o outputs
		code := run(t.Context(), append(args, "-config", file, "-municipality", "ekbacka"), o.std())
		out, e := o.text()
		if code != want {
			t.Fatalf("%v: exit code %d, want %d: %s%s", args, code, want, out, e)
		}
		return out
	}
	var o outputs
	if code := run(t.Context(), []string{"migrate", "-config", file}, o.std()); code != 0 {
		t.Fatal(o.text())
	}
	do(0, "backup", "-to", copyTo)
	do(2, "restore", "-from", copyTo)
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(cfg.Municipalities[0].Database.DSN + suffix); err != nil && suffix == "" {
			t.Fatal(err)
		}
	}
	do(0, "restore", "--from", copyTo)
	if out := do(0, "audit", "verify"); !strings.Contains(out, "intact") {
		t.Errorf("audit verify says %q", out)
	}
	if fmt.Sprint(cfg.Server.Mode) != "test" {
		t.Errorf("mode %s", cfg.Server.Mode)
	}
}
