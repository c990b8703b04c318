package page

import (
	"html/template"
	"strings"
)

// icons are drawn in a square of 24, in the colour of the text around. Each
// stands beside words that say the same.
var icons = map[string]string{
	"circle":     `<circle cx="12" cy="12" r="8"/>`,
	"dot":        `<circle cx="12" cy="12" r="5" fill="currentColor"/>`,
	"half":       `<circle cx="12" cy="12" r="8"/><path d="M12 4a8 8 0 0 1 0 16z" fill="currentColor"/>`,
	"done":       `<circle cx="12" cy="12" r="9" fill="currentColor"/><path class="k-icon__cut" d="m7.8 12.4 2.9 2.9 5.6-6.2"/>`,
	"check":      `<path d="M12 3.5 2.8 19.6a.8.8 0 0 0 .7 1.2h17a.8.8 0 0 0 .7-1.2z" fill="currentColor"/><path class="k-icon__cut" d="M12 9.6v4.6M12 17.4v.1"/>`,
	"stop":       `<path d="M8.2 3h7.6L21 8.2v7.6L15.8 21H8.2L3 15.8V8.2z" fill="currentColor"/><path class="k-icon__cut" d="M12 7.6v5.4M12 16.4v.1"/>`,
	"info":       `<circle cx="12" cy="12" r="9" fill="currentColor"/><path class="k-icon__cut" d="M12 11v5.4M12 7.6v.1"/>`,
	"unsure":     `<path d="M12 2.2 21.8 12 12 21.8 2.2 12z" fill="currentColor"/><path class="k-icon__cut" d="M9.7 9.8a2.3 2.3 0 1 1 3.3 2.1c-.7.4-1 .8-1 1.5M12 16.3v.1"/>`,
	"dash":       `<path d="M5.5 12h13"/>`,
	"waiting":    `<circle cx="12" cy="12" r="8.5"/><path d="M12 7.2V12l3.2 2.2"/>`,
	"arrow-back": `<path d="M19 12H5.5M11 6l-6 6 6 6"/>`,
	"arrow-on":   `<path d="M5 12h13.5M13 6l6 6-6 6"/>`,
	"ascending":  `<path d="M12 19V6M6.5 11.5 12 6l5.5 5.5"/>`,
	"descending": `<path d="M12 5v13M6.5 12.5 12 18l5.5-5.5"/>`,
	"pen":        `<path d="m4.5 19.5 1-4.2L16.4 4.4a1.6 1.6 0 0 1 2.3 0l.9.9a1.6 1.6 0 0 1 0 2.3L8.7 18.5z"/>`,
	"refresh":    `<path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 3.5v4h-4"/>`,
	"file":       `<path d="M6 3.5h8l4.5 4.6v12.4H6z"/><path d="M13.5 3.8v4.8h4.8"/>`,
	"print":      `<path d="M7 8.5v-5h10v5M7 17H4.5V8.5h15V17H17"/><path d="M7 14h10v6.5H7z"/>`,
	"user":       `<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.6-4 3.7-6 7.5-6s6.9 2 7.5 6"/>`,
	"phone":      `<path d="M6.2 3.8h3l1.5 4.3-2 1.5a11.5 11.5 0 0 0 5.7 5.7l1.5-2 4.3 1.5v3c0 1-.8 1.7-1.7 1.6C11.6 19 5 12.4 4.6 5.5c0-.9.7-1.7 1.6-1.7z"/>`,
	"help":       `<circle cx="12" cy="12" r="8.5"/><path d="M9.5 9.4a2.6 2.6 0 1 1 3.7 2.7c-.8.4-1.2 1-1.2 1.7M12 16.9v.1"/>`,
	"lock":       `<path d="M5.5 10.5h13v10h-13z"/><path d="M8.5 10V7.5a3.5 3.5 0 0 1 7 0V10"/>`,
	"plus":       `<path d="M12 5v14M5 12h14"/>`,
	"bin":        `<path d="M5 7h14M9.5 7V4h5v3M7 7l.8 13.5h8.4L17 7"/>`,
	"home":       `<path d="m4 11 8-7 8 7v9.5h-5.5v-6h-5v6H4z"/>`,
	"coins":      `<ellipse cx="12" cy="6.5" rx="7.5" ry="3"/><path d="M4.5 6.5v5.5c0 1.7 3.4 3 7.5 3s7.5-1.3 7.5-3V6.5M4.5 12v5.5c0 1.7 3.4 3 7.5 3s7.5-1.3 7.5-3V12"/>`,
	"letter":     `<path d="M3.5 5.5h17v13h-17z"/><path d="m4 6.5 8 6.5 8-6.5"/>`,
	"signature":  `<path d="M4 20.5h16M4.5 15.5c2-6 5-11.5 7.2-11 2.6.6-3.7 9.5-1.7 10.5 1.6.8 2.8-3.7 4.3-3.2 1.1.4 0 2.7 1.2 3.1 1 .3 2-1 3-2"/>`,
	"voice":      `<path d="M4 5h16v11.5h-9L6.5 20.5v-4H4z"/><path d="M8 9.5h8M8 12.5h5"/>`,
}

// icon is a decorative icon; an unknown name shows nothing.
func icon(name string) template.HTML {
	inside, ok := icons[name]
	if !ok {
		return ""
	}
	class := "k-icon"
	if strings.HasPrefix(name, "arrow-") {
		class += " k-icon--turns" // points the other way in right-to-left text
	}
	return template.HTML(`<svg class="` + class + `" viewBox="0 0 24 24" aria-hidden="true" focusable="false">` + inside + `</svg>`)
}
