package page

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"rsc.io/qr"
)

// QRPanel shows a QR code that an app scans. The code is black on white in
// every theme, 4 modules of quiet zone around, at least 200 px wide.
type QRPanel struct {
	// Code is what the picture says, at this moment.
	Code string
	// RefreshURL answers with QRSVG's bytes; the script fetches it each
	// second. Empty = the code does not change.
	RefreshURL string
	// StatusURL answers with QRStatus alone (RenderPart). It is polled every
	// other second.
	StatusURL string
	// Name of the picture: "QR-kod för BankID".
	Name Text
	// Status is the one line that changes: what happens right now.
	Status Text
	Steps  []Text
	// Actions are the ways on: another device, a new code, cancel.
	Actions []Text
}

// QRStatus is the line of a QRPanel that changes. When Go is set the script
// follows it; without script it is a link.
type QRStatus struct {
	Status Text
	Go     string
	GoText Text
}

func (QRPanel) component() string  { return "qrpanel" }
func (QRStatus) component() string { return "qrstatus" }

// Line is the panel's status.
func (q QRPanel) Line() QRStatus { return QRStatus{Status: q.Status} }

// Image is the inside of the code's SVG; Side is its width in modules.
func (q QRPanel) Image() (template.HTML, error) {
	side, path, err := qrPath(q.Code)
	return template.HTML(qrBody(side, path)), err
}

// Side is the code's width in modules, quiet zone included.
func (q QRPanel) Side() (int, error) {
	side, _, err := qrPath(q.Code)
	return side, err
}

// QRSVG is a code as an SVG document, for RefreshURL. Serve it as
// image/svg+xml with Cache-Control: no-store.
func QRSVG(code string) ([]byte, error) {
	side, path, err := qrPath(code)
	if err != nil {
		return nil, err
	}
	return []byte(`<svg xmlns="http://www.w3.org/2000/svg" ` + qrAttrs(side) + `>` + qrBody(side, path) + `</svg>`), nil
}

func qrAttrs(side int) string {
	s := strconv.Itoa(side)
	return `viewBox="0 0 ` + s + ` ` + s + `" shape-rendering="crispEdges"`
}

func qrBody(side int, path string) string {
	s := strconv.Itoa(side)
	return `<path fill="#fff" d="M0 0h` + s + `v` + s + `H0z"/><path fill="#000" d="` + path + `"/>`
}

// quiet is the width of the empty frame that a scanner needs, in modules.
const quiet = 4

// qrPath draws the dark modules as horizontal runs, error level L: the code
// lives a second and fills a screen, so less redundancy means bigger modules.
func qrPath(code string) (side int, path string, err error) {
	c, err := qr.Encode(code, qr.L)
	if err != nil {
		return 0, "", fmt.Errorf("page: QR code: %w", err)
	}
	var b strings.Builder
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			if !c.Black(x, y) {
				continue
			}
			run := 1
			for x+run < c.Size && c.Black(x+run, y) {
				run++
			}
			fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, run, run)
			x += run
		}
	}
	return c.Size + 2*quiet, b.String(), nil
}
