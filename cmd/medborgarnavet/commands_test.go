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
// flag that the command's usage names.
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
		for word := range strings.FieldsSeq(c.usage) {
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
