package petition_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
)

const formerly = "gamla-tjansten"

func example(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "petition-import", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (h *hall) importing(file []byte, format string, dry bool) (petition.ImportReport, error) {
	h.t.Helper()
	return h.Import(h.t.Context(), formerly, bytes.NewReader(file), format, dry)
}

// redirected is the petition that an old address leads to, or "".
func (h *hall) redirected(address string) string {
	h.t.Helper()
	id, ok, err := h.Redirect(h.t.Context(), address)
	h.ok(err)
	if ok != (id != "") {
		h.t.Errorf("%s: %q, %v", address, id, ok)
	}
	return id
}

// rows counts what an import may write.
func (h *hall) stored() (n int) {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(h.t.Context(), `SELECT (SELECT count(*) FROM petition) + (SELECT count(*) FROM petition_event) + (SELECT count(*) FROM petition_text)
			+ (SELECT count(*) FROM petition_word) + (SELECT count(*) FROM petition_import) + (SELECT count(*) FROM petition_redirect)
			+ (SELECT count(*) FROM audit_row) + (SELECT count(*) FROM registry_series) + (SELECT count(*) FROM outbox)`).Scan(&n)
	}))
	return n
}

// P-02, P-03: the documented files come in, in either form; a dry run and a
// second import write nothing; what came says so, with the former count apart.
func TestImport(t *testing.T) {
	for _, format := range []string{petition.FormatCSV, petition.FormatJSON} {
		t.Run(format, func(t *testing.T) {
			each(t, nil, func(t *testing.T, h *hall) {
				file := example(t, "example."+format)
				report, err := h.importing(file, format, true)
				h.ok(err)
				if report.Taken != 4 || report.Redirects != 5 || report.Open != 1 || !report.Dry || h.stored() != 0 {
					t.Fatalf("the dry run: %+v, %d rows", report, h.stored())
				}
				report, err = h.importing(file, format, false)
				h.ok(err)
				if report.Read != 4 || report.Taken != 4 || report.Already != 0 || len(report.Differ)+len(report.Faults)+len(report.Notes) > 0 {
					t.Fatalf("%+v", report)
				}
				before := h.stored()
				if report, err = h.importing(file, format, true); err != nil || report.Taken != 0 || report.Already != 4 {
					t.Errorf("again: %+v (%v)", report, err)
				}
				report, err = h.importing(bytes.Replace(file, []byte("på torget"), []byte("i parken"), 1), format, false)
				h.ok(err)
				if report.Already != 4 || !slices.Equal(report.Differ, []string{"18"}) || h.stored() != before+1 { // the audit record of the run
					t.Errorf("with other words: %+v, %d rows more", report, h.stored()-before)
				}
				h.imported(t)
			})
		})
	}
}

