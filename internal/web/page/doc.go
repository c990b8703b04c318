// Package page is the face of the product: the layout, the components, the
// texts, the themes and the styles that every page is built from.
//
// It owns how things look and are said, never what is true: it knows no step
// of the citizen's path, no store and no route. A page of another package is
// one typed struct and one template:
//
//	set, err := renderer.Parse(templates)           // at start; all faults found here
//	err = set.Render(w, r, 200, "start.html", page.Data{Title: …, Body: startBody{…}})
//
// Three ideas carry the package:
//
//   - A value that people read says what it is (Msg, Amount, Date, CaseNumber,
//     …) and becomes text in the reader's language when the page is rendered.
//     Everything with digits is set in <bdi dir="ltr"> with no-break spaces.
//   - A component is a typed struct (Field, TaskList, IncomeTable, …). The one
//     template function show renders any component, text or value.
//   - A theme is made from a municipality's colours and refused or adjusted
//     until its contrasts hold (theme.go).
//
// Pages carry no inline script or style, are complete without JavaScript and
// without the third-party stylesheet, and are checked by pagetest.Check.
package page
