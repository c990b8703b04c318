package ssbtek

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func runDecode(t *testing.T, stdin string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = DecodeCommand(args, strings.NewReader(stdin), &o, &e)
	return code, o.String(), e.String()
}

func TestDecodeCommand(t *testing.T) {
	file := filepath.Join(t.TempDir(), "svar.xml")
	if err := os.WriteFile(file, []byte(readTestdata(t, "all.xml")), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{file}, {"-person", "198507099805", file}, {file, "--person=19850709-9805"}, {"--", file}} {
		code, out, errs := runDecode(t, "", args...)
		if code != 0 || errs != "" {
			t.Fatalf("%v: %d %s", args[0], code, errs)
		}
		var doc map[string]json.RawMessage
		if err := json.Unmarshal([]byte(out), &doc); err != nil || len(doc) != 3 {
			t.Fatalf("%v: %s", err, out)
		}
		var payments []map[string]any
		if err := json.Unmarshal(doc["payments"], &payments); err != nil || len(payments) != 7 || len(payments[0]) != 8 {
			t.Fatalf("%v: %s", err, doc["payments"])
		}
		if p := payments[0]; p["payer"] != "CSN" || p["net_ore"] != 800000.0 || p["gross_ore"] != nil || p["status"] != "paid" {
			t.Errorf("%v", p)
		}
		if p := payments[1]; p["pay_date"] != nil || p["period"] != nil {
			t.Errorf("an undecided day: %v", p)
		}
		if strings.Contains(out, "1985") || strings.Contains(out, "Berglund") {
			t.Error("more than was asked for is printed")
		}
	}
}

// I-4 and I-6 as the command prints them.
func TestDecodeCommandStates(t *testing.T) {
	protected := strings.Replace(readTestdata(t, "all.xml"), "Sekretessmarkering>false", "Sekretessmarkering>true", 1)
	_, out, _ := runDecode(t, protected, "-")
	var doc struct {
		Parts     []map[string]string
		Payments  []any
		Protected bool
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil || !doc.Protected || doc.Payments == nil || len(doc.Payments) != 0 {
		t.Fatalf("%v %s", err, out)
	}
	for _, p := range doc.Parts {
		if len(p) != 2 || p["state"] != "nothing" {
			t.Errorf("%v", p)
		}
	}
	code, out, _ := runDecode(t, readTestdata(t, "errors.xml"), "-")
	if err := json.Unmarshal([]byte(out), &doc); code != 0 || err != nil || doc.Protected || len(doc.Parts) != 8 {
		t.Fatalf("%d %v %s", code, err, out)
	}
	if p := doc.Parts[1]; p["origin"] != "CSN" || p["state"] != "unavailable" || p["source"] != "BT" || p["code"] != "-1005" {
		t.Errorf("%v", p)
	}
	if strings.Contains(out, "198507099805") {
		t.Error("an agency's message is printed")
	}
}

func TestDecodeCommandRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		stdin string
		args  []string
	}{
		"nothing given":    {"", nil},
		"two files":        {"", []string{"a", "b"}},
		"unknown flag":     {"", []string{"-", "-fel"}},
		"no such file":     {"", []string{"finns-inte.xml"}},
		"a folder":         {"", []string{"."}},
		"no answer":        {"<html/>", []string{"-"}},
		"empty":            {"", []string{"-"}},
		"too large":        {strings.Repeat("x", 9<<20), []string{"-"}},
		"no person":        {"", []string{"-", "--person", "198507099806"}},
		"cut off":          {readTestdata(t, "all.xml")[:2000], []string{"-"}},
		"contract v11":     {strings.ReplaceAll(readTestdata(t, "all.xml"), "ssbt/10", "ssbt/11"), []string{"-"}},
		"only an envelope": {`<a:Envelope xmlns:a="http://schemas.xmlsoap.org/soap/envelope/"><a:Body/></a:Envelope>`, []string{"-"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := runDecode(t, c.stdin, c.args...)
			if code != 2 || out != "" || strings.Count(errs, "\n") != 1 || len(errs) < 30 {
				t.Errorf("%d %q %q", code, out, errs)
			}
		})
	}
	if code, out, _ := runDecode(t, "", "-h"); code != 0 || !strings.Contains(out, "usage") {
		t.Error("no help")
	}
}

func TestRequestCommand(t *testing.T) {
	run := func(args ...string) (int, string, string) {
		var o, e bytes.Buffer
		code := RequestCommand(args, nil, &o, &e)
		return code, o.String(), e.String()
	}
	code, out, errs := run("--person", "850709-9805", "-from", "2026-10-01", "--to=2026-12-31", "--sources", " af,\tCSN ,")
	if code != 0 || errs != "" {
		t.Fatalf("%d %s", code, errs)
	}
	for _, want := range []string{
		"<ssbt:personidentitet>198507099805<", `<ssbt:AF inkludera="true"/>`, `<ssbt:CSN inkludera="true"/>`,
		`<ssbt:FK inkludera="false"/>`, `<ssbt:MIV inkludera="false"/>`, "<ssbt:organisationsnummer>162120009911<", "EXEMPEL",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is not there", want)
		}
	}
	full := []string{
		"-person", "198507099805", "-from", "2026-10-01", "-to", "2026-12-31", "-org", "2120009929", "-org-name", "Havsnäs kommun",
		"-officer", "o", "-case", "c", "-purpose", "p", "-legal", "l", "-actor", "a",
	}
	if code, out, _ := run(full...); code != 0 || strings.Contains(out, "EXEMPEL") || !strings.Contains(out, "lefiJsonFraga") {
		t.Errorf("everything given: %d %s", code, out)
	}
	for name, args := range map[string][]string{
		"no person":    {"-from", "2026-10-01", "-to", "2026-12-31"},
		"wrong number": {"-person", "198507099806", "-from", "2026-10-01", "-to", "2026-12-31"},
		"no dates":     {"-person", "198507099805"},
		"a file":       {"-person", "198507099805", "-from", "2026-10-01", "-to", "2026-12-31", "fil"},
		"a source":     append([]string{"-sources", "XX"}, full...),
		"no source":    append([]string{"-sources", ","}, full...),
		"an org":       append(full, "-org", "1"),
		"year 0":       append(full, "-from", "0000-01-01", "-to", "0000-02-01"),
		"a long case":  append(full, "-case", strings.Repeat("x", 32)),
	} {
		if code, out, errs := run(args...); code != 2 || out != "" || strings.Count(errs, "\n") != 1 || strings.Contains(errs, "198507") {
			t.Errorf("%s: %d %q", name, code, errs)
		}
	}
}
