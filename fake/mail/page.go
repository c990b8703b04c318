package mail

import (
	"html/template"
	"net/http"
	"strconv"
)

var listPage = template.Must(template.New("list").Parse(`<!doctype html>
<html lang="sv"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Testbrev</title></head>
<body><main><h1>Testbrev</h1><p>Det här är en testserver. Inga brev skickas på riktigt.</p>
{{if .}}<table><thead><tr><th scope="col">Till</th><th scope="col">Ämne</th><th scope="col">Tid</th></tr></thead><tbody>
{{range .}}<tr><td>{{.To}}</td><td><a href="/letter/{{.N}}">{{.Subject}}</a></td><td>{{.At.Format "2006-01-02 15:04:05"}}</td></tr>
{{end}}</tbody></table>{{else}}<p>Inga brev har kommit.</p>{{end}}</main></body></html>`))

var letterPage = template.Must(template.New("letter").Parse(`<!doctype html>
<html lang="sv"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Subject}}</title></head>
<body><main><p><a href="/">Alla testbrev</a></p><h1>{{.Subject}}</h1><p>Test. Till {{.To}}, från {{.From}}.</p>
<div style="white-space:pre-wrap">{{range .Parts}}{{if .Link}}<a href="{{.Text}}">{{.Text}}</a>{{else}}{{.Text}}{{end}}{{end}}</div></main></body></html>`))

// listed is a letter with its place in the list.
type listed struct {
	Letter
	N int
}

// pages shows the letters, newest first.
func (s *Server) pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		all := s.Letters()
		var rows []listed
		for i := len(all) - 1; i >= 0; i-- {
			rows = append(rows, listed{all[i], i})
		}
		mark(w)
		_ = listPage.Execute(w, rows)
	})
	mux.HandleFunc("GET /letter/{n}", func(w http.ResponseWriter, r *http.Request) {
		all := s.Letters()
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil || n < 0 || n >= len(all) {
			http.NotFound(w, r)
			return
		}
		mark(w)
		_ = letterPage.Execute(w, struct {
			Letter
			Parts []part
		}{all[n], parts(all[n].Text)})
	})
	return mux
}

func mark(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("X-Test-Data", "true")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
}
