package diff

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"medborgarnavet/block/pdf"
)

// info compares two document information dictionaries. Dates and the program
// that wrote the file may change; what a reader sees may not.
func (s *step) info(path string, a, b pdf.Object) {
	x, y := s.old.Dict(a), s.new.Dict(b)
	if b != nil && y == nil && s.new.Resolve(b) != nil || s.claimed(b) {
		s.undefined(whyInfo, path, b, 0)
		return
	}
	if y == nil {
		return // left out: what is not said cannot mislead
	}
	for _, k := range s.eq.changedKeys(x, y) {
		if y[k] == nil {
			continue // left out, likewise
		}
		_, was := s.old.Str(x[k])
		if _, is := s.new.Str(y[k]); was && is && s.old.Text(x[k]) == s.new.Text(y[k]) {
			continue // the same text in another encoding
		}
		switch k {
		case "ModDate", "Producer":
		case "CreationDate", "Trapped":
			if x[k] != nil {
				s.undefined(whyInfo, path+"/"+string(k), b, 0)
			}
		default:
			if text, ok := s.new.Str(y[k]); !ok || x[k] != nil || text != "" && !s.saidInXMP(k, s.new.Text(y[k])) { // an empty text says nothing
				s.undefined(whyInfo, path+"/"+string(k), b, 0)
			}
		}
	}
	s.report(Metadata, whyDates, path, b, 0)
}

// metadata compares two XMP packets property by property.
func (s *step) metadata(path string, a, b pdf.Object) {
	x, y := s.old.Stream(a), s.new.Stream(b)
	if y == nil || s.claimed(b) {
		s.undefined(whyMetadata, path, b, 0)
		return
	}
	var before []string
	if x != nil {
		old, err := s.properties(s.old, x)
		if err != nil {
			s.undefined(whyMetadata, path, b, 0)
			return
		}
		before = old
	}
	after, err := s.properties(s.new, y)
	if err != nil {
		s.undefined(whyMetadata, path, b, 0)
		return
	}
	if !s.adds(before, after) {
		s.undefined(whyClaim, path, b, 0)
		return
	}
	s.report(Metadata, whyDates, path, b, 0)
}

// adds tells whether a packet says all that it said, and beside it only what is
// neutral or what the information dictionary said already: iText copies entries
// between the two.
func (s *step) adds(before, after []string) bool {
	info := s.old.Dict(s.old.Trailer()["Info"])
	said := slices.Clone(before)
	for _, p := range after {
		if i := slices.Index(said, p); i >= 0 {
			said = slices.Delete(said, i, i+1)
			continue
		}
		name, _, _ := strings.Cut(p, " = ")
		known := slices.ContainsFunc(before, func(b string) bool { return strings.HasPrefix(b, name+" = ") })
		key, value := entryOf(p)
		repeats := key != "" && (value == "" || value == strings.TrimSpace(s.old.Text(info[key])))
		if !repeats && (known || !neutralProperty(p)) {
			return false
		}
	}
	return len(said) == 0
}

// saidInXMP tells whether the older packet gives an entry of the information
// dictionary the same value.
func (s *step) saidInXMP(k pdf.Name, value string) bool {
	st := s.old.Stream(s.old.Catalog()["Metadata"])
	if st == nil {
		return false
	}
	all, err := s.properties(s.old, st)
	return err == nil && slices.ContainsFunc(all, func(p string) bool {
		key, said := entryOf(p)
		return key == k && said != "" && said == strings.TrimSpace(value)
	})
}

// entries are the properties that say the same as an entry of the information
// dictionary (ISO 19005-1, table 1).
var entries = map[string]pdf.Name{
	"http://purl.org/dc/elements/1.1/ title":       "Title",
	"http://purl.org/dc/elements/1.1/ creator":     "Author",
	"http://purl.org/dc/elements/1.1/ description": "Subject",
	"http://ns.adobe.com/pdf/1.3/ Keywords":        "Keywords",
	"http://ns.adobe.com/xap/1.0/ CreatorTool":     "Creator",
}

const rdf = "/http://www.w3.org/1999/02/22-rdf-syntax-ns# "