// imported looks at what the example became.
func (h *hall) imported(t *testing.T) {
	t.Helper()
	list, err := h.List(t.Context(), petition.Filter{Sort: petition.SortVotes})
	h.ok(err)
	if list.Total != 3 || list.Cards[0].Title != "Fler bänkar längs ån" || list.Cards[0].Former == nil || list.Cards[0].Former.Count.Votes != 312 || list.Cards[0].Count.Known {
		t.Fatalf("the list: %+v", list.Cards)
	}
	page, err := h.One(t.Context(), list.Cards[0].ID)
	h.ok(err)
	want := petition.Standing{Moderation: petition.Accepted, Voting: petition.None, Outcome: petition.CarriedOut}
	if page.Standing != want || page.Registry != "EF 2024/17" || page.Former.Source != formerly || page.Former.CountedOn != "2024-06-09" ||
		page.Decision != petition.Granted || page.Paragraph != "§ 142" || page.BodyRegistry != "KS 2024/231" {
		t.Errorf("the page: %+v", page)
	}
	moves := []petition.Move{}
	for _, e := range page.Timeline {
		moves = append(moves, e.Move)
		if !strings.Contains(e.Words, "den tidigare tjänsten.") {
			t.Errorf("%s does not say where it comes from: %s", e.Move, e.Words)
		}
	}
	if !slices.Equal(moves, []petition.Move{petition.MoveReceive, petition.MoveOpen, petition.MoveClose, petition.MoveDecide, petition.MoveImport}) {
		t.Errorf("the timeline is %v", moves)
	}
	if page.Timeline[3].Link == "" || page.Timeline[3].At.In(time.Local).IsZero() {
		t.Errorf("the source is not at the decision: %+v", page.Timeline[3])
	}
	if found, err := h.List(t.Context(), petition.Filter{Query: "bänk"}); err != nil || found.Total != 1 {
		t.Errorf("it is not found by its words: %+v (%v)", found, err)
	}
	open, err := h.OpenOne(t.Context(), page.ID)
	h.ok(err)
	if open.Former == nil || *open.Former.Votes != 312 || open.Votes != nil || open.ReceivedOn != "2024-03-04" || open.LastDay != "2024-06-09" || open.DecisionOn != "2024-10-15" {
		t.Errorf("open data: %+v", open)
	}
	if due, err := h.DueFollowUps(t.Context()); err != nil || len(due) != 0 {
		t.Errorf("old decisions are to be followed up: %+v (%v)", due, err)
	}
	s, err := h.Moderation(t.Context(), start.AddDate(-5, 0, 0), start)
	if h.ok(err); s.Received != nil || len(s.Codes) != 0 {
		t.Errorf("the former service's moderation is counted as ours: %+v", s)
	}
	entries := 0
	h.ok(h.db.Read(t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT count(*) FROM audit_row`).Scan(&entries)
	}))
	if entries < 5 {
		t.Errorf("%d audit records of 4 petitions", entries)
	}
	h.redirects(t, page.ID)
}

// redirects: P-03, old addresses lead to what may be seen.
func (h *hall) redirects(t *testing.T, bench string) {
	t.Helper()
	for address, want := range map[string]string{
		"/oversikt/forslag/17": bench, "/oversikt/forslag/17/": bench, "/forslag.aspx?id=17": bench, "/forslag.aspx?%69d=17": bench, "/oversikt/f%C3%B6rslag/17": "",
		"/oversikt/forslag/17?utm_source=blad": bench, "/forslag.aspx?id=170": "", "/forslag.aspx": "", "/forslag.aspx?id=17&id=18": "", "/": "", "": "",
		"//ekbacka.example/oversikt/forslag/17": "", "https://ekbacka.example/oversikt/forslag/17": "", "/oversikt/forslag/31": "", // not published here yet
		"/oversikt/forslag/17' OR 1=1 --": "", "/%zz": "", "/" + strings.Repeat("a", 3000): "", "/oversikt/forslag/17%00": "",
	} {
		if got := h.redirected(address); got != want {
			t.Errorf("%q leads to %q, want %q", address, got, want)
		}
	}
	queue, err := h.Queue(t.Context(), maja, petition.ShowReady)
	h.ok(err)
	if len(queue) != 1 || queue[0].Title != "Belysning i elljusspåret" || queue[0].Days != 0 {
		t.Fatalf("what was open does not wait to be published: %+v", queue)
	}
	id := queue[0].ID
	if _, err := h.One(t.Context(), id); fault.KindOf(err) != fault.NotFound {
		t.Errorf("it is seen before it is published: %v", err)
	}
	h.ok(h.Publish(t.Context(), maja, id, petition.Publication{Disposal: disposal, Sealer: "Sambruk"}))
	h.booth.counts = map[string]int64{id: 20}
	page, err := h.One(t.Context(), id)
	h.ok(err)
	if page.Count.Votes != 20 || page.Former.Count.Votes != 97 || page.Former.CountedOn != "2026-11-20" || h.redirected("/oversikt/forslag/31") != id {
		t.Errorf("published: %+v, former %+v", page.Count, page.Former)
	}
}

// line is an item of a file with one thing changed.
func line(change map[string]string) string {
	columns := []string{"id", "addresses", "title", "what", "why", "received", "opened", "closed", "count", "standing", "code", "decision", "decided", "registry", "source"}
	values := map[string]string{"id": "1", "addresses": "/a/1", "title": "En rubrik", "what": "Gör något.", "received": "2024-01-01", "opened": "2024-01-02",
		"closed": "2024-04-01", "count": "40", "standing": "below-threshold"}
	cells := []string{}
	for _, c := range columns {
		v, ok := change[c]
		if !ok {
			v = values[c]
		}
		cells = append(cells, `"`+strings.ReplaceAll(v, `"`, `""`)+`"`)
	}
	return strings.Join(columns, ",") + "\n" + strings.Join(cells, ",") + "\n"
}

// P-03: bad input is told in words, with its line, and nothing is taken.
func TestImportBadItems(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		h.published(bikeText, "")
		if _, err := h.importing([]byte(line(nil)), "csv", true); err != nil {
			t.Fatal(err)
		}
		decided := func(more map[string]string) map[string]string {
			m := map[string]string{"standing": "decided", "decision": "granted", "decided": "2024-05-01"}
			for k, v := range more {
				m[k] = v
			}
			return m
		}
		for name, bad := range map[string]struct {
			change      map[string]string
			field, code string
		}{
			"no id":               {map[string]string{"id": ""}, "id", "missing"},
			"no title":            {map[string]string{"title": " "}, "title", "missing"},
			"long title":          {map[string]string{"title": strings.Repeat("rubrik ", 100)}, "title", "too-long"},
			"turned text":         {map[string]string{"title": "En \u202erubrik"}, "title", "character"},
			"html":                {map[string]string{"what": "<p>Gör något.</p>"}, "what", "html"},
			"entities":            {map[string]string{"why": "F&ouml;r att&nbsp;det"}, "why", "html"},
			"formula":             {map[string]string{"title": `=HYPERLINK("http://x")`}, "title", "formula"},
			"formula id":          {map[string]string{"id": "=1+1"}, "id", "formula"},
			"spreadsheet error":   {map[string]string{"title": "#REF!"}, "title", "formula"},
			"latin-1":             {map[string]string{"title": "B\xe4nkar"}, "title", "encoding"},
			"converted twice":     {map[string]string{"title": "BÃ¤nkar vid Ã¥n"}, "title", "encoding"},
			"lost characters":     {map[string]string{"title": "B\ufffdnkar"}, "title", "encoding"},
			"personal number":     {map[string]string{"what": "Skriv till 19850709-9805 om det."}, "what", "personal-number"},
			"a date in words":     {map[string]string{"received": "1 jan 2024"}, "received", "date"},
			"a day that is not":   {map[string]string{"closed": "2024-02-30"}, "closed", "date"},
			"to come":             {map[string]string{"closed": "2030-01-01"}, "closed", "future"},
			"closed before open":  {map[string]string{"closed": "2023-01-01"}, "closed", "order"},
			"no day":              {map[string]string{"received": ""}, "received", "missing"},
			"count":               {map[string]string{"count": "fyrtio"}, "count", "number"},
			"negative":            {map[string]string{"count": "-1"}, "count", "number"},
			"far too many":        {map[string]string{"count": "10000001"}, "count", "number"},
			"no count":            {map[string]string{"count": ""}, "count", "missing"},
			"no standing":         {map[string]string{"standing": ""}, "standing", "missing"},
			"open with votes":     {map[string]string{"standing": "voting"}, "standing", "unknown"},
			"open and closed":     {map[string]string{"standing": "open"}, "closed", "not-here"},
			"rejected, why":       {map[string]string{"standing": "rejected"}, "code", "missing"},
			"rejected, unknown":   {map[string]string{"standing": "rejected", "code": "nej"}, "code", "unknown"},
			"rejected, hidden":    {map[string]string{"standing": "rejected", "code": "offensive"}, "code", "hidden"},
			"a code for nothing":  {map[string]string{"code": "unclear"}, "code", "not-here"},
			"a decision too soon": {map[string]string{"decision": "granted"}, "decision", "not-here"},
			"no decision":         {decided(map[string]string{"decision": ""}), "decision", "missing"},
			"unknown decision":    {decided(map[string]string{"decision": "bifall"}), "decision", "unknown"},
			"no day of decision":  {decided(map[string]string{"decided": ""}), "decided", "missing"},
			"declined, made":      {decided(map[string]string{"standing": "carried-out", "decision": "declined"}), "decision", "unknown"},
			"our own number":      {map[string]string{"registry": "KS 2026-000001"}, "registry", "own-series"},
			"not https":           {map[string]string{"source": "http://gamla.example/a"}, "source", "https"},
			"script":              {map[string]string{"source": "javascript:alert(1)"}, "source", "https"},
			"an address in full":  {map[string]string{"addresses": "https://gamla.example/a"}, "addresses", "address"},
			"another host":        {map[string]string{"addresses": "//evil.example/a"}, "addresses", "address"},
		} {
			before := h.stored()
			report, err := h.importing([]byte(line(bad.change)), "csv", false)
			h.want(fault.Invalid, err)
			i := slices.IndexFunc(report.Faults, func(f petition.ImportFault) bool { return f.Field == bad.field && f.Code == bad.code })
			if i < 0 || report.Faults[i].Line != 2 || report.Taken != 0 || h.stored() != before {
				t.Errorf("%s: %+v, %d rows more", name, report.Faults, h.stored()-before)
				continue
			}
			if words := report.Faults[i].String(); strings.HasSuffix(words, ": ") || strings.Contains(words, "19850709") {
				t.Errorf("%s: in words %q", name, words)
			}
		}
	})
}

