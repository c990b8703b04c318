package diff

import (
	"sync"
	"time"

	"medborgarnavet/block/pdf"
)

// Kind is what sort of change was made after a signature.
type Kind string

// The kinds of change. Undefined is everything that no rule knows; it is never
// allowed.
const (
	Signature      Kind = "signature"       // a new signature, or an empty signature field that was filled in
	TimeStamp      Kind = "time-stamp"      // a document time-stamp
	ValidationData Kind = "validation-data" // certificates and revocation answers (DSS), developer extensions
	FormFill       Kind = "form-fill"       // a form field that was filled in
	Annotation     Kind = "annotation"      // a comment
	Metadata       Kind = "metadata"        // dates and producer in the document's information
	StructureTree  Kind = "structure-tree"  // the tags that a new signature's field needs
	Undefined      Kind = "undefined"
)

// Change is one thing that differs between a signed revision and what came
// after. Reasons are whole sentences without any text from the file.
type Change struct {
	Revision         int // the later revision that made the change; len(Revisions) for bytes after the last
	Kind             Kind
	Allowed          bool
	Doubtful         bool    // allowed by the format, yet what was shown when it was signed may now be told otherwise
	Code             string  // stable, for programs: "page-content", "new-signature", …
	Path             string  // where, from the trailer: "/Root/Pages/Kids[0]/Contents"; holds names from the file, so not for logs
	Object           pdf.Ref // the object concerned; zero when there is none
	Page             int     // from 1; 0 when it concerns no page
	Reason, ReasonSv string
}

// LockAction is which fields a lock names (ISO 32000-1, table 233).
type LockAction string

// The actions of a lock.
const (
	LockAll     LockAction = "All"
	LockInclude LockAction = "Include" // only the fields named
	LockExclude LockAction = "Exclude" // all but the fields named
)

// Lock is a FieldMDP transform or a signature field's Lock dictionary. A name
// locks the field of that full name and every field beneath it.
type Lock struct {
	Action LockAction
	Fields []string
}

// Policy is what the signature itself says may happen after it.
type Policy struct {
	// DocMDP is the permission of a certification: 1 nothing but validation
	// data and document time-stamps, 2 also form filling and signing, 3 also
	// annotations; 0 = the document is not certified, which allows what 2 does.
	DocMDP int
	Locks  []Lock
	// Now is not used by any rule yet; rules on dates would read it rather
	// than the clock.
	Now time.Time
}

// Verdict is every change after the signed revision, oldest first, and whether
// all of them are allowed, and whether any of them is doubtful. No changes is
// allowed.
type Verdict struct {
	Changes  []Change
	Allowed  bool
	Doubtful bool
}

// Compare judges everything that was added to f after the revision with index
// signedRevision. For several signatures in one file, New and Comparer.Compare
// share the work.
func Compare(f *pdf.File, signedRevision int, policy Policy) Verdict {
	return New(f).Compare(signedRevision, policy)
}

// Comparer judges one file for any number of signatures: the steps from each
// revision to the next are analysed once and then read under each signature's
// policy. It is safe for concurrent use.
type Comparer struct {
	file *pdf.File
	revs []pdf.Revision

	mu    sync.Mutex
	from  int         // the analysis below begins after this revision
	steps [][]finding // the first is the step after from
	done  bool
}

// New prepares for comparing; it reads nothing yet.
func New(f *pdf.File) *Comparer {
	return &Comparer{file: f, revs: f.Revisions()}
}