// entryOf gives the entry that a property repeats and its value, or "". Of the
// mark that a text is in the document's own language the value is "".
func entryOf(p string) (key pdf.Name, value string) {
	name, value, _ := strings.Cut(strings.TrimPrefix(p, "/"), " = ")
	if mark, ok := strings.CutSuffix(name, "/http://www.w3.org/XML/1998/namespace lang"); ok && value == "x-default" {
		name, value = mark, ""
	}
	for _, list := range []string{"Alt", "Seq", "Bag"} {
		name = strings.TrimSuffix(name, rdf+list+rdf+"li")
	}
	return entries[name], value
}

// XMP namespaces whose properties may change, with those properties.
var passing = map[string][]string{
	"http://ns.adobe.com/xap/1.0/":    {"ModifyDate", "MetadataDate"},
	"http://ns.adobe.com/pdf/1.3/":    {"Producer", "Trapped"},
	"http://ns.adobe.com/xap/1.0/mm/": {"InstanceID", "History", "VersionID", "DerivedFrom"},
}

// neutralProperty tells whether a property may come into being with a first
// packet: it says nothing of the content.
func neutralProperty(p string) bool {
	for _, ok := range []string{"xap/1.0/ CreateDate", "xap/1.0/ CreatorTool", "xap/1.0/mm/ DocumentID", "dc/elements/1.1/ format"} {
		if strings.Contains(p, ok) {
			return true
		}
	}
	return false
}

const maxXMP = 4 << 20

// properties gives the properties of a packet, sorted, without those that may
// change: as attributes or elements, each with its path and value.
func (s *step) properties(d *pdf.Document, st *pdf.Stream) ([]string, error) {
	raw, err := d.Decode(st)
	if err != nil || len(raw) > maxXMP || !s.work.spend(len(raw)/16) {
		return nil, errors.New("diff: metadata that cannot be read")
	}
	r := xml.NewDecoder(bytes.NewReader(raw))
	r.Strict = true
	r.Entity = map[string]string{}
	var out, path []string
	var holds []bool // elements on the path that hold properties and no text of their own
	skip, text := 0, ""
	for {
		tok, err := r.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || len(path) > maxDepth {
			return nil, errors.New("diff: metadata that is not well formed")
		}
		switch t := tok.(type) {
		case xml.Directive:
			return nil, errors.New("diff: metadata with a document type")
		case xml.StartElement:
			text = ""
			if skip > 0 || slices.Contains(passing[t.Name.Space], t.Name.Local) {
				skip++
				continue
			}
			path, holds = append(path, t.Name.Space+" "+t.Name.Local), append(holds, false)
			for _, a := range t.Attr {
				holds[len(holds)-1] = holds[len(holds)-1] || a.Name.Local == "parseType"
				ignore := a.Name.Space == "xmlns" || a.Name.Local == "xmlns" || a.Name.Local == "xmptk" ||
					a.Name.Local == "parseType" || strings.TrimSpace(a.Value) == "" ||
					slices.Contains(passing[a.Name.Space], a.Name.Local) || aboutThis(a)
				if !ignore {
					out = append(out, property(path, a.Name.Space+" "+a.Name.Local, a.Value))
				}
			}
		case xml.CharData:
			text += string(t)
		case xml.EndElement:
			if skip > 0 {
				skip--
				text = ""
				continue
			}
			last := len(path) - 1
			if v := strings.TrimSpace(text); v != "" && holds[last] {
				return nil, errors.New("diff: metadata that is not RDF")
			} else if v != "" {
				out = append(out, property(path[:last], path[last], v))
			}
			path, holds, text = path[:last], holds[:last], ""
		}
	}
	slices.Sort(out)
	return out, nil
}

// aboutThis tells whether an attribute only says that the description is of the
// file it stands in, which an empty rdf:about does (ISO 16684-1, 7.4).
func aboutThis(a xml.Attr) bool {
	return a.Value == "" && a.Name.Local == "about" && (a.Name.Space == "" || strings.HasSuffix(a.Name.Space, "22-rdf-syntax-ns#"))
}

// property writes a property so that an attribute and an element of the same
// meaning come out alike; the frame that RDF puts around it says nothing.
func property(path []string, name, value string) string {
	var b strings.Builder
	for _, p := range append(slices.Clone(path), name) {
		if strings.HasPrefix(p, "adobe:ns:meta/") || strings.HasSuffix(p, "22-rdf-syntax-ns# RDF") ||
			strings.HasSuffix(p, "22-rdf-syntax-ns# Description") {
			continue
		}
		b.WriteString("/" + p)
	}
	return b.String() + " = " + value
}
