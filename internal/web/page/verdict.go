package page

import (
	"math"
	"strconv"
	"strings"
)

// judge measures every pair of colours that has to be told apart, as they
// will be after rounding to eight bits.
func (t *Theme) judge(brand rgb) Verdict {
	v := Verdict{Pairs: append(t.light.pairs("light"), t.dark.pairs("dark")...)}
	white := rgb{1, 1, 1}
	if ratio := contrast(brand, white); t.light.roles["accent"].baseDefault != brand {
		v.Adjusted = true
		v.Says = append(v.Says, T("page.theme.too-light", "ratio", formatRatio(ratio)))
	} else {
		v.Says = append(v.Says, T("page.theme.fits", "ratio", formatRatio(ratio)))
	}
	if t.light.onBand != white {
		v.Says = append(v.Says, T("page.theme.dark-ink"))
	}
	return v
}

// formatRatio writes 1.84 as "1,8:1", rounded down: a contrast that just
// fails must not look as if it passed.
func formatRatio(r float64) string {
	s := strconv.FormatFloat(math.Floor(r*10)/10, 'f', 1, 64)
	return strings.Replace(s, ".", ",", 1) + ":1"
}

// pairs are the contrasts of one scheme. Text needs 4.5:1 (WCAG 1.4.3), what
// must be seen to be used 3:1 (1.4.11).
func (p palette) pairs(scheme string) []Pair {
	const text, edge = 4.5, 3
	n, a := p.roles["neutral"], p.roles["accent"]
	var out []Pair
	add := func(name string, front, back rgb, need float64) {
		f, b := front.rounded(), back.rounded()
		out = append(out, Pair{Scheme: scheme, Name: name, Front: f.hex(), Back: b.hex(), Ratio: contrast(f, b), Need: need})
	}
	add("text on page", n.textDefault, n.backgroundDefault, text)
	add("quiet text on page", n.textSubtle, n.backgroundDefault, text)
	add("quiet text on card", n.textSubtle, n.surfaceDefault, text)
	add("quiet text on tint", n.textSubtle, n.surfaceTinted, text)
	add("link on page", a.textSubtle, n.backgroundDefault, text)
	add("link on card", a.textSubtle, n.surfaceDefault, text)
	add("link on tint", a.textSubtle, a.surfaceTinted, text)
	add("link on pressed tint", a.textSubtle, a.surfaceHover, text)
	add("button text", a.contrastDefault, a.baseDefault, text)
	add("button text, pointed at", a.contrastDefault, a.baseHover, text)
	add("button text, pressed", a.contrastDefault, a.baseActive, text)
	add("button on page", a.baseDefault, n.backgroundDefault, edge)
	add("button on card", a.baseDefault, n.surfaceDefault, edge)
	add("input's border on card", n.borderDefault, n.surfaceDefault, edge)
	add("input's border on page", n.borderDefault, n.backgroundDefault, edge)
	add("focus on page", p.focusOuter, n.backgroundDefault, edge)
	add("text in header", p.onBand, p.band, text)
	add("text on start panel", p.heroText, p.heroBack, text)
	add("link on start panel", a.textSubtle, p.heroBack, text)
	for _, name := range []string{"info", "success", "warning", "danger", "neutral"} {
		r := p.roles[name]
		add(name+" text on its tint", r.textDefault, r.surfaceTinted, text)
		add(name+" quiet text on its tint", r.textSubtle, r.surfaceTinted, text)
		add(name+" border on page", r.borderDefault, n.backgroundDefault, edge)
	}
	add("error text on page", p.roles["danger"].textSubtle, n.backgroundDefault, text)
	add("error text on card", p.roles["danger"].textSubtle, n.surfaceDefault, text)
	add("danger button text", p.roles["danger"].contrastDefault, p.roles["danger"].baseDefault, text)
	return out
}
