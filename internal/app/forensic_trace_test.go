package app_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/app"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
)

// picture is all that is written on the host at a moment.
type picture struct {
	tables map[string][]string
	files  map[string][sha256.Size]byte
	log    int
}

func (h *host) picture() picture {
	h.t.Helper()
	p := picture{tables: h.tables(), files: map[string][sha256.Size]byte{}}
	if err := filepath.WalkDir(h.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err == nil && e.Name() == "log.json" {
			p.log = len(raw)
		} else if err == nil {
			p.files[strings.TrimPrefix(path, h.dir+"/")] = sha256.Sum256(raw)
		}
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return p
}

// changed are the tables and the files that are not what they were.
func (p picture) changed(later picture) (tables map[string]int, files []string) {
	tables = map[string]int{}
	for name, rows := range later.tables {
		before := slices.Sorted(slices.Values(p.tables[name]))
		if !slices.Equal(before, slices.Sorted(slices.Values(rows))) {
			tables[name] = len(rows) - len(before)
		}
	}
	for name, sum := range later.files {
		if !strings.Contains(name, "medborgarnavet.db") && p.files[name] != sum {
			files = append(files, name)
		}
	}
	for name := range p.files {
		if _, there := later.files[name]; !there {
			files = append(files, name+" is gone")
		}
	}
	slices.Sort(files)
	return tables, files
}

// P-06, P-08, I-10, I-17: what one vote writes, from the e-ID's first page to
// the last, is one row of the petition's table and one in its running count;
// and lines of the log that have a route, an outcome and the minute. That is
// so in a browser that is logged in to Mina sidor too: its login is not
// touched. No file is made, so no file's time tells of a voter.
func TestVoteWritesOnlyAVote(t *testing.T) {
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		h := newHost(t, o.Driver, config.DesignSplit)
		h.quiet = true
		h.start()
		h.id = h.petition("Bygg en bro")
		h.cast([]*forensicVoter{{ticket: h.login("197101169295", "192.0.2.78", "")}}, "rosta") // the first of all
		h.work()
		h.clock.Advance(65 * time.Minute) // another hour, in which nobody has voted yet
		citizen := h.citizen("199001012385", "192.0.2.77")
		h.clock.Advance(7 * time.Minute)
		before := h.picture()
		ticket := h.login("199001012385", "192.0.2.77", citizen)
		h.visit(ticket, "rosta", citizen)
		after := h.picture()
		tables, files := before.changed(after)
		h.onlyVotes("a vote", tables, files, 1)
		h.discreetLines("a vote", before.log)

		h.clock.Advance(7 * time.Minute)
		before = h.picture()
		h.visit(h.login("199001012385", "192.0.2.77", citizen), "aterta", citizen)
		tables, files = before.changed(h.picture())
		h.onlyVotes("a vote taken back", tables, files, -1)
		h.discreetLines("a vote taken back", before.log)

		before = h.picture() // this picture can see: an ordinary page touches the login
		if _, err := h.get("/mina-sidor", "", citizen); err != nil {
			t.Fatal(err)
		}
		if tables, _ := before.changed(h.picture()); len(tables) == 0 {
			t.Error("an ordinary page changes no table: this test sees nothing")
		}
	})
}

// visit is the form, the page after it, and the petition's page again.
func (h *host) visit(ticket, choice, cookie string) {
	h.t.Helper()
	resp, err := h.post("/rosta", url.Values{"biljett": {ticket}, "val": {choice}}, "192.0.2.77", cookie)
	if err != nil || resp.StatusCode != http.StatusSeeOther {
		h.t.Fatalf("the vote: %v, %v", resp.StatusCode, err)
	}
	beside := map[string]bool{} // what a browser fetches with a page, and with its cookies
	for _, path := range []string{"/rosta/klart", "/forslag/" + h.id, "/rosta"} {
		page, err := h.get(path, "192.0.2.77", forensicCookies(cookie, resp))
		if err != nil || page.StatusCode != http.StatusOK {
			h.t.Fatalf("%s: %v, %v", path, page.StatusCode, err)
		}
		for _, at := range regexp.MustCompile(`"(/assets/[^"]+)"`).FindAllStringSubmatch(page.Body.(readBody).String(), -1) {
			beside[at[1]] = true
		}
	}
	if len(beside) == 0 {
		h.t.Error("the pages name no file: this shows less than it says")
	}
	for path := range beside {
		if file, err := h.get(path, "192.0.2.77", cookie); err != nil || file.StatusCode != http.StatusOK {
			h.t.Errorf("%s: %v, %v", path, file.StatusCode, err)
		}
	}
}

func (h *host) onlyVotes(what string, tables map[string]int, files []string, rows int) {
	h.t.Helper()
	votes := "petition_vote_" + strings.ToLower(h.id)
	if n, ok := tables[votes]; !ok || n != rows {
		h.t.Errorf("%s: the votes are %d more", what, n)
	}
	if n, ok := tables["petition_ballot"]; !ok || n != 0 {
		h.t.Errorf("%s: the running count did not move", what)
	}
	delete(tables, votes)
	delete(tables, "petition_ballot")
	if len(tables) != 0 {
		h.t.Errorf("%s: tables %v changed too", what, tables)
	}
	// how many answers the sealing keys have given, raised some hundred at a time
	files = slices.DeleteFunc(files, func(name string) bool { return strings.HasSuffix(name, ".count") })
	if len(files) != 0 {
		h.t.Errorf("%s: files changed too: %v", what, files)
	}
}

// discreetLines checks every line of the log from a place on.
func (h *host) discreetLines(what string, from int) {
	h.t.Helper()
	lines := 0
	for s := bufio.NewScanner(strings.NewReader(h.logSince(from))); s.Scan(); lines++ {
		if bytes.Contains(s.Bytes(), []byte(`"route":"GET /assets/`)) && !bytes.Contains(s.Bytes(), []byte(h.id)) {
			continue // every page of the site fetches them
		}
		if fault := indiscreet(s.Bytes()); fault != "" {
			h.t.Errorf("%s: %s: %s", what, fault, s.Text())
		}
	}
	if lines == 0 {
		h.t.Errorf("%s: there is no line at all", what)
	}
}

// I-17: the file of a key that seals tickets is there before anybody logs in
// to vote in its hour, so that its time tells nothing.
func TestTicketKeysAreMadeAhead(t *testing.T) {
	h := newHost(t, db.SQLite, config.DesignMAC)
	h.quiet = true
	h.start()
	h.id = h.petition("Bygg en bro")
	due := h.cfg.Municipalities[0].Keys.DueDir
	all := h.voters(forensicSeed(t), 6)
	for i, v := range all {
		before, err := os.ReadDir(due)
		if err != nil {
			t.Fatal(err)
		}
		h.admit([]*forensicVoter{v})
		after, err := os.ReadDir(due)
		if err != nil || len(after) != len(before) {
			t.Errorf("hour %d: the first to vote made a key: %d files, before that %d", i, len(after), len(before))
		}
		h.clock.Advance(11 * time.Minute)
		h.work()
		h.clock.Advance(49 * time.Minute)
		app.Tidy(h.app) // and keys of past hours go
	}
	if left, _ := filepath.Glob(filepath.Join(due, "due-*")); len(left) > 4 {
		t.Errorf("%d keys", len(left))
	}
}

// P-08, I-17: what the e-ID is told names no petition, also in the address to
// come back to; and it is not told that more than a login is asked.
func TestTheEIDLearnsNoPetition(t *testing.T) {
	h := newHost(t, db.SQLite, config.DesignMAC)
	h.quiet = true
	h.start()
	h.id = h.petition("Bygg en bro")
	h.login("199001012385", "192.0.2.77", "")
	if resp, err := h.post("/rosta/logga-in", url.Values{"forslag": {h.id}, "enhet": {"denna"}}, "192.0.2.77", ""); err != nil || resp.StatusCode != http.StatusSeeOther {
		t.Fatal(resp.StatusCode, err)
	}
	seen := 0
	for _, e := range h.out.BankID.Transcript() {
		var body struct{ UserVisibleData, ReturnURL string }
		_ = json.Unmarshal(e.Body, &body)
		text, _ := base64.StdEncoding.DecodeString(body.UserVisibleData)
		if e.Endpoint == "sign" {
			t.Error("a signature was asked")
		}
		if e.Endpoint == "auth" {
			seen++
		}
		for _, s := range []string{h.id, "Bygg en bro", "rösta", "röst", "förslag", "forslag"} {
			if strings.Contains(strings.ToLower(string(text)), strings.ToLower(s)) || strings.Contains(strings.ToLower(string(e.Body)), strings.ToLower(h.id)) {
				t.Errorf("the e-ID is told of the petition: %q in %q", s, text)
			}
		}
	}
	if seen != 2 {
		t.Errorf("%d logins at the e-ID", seen)
	}
}
