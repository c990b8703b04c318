package check

import (
	"sort"
	"unicode/utf16"

	"medborgarnavet/block/pdf"
)

// cmapRange maps codes from..to, of the given length in bytes, to values that
// begin at value.
type cmapRange struct {
	length   int
	from, to uint32
	value    uint32
}

// cmap is a CMap: codes to CIDs, or, in a ToUnicode map, to text.
type cmap struct {
	identity bool
	unknown  bool // predefined, and its data is not known here
	name     string
	ranges   []cmapRange // to CIDs
	spaces   []cmapRange // code spaces
	text     map[uint32]string
	wmode    int
	use      string // the CMap it builds on
	tooLarge bool   // a CID above 65535
}

// Bound of the entries of one CMap.
const maxCMapEntries = 200_000

// readCMap reads a CMap program.
func readCMap(data []byte) *cmap {
	m := &cmap{text: map[uint32]string{}}
	l := &lexer{b: data}
	var args []token
	for {
		t := l.next()
		if t.kind == tokEOF {
			break
		}
		if t.kind != tokWord {
			if len(args) < 4*maxCMapEntries {
				args = append(args, t)
			}
			continue
		}
		w := string(data[t.start:t.end])
		m.operator(w, data, args)
		args = args[:0]
	}
	sort.Slice(m.ranges, func(i, j int) bool { return m.ranges[i].from < m.ranges[j].from })
	return m
}

func (m *cmap) operator(w string, b []byte, args []token) {
	if len(m.ranges)+len(m.text) > maxCMapEntries {
		return
	}
	switch w {
	case "usecmap":
		if n := len(args); n > 0 && args[n-1].kind == tokName {
			m.use = string(b[args[n-1].start+1 : args[n-1].end])
		}
	case "def":
		if n := len(args); n >= 2 && args[n-2].kind == tokName && string(b[args[n-2].start:args[n-2].end]) == "/WMode" {
			m.wmode = int(args[n-1].num)
		}
	case "endcodespacerange":
		for i := 0; i+1 < len(args) && len(m.spaces) < 100; i += 2 {
			lo, n := codeOf(b, args[i])
			hi, _ := codeOf(b, args[i+1])
			m.spaces = append(m.spaces, cmapRange{length: n, from: lo, to: hi})
		}
	case "endcidchar":
		for i := 0; i+1 < len(args); i += 2 {
			c, n := codeOf(b, args[i])
			m.addCID(cmapRange{n, c, c, cidOf(args[i+1])})
		}
	case "endcidrange":
		for i := 0; i+2 < len(args); i += 3 {
			lo, n := codeOf(b, args[i])
			hi, _ := codeOf(b, args[i+1])
			m.addCID(cmapRange{n, lo, hi, cidOf(args[i+2])})
		}
	case "endbfchar":
		for i := 0; i+1 < len(args); i += 2 {
			c, _ := codeOf(b, args[i])
			m.text[c] = bfText(b, args[i+1])
		}
	case "endbfrange":
		m.bfRange(b, args)
	}
}

func cidOf(t token) uint32 {
	if t.num < 0 {
		return 0
	}
	return uint32(min(t.num, 1<<31))
}

func (m *cmap) addCID(r cmapRange) {
	if r.to < r.from {
		return
	}
	if uint64(r.value)+uint64(r.to-r.from) > 65535 {
		m.tooLarge = true
	}
	m.ranges = append(m.ranges, r)
}

func (m *cmap) bfRange(b []byte, args []token) {
	for i := 0; i+2 < len(args); {
		lo, _ := codeOf(b, args[i])
		hi, _ := codeOf(b, args[i+1])
		if args[i+2].kind != tokOpenArray {
			s := bfText(b, args[i+2])
			i += 3
			m.addText(lo, hi, s)
			continue
		}
		i += 3
		for c := lo; i < len(args) && args[i].kind != tokCloseArray; i++ {
			if c <= hi {
				m.text[c] = bfText(b, args[i])
			}
			c++
		}
		i++
	}
}

func (m *cmap) addText(lo, hi uint32, s string) {
	if hi < lo || hi-lo > 0xffff {
		return
	}
	rs := []rune(s)
	m.text[lo] = s
	for c := lo + 1; c <= hi && len(rs) > 0 && len(rs) < 100 && len(m.text) < maxCMapEntries; c++ {
		rs[len(rs)-1]++
		m.text[c] = string(rs)
	}
}

// codeOf is a code and its length in bytes.
func codeOf(b []byte, t token) (uint32, int) {
	s := decodeString(b[t.start:t.end], t.kind)
	var v uint32
	for _, c := range s[:min(len(s), 4)] {
		v = v<<8 | uint32(c)
	}
	return v, len(s)
}

// bfText is the text of a ToUnicode entry, in UTF-16.
func bfText(b []byte, t token) string {
	if t.kind == tokName {
		r, _ := runeOf(string(b[t.start+1 : t.end]))
		return string(r)
	}
	s := decodeString(b[t.start:t.end], t.kind)
	if len(s) == 1 {
		return string(rune(s[0]))
	}
	u := make([]uint16, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		u = append(u, uint16(s[i])<<8|uint16(s[i+1]))
	}
	return string(utf16.Decode(u))
}

// unicode is the text of a code, and whether the map has one.
func (m *cmap) unicode(code uint32) (string, bool) {
	s, ok := m.text[code]
	return s, ok
}

// codes splits a string into codes.
func (m *cmap) codes(s []byte, visit func(code uint32)) {
	for len(s) > 0 {
		n := m.codeLength(s)
		var v uint32
		for _, c := range s[:n] {
			v = v<<8 | uint32(c)
		}
		visit(v)
		s = s[n:]
	}
}

func (m *cmap) codeLength(s []byte) int {
	if m.identity || len(m.spaces) == 0 {
		return min(2, len(s))
	}
	var v uint32
	for n := 1; n <= 4 && n <= len(s); n++ {
		v = v<<8 | uint32(s[n-1])
		for _, sp := range m.spaces {
			if sp.length == n && inSpace(v, sp, n) {
				return n
			}
		}
	}
	return min(max(m.spaces[0].length, 1), len(s))
}

// inSpace compares byte by byte, as code spaces are rectangles.
func inSpace(v uint32, sp cmapRange, n int) bool {
	for i := 0; i < n; i++ {
		b, lo, hi := v>>(8*i)&255, sp.from>>(8*i)&255, sp.to>>(8*i)&255
		if b < lo || b > hi {
			return false
		}
	}
	return true
}

// cid is the CID of a code.
func (m *cmap) cid(code uint32) (int, bool) {
	if m.identity {
		return int(code), true
	}
	i := sort.Search(len(m.ranges), func(i int) bool { return m.ranges[i].from > code })
	// Ranges that overlap are rare; the nearest few are enough.
	for i, tries := i-1, 0; i >= 0 && tries < 8; i, tries = i-1, tries+1 {
		if r := m.ranges[i]; code <= r.to {
			return int(r.value + code - r.from), true
		}
	}
	return 0, false
}

// collectionOf is the character collection of a predefined CMap (ISO 32000-1,
// table 118), "" when the name is not of one.
func collectionOf(name pdf.Name) string {
	return predefinedCMaps[string(name)]
}
