package petition_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/petition"
)

// Swedish words are found in every inflection, and compounds by their beginning; both
// databases find the same.
func TestSearchInSwedish(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		bike := h.published(bikeText, "")
		bus := h.published(petition.Text{Title: "Fler busshållplatser", What: "Sätt upp hållplatser vid skolorna."}, "")
		h.receive(petition.Text{Title: "Cykelvägar överallt", What: "Ingen har läst det här."}, "") // P-12: not looked over
		for query, want := range map[string][]string{
			"cykelväg": {bike.ID}, "cykelvägar": {bike.ID}, "cykelvägen": {bike.ID}, "CYKELVÄGARNA": {bike.ID}, "cykel": {bike.ID},
			"buss": {bus.ID}, "hållplatsen": {bus.ID}, "skola": {bus.ID}, "skolorna": {bus.ID}, "barn": {bike.ID},
			"simhall": {}, "": {bus.ID, bike.ID}, "och": {}, "%": {}, "_____": {}, "' OR 1=1 --": {}, "cy\u0308kel": {},
		} {
			found, err := h.List(t.Context(), petition.Filter{Query: query})
			h.ok(err)
			got := []string{}
			for _, c := range found.Cards {
				got = append(got, c.ID)
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%q finds %d, want %d", query, len(got), len(want))
			}
		}
		similar, err := h.FindSimilar(t.Context(), petition.Text{Title: "Cykelvägen behövs", What: "Gör cykelvägar till badet!"})
		h.ok(err)
		if len(similar) != 1 || similar[0].ID != bike.ID || similar[0].Quarantine {
			t.Errorf("similar: %+v", similar)
		}
		h.closed(bike.ID, 7)
		if similar, err := h.FindSimilar(t.Context(), bikeText); err != nil || !similar[0].Quarantine {
			t.Errorf("lately settled: %+v (%v)", similar, err)
		}
		h.clock.Advance(366 * 24 * time.Hour)
		if similar, err := h.FindSimilar(t.Context(), bikeText); err != nil || similar[0].Quarantine {
			t.Errorf("a year later: %+v (%v)", similar, err)
		}
	})
}

// The stems are those of PostgreSQL's Swedish dictionary, which is made from
// the same algorithm by others.
func TestStemsAreSnowballs(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		words := strings.Fields(`cykelväg cykelvägar cykelvägen cykelvägarna kommunens kommunal kommunfullmäktige förskolor förskolorna barnen
			lekplatser lekplatsen belysning belysningen hundrastgård gångtunneln trafiksäkerheten öppettiderna biblioteket biblioteken sophämtning
			återvinning återvinningsstationer simhallen badplatsen badplatserna äldreboende äldreboenden skolmaten laddstolpar`)
		for _, word := range words {
			stem := petition.Stems(word)
			if len(stem) != 1 {
				t.Fatalf("%s has stems %v", word, stem)
			}
			if h.db.Engine() != db.Postgres {
				continue
			}
			var theirs string
			h.ok(h.db.Read(t.Context(), func(tx *db.Tx) error {
				return tx.QueryRow(t.Context(), `SELECT (ts_lexize('swedish_stem', $1))[1]`, word).Scan(&theirs)
			}))
			if theirs != stem[0] {
				t.Errorf("%s: %s here, %s there", word, stem[0], theirs)
			}
		}
	})
}

// Words that say nothing are left out.
func TestStopWords(t *testing.T) {
	if got := petition.Stems("Vi vill att det ska vara en CYKELVÄG, cykelvägar!"); !slices.Contains(got, "cykelväg") || slices.Contains(got, "att") {
		t.Errorf("stems %v", got)
	}
}

// P-12, P-13, P-16: lists are by state, closing and votes, in pages.
func TestList(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		var ids []string
		for range 3 {
			ids = append(ids, h.published(bikeText, "").ID)
			h.clock.Advance(time.Hour)
		}
		h.booth.counts = map[string]int64{ids[0]: 20, ids[1]: 90, ids[2]: 7}
		h.closed(ids[2], 150)
		states := map[string]int{"": 3, "open": 2, "handled": 1, "decided": 0, "ended": 0, "rejected": 0, "no such": 0}
		for state, want := range states {
			if got, err := h.List(t.Context(), petition.Filter{State: state}); err != nil || got.Total != want {
				t.Errorf("%q: %d, want %d (%v)", state, got.Total, want, err)
			}
		}
		for sort, want := range map[petition.Sort][]string{"": {ids[2], ids[1], ids[0]}, petition.SortVotes: {ids[2], ids[1], ids[0]}, petition.SortClosing: {ids[1], ids[0], ids[2]}} {
			got, err := h.List(t.Context(), petition.Filter{Sort: sort})
			h.ok(err)
			order := []string{}
			for _, c := range got.Cards {
				order = append(order, c.ID)
			}
			if sort != petition.SortClosing && !slices.Equal(order, want) || order[2] != want[2] {
				t.Errorf("%q: %v, want %v", sort, order, want)
			}
		}
		page, err := h.List(t.Context(), petition.Filter{Page: 2, Limit: 2})
		h.ok(err)
		if page.Pages != 2 || len(page.Cards) != 1 {
			t.Errorf("page 2: %+v", page)
		}
		if far, err := h.List(t.Context(), petition.Filter{Page: 1 << 40, Limit: 1 << 40}); err != nil || len(far.Cards) != 0 {
			t.Errorf("far away: %+v (%v)", far, err)
		}
	})
}