// P-03: files that cannot be read are told of as such.
func TestImportBadFiles(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		good := line(nil)
		header, row, _ := strings.Cut(good, "\n")
		many := header + "\n" + strings.Repeat(row, 3)
		many = strings.Replace(many, row, strings.ReplaceAll(row, "/a/1", "/a/2"), 1) // one of three has an address of its own
		for name, bad := range map[string]struct {
			file, format string
			line         int
			code         string
		}{
			"empty":              {"", "csv", 1, "nothing-was-read"},
			"a header":           {header + "\n", "csv", 1, "no-petitions"},
			"utf-16":             {"\xff\xfei\x00d\x00", "csv", 1, "bom"},
			"unknown column":     {strings.Replace(good, "why", "email", 1), "csv", 1, "unknown-column"},
			"column twice":       {strings.Replace(good, "why", "what", 1), "csv", 1, "unknown-column"},
			"missing column":     {"id,title,what,received\n1,a,b,2024-01-01\n", "csv", 1, "missing-column"},
			"too few cells":      {header + "\n1,2\n" + row + "\n", "csv", 2, "columns"},
			"quotes":             {header + "\n" + row + "\"1,2\n", "csv", 3, "form"},
			"duplicate id":       {many, "csv", 4, "duplicate"},
			"a picture":          {"\x89PNG\r\n\x1a\n\x00\x00", "csv", 1, "unknown-column"},
			"json as csv":        {string(example(t, "example.json")), "csv", 1, "unknown-column"},
			"csv as json":        {good, "json", 1, "form"},
			"json cut":           {string(example(t, "example.json")[:700]), "json", 20, "form"},
			"json, more":         {string(example(t, "example.json")) + "[]", "json", 57, "form"},
			"json, unknown":      {strings.Replace(string(example(t, "example.json")), `"why"`, `"votes"`, 1), "json", 2, "type"},
			"json, a number":     {strings.Replace(string(example(t, "example.json")), `"id": "18"`, `"id": 18`, 1), "json", 21, "type"},
			"json, latin-1":      {strings.Replace(string(example(t, "example.json")), "å torget", "\xe5 torget", 1), "json", 21, "encoding"},
			"json, an object":    {`{"petitions":[]}`, "json", 1, "form"},
			"json, nothing":      {"[]", "json", 1, "no-petitions"},
			"json, nested":       {strings.Repeat("[", 100_000), "json", 1, "form"},
			"json, wrong":        {`[1, "a", null, {"id": {"a": 1}}]`, "json", 1, "type"},
			"a cell of the moon": {header + "\n" + strings.Replace(row, "En rubrik", strings.Repeat("m", 1<<20), 1) + "\n", "csv", 2, "too-long"},
		} {
			report, err := h.importing([]byte(bad.file), bad.format, false)
			h.want(fault.Invalid, err)
			if !slices.ContainsFunc(report.Faults, func(f petition.ImportFault) bool { return f.Line == bad.line && f.Code == bad.code }) {
				t.Errorf("%s: %+v", name, report.Faults)
			}
		}
		if _, err := h.Import(t.Context(), "Gamla Tjänsten", strings.NewReader(good), "csv", true); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a source with spaces: %v", err)
		}
		if _, err := h.importing([]byte(good), "xlsx", true); fault.KindOf(err) != fault.Invalid {
			t.Errorf("an unknown form: %v", err)
		}
		broken := errors.New("the disk is gone")
		if _, err := h.Import(t.Context(), formerly, io.MultiReader(strings.NewReader(good), failing{broken}), "csv", true); !errors.Is(err, broken) {
			t.Errorf("a reader that fails: %v", err)
		}
		if h.stored() != 0 {
			t.Errorf("%d rows", h.stored())
		}
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// endless is a file of 100 MB, and how much of it was read.
type endless struct {
	left, read int
	row        string
}

