package check

import (
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/encoding/charmap"

	"medborgarnavet/block/pdfa/check/fontfile"
)

// Glyph names and what they stand for. The names of Mac Roman come from their
// places in that encoding; the rest is written here, as facts of the Adobe
// Glyph List. Names of the forms uniXXXX, uXXXXXX and afiiNNNNN are in the list
// by rule.
const (
	latinA = `Amacron amacron Abreve abreve Aogonek aogonek Cacute cacute Ccircumflex ccircumflex Cdotaccent cdotaccent
Ccaron ccaron Dcaron dcaron Dcroat dcroat Emacron emacron Ebreve ebreve Edotaccent edotaccent Eogonek eogonek Ecaron
ecaron Gcircumflex gcircumflex Gbreve gbreve Gdotaccent gdotaccent Gcommaaccent gcommaaccent Hcircumflex hcircumflex
Hbar hbar Itilde itilde Imacron imacron Ibreve ibreve Iogonek iogonek Idotaccent dotlessi IJ ij Jcircumflex jcircumflex
Kcommaaccent kcommaaccent kgreenlandic Lacute lacute Lcommaaccent lcommaaccent Lcaron lcaron Ldot ldot Lslash lslash
Nacute nacute Ncommaaccent ncommaaccent Ncaron ncaron napostrophe Eng eng Omacron omacron Obreve obreve Ohungarumlaut
ohungarumlaut OE oe Racute racute Rcommaaccent rcommaaccent Rcaron rcaron Sacute sacute Scircumflex scircumflex Scedilla
scedilla Scaron scaron Tcommaaccent tcommaaccent Tcaron tcaron Tbar tbar Utilde utilde Umacron umacron Ubreve ubreve
Uring uring Uhungarumlaut uhungarumlaut Uogonek uogonek Wcircumflex wcircumflex Ycircumflex ycircumflex Ydieresis Zacute
zacute Zdotaccent zdotaccent Zcaron zcaron longs`
	greek = `Alpha Beta Gamma Deltagreek Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho - Sigma Tau
Upsilon Phi Chi Psi Omegagreek Iotadieresis Upsilondieresis alphatonos epsilontonos etatonos iotatonos
upsilondieresistonos alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mugreek nu xi omicron pi rho sigma1
sigma tau upsilon phi chi psi omega iotadieresis upsilondieresis omicrontonos upsilontonos omegatonos`
	otherNames = `Eth:D0 eth:F0 Yacute:DD yacute:FD Thorn:DE thorn:FE multiply:D7 onequarter:BC onehalf:BD
threequarters:BE onesuperior:B9 twosuperior:B2 threesuperior:B3 brokenbar:A6 minus:2212 Euro:20AC nbspace:A0
nonbreakingspace:A0 sfthyphen:AD softhyphen:AD middot:B7 macron:AF overscore:AF mu:B5 mu1:B5 Omega:2126 Delta:2206
ff:FB00 fi:FB01 fl:FB02 ffi:FB03 ffl:FB04 dotlessj:F6BE Scommaaccent:218 scommaaccent:219 figuredash:2012
afii00208:2015 quotereversed:201B onedotenleader:2024 twodotenleader:2025 minute:2032 second:2033 exclamdbl:203C
colonmonetary:20A1 franc:20A3 lira:20A4 peseta:20A7 dong:20AB estimated:212E aleph:2135 oneeighth:215B
threeeighths:215C fiveeighths:215D seveneighths:215E onethird:2153 twothirds:2154 arrowleft:2190 arrowup:2191
arrowright:2192 arrowdown:2193 arrowboth:2194 arrowupdn:2195 universal:2200 existential:2203 emptyset:2205 gradient:2207
element:2208 notelement:2209 suchthat:220B asteriskmath:2217 proportional:221D orthogonal:221F angle:2220
logicaland:2227 logicalor:2228 intersection:2229 union:222A therefore:2234 similar:223C congruent:2245 equivalence:2261
propersubset:2282 propersuperset:2283 notsubset:2284 reflexsubset:2286 reflexsuperset:2287 circleplus:2295
circlemultiply:2297 perpendicular:22A5 dotmath:22C5 house:2302 revlogicalnot:2310 integraltp:2320 integralbt:2321
angleleft:2329 angleright:232A blacksquare:25A0 filledbox:25A0 whitesquare:25A1 blackcircle:25CF circle:25CB
openbullet:25E6 invbullet:25D8 smileface:263A invsmileface:263B sun:263C female:2640 male:2642 spade:2660 club:2663
heart:2665 diamond:2666 musicalnote:266A musicalnotedbl:266B checkmark:2713 Weierstrass:2118 weierstrass:2118
Ifraktur:2111 Rfraktur:211C carriagereturn:21B5 arrowdblleft:21D0 arrowdblup:21D1 arrowdblright:21D2 arrowdbldown:21D3
arrowdblboth:21D4 Wgrave:1E80 wgrave:1E81 Wacute:1E82 wacute:1E83 Wdieresis:1E84 wdieresis:1E85 Ygrave:1EF2 ygrave:1EF3
Aringacute:1FA aringacute:1FB AEacute:1FC aeacute:1FD Oslashacute:1FE oslashacute:1FF florin:192 Ohorn:1A0 ohorn:1A1
Uhorn:1AF uhorn:1B0 Gcaron:1E6 gcaron:1E7 tonos:384 dieresistonos:385 Alphatonos:386 anoteleia:387 Epsilontonos:388
Etatonos:389 Iotatonos:38A Omicrontonos:38C Upsilontonos:38E Omegatonos:38F iotadieresistonos:390 theta1:3D1 phi1:3D5
omega1:3D6 Upsilon1:3D2 zerosuperior:2070 foursuperior:2074 fivesuperior:2075 sixsuperior:2076 sevensuperior:2077
eightsuperior:2078 ninesuperior:2079 parenleftsuperior:207D parenrightsuperior:207E nsuperior:207F zeroinferior:2080
oneinferior:2081 twoinferior:2082 threeinferior:2083 fourinferior:2084 fiveinferior:2085 sixinferior:2086
seveninferior:2087 eightinferior:2088 nineinferior:2089 Dslash:110 dmacron:111 Dmacron:111 Tcedilla:162 tcedilla:163
Gcedilla:122 gcedilla:123 Kcedilla:136 kcedilla:137 Lcedilla:13B lcedilla:13C Ncedilla:145 ncedilla:146 Rcedilla:156
rcedilla:157 Edot:116 edot:117 Cdot:10A cdot:10B Gdot:120 gdot:121 Idot:130 Zdot:17B zdot:17C Odblacute:150 odblacute:151
Udblacute:170 udblacute:171 space:20 hyphen:2D`
)

