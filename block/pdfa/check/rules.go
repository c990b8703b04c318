package check

import "sync"

// rule is one requirement: its number in each part of ISO 19005 ("" when the
// part does not have it) and its reason in both languages.
type rule struct {
	part1, part2, part3 string // part3 "" means as in part 2, "-" that it has none
	level               byte   // 'a' or 'u' when only those levels have it
	en, sv              string
}

// id is the rule's number in the part, or "" when the part and level do not
// have it.
func (r *rule) id(part int, level byte) string {
	if r.level == 'a' && level != 'a' || r.level == 'u' && level == 'b' {
		return ""
	}
	switch {
	case part == 1:
		return r.part1
	case part == 3 && r.part3 == "-":
		return ""
	case part == 3 && r.part3 != "":
		return r.part3
	}
	return r.part2
}

// ruleTable is the whole table, by key. The numbers are those of the public
// veraPDF validation profiles; the sentences are ours. Where one test of theirs
// is two of ours, both have its number. 6.1.1-0 is ours alone.
var ruleTable = sync.OnceValue(func() *[ruleCount]rule {
	var t [ruleCount]rule
	for _, part := range []map[ruleKey]rule{fileRules, contentRules, documentRules} {
		for k, r := range part {
			t[k] = r
		}
	}
	return &t
})
