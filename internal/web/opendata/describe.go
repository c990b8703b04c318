package opendata

import (
	_ "embed"
	"encoding/json"
	"net/http"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

//go:embed openapi.json
var openAPI []byte

// describe is openapi.json with this municipality's addresses: the profile
// wants them whole (UFN.02, DOK.03).
func (p *Pages) describe() ([]byte, error) {
	var d map[string]any
	if err := json.Unmarshal(openAPI, &d); err != nil {
		return nil, err
	}
	here := p.BaseURL + Path
	if about, ok := d["info"].(map[string]any); ok {
		about["version"] = Version
		about["contact"] = map[string]string{"name": p.ContactName, "url": here, "email": p.ContactEmail}
	}
	d["servers"] = []map[string]string{{"url": p.BaseURL + APIPath, "description": p.Municipality.Name}}
	if more, ok := d["externalDocs"].(map[string]any); ok {
		if more["url"] = here; p.Docs != "" {
			more["url"] = p.Docs
		}
	}
	return json.MarshalIndent(d, "", "  ")
}

// about is what the profile asks every interface to tell of itself (VER.06).
type about struct {
	Name          string `json:"apiName"`
	Version       string `json:"apiVersion"`
	Released      string `json:"apiReleased"`
	Documentation string `json:"apiDocumentation"`
	Status        string `json:"apiStatus"`
}

func (p *Pages) info(w http.ResponseWriter, _ *route.Request) error {
	w.Header().Set("Cache-Control", "public, max-age=3600")
	return writeJSON(w, http.StatusOK, "application/json", about{"petitions", Version, released, p.BaseURL + APIPath + "/openapi.json", "active"})
}

func (p *Pages) openAPI(w http.ResponseWriter, _ *route.Request) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write(p.document) // the reader has gone away; nothing to tell anyone
	return nil
}

// body is what the page shows.
type body struct {
	What, Not, Numbers, Form page.List
	Addresses                page.Table
	Licence, Schema, Docs    page.Text
	Contact                  page.Text
}

func (p *Pages) body() body {
	t := func(key string, args ...any) page.Text { return page.T("opendata."+key, args...) }
	floor := int(p.Petitions.Settings().Floor)
	row := func(what, path, form string) page.TableRow {
		return page.TableRow{Cells: []page.Text{t("address." + what), page.Link{URL: path, Text: p.BaseURL + path}, form}}
	}
	id := func(what, path string) page.TableRow {
		return page.TableRow{Cells: []page.Text{t("address." + what), p.BaseURL + path, "JSON"}}
	}
	b := body{
		What:    page.List{Items: []page.Text{t("what.texts"), t("what.counts"), t("what.outcome"), t("what.moderation")}},
		Not:     page.List{Items: []page.Text{t("not.proposer"), t("not.voters"), t("not.unread")}},
		Numbers: page.List{Items: []page.Text{t("numbers.steps"), t("numbers.floor", "floor", floor), t("numbers.days"), t("numbers.former")}},
		Addresses: page.Table{Caption: t("address.caption"), Columns: []page.Column{{Text: t("address.what")}, {Text: t("address.where")}, {Text: t("address.form")}},
			Rows: []page.TableRow{
				row("csv", APIPath+"/petitions.csv", "CSV"), row("list", APIPath+"/petitions", "JSON"),
				id("one", APIPath+"/petitions/{id}"), id("count", APIPath+"/petitions/{id}/count"), id("daily", APIPath+"/petitions/{id}/daily"),
				row("moderation", APIPath+"/statistics/moderation", "JSON"), row("openapi", APIPath+"/openapi.json", "OpenAPI"), row("dcat", DCATPath, "RDF/XML"),
			}},
		Licence: t("licence.text"), Schema: t("schema.text", "version", petition.SchemaVersion),
		Contact: t("contact.text", "name", p.ContactName, "mail", p.ContactEmail),
	}
	if p.Docs != "" {
		b.Docs = page.Link{URL: p.Docs, Text: t("schema.docs")}
	}
	return b
}
