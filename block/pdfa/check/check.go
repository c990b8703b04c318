package check

import (
	"errors"
	"sort"
	"strings"
	"time"

	"medborgarnavet/block/pdf"
)

// Profile is the part of ISO 19005 and the conformance level to check against:
// "1b", "2b", "3b", or "1a", "2a", "2u", "3a", "3u".
type Profile string

// The profiles.
const (
	A1b Profile = "1b"
	A1a Profile = "1a"
	A2b Profile = "2b"
	A2u Profile = "2u"
	A2a Profile = "2a"
	A3b Profile = "3b"
	A3u Profile = "3u"
	A3a Profile = "3a"
)

// Known tells whether p is a profile that Check can check.
func (p Profile) Known() bool {
	switch p {
	case A1b, A1a, A2b, A2u, A2a, A3b, A3u, A3a:
		return true
	}
	return false
}

// Errors of Check, besides those of package pdf.
var (
	ErrProfile = errors.New("pdfa: not a profile that can be checked")
	ErrNoClaim = errors.New("pdfa: the file claims no profile that can be checked")
)

// Options bounds the work. Zero fields mean the defaults of package pdf.
type Options struct {
	Limits pdf.Limits
	depth  int // how deep this file lies inside others
}

// Finding is one rule that the file breaks. Several places that break the same
// rule are one finding with Count.
type Finding struct {
	Rule     string  // clause and test number of ISO 19005, "6.2.2-1"
	Reason   string  // one plain sentence in English
	ReasonSv string  // the same in Swedish
	Object   pdf.Ref // the first object concerned; zero when it is the file
	Count    int
}

// Result is the outcome of Check.
type Result struct {
	Claimed    Profile // what the file's metadata claims, "" when nothing
	Profile    Profile // what it was checked against
	Conformant bool    // true only when there is no finding
	Findings   []Finding
	NotCovered []string // rules of the profile that are not, or not wholly, checked
}

// checker holds the state of one run.
type checker struct {
	file    *pdf.File
	doc     *pdf.Document
	part    int
	level   byte
	opts    Options
	started time.Time

	found map[ruleKey]*Finding
	order []ruleKey

	main   *packet
	pages  []pdf.Page
	intent string // colour space of the PDF/A output intent's profile: "RGB ", "CMYK", "GRAY" or ""

	streams   map[*pdf.Stream]*decoded
	fonts     map[fontKey]*fontUse
	fontOrder []*fontUse
	programs  map[pdf.Ref]*program
	content   *contentChecks

	specs      []fileSpec
	associated map[pdf.Ref]bool
	actionSeen map[pdf.Ref]bool
	compared   int
}

type decoded struct {
	data []byte
	err  error
}

// Check checks data against profile p, or, when p is "", against what the file
// claims. An error means that there is nothing to check: not a PDF, over the
// limits, no claim. An encrypted file is a result: PDF/A forbids encryption.
func Check(data []byte, p Profile, o Options) (Result, error) {
	if p != "" && !p.Known() {
		return Result{}, ErrProfile
	}
	f, err := pdf.Read(data, pdf.Options{Limits: o.Limits})
	if errors.Is(err, pdf.ErrEncrypted) {
		return encrypted(p), nil
	}
	if err != nil {
		return Result{}, err
	}
	return CheckFile(f, p, o)
}

// CheckFile is Check of a file that has been read already.
func CheckFile(f *pdf.File, p Profile, o Options) (Result, error) {
	if p != "" && !p.Known() {
		return Result{}, ErrProfile
	}
	claimed, ok := Claim(f)
	if p == "" {
		if !ok {
			return Result{}, ErrNoClaim
		}
		p = claimed
	}
	c := newChecker(f, p, o)
	c.guarded()
	res := c.result(p)
	res.Claimed = claimed
	return res, nil
}

func newChecker(f *pdf.File, p Profile, o Options) *checker {
	return &checker{
		file: f, doc: f.Latest(), part: int(p[0] - '0'), level: p[1], opts: o, started: time.Now(),
		found: map[ruleKey]*Finding{}, actionSeen: map[pdf.Ref]bool{}, streams: map[*pdf.Stream]*decoded{}, fonts: map[fontKey]*fontUse{}, programs: map[pdf.Ref]*program{},
	}
}

