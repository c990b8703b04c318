package page

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"sort"
)

// ThemeInput is what a municipality says about its looks.
type ThemeInput struct {
	// ID names the theme's files: lower-case letters, digits, hyphens.
	ID string
	// Brand and Second are colours as "#1f5f3f". Brand fills the header and,
	// as it is or darker, the buttons. Second is an ornament only.
	Brand, Second string
	// Shape is "round" or "square": how corners look.
	Shape string
	// Paper is "warm", "cool" or "plain": the tint of greys and page.
	Paper string
	// Panel is the colour, "brand" or "second", that the start page's panel
	// is a pale shade of.
	Panel string
	// Mark is the municipality's mark, an SVG that works on any background;
	// Motif an SVG for the start page, or nil.
	Mark, Motif []byte
}

// Theme is a municipality's looks, ready to serve.
type Theme struct {
	ID    string
	in    ThemeInput
	light palette
	dark  palette
	files map[string][]byte
}

// Brand is the brand colour, "#1f5f3f".
func (t *Theme) Brand() string { return t.in.Brand }

// Verdict tells an administrator what became of the colours.
type Verdict struct {
	// Adjusted: the buttons have another shade than the brand colour.
	Adjusted bool
	// Pairs are all contrasts that were measured, both schemes.
	Pairs []Pair
	// Says is the verdict in words.
	Says []Text
}

// Pair is one measured contrast.
type Pair struct {
	Scheme, Name string
	Front, Back  string
	Ratio, Need  float64
}

// OK tells whether the pair holds.
func (p Pair) OK() bool { return p.Ratio >= p.Need }

// OK tells whether every pair holds.
func (v Verdict) OK() bool {
	for _, p := range v.Pairs {
		if !p.OK() {
			return false
		}
	}
	return true
}

// MakeTheme makes a theme of a municipality's colours. The action colour is
// derived from the brand colour, darker or lighter, until every pair of
// colours that must be told apart has the contrast that WCAG 2.2 asks for
// (1.4.3, 1.4.11). A theme that fails is refused.
func MakeTheme(in ThemeInput) (*Theme, Verdict, error) {
	brand, err1 := parseHex(in.Brand)
	second, err2 := parseHex(in.Second)
	if in.Second == "" {
		second, err2 = brand, nil
	}
	if err := errors.Join(err1, err2); err != nil {
		return nil, Verdict{}, err
	}
	if in.ID == "" || !bytes.HasPrefix(bytes.TrimSpace(in.Mark), []byte("<svg")) {
		return nil, Verdict{}, fmt.Errorf("page: theme %q needs a name and a mark in SVG", in.ID)
	}
	t := &Theme{ID: in.ID, in: in, light: lightPalette(brand, second, in), dark: darkPalette(brand, second, in)}
	t.files = map[string][]byte{t.MarkName(): in.Mark}
	if in.Motif != nil {
		t.files[t.motifName()] = in.Motif
	}
	v := t.judge(brand)
	if !v.OK() {
		return nil, v, fmt.Errorf("page: theme %q does not reach the contrasts required", in.ID)
	}
	return t, v, nil
}

// MarkName is the asset name of the municipality's mark.
func (t *Theme) MarkName() string { return "marke-" + t.ID + ".svg" }

func (t *Theme) motifName() string { return "motiv-" + t.ID + ".svg" }
func (t *Theme) styleName() string { return "tema-" + t.ID + ".css" }

// BandColor is the header's colour, for the browser's own frame.
func (t *Theme) BandColor() string { return t.light.band.hex() }

// palette is every colour of one scheme.
type palette struct {
	roles                      map[string]role
	band, onBand, bandLine     rgb
	focusInner, focusOuter     rgb
	heroBack, heroText, second rgb
}

// role is the sixteen steps of one colour, named as in Designsystemet.
type role struct {
	backgroundDefault, backgroundTinted                        rgb
	surfaceDefault, surfaceTinted, surfaceHover, surfaceActive rgb
	borderSubtle, borderDefault, borderStrong                  rgb
	textSubtle, textDefault                                    rgb
	baseDefault, baseHover, baseActive                         rgb
	contrastSubtle, contrastDefault                            rgb
}

// hues of the colours that mean the same everywhere, in degrees.
var meanings = map[string]struct{ hue, chroma float64 }{
	"info": {250, 0.12}, "success": {152, 0.12}, "warning": {75, 0.13}, "danger": {25, 0.17},
}

