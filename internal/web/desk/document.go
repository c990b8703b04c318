package desk

import (
	"encoding/json"
	"mime"
	"net/http"
	"strconv"

	"medborgarnavet/internal/web/route"
)

// document gives a supporting document. It is always saved, never shown by
// the browser on this site's address, and is what it was found to be.
func (p *Pages) document(w http.ResponseWriter, r *route.Request) error {
	name, media, data, err := p.Casework.Document(r.Context(), r.StaffID, r.PathValue("id"), r.PathValue("file"))
	if err != nil {
		return err
	}
	return attach(w, name, media, data)
}

// export gives the application for a system that goes on with it by machine.
func (p *Pages) export(w http.ResponseWriter, r *route.Request) error {
	rec, err := p.Casework.Export(r.Context(), r.StaffID, r.PathValue("id"))
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(rec, "", "  ")
	if err != nil {
		return err
	}
	return attach(w, rec.Reference+".json", "application/json", data)
}

func attach(w http.ResponseWriter, name, media string, data []byte) error {
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(data)))
	_, err := w.Write(data)
	return err
}
