package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
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
