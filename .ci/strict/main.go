// Command strict runs go test and keeps count: strict -name NAME -- ARGS…
//
// It prints one line for each package, the whole output of what failed, every
// test that was skipped with its reason, and last how many passed, failed and
// were skipped. With CI=true a skipped test is a failure; a run of no test is
// one always.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// event is one line of go test -json (see go doc test2json).
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
	Elapsed    float64
}

// count is what a run has come to so far.
type count struct {
	passed, failed, skipped int
	output                  map[string]string // by package and test, until it is known how it went
	skips                   []string
	broken                  bool // a package did not build or ended outside its tests
}

func main() {
	name := flag.String("name", "tests", "what to call this run in the closing line")
	flag.Parse()
	c := count{output: map[string]string{}}
	err := c.run(os.Stdout, flag.Args())
	for _, s := range c.skips {
		fmt.Printf("SKIP  %s\n", s)
	}
	if err != nil && c.failed == 0 {
		c.broken = true
		fmt.Printf("go test: %v\n", err)
	}
	fmt.Printf("%s: %d passed, %d failed, %d skipped\n", *name, c.passed, c.failed, c.skipped)
	switch {
	case c.failed > 0 || c.broken:
		os.Exit(1)
	case c.passed == 0:
		fmt.Println("no test has run")
		os.Exit(1)
	case c.skipped > 0 && os.Getenv("CI") == "true":
		fmt.Println("with CI=true a skipped test is a failure")
		os.Exit(1)
	}
}

// run runs go test and reads what it tells.
func (c *count) run(w io.Writer, args []string) error {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			var e event
			if json.Unmarshal([]byte(line), &e) == nil {
				c.take(w, e)
			} else {
				fmt.Fprint(w, line)
			}
		}
		if err != nil {
			break
		}
	}
	return cmd.Wait()
}

func (c *count) take(w io.Writer, e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		c.output[key] += e.Output
		return
	case "build-output":
		fmt.Fprint(w, e.Output)
		return
	case "build-fail":
		c.broken = true
		fmt.Fprintf(w, "FAIL  %s does not build\n", e.ImportPath)
		return
	case "pass", "fail", "skip":
	default:
		return
	}
	if e.Test == "" {
		c.endPackage(w, e, c.output[key])
	} else {
		c.endTest(w, e, c.output[key])
	}
	delete(c.output, key)
}

func (c *count) endTest(w io.Writer, e event, output string) {
	switch e.Action {
	case "pass":
		c.passed++
	case "fail":
		c.failed++
		fmt.Fprint(w, output)
		fmt.Fprintf(w, "FAIL  %s %s\n", e.Package, e.Test)
	case "skip":
		c.skipped++
		c.skips = append(c.skips, e.Package+" "+e.Test+": "+reason(output))
	}
}

// reason is what a skipped test has said, on one line.
func reason(output string) string {
	var said []string
	for _, l := range strings.Split(output, "\n") {
		if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "=== ") && !strings.HasPrefix(l, "--- ") {
			said = append(said, l)
		}
	}
	return strings.Join(said, " ")
}

func (c *count) endPackage(w io.Writer, e event, output string) {
	if e.Action == "skip" { // no test files
		return
	}
	if e.Action == "fail" {
		fmt.Fprint(w, output)
		c.broken = true
	}
	word := map[string]string{"pass": "ok", "fail": "FAIL"}[e.Action]
	fmt.Fprintf(w, "%-5s %-45s %.1fs\n", word, e.Package, e.Elapsed)
}
