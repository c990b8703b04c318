package ekbist

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"medborgarnavet/plugin"
)

// host is a board's host without any settings but those given.
func host(settings string) plugin.Host {
	return plugin.Host{
		Now:        func() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) },
		Settings:   json.RawMessage(settings),
		Controller: plugin.Controller{Municipality: "ekbacka", Board: "socialnamnden", Name: "Socialnämnden i Ekbacka kommun", OrgNumber: "2120009911"},
	}
}

// norm2023 are settings with the table of 2023 (ssbtek.md §3.4).
func norm2023(t *testing.T) Settings {
	t.Helper()
	raw, err := os.ReadFile("testdata/norm-2023.json")
	if err != nil {
		t.Fatal(err)
	}
	s, err := readSettings(json.RawMessage(`{"norms":` + string(raw) + `}`))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func application(month string, values map[string]string, rows ...plugin.Row) plugin.Application {
	return plugin.Application{
		FormID: formID, FormVersion: formVersion, Month: month,
		Values: values, Rows: rows, Household: plugin.Household{Adults: 1},
	}
}

func kr(kronor int64) *int64 {
	ore := kronor * 100
	return &ore
}

// eachField visits every field with its path, without item indexes.
func eachField(f plugin.Form, visit func(path string, g plugin.Group, field plugin.Field)) {
	for _, s := range f.Sections {
		for _, g := range s.Groups {
			for _, field := range g.Fields {
				visit(s.ID+"."+g.ID+"."+field.ID, g, field)
			}
		}
	}
}

func row(t *testing.T, w plugin.Worksheet, key string) plugin.IncomeLine {
	t.Helper()
	for _, l := range w.Incomes {
		if l.Key == key {
			return l
		}
	}
	t.Fatalf("no income line %q", key)
	return plugin.IncomeLine{}
}

func dump(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// spacesOf writes no-break spaces as spaces.
func spacesOf(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }
