//go:build conformance

package conformance

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// demo runs the demo town and gives its municipalities' addresses.
func demo(t *testing.T) (addresses []string) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "demo")
	if out, err := program(t, "go", "build", "-o", binary, "../cmd/demo"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.Command(binary, "-listen", "127.0.0.1:0", "-json")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var ready struct{ Municipalities []struct{ URL string } }
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	for _, m := range ready.Municipalities {
		addresses = append(addresses, m.URL)
	}
	return addresses
}

// D-09, issue 4 part 4: the catalogue of each municipality is RDF that another
// program reads, keeps DCAT-AP-SE 3.0.1's rules of what there must be and how
// many, and names no address of the site that does not answer. The shapes are
// tried as well: each of their rules finds a catalogue that breaks it.
func TestCatalogueOfOpenData(t *testing.T) {
	for _, site := range demo(t) {
		text, err := exec.Command("venv/bin/python", "judge_dcat.py", site+"/datasets/dcat").Output()
		if err != nil {
			t.Fatalf("%s: %v", site, err)
		}
		var said struct {
			Type                    string
			Holds                   bool
			Findings, Named, Unseen []string
			Things                  map[string]int
			Tried                   int
		}
		if err := json.Unmarshal(text, &said); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if said.Type != "application/rdf+xml" || !said.Holds || len(said.Findings) > 0 {
			t.Errorf("%s: %s\n\t%s", site, said.Type, strings.Join(said.Findings, "\n\t"))
		}
		for class, n := range map[string]int{"Catalog": 1, "Dataset": 2, "Distribution": 3, "DataService": 1, "Agent": 1, "Organization": 1} {
			if said.Things[class] != n {
				t.Errorf("%s: %d of %s, want %d", site, said.Things[class], class, n)
			}
		}
		if said.Tried < 30 || len(said.Unseen) > 0 {
			t.Errorf("the shapes: %d rules tried, not seen: %v", said.Tried, said.Unseen)
		}
		own := 0
		for _, address := range said.Named {
			if strings.HasPrefix(address, site) {
				own++
				answers(t, address)
			}
		}
		if own < 12 {
			t.Errorf("%s: %d addresses of its own", site, own)
		}
	}
}

func answers(t *testing.T, address string) {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Request.URL.Path != strings.TrimPrefix(strings.SplitN(address, "#", 2)[0], resp.Request.URL.Scheme+"://"+resp.Request.URL.Host) {
		t.Errorf("%s: %d at %s", address, resp.StatusCode, resp.Request.URL)
	}
}