// paper is hue and chroma of greys.
func paper(kind string) (hue, chroma float64) {
	switch kind {
	case "warm":
		return radians(85), 0.011
	case "cool":
		return radians(245), 0.010
	}
	return 0, 0.001
}

func radians(deg float64) float64 { return deg * math.Pi / 180 }

func lightPalette(brand, second rgb, in ThemeInput) palette {
	hue, chroma := paper(in.Paper)
	page, card := tone(hue, chroma*0.55, 0.945), rgb{1, 1, 1}
	p := palette{roles: map[string]role{}, second: second}
	step := func(h, c float64, base rgb) role {
		return lightRole(h, c, base, page, card)
	}
	b := brand.lch()
	p.roles["accent"] = step(b.h, b.c, actionLight(brand))
	p.roles["neutral"] = step(hue, chroma, tone(hue, chroma, 0.02))
	for name, m := range meanings {
		p.roles[name] = step(radians(m.hue), m.chroma, tone(radians(m.hue), m.chroma, 0.12))
	}
	p.band, p.onBand, p.bandLine = brand, inkOn(brand), second
	p.focusInner, p.focusOuter = card, p.roles["neutral"].textDefault
	panel := panelOf(brand, second, in)
	p.heroBack = tone(panel.h, math.Min(panel.c, 0.036), 0.83)
	p.heroText = tone(b.h, b.c, 0.03)
	return p
}

func panelOf(brand, second rgb, in ThemeInput) lch {
	if in.Panel == "second" {
		return second.lch()
	}
	return brand.lch()
}

// actionLight is the brand colour, darkened until white text stands on it and
// it stands on white (4.5:1 both ways, since they are the same pair).
func actionLight(brand rgb) rgb {
	if contrast(brand, rgb{1, 1, 1}) >= 4.7 {
		return brand
	}
	b := brand.lch()
	return tone(b.h, b.c, 0.165)
}

func lightRole(h, c float64, base, page, card rgb) role {
	pale := func(luminance, share float64) rgb {
		if c < 0.02 { // a grey keeps its little tint
			share = 1
		}
		return tone(h, math.Min(c*share, 0.07), luminance)
	}
	y := base.luminance()
	down := func(f float64) rgb {
		if y < 0.03 { // too dark to become darker: lighter instead
			return tone(h, c, y+0.05*(1-f)+0.01)
		}
		return tone(h, c, y*f)
	}
	return role{
		backgroundDefault: page, backgroundTinted: pale(0.90, 0.16),
		surfaceDefault: card, surfaceTinted: pale(0.83, 0.28), surfaceHover: pale(0.76, 0.38), surfaceActive: pale(0.68, 0.5),
		borderSubtle: pale(0.62, 0.5), borderDefault: tone(h, c*0.9, 0.19), borderStrong: tone(h, c, 0.11),
		textSubtle: tone(h, c, 0.095), textDefault: tone(h, c*0.8, 0.022),
		baseDefault: base, baseHover: down(0.72), baseActive: down(0.5),
		contrastSubtle: pale(0.86, 0.2), contrastDefault: rgb{1, 1, 1},
	}
}

func darkPalette(brand, second rgb, in ThemeInput) palette {
	hue, chroma := paper(in.Paper)
	page, card := tone(hue, chroma, 0.0085), tone(hue, chroma, 0.0145)
	p := palette{roles: map[string]role{}, second: second}
	b := brand.lch()
	p.roles["accent"] = darkRole(b.h, b.c, page, card)
	p.roles["neutral"] = darkRole(hue, chroma, page, card)
	for name, m := range meanings {
		p.roles[name] = darkRole(radians(m.hue), m.chroma, page, card)
	}
	p.band = tone(b.h, b.c, math.Min(0.034, math.Max(0.02, brand.luminance())))
	p.onBand, p.bandLine = tone(b.h, math.Min(b.c, 0.03), 0.88), second
	p.focusInner, p.focusOuter = page, p.roles["neutral"].textDefault
	panel := panelOf(brand, second, in)
	p.heroBack = tone(panel.h, math.Min(panel.c, 0.035), 0.022)
	p.heroText = tone(b.h, math.Min(b.c, 0.03), 0.85)
	return p
}

