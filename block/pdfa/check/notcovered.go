package check

// notCovered are the rules of the profile that are not, or not wholly,
// checked. It is what a reader of a result without findings must know.
func notCovered(part int, level byte) []string {
	out := []string{
		"fonts: glyph outlines, hinting and kerning of font programs are not read",
		"fonts: glyphs of text in predefined CMaps other than the identities are not looked up",
		"fonts: text in MacExpertEncoding is not compared with the font program",
		"colour: the tags of ICC profiles are not read, only their headers",
		"images: the data of DCT, CCITT and JBIG2 images is not decoded",
		"metadata: closed choices of values are checked by their type, not by their list",
		"actions: destinations are not checked",
	}
	if part > 1 {
		out = append(out,
			"6.1.13: limits of a reader's memory are not checked",
			"6.2.11.8: .notdef in fonts with predefined CMaps is not found",
			"6.4.3: signatures are counted, not verified",
		)
	}
	if part == 2 {
		out = append(out, "6.8: files embedded more than three deep are refused, not checked")
	}
	if level == 'a' {
		out = append(out,
			"logical structure: whether the tags describe the content is not checked",
			"logical structure: whether all content is tagged or an artifact is not checked",
			"logical structure: alternative texts and expansions are not checked",
		)
	}
	if level != 'b' {
		out = append(out, "unicode: whether the mappings are the right ones is not checked")
	}
	return out
}