func (e *endless) Read(into []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := copy(into, e.row)
	e.left, e.read = e.left-n, e.read+n
	return n, nil
}

// P-03: a file that is too large is not read to its end.
func TestImportTooLarge(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		header, _, _ := strings.Cut(line(nil), "\n")
		for format, start := range map[string]string{"csv": header + "\n\"", "json": "[\""} {
			big := &endless{left: 100 << 20, row: strings.Repeat("x", 32<<10)}
			_, err := h.Import(t.Context(), formerly, io.MultiReader(strings.NewReader(start), big), format, false)
			h.want(fault.TooLarge, err)
			if big.read > petition.MaxImportBytes+1<<20 || h.stored() != 0 {
				t.Errorf("%s: %d bytes were read, %d rows written", format, big.read, h.stored())
			}
		}
	})
}

// P-03: everything is told at once, a semicolon and a byte order mark are read,
// and what stands in the way in the database is told with its line.
func TestImportAllOrNothing(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		header, row, _ := strings.Cut(line(nil), "\n")
		second := strings.ReplaceAll(strings.ReplaceAll(row, `"1"`, `"2"`), "/a/1", "/a/2")
		excel := "\ufeff" + strings.ReplaceAll(header, ",", ";") + "\r\n" + strings.ReplaceAll(strings.TrimSpace(row), `","`, `";"`) + "\r\n"
		report, err := h.importing([]byte(excel), "csv", false)
		if h.ok(err); report.Taken != 1 {
			t.Fatalf("as a spreadsheet saves it: %+v", report)
		}
		bad := header + "\n" + row + second + strings.Replace(strings.ReplaceAll(row, `"1"`, `"3"`), "2024-01-01", "igår", 1) +
			strings.ReplaceAll(row, `"1"`, `"4"`) + strings.ReplaceAll(second, `"2"`, `"5"`)
		before := h.stored()
		report, err = h.importing([]byte(bad), "csv", false)
		h.want(fault.Invalid, err)
		got := []string{}
		for _, f := range report.Faults {
			got = append(got, fmt.Sprint(f.Line, " ", f.Field, " ", f.Code))
		}
		// line 2 is here already; 4 has no day; 4, 5 and 6 say addresses that others have
		want := []string{"4 received date", "4 addresses duplicate", "5 addresses duplicate", "6 addresses duplicate"}
		if !slices.Equal(got, want) || report.Taken != 0 || h.stored() != before {
			t.Errorf("%v, want %v; %d rows more", got, want, h.stored()-before)
		}
		taken := header + "\n" + strings.ReplaceAll(row, `"1"`, `"7"`)
		report, err = h.importing([]byte(taken), "csv", false)
		h.want(fault.Invalid, err)
		if len(report.Faults) != 1 || report.Faults[0].Code != "taken" || report.Faults[0].Field != "addresses" {
			t.Errorf("another's address: %+v", report.Faults)
		}
		if report, err = h.Import(t.Context(), "en-annan", strings.NewReader(header+"\n"+strings.ReplaceAll(row, "/a/1", "/b/1")), "csv", false); err != nil || report.Taken != 1 {
			t.Errorf("the same id of another source: %+v (%v)", report, err)
		}
		notes, err := h.importing([]byte(line(map[string]string{"id": "8", "addresses": "", "what": "Ring 070-123 45 67 eller skriv till a@b.se."})), "csv", true)
		if h.ok(err); len(notes.Notes) != 1 || notes.Notes[0].Field != "what" || notes.Notes[0].Code != "contact" {
			t.Errorf("a telephone number: %+v", notes.Notes)
		}
	})
}