// nameTable is the list both ways.
type nameTable struct {
	rune map[string]rune
	name map[rune]string
}

var glyphNames = sync.OnceValue(buildNames)

func buildNames() *nameTable {
	t := &nameTable{rune: map[string]rune{}, name: map[rune]string{}}
	add := func(n string, r rune) {
		if _, ok := t.rune[n]; !ok {
			t.rune[n] = r
		}
		if _, ok := t.name[r]; !ok {
			t.name[r] = n
		}
	}
	mac := macRoman()
	for code := 32; code < 256; code++ {
		if n := mac[code]; n != "" && n != "nonbreakingspace" && n != "apple" && n != "Omega" && n != "macron" && n != "mu" {
			add(n, charmap.Macintosh.DecodeByte(byte(code)))
		}
	}
	for _, e := range strings.Fields(otherNames) {
		n, hex, _ := strings.Cut(e, ":")
		v, _ := strconv.ParseUint(hex, 16, 32)
		add(n, rune(v))
	}
	for i, n := range strings.Fields(latinA) {
		add(n, rune(0x100+i))
	}
	for i, n := range strings.Fields(greek) {
		if n != "-" {
			add(n, rune(0x391+i))
		}
	}
	return t
}

// runeOf is the character a glyph name stands for by the Adobe Glyph List.
func runeOf(name string) (rune, bool) {
	if r, ok := glyphNames().rune[name]; ok {
		return r, true
	}
	base, _, _ := strings.Cut(name, ".")
	if base != name && base != "" {
		return runeOf(base)
	}
	if hex, ok := strings.CutPrefix(name, "uni"); ok && len(hex) == 4 {
		if v, err := strconv.ParseUint(hex, 16, 32); err == nil {
			return rune(v), true
		}
	}
	if hex, ok := strings.CutPrefix(name, "u"); ok && len(hex) >= 4 && len(hex) <= 6 {
		if v, err := strconv.ParseUint(hex, 16, 32); err == nil {
			return rune(v), true
		}
	}
	if num, ok := strings.CutPrefix(name, "afii"); ok && len(num) == 5 {
		return afiiRune(num)
	}
	return 0, false
}

// afiiRune covers the Cyrillic letters; other numbers are in the list too, but
// no lookup here needs them.
func afiiRune(num string) (rune, bool) {
	n, err := strconv.Atoi(num)
	switch {
	case err != nil:
		return 0, false
	case n >= 10017 && n <= 10022:
		return rune(0x410 + n - 10017), true
	case n == 10023:
		return 0x401, true
	case n >= 10024 && n <= 10049:
		return rune(0x416 + n - 10024), true
	case n >= 10065 && n <= 10070:
		return rune(0x430 + n - 10065), true
	case n == 10071:
		return 0x451, true
	case n >= 10072 && n <= 10097:
		return rune(0x436 + n - 10072), true
	}
	return 0, true
}

// encodingTable is a simple font's encoding: the glyph name of each code.
type encodingTable [256]string

var (
	macRoman         = sync.OnceValue(buildMacRoman)
	winAnsi          = sync.OnceValue(buildWinAnsi)
	standardEncoding = sync.OnceValue(buildStandard)
)

func buildMacRoman() *encodingTable {
	var t encodingTable
	mac := fontfile.MacintoshOrder()
	for code := 32; code < 127; code++ {
		t[code] = mac[code-29]
	}
	for code := 128; code < 256; code++ {
		t[code] = mac[code-30]
	}
	t[202] = "space"
	return &t
}

func buildWinAnsi() *encodingTable {
	var t encodingTable
	names := glyphNames()
	for code := 32; code < 256; code++ {
		r := charmap.Windows1252.DecodeByte(byte(code))
		if n, ok := names.name[r]; ok {
			t[code] = n
		} else {
			t[code] = "bullet"
		}
	}
	t[127], t[160], t[173] = "bullet", "space", "hyphen"
	t[175], t[181], t[183] = "macron", "mu", "periodcentered"
	return &t
}

func buildStandard() *encodingTable {
	var t encodingTable
	s := fontfile.CFFStandardStrings()
	runs := [][3]int{{32, 126, 1}, {161, 175, 96}, {177, 180, 111}, {182, 189, 115}, {191, 191, 123}, {193, 200, 124},
		{202, 203, 132}, {205, 208, 134}, {225, 225, 138}, {227, 227, 139}, {232, 235, 140}, {241, 241, 144}, {245, 245, 145},
		{248, 251, 146}}
	for _, r := range runs {
		for code := r[0]; code <= r[1]; code++ {
			t[code] = s[r[2]+code-r[0]]
		}
	}
	return &t
}
