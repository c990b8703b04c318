package tally

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"medborgarnavet/internal/petition/seal"
)

const (
	leavesTitle = "medborgarnavet petition leaves 1"
	// clockSkew is how far the second holder's clock may differ from ours.
	clockSkew = 5 * time.Minute
)

// File is a published file.
type File struct {
	Name string
	Data []byte
}

// Receipt is what a voter was shown of their own vote: showing it to others
// proves that they voted.
type Receipt struct {
	Petition  string `json:"petition"`
	Nullifier string `json:"nullifier"` // hexadecimal
}

// Finding is one thing that was looked at.
type Finding struct {
	OK   bool
	Text string
}

// Verdict is what Audit found.
type Verdict struct {
	Petition string
	Count    int64 // of the final head; -1 when there is none
	Findings []Finding
}

// OK: something was checked, and all of it holds.
func (v Verdict) OK() bool {
	return len(v.Findings) > 0 && !slices.ContainsFunc(v.Findings, func(f Finding) bool { return !f.OK })
}

func (v *Verdict) note(ok bool, text string, args ...any) {
	v.Findings = append(v.Findings, Finding{OK: ok, Text: fmt.Sprintf(text, args...)})
}

// Audit checks the published files of one petition against each other, and
// nothing else: signatures, the chain of heads, the count and root of the
// leaves, the report's times, and receipts. trusted is the municipality's
// public key from elsewhere; without it the files are only held against each
// other, and the verdict says so. What it cannot show is that each leaf is a
// resident; docs/petition-audit.md says what that rests on.
func Audit(files []File, trusted ed25519.PublicKey) Verdict {
	a := auditor{verdict: Verdict{Count: -1}, key: trusted}
	if trusted == nil {
		a.verdict.note(true, "no key was given: the signatures show only that the files belong together")
	}
	for _, f := range files {
		a.read(f)
	}
	a.heads()
	a.leavesAndReceipts()
	a.report()
	return a.verdict
}

// auditor gathers the files by what they are.
type auditor struct {
	verdict  Verdict
	key      ed25519.PublicKey
	chain    []headFile
	reports  []Report
	leaves   []Hash
	hasList  bool
	receipts []Receipt
}

type headFile struct {
	Head
	name string
	sum  string // SHA-256 of the document
}

func (a *auditor) read(f File) {
	if bytes.HasPrefix(f.Data, []byte(leavesTitle)) {
		a.list(f)
		return
	}
	var r Receipt
	if err := json.Unmarshal(f.Data, &r); err == nil && r.Nullifier != "" {
		if a.same(f.Name, r.Petition) {
			a.receipts = append(a.receipts, r)
		}
		return
	}
	document, key, err := open(f.Data)
	if err != nil {
		a.verdict.note(false, "%s: %v", f.Name, err)
		return
	}
	if a.key == nil {
		a.key = key
	}
	if !a.key.Equal(key) {
		a.verdict.note(false, "%s is signed with another key", f.Name)
		return
	}
	a.document(f.Name, document)
}

func (a *auditor) document(name string, document []byte) {
	var head Head
	if err := json.Unmarshal(document, &head); err != nil || !a.same(name, head.Petition) {
		if err != nil {
			a.verdict.note(false, "%s: the document cannot be read", name)
		}
		return
	}
	a.verdict.note(true, "%s: the signature holds", name)
	switch head.Kind {
	case KindRunning, KindFinal:
		sum := sha256.Sum256(document)
		a.chain = append(a.chain, headFile{Head: head, name: name, sum: hex.EncodeToString(sum[:])})
	case KindReport:
		var r Report
		if err := json.Unmarshal(document, &r); err != nil {
			a.verdict.note(false, "%s: the report cannot be read", name)
			return
		}
		a.reports = append(a.reports, r)
	default:
		a.verdict.note(false, "%s is of an unknown kind", name)
	}
}

// same keeps all files to one petition.
func (a *auditor) same(name, petition string) bool {
	if a.verdict.Petition == "" {
		a.verdict.Petition = petition
	}
	if petition == "" || petition != a.verdict.Petition {
		a.verdict.note(false, "%s is about another petition", name)
		return false
	}
	return true
}

