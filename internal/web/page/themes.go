package page

import (
	"embed"
	"fmt"
)

//go:embed themes
var drawings embed.FS

// BuiltInTheme is one of the two themes of the demo: "ekbacka" (an inland
// town among oaks) and "havsnas" (a town by the sea). Their marks are drawn
// for this product.
func BuiltInTheme(id string) (*Theme, error) {
	in, ok := map[string]ThemeInput{
		"ekbacka": {ID: "ekbacka", Brand: "#1f5f3f", Second: "#c9a63c", Shape: "round", Paper: "warm", Panel: "second"},
		"havsnas": {ID: "havsnas", Brand: "#0b4f8a", Second: "#f2a33a", Shape: "square", Paper: "cool", Panel: "brand"},
	}[id]
	if !ok {
		return nil, fmt.Errorf("page: there is no built-in theme %q", id)
	}
	var err error
	if in.Mark, err = drawings.ReadFile("themes/" + id + "-mark.svg"); err != nil {
		return nil, err
	}
	if in.Motif, err = drawings.ReadFile("themes/" + id + "-motif.svg"); err != nil {
		return nil, err
	}
	t, _, err := MakeTheme(in)
	return t, err
}