// D-09, P-03: ten thousand petitions come in and are listed in reasonable
// time: a page does not cost what all of them cost.
func TestTenThousand(t *testing.T) {
	n := 1000
	if os.Getenv("KILL_ROUNDS") != "" { // the long run
		n = 10_000
	}
	each(t, nil, func(t *testing.T, h *hall) {
		header, row, _ := strings.Cut(line(map[string]string{"what": strings.Repeat("Kommunen bör bygga en cykelväg till badet. ", 12)}), "\n")
		var b strings.Builder
		b.WriteString(header + "\n")
		for i := range n {
			b.WriteString(strings.NewReplacer(`"1"`, fmt.Sprintf(`"%d"`, i), "/a/1", fmt.Sprintf("/a/%d", i), "En rubrik", fmt.Sprintf("Förslag nummer %d", i)).Replace(row))
		}
		timed := func(what string, most time.Duration, do func() error) {
			t.Helper()
			began := time.Now()
			h.ok(do())
			took := time.Since(began)
			t.Logf("%s of %d: %v", what, n, took.Round(time.Millisecond))
			if took > most {
				t.Errorf("%s took %v", what, took)
			}
		}
		timed("import", 3*time.Minute, func() error {
			report, err := h.importing([]byte(b.String()), "csv", false)
			if report.Taken != n {
				t.Errorf("%+v", report)
			}
			return err
		})
		for _, f := range []petition.Filter{{}, {Page: n / 20}, {Limit: 100, Sort: petition.SortVotes}, {State: "ended", Sort: petition.SortClosing}, {Query: "cykelvägar"}} {
			timed(fmt.Sprintf("list %+v", f), 5*time.Second, func() error {
				l, err := h.List(t.Context(), f)
				if l.Total != n || len(l.Cards) == 0 || l.Cards[0].Title == "" {
					t.Errorf("%+v: %d of %d", f, len(l.Cards), l.Total)
				}
				return err
			})
		}
		timed("open list of 100", 5*time.Second, func() error { _, err := h.OpenList(t.Context(), petition.Filter{Limit: 100}); return err })
		timed("csv", 20*time.Second, func() error { return h.OpenCSV(t.Context(), io.Discard) })
	})
}

