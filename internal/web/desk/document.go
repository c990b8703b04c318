package desk

import (
	"encoding/json"
	"net/http"

	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// document gives a supporting document. It is always saved, never shown by
// the browser on this site's address, and is what it was found to be.
func (p *Pages) document(w http.ResponseWriter, r *route.Request) error {
	name, media, data, err := p.Casework.Document(r.Context(), r.StaffID, r.PathValue("id"), r.PathValue("file"))
	if err != nil {
		return err
	}
	page.Download(w, name, media, data)
	return nil
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
	page.Download(w, rec.Reference+".json", "application/json", data)
	return nil
}
