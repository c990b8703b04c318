package pdf

import (
	"errors"
	"fmt"
	"math"
)

// Page is one page with what it inherits from the page tree.
type Page struct {
	Ref               Ref // zero when the page is no indirect object
	Dict              Dict
	Resources         Dict
	MediaBox, CropBox [4]float64 // left, bottom, right, top, in points
	Rotate            int        // 0, 90, 180 or 270, clockwise
	Index             int        // from 0
}

// ErrPages tells that a page tree is damaged.
var ErrPages = errors.New("pdf: the page tree is damaged")

// maxPages bounds the pages of one document.
const maxPages = 100_000

// node is a node of the page tree that is still to be visited.
type node struct {
	object    Object
	inherited Dict
	depth     int
}

// Pages gives the pages in order, with what they inherit (ISO 32000-1,
// 7.7.3.4). With an error (ErrPages: a circle, a node twice, too deep; ErrLimit)
// it gives the pages that could be found.
func (d *Document) Pages() ([]Page, error) {
	var pages []Page
	var fault error
	t := d.file.budget.begin()
	defer t.stop()
	seen := map[Ref]bool{}
	todo := []node{{object: d.Catalog()["Pages"], inherited: Dict{}}}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if err := t.tick(); err != nil {
			return pages, err
		}
		ref, _ := n.object.(Ref)
		dict := d.Dict(n.object)
		switch {
		case dict == nil:
			fault = fmt.Errorf("%w: a node is missing", ErrPages)
			continue
		case ref != Ref{} && seen[ref], n.depth > d.file.budget.limits.Depth:
			fault = fmt.Errorf("%w: a node is in it twice, or it is too deep", ErrPages)
			continue
		}
		seen[ref] = true
		own := d.inherit(n.inherited, dict)
		kids := d.Array(dict["Kids"])
		if dict["Kids"] == nil || (d.Name(dict["Type"]) == "Page" && kids == nil) {
			pages = append(pages, d.page(ref, dict, own, len(pages)))
			if len(pages) >= maxPages {
				return pages, fmt.Errorf("%w: more than %d pages", ErrLimit, maxPages)
			}
			continue
		}
		if len(todo)+len(kids) > d.file.budget.limits.Objects {
			return pages, fmt.Errorf("%w: the page tree is too wide", ErrLimit)
		}
		for i := len(kids) - 1; i >= 0; i-- {
			todo = append(todo, node{kids[i], own, n.depth + 1})
		}
	}
	if len(pages) == 0 && fault == nil {
		fault = fmt.Errorf("%w: it has no pages", ErrPages)
	}
	return pages, fault
}

// inherit gives the inheritable attributes in force at a node.
func (d *Document) inherit(from, dict Dict) Dict {
	var out Dict
	for _, k := range []Name{"Resources", "MediaBox", "CropBox", "Rotate"} {
		if v := d.Resolve(dict[k]); v != nil {
			if out == nil {
				out = Dict{}
				for k, v := range from {
					out[k] = v
				}
			}
			out[k] = v
		}
	}
	if out == nil {
		return from
	}
	return out
}

func (d *Document) page(ref Ref, dict, own Dict, index int) Page {
	p := Page{Ref: ref, Dict: dict, Resources: d.Dict(own["Resources"]), Index: index}
	var ok bool
	if p.MediaBox, ok = d.Rect(own["MediaBox"]); !ok {
		p.MediaBox = [4]float64{0, 0, 612, 792}
	}
	if p.CropBox, ok = d.Rect(own["CropBox"]); !ok {
		p.CropBox = p.MediaBox
	}
	for i := range 4 { // what is cropped lies within the medium
		if i < 2 {
			p.CropBox[i] = max(p.CropBox[i], p.MediaBox[i])
		} else {
			p.CropBox[i] = min(p.CropBox[i], p.MediaBox[i])
		}
	}
	if p.CropBox[0] >= p.CropBox[2] || p.CropBox[1] >= p.CropBox[3] {
		p.CropBox = p.MediaBox
	}
	if r, ok := d.Int(own["Rotate"]); ok && r%90 == 0 {
		p.Rotate = int((r%360 + 360) % 360)
	}
	return p
}

// Rect gives a rectangle as left, bottom, right, top, whatever corners it is
// written with; ok is false when o is none or has no area.
func (d *Document) Rect(o Object) (r [4]float64, ok bool) {
	a := d.Array(o)
	if len(a) != 4 {
		return r, false
	}
	for i, v := range a {
		n, ok := d.Number(v)
		if !ok || math.IsInf(n, 0) || math.IsNaN(n) {
			return r, false
		}
		r[i] = n
	}
	r = [4]float64{min(r[0], r[2]), min(r[1], r[3]), max(r[0], r[2]), max(r[1], r[3])}
	return r, r[0] < r[2] && r[1] < r[3]
}
