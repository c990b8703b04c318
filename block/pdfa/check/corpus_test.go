package check

import (
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// corpusDir is the veraPDF corpus: where VERAPDF_CORPUS says, or beside the
// repository. It is too large for the repository, and a machine may lack it.
func corpusDir() string {
	dir := os.Getenv("VERAPDF_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "corpora", "verapdf")
	}
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		return ""
	}
	return dir
}

// score counts verdicts.
type score struct{ hit, fail, right, pass int }

func (s score) recall() float64    { return float64(s.hit) / float64(max(s.fail, 1)) }
func (s score) precision() float64 { return float64(s.right) / float64(max(s.pass, 1)) }

func (s *score) add(shouldFail, failed bool) {
	if shouldFail {
		s.fail++
		if failed {
			s.hit++
		}
		return
	}
	s.pass++
	if !failed {
		s.right++
	}
}

// S-12, issue 3: on the corpus, recall of failures at least 0.90 and right on
// passes at least 0.98, in 1b and in 2b; the goal of the package is 0.95 and
// 0.99. Without the corpus the same is asked of the package's own set.
func TestCorpus(t *testing.T) {
	ownSet(t)
	dir := corpusDir()
	if dir == "" {
		t.Log("THE VERAPDF CORPUS IS NOT HERE: only the package's own documents were judged (set VERAPDF_CORPUS)")
		return
	}
	for _, p := range []Profile{A1b, A2b, A3b, A1a, A2a} {
		t.Run(string(p), func(t *testing.T) {
			total := score{}
			clauses := map[string]*score{}
			for _, file := range corpusFiles(t, filepath.Join(dir, "PDF_A-"+string(p))) {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				res, err := Check(data, p, Options{})
				failed := err != nil || !res.Conformant
				shouldFail := strings.Contains(filepath.Base(file), "-fail-")
				clause := clauseOf(file)
				if clauses[clause] == nil {
					clauses[clause] = &score{}
				}
				clauses[clause].add(shouldFail, failed)
				total.add(shouldFail, failed)
				if shouldFail != failed {
					t.Logf("judged wrongly: %s: %v %v", filepath.Base(file), rulesOf(res), err)
				}
			}
			report(t, clauses, total)
			if total.fail+total.pass == 0 {
				t.Fatal("the corpus has no files for this profile")
			}
			if total.recall() < 0.95 || total.precision() < 0.99 {
				t.Errorf("recall %.3f and right on passes %.3f, want 0.95 and 0.99", total.recall(), total.precision())
			}
		})
	}
}

// ownSet judges the documents that the rule tests are built of: one that
// conforms and a few that do not, so that the test means something everywhere.
func ownSet(t *testing.T) {
	t.Helper()
	s := score{}
	for _, p := range []Profile{A1b, A2b, A3b} {
		for _, breakIt := range []func(d *testDoc){nil, noIntent, func(d *testDoc) { d.xmp = "" }, func(d *testDoc) { d.content = "foo" },
			withCatalog("Lang", nil), withAnnot(nil)} {
			d := newDoc(p)
			if breakIt != nil {
				breakIt(d)
			}
			res, err := Check(d.bytes(t), p, Options{})
			shouldFail := d.intent == nil || d.xmp == "" || d.content == "foo"
			s.add(shouldFail, err != nil || !res.Conformant)
		}
	}
	if s.recall() != 1 || s.precision() != 1 || s.fail == 0 || s.pass == 0 {
		t.Errorf("own set: %+v", s)
	}
}

func corpusFiles(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.HasSuffix(path, ".pdf") {
			out = append(out, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// clauseOf is the clause that a file's folder names: "6.2.2 Output intent".
func clauseOf(file string) string {
	name, _, _ := strings.Cut(filepath.Base(filepath.Dir(file)), " ")
	return name
}

func report(t *testing.T, clauses map[string]*score, total score) {
	t.Helper()
	var names []string
	for n := range clauses {
		names = append(names, n)
	}
	sort.Slice(names, func(i, j int) bool { return lessRule(names[i], names[j]) })
	for _, n := range names {
		s := clauses[n]
		t.Logf("%-12s failures %3d of %3d, passes %3d of %3d", n, s.hit, s.fail, s.right, s.pass)
	}
	t.Logf("total: recall %.3f (%d of %d), right on passes %.3f (%d of %d)", total.recall(), total.hit, total.fail,
		total.precision(), total.right, total.pass)
}