// D-09: everything public is open data with a schema; what is not public, and
// small numbers, are not in it.
func TestOpenData(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		formula := petition.Text{Title: "=HYPERLINK(\"x\") är farligt", What: "Citat: \"a\", b;\nny rad"}
		open := h.published(formula, "anna@test.example")
		few := h.published(bikeText, "")
		hidden := h.receive(petition.Text{Title: "Namnet på grannen", What: "Hemlig text här."}, "")
		h.receive(petition.Text{Title: "Olästa ord", What: "Ingen har läst dem."}, "")
		h.checkOut(hidden.ID)
		h.ok(h.Hide(t.Context(), maja, hidden.ID, petition.Decision{Version: 1, Code: "personal-data", Words: "Grannens namn."}))
		h.clock.Advance(11 * time.Minute)
		h.booth.counts = map[string]int64{open.ID: 4}
		h.closed(few.ID, 5)
		data, err := h.OpenList(t.Context(), petition.Filter{})
		h.ok(err)
		raw, err := json.Marshal(data)
		h.ok(err)
		for _, bad := range []string{"grannen", "Grannens", "Hemlig", "Olästa", "anna@", maja, "petition author"} {
			if bytes.Contains(raw, []byte(bad)) {
				t.Errorf("the open data hold %q", bad)
			}
		}
		if len(data.Petitions) != 3 || data.Schema != petition.SchemaVersion || data.Floor != 5 {
			t.Fatalf("%d petitions", len(data.Petitions))
		}
		for _, o := range data.Petitions {
			switch o.ID {
			case open.ID:
				if o.Votes != nil || o.VotesBelow == nil || *o.VotesBelow != 5 || o.LastDay != "2027-02-20" || o.What != formula.What {
					t.Errorf("open: %+v", o)
				}
			case few.ID:
				if o.Votes == nil || *o.Votes != 5 || o.VotesBelow != nil {
					t.Errorf("closed: %+v", o)
				}
			case hidden.ID:
				if o.Title != "" || o.Code != "personal-data" || o.Votes != nil {
					t.Errorf("hidden: %+v", o)
				}
			}
		}
		var file bytes.Buffer
		h.ok(h.OpenCSV(t.Context(), &file))
		lines, err := csv.NewReader(&file).ReadAll()
		h.ok(err)
		if len(lines) != 4 || lines[0][0] != "id" || len(lines[0]) != 26 {
			t.Fatalf("the file is %v", lines)
		}
		i := slices.IndexFunc(lines, func(l []string) bool { return l[0] == open.ID })
		if lines[i][3] != "'"+formula.Title || lines[i][12] != "" || lines[i][13] != "5" {
			t.Errorf("the line is %v", lines[i])
		}
	})
}

// D-09, P-12: how moderation goes is open too, without small numbers.
func TestStatistics(t *testing.T) {
	each(t, func(s *petition.Settings) { s.UndoMinutes = 0 }, func(t *testing.T, h *hall) {
		for i, code := range []string{"unclear", "unclear", "unclear", "unclear", "unclear", "advertising", ""} {
			got := h.receive(bikeText, "")
			h.clock.Advance(time.Duration(2*i) * 24 * time.Hour)
			h.checkOut(got.ID)
			if code == "" {
				h.ok(h.Accept(t.Context(), maja, got.ID, petition.Decision{Version: 1}))
			} else {
				h.ok(h.Reject(t.Context(), maja, got.ID, petition.Decision{Version: 1, Code: code, Words: "Nej."}))
			}
		}
		s, err := h.Moderation(t.Context(), start, start.AddDate(0, 2, 0))
		h.ok(err)
		if s.Received == nil || *s.Received != 7 || s.Accepted != nil || *s.Codes["unclear"] != 5 || s.Codes["advertising"] != nil {
			t.Errorf("%+v", s)
		}
		if *s.MedianDays != 6 || *s.WithinTarget != 57 {
			t.Errorf("median %d, within %d %%", *s.MedianDays, *s.WithinTarget)
		}
	})
}

// Everything that differs between municipalities is checked at once.
func TestSettings(t *testing.T) {
	good := petition.Defaults()
	good.Board = "kommunstyrelsen"
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*petition.Settings){
		"board is missing":        func(s *petition.Settings) { s.Board = "" },
		"owner":                   func(s *petition.Settings) { s.Owner = "the owner" },
		"durations is empty":      func(s *petition.Settings) { s.Durations = nil },
		"a duration":              func(s *petition.Settings) { s.Durations = []petition.Duration{{}} },
		"either votes or per":     func(s *petition.Settings) { s.Threshold.PerMille, s.Threshold.Population = 1, 1 },
		"needs population":        func(s *petition.Settings) { s.Threshold = petition.Threshold{PerMille: 1} },
		"negative":                func(s *petition.Settings) { s.Threshold = petition.Threshold{Votes: -1} },
		"quarantine_months is 61": func(s *petition.Settings) { s.QuarantineMonths = 61 },
		"near_days":               func(s *petition.Settings) { s.NearDays = 3 },
		"guardian_below":          func(s *petition.Settings) { s.GuardianBelow = 19 },
		"floor is 2":              func(s *petition.Settings) { s.Floor = 2 }, // "fewer than 2" would be said of 4
		"floor is 7":              func(s *petition.Settings) { s.Floor = 7 }, // "fewer than 7" would be said of 9
		"https": func(s *petition.Settings) {
			s.Services = []petition.Service{{ID: "a", Name: "A", URL: "http://a.example"}}
		},
		"twice": func(s *petition.Settings) {
			v := petition.Service{ID: "a", Name: "A", URL: "https://a.example"}
			s.Services = []petition.Service{v, v}
		},
	} {
		s := good
		spoil(&s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for want, th := range map[int64]petition.Threshold{77: {PerMille: 1, Population: 77_000}, 78: {PerMille: 1, Population: 77_001}, 100: {Votes: 100}} {
		if got := th.Number(); got != want {
			t.Errorf("%+v is %d votes", th, got)
		}
	}
}