// encrypted is the result for a file that cannot be looked into.
func encrypted(p Profile) Result {
	part := 2
	if p != "" {
		part = int(p[0] - '0')
	}
	c := &checker{part: part, level: 'b', found: map[ruleKey]*Finding{}}
	c.fail(ruleEncrypt, pdf.Ref{})
	res := c.result(p)
	res.NotCovered = append([]string{"everything else: the file is encrypted"}, res.NotCovered...)
	return res
}

// Claim is the profile that the file's metadata claims, and whether it claims
// one that this package knows.
func Claim(f *pdf.File) (Profile, bool) {
	d := f.Latest()
	s := d.Stream(d.Catalog()["Metadata"])
	if s == nil {
		return "", false
	}
	data, err := d.Decode(s)
	if err != nil {
		return "", false
	}
	p := readPacket(data)
	part, level := p.prop(nsPDFAID, "part"), p.prop(nsPDFAID, "conformance")
	if part == nil || level == nil {
		return "", false
	}
	claim := Profile(strings.TrimSpace(part.value) + strings.ToLower(strings.TrimSpace(level.value)))
	return claim, claim.Known()
}

// guarded runs the checks behind a last defence: files come from strangers, and
// should one of them make a check fail in a way that was not foreseen, the file
// is not judged conformant and the program goes on. The fuzz tests run without
// it.
func (c *checker) guarded() {
	defer func() {
		if recover() != nil {
			c.fail(ruleUnreadable, pdf.Ref{})
		}
	}()
	c.run()
}

// run makes every check.
func (c *checker) run() {
	c.checkStructure()
	c.checkSyntax()
	c.checkMetadata()
	c.checkOutputIntents()
	pages, err := c.doc.Pages()
	if err != nil {
		c.fail(ruleUnreadable, pdf.Ref{})
	}
	c.pages = pages
	c.checkCatalog()
	c.checkObjects()
	c.checkContent()
	c.checkFonts()
	c.checkAnnotations()
	c.checkForms()
	c.checkActions()
	c.checkOptionalContent()
	c.checkEmbedded()
	c.checkPermissions()
	c.checkTagging()
}

// fail notes that the rule is broken at the object. Rules that the profile does
// not have are ignored, so that a check need not ask which profile it is.
func (c *checker) fail(key ruleKey, at pdf.Ref) {
	if f := c.found[key]; f != nil {
		f.Count++
		return
	}
	r := &ruleTable()[key]
	id := r.id(c.part, c.level)
	if id == "" {
		return
	}
	c.found[key] = &Finding{Rule: id, Reason: r.en, ReasonSv: r.sv, Object: at, Count: 1}
	c.order = append(c.order, key)
}

func (c *checker) result(p Profile) Result {
	res := Result{Profile: p, NotCovered: notCovered(c.part, c.level)}
	for _, k := range c.order {
		res.Findings = append(res.Findings, *c.found[k])
	}
	sort.SliceStable(res.Findings, func(i, j int) bool { return lessRule(res.Findings[i].Rule, res.Findings[j].Rule) })
	res.Conformant = len(res.Findings) == 0
	return res
}

// lessRule orders "6.2.10-1" after "6.2.9-2".
func lessRule(a, b string) bool {
	split := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == '-' })
	}
	x, y := split(a), split(b)
	for i := 0; i < len(x) && i < len(y); i++ {
		if x[i] == y[i] {
			continue
		}
		if len(x[i]) != len(y[i]) {
			return len(x[i]) < len(y[i])
		}
		return x[i] < y[i]
	}
	return len(x) < len(y)
}

// decode is the decoded content of a stream, kept for the run.
func (c *checker) decode(s *pdf.Stream) ([]byte, error) {
	if d := c.streams[s]; d != nil {
		return d.data, d.err
	}
	data, err := c.doc.Decode(s)
	c.streams[s] = &decoded{data, err}
	return data, err
}

// late tells that the time for the run is spent: a file that takes so long is
// not judged further, and the finding says so.
func (c *checker) late() bool {
	limit := c.opts.Limits.Time
	if limit == 0 {
		limit = pdf.Default.Time
	}
	if time.Since(c.started) > limit {
		c.fail(ruleUnreadable, pdf.Ref{})
		return true
	}
	return false
}
