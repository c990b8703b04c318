package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/config"
	"medborgarnavet/plugin"
	"medborgarnavet/plugins/ekbist"
	"medborgarnavet/plugins/ssbtek"
)

var heading = regexp.MustCompile("(?m)^## `medborgarnavet ([a-z ]+)`$")

// docs/commands.md has a section for each command and no other, with every
// flag that the command's help names.
func TestCommandsAreDocumented(t *testing.T) {
	raw, err := os.ReadFile("../../docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	marks := heading.FindAllStringSubmatchIndex(string(raw), -1)
	for i, m := range marks {
		end := len(raw)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		sections[string(raw[m[2]:m[3]])] = string(raw[m[1]:end])
	}
	for name, c := range commands {
		text, ok := sections[name]
		if !ok {
			t.Errorf("%s has no section in docs/commands.md", name)
			continue
		}
		for word := range strings.FieldsSeq(c.args) {
			word = strings.Trim(word, "[]")
			if flag := "-" + strings.TrimLeft(word, "-"); strings.HasPrefix(word, "-") && !strings.Contains(text, flag) {
				t.Errorf("the section on %s does not name %s", name, flag)
			}
		}
	}
	for name := range sections {
		if _, ok := commands[name]; !ok {
			t.Errorf("docs/commands.md describes %s, which is no command", name)
		}
	}
}

// Issue 3, command line: whoever asks for help gets it on standard output with
// exit code 0; a word that is no command is named.
func TestHelp(t *testing.T) {
	help := func(args ...string) (int, string, string) {
		var out, errs strings.Builder
		code := run(t.Context(), args, stdio{in: strings.NewReader(""), out: &out, err: &errs})
		return code, out.String(), errs.String()
	}
	for name := range commands {
		words := strings.Fields(name)
		for _, args := range [][]string{append(words[:len(words):len(words)], "-h"), append(words[:len(words):len(words)], "x.pdf", "--help"), append([]string{"help"}, words...)} {
			code, out, errs := help(args...)
			if code != 0 || errs != "" || !strings.Contains(out, "medborgarnavet "+name+" ") {
				t.Errorf("%q: exit %d, out %q, err %q", args, code, out, errs)
			}
		}
	}
	if _, out, _ := help("pdf", "verify", "-h"); !strings.Contains(out, "-online") || !strings.Contains(out, "-list-signer PEM") {
		t.Errorf("pdf verify -h does not tell its flags: %s", out)
	}
	for _, c := range []struct {
		args      []string
		code      int
		out, errs string
	}{
		{[]string{"help"}, 0, "petition audit ", ""},
		{[]string{"--help"}, 0, "petition audit ", ""},
		{nil, 2, "", "petition audit "},
		{[]string{"pdf", "-h"}, 0, "pdf scan ", ""},
		{[]string{"pdf"}, 2, "", "pdf scan "},
		{[]string{"bogus"}, 2, "", `there is no command "bogus"`},
		{[]string{"pdf", "bogus", "x.pdf"}, 2, "", `there is no command "pdf bogus"`},
		{[]string{"help", "bogus"}, 2, "", `there is no command "bogus`},
		{[]string{"pdf", "verify", "--", "-no.pdf"}, 2, "", "no such file"},
		{[]string{"petition", "audit", "--", "-no.json", "-key"}, 2, "", "no such file"},
	} {
		code, out, errs := help(c.args...)
		if code != c.code || !strings.Contains(out, c.out) || !strings.Contains(errs, c.errs) || (out == "") == (errs == "") {
			t.Errorf("%q: exit %d, out %q, err %q", c.args, code, out, errs)
		}
	}
}

// What docs/config-example.toml says to the plug-ins is what they read.
func TestExampleConfigurationStartsThePlugins(t *testing.T) {
	cfg, err := config.Load("../../docs/config-example.toml")
	if err != nil {
		t.Fatal(err)
	}
	build := map[string]func(plugin.Host) (plugin.Plugin, error){"ssbtek": ssbtek.New, "ekbist": ekbist.New}
	m := cfg.Municipalities[0]
	for _, p := range m.Plugins {
		_, err := build[p.ID](plugin.Host{
			Settings: p.Settings, Now: time.Now, Log: slog.New(slog.DiscardHandler),
			Controller: plugin.Controller{Municipality: m.ID, Board: p.Board, Name: m.Name, OrgNumber: m.OrgNumber},
			Endpoint:   func(name string) (string, error) { return p.Targets[name].Endpoint, nil },
			HTTP: func(name string) (*http.Client, error) {
				if _, ok := p.Targets[name]; !ok {
					return nil, fmt.Errorf("no target %q", name)
				}
				return http.DefaultClient, nil
			},
		})
		if err != nil {
			t.Errorf("plug-in %s: %v", p.ID, err)
		}
	}
	if len(m.Plugins) != len(build) {
		t.Errorf("%d plug-ins in the example; there are %d", len(m.Plugins), len(build))
	}
}
