package page

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// rgb is a colour in linear light, each part 0…1.
type rgb struct{ r, g, b float64 }

// lch is a colour by lightness (0…1), chroma and hue (radians) in the OKLCH
// space, where equal steps look equal (B. Ottosson, "A perceptual color space
// for image processing", 2020).
type lch struct{ l, c, h float64 }

// parseHex reads "#1f5f3f" or "1f5f3f".
func parseHex(s string) (rgb, error) {
	h := strings.TrimPrefix(strings.TrimSpace(s), "#")
	n, err := strconv.ParseUint(h, 16, 32)
	if err != nil || len(h) != 6 {
		return rgb{}, fmt.Errorf("page: %q is no colour; write six digits, such as #1f5f3f", s)
	}
	part := func(shift uint) float64 { return linear(float64(n>>shift&0xff) / 255) }
	return rgb{part(16), part(8), part(0)}, nil
}

func linear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func gamma(v float64) float64 {
	if v <= 0.0031308 {
		return v * 12.92
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// hex is the colour as "#rrggbb".
func (c rgb) hex() string {
	part := func(v float64) int { return int(math.Round(255 * gamma(math.Min(1, math.Max(0, v))))) }
	return fmt.Sprintf("#%02x%02x%02x", part(c.r), part(c.g), part(c.b))
}

// rounded is the colour that a screen will show, after rounding to eight bits.
func (c rgb) rounded() rgb {
	out, _ := parseHex(c.hex()) // hex always parses
	return out
}

// luminance is WCAG's relative luminance, 0…1.
func (c rgb) luminance() float64 { return 0.2126*c.r + 0.7152*c.g + 0.0722*c.b }

// contrast is WCAG's contrast ratio, 1…21.
func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

func (c rgb) lch() lch {
	l := math.Cbrt(0.4122214708*c.r + 0.5363325363*c.g + 0.0514459929*c.b)
	m := math.Cbrt(0.2119034982*c.r + 0.6806995451*c.g + 0.1073969566*c.b)
	s := math.Cbrt(0.0883024619*c.r + 0.2817188376*c.g + 0.6299787005*c.b)
	a := 1.9779984951*l - 2.4285922050*m + 0.4505937099*s
	b := 0.0259040371*l + 0.7827717662*m - 0.8086757660*s
	return lch{0.2104542553*l + 0.7936177850*m - 0.0040720468*s, math.Hypot(a, b), math.Atan2(b, a)}
}

func (c lch) rgb() rgb {
	a, b := c.c*math.Cos(c.h), c.c*math.Sin(c.h)
	l := cube(c.l + 0.3963377774*a + 0.2158037573*b)
	m := cube(c.l - 0.1055613458*a - 0.0638541728*b)
	s := cube(c.l - 0.0894841775*a - 1.2914855480*b)
	return rgb{
		4.0767416621*l - 3.3077115913*m + 0.2309699292*s,
		-1.2684380046*l + 2.6097574011*m - 0.3413193965*s,
		-0.0041960863*l - 0.7034186147*m + 1.7076147010*s,
	}
}

func cube(v float64) float64 { return v * v * v }

func (c rgb) inGamut() bool {
	const e = 0.0005
	return c.r >= -e && c.g >= -e && c.b >= -e && c.r <= 1+e && c.g <= 1+e && c.b <= 1+e
}

// tone is the colour of that hue with the given relative luminance. Chroma is
// kept as far as a screen can show it.
func tone(hue, chroma, luminance float64) rgb {
	for c := chroma; ; c *= 0.92 {
		if c < 0.002 {
			c = 0
		}
		lo, hi := 0.0, 1.0
		for range 40 {
			mid := (lo + hi) / 2
			if (lch{mid, c, hue}).rgb().luminance() < luminance {
				lo = mid
			} else {
				hi = mid
			}
		}
		out := lch{(lo + hi) / 2, c, hue}.rgb()
		if c == 0 || out.inGamut() {
			return out.rounded()
		}
	}
}