func darkRole(h, c float64, page, card rgb) role {
	deep := func(luminance, share float64) rgb { return tone(h, c*share, luminance) }
	return role{
		backgroundDefault: page, backgroundTinted: deep(0.0125, 0.4),
		surfaceDefault: card, surfaceTinted: deep(0.026, 0.5), surfaceHover: deep(0.036, 0.5), surfaceActive: deep(0.05, 0.5),
		borderSubtle: deep(0.075, 0.5), borderDefault: deep(0.21, 0.7), borderStrong: deep(0.36, 0.8),
		textSubtle: deep(0.45, 0.8), textDefault: deep(0.80, 0.35),
		baseDefault: deep(0.34, 0.9), baseHover: deep(0.42, 0.85), baseActive: deep(0.5, 0.75),
		contrastSubtle: deep(0.02, 0.5), contrastDefault: deep(0.008, 0.4),
	}
}

// inkOn is white or near-black, whichever can be read.
func inkOn(back rgb) rgb {
	white, black := rgb{1, 1, 1}, rgb{0.006, 0.006, 0.006}
	switch {
	case contrast(white, back) >= 4.5:
		return white
	case contrast(black, back) >= 4.5:
		return black.rounded()
	}
	return rgb{}
}

// style is the theme's style sheet. url gives the address of an asset.
func (t *Theme) style(url func(string) string) []byte {
	var b bytes.Buffer
	radius := map[string]string{"round": "0.75rem", "square": "0.125rem"}[t.in.Shape]
	if radius == "" {
		radius = "0.375rem"
	}
	b.WriteString("/* Generated from the municipality's colours. */\n:root{color-scheme:light;--ds-border-radius-base:" + radius + ";")
	if t.in.Motif != nil {
		b.WriteString(`--k-motif:url("` + url(t.motifName()) + `");`)
	}
	t.light.write(&b)
	b.WriteString("}\n")
	writeRoles(&b)
	b.WriteString(":root[data-color-scheme=dark]{color-scheme:dark;")
	t.dark.write(&b)
	b.WriteString("}\n@media screen and (prefers-color-scheme:dark){:root[data-color-scheme=auto]{color-scheme:dark;")
	t.dark.write(&b)
	b.WriteString("}}\n@media print{:root[data-color-scheme]{color-scheme:light;")
	t.light.write(&b)
	b.WriteString("}}\n")
	return b.Bytes()
}

func (p palette) write(b *bytes.Buffer) {
	set := func(name string, c rgb) { fmt.Fprintf(b, "--%s:%s;", name, c.hex()) }
	set("k-band", p.band)
	set("k-on-band", p.onBand)
	set("k-band-line", p.bandLine)
	set("k-hero", p.heroBack)
	set("k-hero-text", p.heroText)
	set("ds-color-focus-inner", p.focusInner)
	set("ds-color-focus-outer", p.focusOuter)
	names := make([]string, 0, len(p.roles))
	for name := range p.roles {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		p.roles[name].each(func(step string, c rgb) { set("ds-color-"+name+"-"+step, c) })
	}
}

// writeRoles lets data-color choose what a component's colours are.
func writeRoles(b *bytes.Buffer) {
	for _, name := range []string{"accent", "danger", "info", "neutral", "success", "warning"} {
		if name == "accent" {
			b.WriteString(":root,")
		}
		b.WriteString("[data-color=" + name + "]{")
		role{}.each(func(step string, _ rgb) {
			fmt.Fprintf(b, "--ds-color-%s:var(--ds-color-%s-%s);", step, name, step)
		})
		b.WriteString("}\n")
	}
}

func (r role) each(f func(step string, c rgb)) {
	f("background-default", r.backgroundDefault)
	f("background-tinted", r.backgroundTinted)
	f("surface-default", r.surfaceDefault)
	f("surface-tinted", r.surfaceTinted)
	f("surface-hover", r.surfaceHover)
	f("surface-active", r.surfaceActive)
	f("border-subtle", r.borderSubtle)
	f("border-default", r.borderDefault)
	f("border-strong", r.borderStrong)
	f("text-subtle", r.textSubtle)
	f("text-default", r.textDefault)
	f("base-default", r.baseDefault)
	f("base-hover", r.baseHover)
	f("base-active", r.baseActive)
	f("base-contrast-subtle", r.contrastSubtle)
	f("base-contrast-default", r.contrastDefault)
}
