package app

import (
	"fmt"
	"html"

	"medborgarnavet/internal/config"
	"medborgarnavet/internal/web/page"
)

// themesOf makes each municipality's theme. A built-in mark brings its own
// colours; else the configuration's colours are used, and refused if their
// contrasts cannot be made to hold.
func themesOf(cfg config.Config) ([]*page.Theme, error) {
	var list []*page.Theme
	for _, m := range cfg.Municipalities {
		t, err := page.BuiltInTheme(m.Theme.Mark)
		if err != nil {
			t, _, err = page.MakeTheme(page.ThemeInput{ID: m.ID, Brand: m.Theme.Accent, Second: m.Theme.Header,
				Shape: m.Theme.Shape, Paper: m.Theme.Paper, Mark: letterMark(m.Theme.Mark)})
		}
		if err != nil {
			return nil, fmt.Errorf("municipality %s: theme: %w", m.ID, err)
		}
		list = append(list, t)
	}
	return list, nil
}

// letterMark is a mark of up to three letters in a ring.
func letterMark(letters string) []byte {
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" fill="none" stroke="currentColor">`+
		`<circle cx="24" cy="24" r="21" stroke-width="3"/><text x="24" y="31" font-family="sans-serif" font-size="18" font-weight="700" `+
		`text-anchor="middle" fill="currentColor" stroke="none">%s</text></svg>`, html.EscapeString(letters))
}
