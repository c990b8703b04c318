package tally_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/tally"
)

var at = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// recursive is the root by the definition of RFC 9162 §2.1.1, written apart
// from the code.
func recursive(leaves []tally.Hash) tally.Hash {
	switch n := len(leaves); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leaves[0]
	default:
		k := 1
		for k*2 < n {
			k *= 2
		}
		l, r := recursive(leaves[:k]), recursive(leaves[k:])
		return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...))
	}
}

// The tree is the documented one for every size, whatever order rows came in.
func TestRoot(t *testing.T) {
	const petition = "01J00000000000000000000000"
	seen := map[tally.Hash]bool{}
	for n := range 70 {
		leaves := make([]tally.Hash, n)
		for i := range leaves {
			leaves[n-1-i] = tally.Leaf(petition, fmt.Appendf(nil, "nullifier %d", i))
		}
		tally.Sort(leaves)
		got := tally.Root(leaves)
		if got != recursive(leaves) || seen[got] {
			t.Errorf("the root of %d leaves", n)
		}
		seen[got] = true
	}
	want := sha256.Sum256([]byte("\x00" + petition + "x"))
	if tally.Leaf(petition, []byte("x")) != want {
		t.Error("a leaf is not SHA-256(0x00 ‖ petition ‖ nullifier)")
	}
}

// I-10: more than count and head needs a recorded decision.
func TestPublication(t *testing.T) {
	for _, row := range []struct {
		p  tally.Publication
		ok bool
	}{
		{tally.Publication{}, true},
		{tally.Publication{Leaves: true}, false},
		{tally.Publication{Receipts: true}, false},
		{tally.Publication{Leaves: true, Receipts: true, Decision: "DSO 2026/7"}, true},
	} {
		if err := row.p.Check(); (err == nil) != row.ok || (err != nil && !fault.Is(err, fault.Invalid)) {
			t.Errorf("%+v: %v", row.p, err)
		}
	}
}

// published is a whole set of files as a municipality would publish it.
type published struct {
	petition string
	sign     func(document any) []byte
	key      []byte
	first    tally.Head
	final    tally.Head
	report   tally.Report
	leaves   []tally.Hash
	receipt  tally.Receipt
}