// P-03, P-13: what was imported lives on as any other: the outcome is followed
// from where it stood, and those that ended are seen as such.
func TestImportedLivesOn(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		file := ""
		for i, standing := range []map[string]string{
			{"standing": "reached", "count": "1200"},
			{"standing": "withdrawn"},
			{"standing": "rejected", "code": "several-questions"},
			{"standing": "decided", "decision": "granted", "decided": "2024-05-02"},
			{"standing": "reached", "count": "3", "opened": "2024-01-05"},
		} {
			standing["id"], standing["addresses"] = fmt.Sprint(i), fmt.Sprintf("/a/%d", i)
			header, row, _ := strings.Cut(line(standing), "\n")
			if i == 0 {
				file = header + "\n"
			}
			file += row
		}
		_, err := h.importing([]byte(file), "csv", false)
		h.ok(err)
		id := func(i int) string { return h.redirected(fmt.Sprintf("/a/%d", i)) }
		h.ok(h.Progress(t.Context(), hanna, id(0), petition.Step{Move: petition.MoveHandOver, Body: "kommunfullmäktige", Registry: "KF 2026/1"}))
		h.ok(h.Progress(t.Context(), hanna, id(3), petition.Step{Move: petition.MoveComplete}))
		if got := h.standing(id(3)); got.Outcome != petition.CarriedOut {
			t.Errorf("%+v", got)
		}
		for i, want := range []petition.State{petition.Accepted, petition.Withdrawn, petition.Rejected, petition.Accepted, petition.Accepted} {
			page, err := h.One(t.Context(), id(i))
			h.ok(err)
			if page.Standing.Moderation != want || page.Text.Title != "En rubrik" || page.Former == nil || page.Standing.Voting != petition.None || page.Silent || page.Registry == "" {
				t.Errorf("%d: %+v", i, page)
			}
		}
		few, err := h.OpenCount(t.Context(), id(4))
		h.ok(err)
		if few.Former.Votes != nil || *few.Former.VotesBelow != 5 || few.Votes != nil {
			t.Errorf("a small former count: %+v", few.Former)
		}
		if done, err := h.Run(t.Context()); err != nil || done.Opened != 0 || done.Alarmed != 0 {
			t.Errorf("the minute's work: %+v (%v)", done, err)
		}
		next := h.receive(bikeText, "")
		if next.Registry != "KS 2026-000006" {
			t.Errorf("the series goes on with %s", next.Registry)
		}
		h.ok(h.Remove(t.Context(), sten, id(1), "Borttaget.", ""))
		if _, err := h.One(t.Context(), id(1)); fault.KindOf(err) != fault.Gone {
			t.Errorf("a removed one by its old address: %v", err)
		}
	})
}
