package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
)

// beside is a server that runs, and the commands that an operator gives beside it.
type beside struct {
	t       *testing.T
	file    string
	address string
	said    *outputs
	end     func() int
}

func newBeside(t *testing.T, engine string) *beside {
	t.Helper()
	b := &beside{t: t, file: writeConfig(t, "test", "127.0.0.1:0")}
	if engine == db.Postgres {
		raw, err := os.ReadFile(b.file)
		if err != nil {
			t.Fatal(err)
		}
		text := regexp.MustCompile(`driver = "sqlite"`).ReplaceAllString(string(raw), `driver = "postgres"`)
		text = regexp.MustCompile(`dsn = "[^"]*"`).ReplaceAllStringFunc(text, func(string) string { return `dsn = "` + dbtest.Postgres(t).DSN + `"` })
		if err := os.WriteFile(b.file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.start()
	t.Cleanup(func() { b.end() })
	return b
}

func (b *beside) start() {
	b.t.Helper()
	ctx, stop := context.WithCancel(b.t.Context())
	b.said = &outputs{}
	done := make(chan int, 1)
	go func() { done <- run(ctx, []string{"serve", "-config", b.file}, b.said.std()) }()
	ended := false
	b.end = func() (code int) {
		if !ended {
			ended = true
			stop()
			code = <-done
		}
		return code
	}
	for range 400 {
		if _, e := b.said.text(); strings.Contains(e, "serving on ") {
			b.address = regexp.MustCompile(`serving on (\S+)`).FindStringSubmatch(e)[1]
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	_, e := b.said.text()
	b.t.Fatalf("it does not serve: %s", e)
}

// command is one command beside the server.
func (b *beside) command(in string, args ...string) (code int, out, errs string) {
	b.t.Helper()
	var o outputs
	std := o.std()
	std.in = strings.NewReader(in)
	code = run(b.t.Context(), append(args, "-config", b.file), std)
	out, errs = o.text()
	return code, out, errs
}

func (b *beside) page(path string) (int, string) {
	b.t.Helper()
	c := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Get("http://" + b.address + path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body) + resp.Header.Get("Location")
}

// errand is one command and what it answers.
type errand struct {
	in   string
	args []string
	code int
	says string
}

func (b *beside) errands(all ...errand) {
	b.t.Helper()
	for _, e := range all {
		code, out, errs := b.command(e.in, e.args...)
		if code != e.code || !strings.Contains(out+errs, e.says) {
			b.t.Errorf("%v: exit code %d, want %d; it says\n%s%s", e.args, code, e.code, out, errs)
		}
	}
}

// D-12, I-10, M-126, P-02, P-03: what works beside a running server with
// petitions works, with its sealing keys left alone, and what does not says
// plainly why and what to do; the documented file of another service is
// imported, and its old addresses lead here and nowhere else.
func TestToolsBesideAServerWithPetitions(t *testing.T) {
	example, err := os.ReadFile(filepath.Join("..", "..", "docs", "petition-import", "example.csv"))
	if err != nil {
		t.Fatal(err)
	}
	const one = "-municipality"
	imports := func(more ...string) []string {
		return append([]string{"petition", "import", "-", one, "ekbacka", "-source", "gamla", "-format", "csv"}, more...)
	}
	writers := []errand{
		{"", []string{"migrate"}, 0, "up to date"},
		{"", []string{"purge"}, 0, "keys destroyed"},
		{"", []string{"petition", "rewrite", one, "ekbacka"}, 0, "in the order of their codes"},
		{string(example), imports("-dry-run"), 0, "4 would be taken"},
		{string(example), imports(), 0, "4 taken"},
		{string(example), imports(), 0, "4 there already"},
	}
	readers := []errand{
		{"", []string{"check"}, 0, "the configuration holds"},
		{"", []string{"audit", "verify", one, "ekbacka"}, 0, "intact"},
		{"", []string{"serve"}, 2, "another process"},
	}
	t.Run(db.SQLite, func(t *testing.T) {
		b := newBeside(t, db.SQLite)
		b.errands(readers...)
		b.errands(errand{"", []string{"backup", one, "ekbacka", "-to", filepath.Join(t.TempDir(), "copy.db")}, 0, "copied"},
			errand{"", []string{"purge"}, 2, "another process holds this database"}, errand{"", []string{"migrate"}, 2, "another process holds this database"},
			errand{string(example), imports(), 2, "stop the server"}, errand{"", []string{"petition", "rewrite", one, "ekbacka"}, 2, "by itself"})
		if code := b.end(); code != 0 {
			t.Errorf("the server ended with %d", code)
		}
		b.errands(writers...)
		b.start()
		b.formerAddresses(example)
	})
	t.Run(db.Postgres, func(t *testing.T) {
		if !dbtest.HavePostgres(t) {
			return // it has said so
		}
		b := newBeside(t, db.Postgres)
		b.errands(readers...)
		b.errands(writers...)
		if status, _ := b.page("/readyz"); status != http.StatusOK {
			t.Errorf("the server is not ready any more: %d", status)
		}
		b.formerAddresses(example)
		if code := b.end(); code != 0 {
			t.Errorf("the server ended with %d", code)
		}
	})
}

// formerAddresses follows what the file says was the petitions' pages.
func (b *beside) formerAddresses(example []byte) {
	b.t.Helper()
	old := regexp.MustCompile(`/[a-z]+[a-z0-9/?=&-]*\d`).FindString(string(example))
	followed := 0
	for _, address := range regexp.MustCompile(`/[A-Za-z][^\s,;"]*`).FindAllString(string(example), -1) {
		if strings.HasPrefix(address, "//") || strings.Contains(address, "example") {
			continue
		}
		status, at := b.page(address)
		if status == http.StatusMovedPermanently && regexp.MustCompile(`/forslag/[0-9A-Z]{26}$`).MatchString(at) {
			followed++
		}
	}
	if followed == 0 {
		b.t.Errorf("no old address leads here, such as %s", old)
	}
	// None of them can be made to lead anywhere else.
	for _, evil := range []string{"//evil.example/" + strings.TrimPrefix(old, "/"), old + "?till=https://evil.example", "/%2f%2fevil.example", "/\\evil.example",
		"/https://evil.example", old + "%0d%0aLocation:%20https://evil.example"} {
		status, at := b.page(evil)
		if status/100 == 3 && !regexp.MustCompile(`/forslag/[0-9A-Z]{26}$`).MatchString(at) && strings.Contains(at, "evil.example") && !strings.Contains(at, `href="/`) {
			b.t.Errorf("%s leads to %s", evil, at)
		}
	}
}

// P-02 (bad input): files that are wrong or hostile are refused as a whole,
// with the line and in words, and nothing of what they say but an id is
// repeated.
func TestImportOfHostileFiles(t *testing.T) {
	b := &beside{t: t, file: writeConfig(t, "test", "127.0.0.1:0")}
	const head = "id,title,what,received,standing,addresses\n"
	good := "1,Bygg en bro,En bro.,2024-01-02,open,/gamla?id=1\n"
	for name, row := range map[string]struct {
		file, format, says string
	}{
		"nothing":            {"", "csv", "empty"},
		"no petition":        {head, "csv", "no petition"},
		"Latin-1":            {head + "1,Bygg en v\xe4g,x,2024-01-02,open,\n", "csv", "UTF-8"},
		"UTF-16":             {"\xff\xfei\x00d\x00", "csv", "UTF-16"},
		"a formula":          {head + "1,\"=HYPERLINK(1)\",x,2024-01-02,open,\n", "csv", "formula"},
		"HTML":               {head + "1,<b>x</b>,x,2024-01-02,open,\n", "csv", "HTML"},
		"text turned around": {head + "1,\u202egpj,x,2024-01-02,open,\n", "csv", "cannot be shown"},
		"NUL":                {head + "1,a\x00b,x,2024-01-02,open,\n", "csv", "cannot be shown"},
		"an identity number": {head + "1,x,Ring 19850709-9805 nu,2024-01-02,open,\n", "csv", "personal identity number"},
		"an unknown column":  {"id,voters\n1,Anna\n", "csv", "no such column"},
		"an open quote":      {head + "1,\"x\n", "csv", "line"},
		"an evil address":    {head + "1,x y,En bro.,2024-01-02,open,//evil.example/\n", "csv", "not a path"},
		"an absolute one":    {head + "1,x y,En bro.,2024-01-02,open,https://evil.example/\n", "csv", "not a path"},
		"twice":              {head + good + good, "csv", "twice"},
		"not a day":          {head + "1,x y,En bro.,1 maj,open,\n", "csv", "not a day"},
		"deep":               {strings.Repeat("[", 100_000), "json", "line"},
		"another form":       {`{"id":1}`, "json", "line"},
		"an unknown member":  {`[{"id":"1","voters":["Anna"]}]`, "json", "line"},
		"many":               {head + strings.Repeat(good, 21_000), "csv", "20 000"},
		"too large":          {head + strings.Repeat("x", 33<<20), "csv", "32 MB"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := b.command(row.file, "petition", "import", "-", "-municipality", "havsnas", "-source", "gamla", "-format", row.format)
			if code == 0 || !strings.Contains(out+errs, row.says) {
				t.Errorf("exit code %d; it says\n%.400s%.400s", code, out, errs)
			}
			for _, repeated := range []string{"HYPERLINK", "<b>", "evil.example", "19850709", "Anna"} {
				if strings.Contains(out+errs, repeated) {
					t.Errorf("it repeats %q of the file", repeated)
				}
			}
		})
	}
	if code, out, errs := b.command(head+good, "petition", "import", "-", "-municipality", "havsnas", "-source", "gamla", "-format", "csv", "-dry-run"); code != 0 || !strings.Contains(out, "1 would be taken") {
		t.Errorf("after all of them a good file is answered %d: %s%s", code, out, errs)
	}
	for _, args := range [][]string{{"petition", "import"}, {"petition", "import", "-", "-source", "x"}, {"petition", "import", "missing.csv", "-source", "x"},
		{"petition", "import", "-", "-source", "Stora Bokstäver!", "-format", "csv", "-municipality", "havsnas"}, {"petition", "import", "-", "-source", "x", "-format", "xlsx"}} {
		code, out, errs := b.command("", args...)
		if code == 0 || len(errs) < 20 || bytes.Contains([]byte(errs), []byte("goroutine")) {
			t.Errorf("%v: exit code %d: %s%s", args, code, out, errs)
		}
	}
}