// Compare is as the function Compare. A revision that does not exist is
// answered with an Undefined change.
func (c *Comparer) Compare(signedRevision int, policy Policy) Verdict {
	if signedRevision < 0 || signedRevision >= len(c.revs) {
		return judge([]finding{{rev: signedRevision, kind: Undefined, why: whyRevision}}, policy)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.done || signedRevision < c.from {
		c.from, c.steps = signedRevision, analyse(c.file, c.revs, signedRevision)
		c.done = true
	}
	var all []finding
	for _, step := range c.steps[signedRevision-c.from:] {
		all = append(all, step...)
	}
	return judge(all, policy)
}

// finding is a change before any signature's policy has been applied to it.
type finding struct {
	rev   int
	kind  Kind
	why   why
	path  string
	ref   pdf.Ref
	page  int
	field string // full name of the field that was filled in or signed
	fresh bool   // the field was new in this step, so that no lock names it
	over  bool   // a signature or annotation that lies over text without hiding it
	says  bool   // a comment that shows text or images
	doubt why    // what makes it doubtful under any policy
	does  deed   // to what a field or comment showed before
}

// deed is what a filling or a comment does to what was shown in its place.
type deed uint8

const (
	adds   deed = iota + 1 // there was nothing
	alters                 // there was something else
)

// maxChanges is how many changes a verdict tells; it judges all of them.
const maxChanges = 500

// judge applies a policy. Undefined changes are never allowed.
func judge(all []finding, p Policy) Verdict {
	v := struct {
		Verdict
		denied bool // one that is not allowed has been told
	}{Verdict: Verdict{Allowed: true}}
	own := map[pdf.Ref]bool{} // what was empty or not there when it was signed
	for _, f := range all {
		ok, w := permitted(f, p)
		doubt := false
		if ok {
			if d := doubtful(f, p, own); d != "" {
				doubt, w = true, d
			}
		}
		v.Allowed, v.Doubtful = v.Allowed && ok, v.Doubtful || doubt
		plain := ok && !doubt
		if len(v.Changes) >= maxChanges && (plain || v.denied) {
			continue
		}
		v.denied = v.denied || !plain
		en, sv := w.text(f.page)
		v.Changes = append(v.Changes, Change{
			Revision: f.rev, Kind: f.kind, Allowed: ok, Doubtful: doubt, Code: string(w), Path: f.path,
			Object: f.ref, Page: f.page, Reason: en, ReasonSv: sv,
		})
	}
	return v.Verdict
}

// doubtful gives the reason why a change that is allowed is not taken for
// harmless: it puts something else in the place of what was signed, or looks
// like part of the document. A certification that permits filling in permits
// filling in anew. own is what the changes so far have added.
func doubtful(f finding, p Policy, own map[pdf.Ref]bool) why {
	if f.does == adds && f.ref != (pdf.Ref{}) {
		own[f.ref] = true
	}
	switch {
	case f.doubt != "":
		return f.doubt
	case f.does == alters && !own[f.ref] && f.kind == FormFill && p.DocMDP == 0:
		return whyRefilled
	case f.does == alters && !own[f.ref] && f.kind == Annotation:
		return whyCommentAltered
	case f.says && f.kind == Annotation:
		return whyCommentSays
	}
	return ""
}

// permitted tells whether the policy allows the change, and the reason to give.
func permitted(f finding, p Policy) (bool, why) {
	switch f.kind {
	case ValidationData, TimeStamp, Metadata:
		return true, f.why
	case Signature:
		if p.DocMDP == 1 {
			return false, whyCertifiedSign
		}
		if p.DocMDP > 1 && f.over {
			return false, whySignatureOver
		}
		if !f.fresh && locked(f.field, p.Locks) {
			return false, whyLocked
		}
		return true, f.why
	case FormFill:
		if p.DocMDP == 1 {
			return false, whyCertifiedFill
		}
		if locked(f.field, p.Locks) {
			return false, whyLocked
		}
		return true, f.why
	case StructureTree:
		return p.DocMDP != 1, f.why
	case Annotation:
		if p.DocMDP == 3 {
			return true, f.why
		}
		return false, whyAnnotationForbidden
	}
	return false, f.why
}

// locked tells whether a lock names the field.
func locked(field string, locks []Lock) bool {
	for _, l := range locks {
		named := false
		for _, name := range l.Fields {
			if field == name || (len(field) > len(name) && field[:len(name)] == name && field[len(name)] == '.') {
				named = true
			}
		}
		switch l.Action {
		case LockInclude:
			if named {
				return true
			}
		case LockExclude:
			if !named {
				return true
			}
		default: // All, and whatever else a file may say: the strictest
			return true
		}
	}
	return false
}