func (a *auditor) list(f File) {
	lines := strings.Split(strings.TrimSuffix(string(f.Data), "\n"), "\n")
	if len(lines) < 2 || lines[0] != leavesTitle || !a.same(f.Name, lines[1]) {
		a.verdict.note(false, "%s is no list of leaves", f.Name)
		return
	}
	if a.hasList {
		a.verdict.note(false, "%s is a second list of leaves", f.Name)
		return
	}
	a.hasList = true
	for i, line := range lines[2:] {
		raw, err := hex.DecodeString(line)
		if err != nil || len(raw) != sha256.Size {
			a.verdict.note(false, "%s: line %d is no leaf", f.Name, i+3)
			return
		}
		if n := len(a.leaves); n > 0 && bytes.Compare(a.leaves[n-1][:], raw) >= 0 {
			a.verdict.note(false, "%s: line %d is out of order or there twice", f.Name, i+3)
			return
		}
		a.leaves = append(a.leaves, Hash(raw))
	}
}

// heads checks the chain.
func (a *auditor) heads() {
	slices.SortStableFunc(a.chain, func(x, y headFile) int {
		if x.Kind != y.Kind && (x.Kind == KindFinal || y.Kind == KindFinal) { // the final head is last
			return strings.Compare(y.Kind, x.Kind)
		}
		return x.At.Compare(y.At)
	})
	for i, h := range a.chain {
		if i > 0 {
			before := a.chain[i-1]
			a.verdict.note(h.Previous == before.sum, "%s follows %s", h.name, before.name)
			a.verdict.note(before.Kind != KindFinal && !h.At.Before(before.At), "%s is later than %s", h.name, before.name)
		}
		if h.Kind == KindFinal {
			a.verdict.Count = h.Count
		}
	}
	if len(a.chain) == 0 {
		a.verdict.note(false, "there is no head among the files")
	}
}

func (a *auditor) final() (headFile, bool) {
	if n := len(a.chain); n > 0 && a.chain[n-1].Kind == KindFinal {
		return a.chain[n-1], true
	}
	return headFile{}, false
}

// leavesAndReceipts counts again from the list.
func (a *auditor) leavesAndReceipts() {
	final, ok := a.final()
	if a.hasList {
		a.verdict.note(ok, "the list of leaves has a final head")
		if ok {
			root := Root(a.leaves)
			a.verdict.note(int64(len(a.leaves)) == final.Count, "the list has %d leaves and the final head counts %d", len(a.leaves), final.Count)
			a.verdict.note(hex.EncodeToString(root[:]) == final.Root, "the root over the leaves is the final head's")
		}
	}
	for i, r := range a.receipts {
		nullifier, err := hex.DecodeString(r.Nullifier)
		found := false
		if err == nil && a.hasList {
			leaf := Leaf(r.Petition, nullifier)
			_, found = slices.BinarySearchFunc(a.leaves, leaf, func(x, y Hash) int { return bytes.Compare(x[:], y[:]) })
		}
		a.verdict.note(found, "receipt %d stands in the list of leaves", i+1)
	}
}

// report holds the report against the final head.
func (a *auditor) report() {
	final, ok := a.final()
	for _, r := range a.reports {
		a.verdict.note(ok && r.Count == final.Count && r.Root == final.Root, "the report has the final head's count and root")
		a.verdict.note(r.Method.Agree, "the report says that its counts agree")
		a.verdict.note(r.agrees(), "votes less withdrawals, rows, leaves and the count are equally many, and no key gave fewer answers than there are votes")
		a.verdict.note(len(r.Destroyed) == len(r.Commitment.Keys), "every key of the petition is reported destroyed")
		for _, d := range r.Destroyed {
			known := d.Key.ID == "" || slices.ContainsFunc(r.Commitment.Keys, func(k seal.Key) bool { return k.ID == d.Key.ID && k.Public == d.Key.Public })
			a.verdict.note(known, "the destroyed key of %s is the one the petition was opened with", d.Key.Holder)
			a.verdict.note(!d.At.After(final.At.Add(clockSkew)), "the key of %s was destroyed before the final head was made", d.Key.Holder)
		}
	}
}

// agrees counts again what the report says of its method. A key that was not
// there to be destroyed gave answers that nobody knows.
func (r Report) agrees() bool {
	m := r.Method
	if m.Accepted < 0 || m.Withdrawn < 0 || m.Accepted-m.Withdrawn != r.Count || m.Rows != r.Count || m.Leaves != r.Count || len(m.Evaluations) != len(r.Destroyed) {
		return false
	}
	for i, d := range r.Destroyed {
		if m.Evaluations[i] != d.Evaluations || d.Key.ID != "" && d.Evaluations < m.Accepted {
			return false
		}
	}
	return true
}