func newPublished(t testing.TB) *published {
	ring := keyringtest.New(t, clock.NewManual(at))
	p := &published{petition: db.NewID(), key: ring.Public(tally.Purpose)}
	p.sign = func(document any) []byte {
		raw, err := tally.Sign(ring, document)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for i := range 9 {
		n := sha256.Sum256(fmt.Append(nil, i))
		p.leaves = append(p.leaves, tally.Leaf(p.petition, n[:]))
		p.receipt = tally.Receipt{Petition: p.petition, Nullifier: hex.EncodeToString(n[:])}
	}
	tally.Sort(p.leaves)
	key := seal.Key{Holder: seal.Own, ID: "11", Kind: seal.HMAC, Public: "22", Made: at}
	p.first = tally.Head{Kind: tally.KindRunning, Municipality: "2120009911", Petition: p.petition, Count: 5, At: at}
	p.final = tally.Head{Kind: tally.KindFinal, Municipality: "2120009911", Petition: p.petition, Count: 9, Root: tally.RootOf(p.leaves), At: at.Add(time.Hour)}
	p.report = tally.Report{Kind: tally.KindReport, Petition: p.petition, Count: 9, Root: p.final.Root,
		Method: tally.CountMethod{Accepted: 11, Withdrawn: 2, Rows: 9, Leaves: 9, Agree: true, Evaluations: []int64{22}}, Commitment: seal.Commitment{Design: seal.DesignMAC, Petition: p.petition, Keys: []seal.Key{key}},
		Destroyed: []seal.Destroyed{{Petition: p.petition, Key: key, At: at.Add(time.Minute), Evaluations: 22}}}
	return p
}

func (p *published) files() []tally.File {
	first := p.sign(p.first)
	var s tally.Signed
	_ = json.Unmarshal(first, &s)
	sum := sha256.Sum256([]byte(s.Document))
	final := p.final
	if final.Previous == "" {
		final.Previous = hex.EncodeToString(sum[:])
	}
	list := "medborgarnavet petition leaves 1\n" + p.petition + "\n"
	for _, l := range p.leaves {
		list += hex.EncodeToString(l[:]) + "\n"
	}
	receipt, _ := json.Marshal(p.receipt)
	return []tally.File{{Name: "2", Data: p.sign(final)}, {Name: "1", Data: first}, {Name: "report", Data: p.sign(p.report)},
		{Name: "leaves", Data: []byte(list)}, {Name: "receipt", Data: receipt}}
}

// P-16, I-10: the published files alone tell whether the count is right, and
// every change of any of them is seen.
func TestAudit(t *testing.T) {
	other := keyringtest.New(t, clock.NewManual(at))
	for _, row := range []struct {
		name   string
		change func(p *published)
		bend   func(files []tally.File) []tally.File
		ok     bool
	}{
		{"as published", nil, nil, true},
		{"without the list and the receipt", nil, func(f []tally.File) []tally.File { return f[:3] }, true},
		{"the final head alone", func(p *published) { p.final.Previous = "x" }, func(f []tally.File) []tally.File { return f[:1] }, true},
		{"nothing", nil, func([]tally.File) []tally.File { return nil }, false},
		{"no head", nil, func(f []tally.File) []tally.File { return f[3:] }, false},
		{"another count", func(p *published) { p.final.Count = 10 }, nil, false},
		{"another root", func(p *published) { p.final.Root = strings.Repeat("0", 64) }, nil, false},
		{"a leaf less", func(p *published) { p.leaves = p.leaves[1:] }, nil, false},
		{"a leaf twice", func(p *published) { p.leaves = append(p.leaves, p.leaves[8]) }, nil, false},
		{"leaves out of order", func(p *published) { p.leaves[0], p.leaves[1] = p.leaves[1], p.leaves[0] }, nil, false},
		{"a receipt of nobody", func(p *published) { p.receipt.Nullifier = strings.Repeat("0", 64) }, nil, false},
		{"a receipt of another petition", func(p *published) { p.receipt.Petition = db.NewID() }, nil, false},
		{"a receipt without a list", nil, func(f []tally.File) []tally.File { return append(f[:3], f[4]) }, false},
		{"another chain", func(p *published) { p.final.Previous = strings.Repeat("0", 64) }, nil, false},
		{"final before running", func(p *published) { p.final.At = at.Add(-time.Hour) }, nil, false},
		{"another petition", func(p *published) { p.first.Petition = db.NewID() }, nil, false},
		{"an unknown kind", func(p *published) { p.first.Kind = "draft" }, nil, false},
		{"the report counts otherwise", func(p *published) { p.report.Count = 8 }, nil, false},
		{"counts that disagree", func(p *published) { p.report.Method.Agree = false }, nil, false},
		{"more accepted than counted", func(p *published) { p.report.Method.Accepted = 12 }, nil, false},
		{"fewer withdrawn", func(p *published) { p.report.Method.Withdrawn = 1 }, nil, false},
		{"negative withdrawals", func(p *published) { p.report.Method.Accepted, p.report.Method.Withdrawn = 8, -1 }, nil, false},
		{"other rows", func(p *published) { p.report.Method.Rows = 10 }, nil, false},
		{"other leaves", func(p *published) { p.report.Method.Leaves = 8 }, nil, false},
		{"a key that answered too few", func(p *published) { p.report.Method.Evaluations[0], p.report.Destroyed[0].Evaluations = 10, 10 }, nil, false},
		{"answers that are not the key's", func(p *published) { p.report.Method.Evaluations[0] = 23 }, nil, false},
		{"answers of no key", func(p *published) { p.report.Method.Evaluations = nil }, nil, false},
		{"a key that was not there", func(p *published) { p.report.Destroyed[0] = seal.Destroyed{At: at}; p.report.Method.Evaluations[0] = 0 }, nil, true},
		{"a key not destroyed", func(p *published) { p.report.Destroyed = nil }, nil, false},
		{"another key destroyed", func(p *published) { p.report.Destroyed[0].Key.ID = "33" }, nil, false},
		{"a key destroyed after the result", func(p *published) { p.report.Destroyed[0].At = at.Add(2 * time.Hour) }, nil, false},
		{"a signature of another", nil, func(f []tally.File) []tally.File {
			raw, _ := tally.Sign(other, map[string]any{"kind": "final"})
			return append(f, tally.File{Name: "x", Data: raw})
		}, false},
		{"a changed document", nil, func(f []tally.File) []tally.File {
			f[0].Data = []byte(strings.Replace(string(f[0].Data), `\"count\":9`, `\"count\":8`, 1))
			return f
		}, false},
		{"garbage", nil, func(f []tally.File) []tally.File { return append(f, tally.File{Name: "x", Data: []byte("{")}) }, false},
		{"two lists", nil, func(f []tally.File) []tally.File { return append(f, f[3]) }, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := newPublished(t)
			if row.change != nil {
				row.change(p)
			}
			files := p.files()
			if row.bend != nil {
				files = row.bend(files)
			}
			if v := tally.Audit(files, p.key); v.OK() != row.ok {
				t.Errorf("%+v", v)
			}
		})
	}
	p := newPublished(t)
	if v := tally.Audit(p.files(), other.Public(tally.Purpose)); v.OK() {
		t.Error("files of another municipality hold")
	}
	if v := tally.Audit(p.files(), nil); !v.OK() || v.Count != 9 {
		t.Errorf("without a key: %+v", v)
	}
}

// Files that others made never kill the checker.
func FuzzAudit(f *testing.F) {
	p := newPublished(f)
	for _, file := range p.files() {
		f.Add(file.Data)
	}
	good := p.files()
	f.Fuzz(func(t *testing.T, data []byte) {
		v := tally.Audit(append(good[:4:4], tally.File{Name: "x", Data: data}), p.key)
		if v.OK() && v.Count != 9 {
			t.Errorf("a foreign file changed the count to %d", v.Count)
		}
	})
}
