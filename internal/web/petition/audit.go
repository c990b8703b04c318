package petition

import (
	"context"
	"encoding/json"
	"net/http"
	"path"
	"strings"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/tally"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/web/shelf"
)

// published are the files by which a petition's count can be checked.
func (p *Pages) published(ctx context.Context, id string) ([]tally.File, error) {
	if p.Files == nil {
		return nil, nil
	}
	return p.Files(ctx, id)
}

// headline reads what a published file says it is: kind, count and time. A file
// that cannot be read is named without.
func headline(f tally.File) tally.Head {
	var s tally.Signed
	var h tally.Head
	if json.Unmarshal(f.Data, &s) != nil || json.Unmarshal([]byte(s.Document), &h) != nil {
		return tally.Head{}
	}
	return h
}

func hasReport(files []tally.File) bool {
	for _, f := range files {
		if headline(f).Kind == tally.KindReport {
			return true
		}
	}
	return false
}

// differs tells that the municipality's own report says that its counts do not
// agree. Nobody should have to run a program to learn that.
func differs(files []tally.File) bool {
	for _, f := range files {
		var s tally.Signed
		var r tally.Report
		if headline(f).Kind == tally.KindReport && json.Unmarshal(f.Data, &s) == nil && json.Unmarshal([]byte(s.Document), &r) == nil {
			return !r.Method.Agree
		}
	}
	return false
}

// leaves ends the name of the list of leaves.
const leaves = "-leaves.txt"

type auditBody struct {
	About   page.Text
	Files   page.Summary
	None    page.Text
	Steps   page.Steps
	Command string
	Key     string
	Limits  page.List
	Report  page.Component
}

func (p *Pages) audit(w http.ResponseWriter, r *route.Request) error {
	id := r.PathValue("id")
	return p.shelved(p.Shelf, w, r, Path+"/"+id+"/kontroll", func(ctx context.Context, _ look) (built, error) {
		one, err := p.Petitions.One(ctx, id)
		if err != nil {
			return built{}, err
		}
		files, err := p.published(ctx, id)
		if err != nil {
			return built{}, err
		}
		t := func(key string) page.Text { return page.T("petition.audit." + key) }
		b := auditBody{About: spoken(one.Title), Command: p.command(id), Key: p.PublicKey,
			Steps:  page.Steps{Items: []page.Text{t("step1"), t("step2"), t("step3"), t("step4")}},
			Limits: page.List{Items: []page.Text{t("limit1"), t("limit2"), t("limit3")}}}
		if len(files) == 0 {
			b.None = t("none")
		}
		if one.Title == "" {
			b.About = page.T("petition.one.no_title", "number", page.CaseNumber(one.Registry))
		}
		for _, f := range files {
			b.Files.Rows = append(b.Files.Rows, page.SummaryRow{Value: p.fileText(f), Note: page.Bytes(len(f.Data)),
				Term: page.Link{URL: Path + "/" + id + "/kontroll/" + f.Name, Text: page.FileName(f.Name)}})
		}
		stored, err := p.Stored(ctx, id)
		if err != nil {
			return built{}, err
		}
		if name := id + leaves; p.Leaves != nil && stored.Publication.Leaves && hasReport(files) {
			b.Files.Rows = append(b.Files.Rows, page.SummaryRow{Value: t("leaves"), Term: page.Link{URL: Path + "/" + id + "/kontroll/" + name, Text: page.FileName(name)}})
		}
		if hasReport(files) && p.ErasureReport != nil {
			b.Report = page.Link{URL: Path + "/" + id + "/raderingsrapport", Text: page.T("petition.one.report")}
		}
		d := page.Data{Title: t("title"), Lead: t("lead"), Service: page.T("petition.list.title"),
			Back: &page.Link{URL: Path + "/" + id, Text: t("back")}, Body: b}
		if differs(files) {
			d.Notices = append(d.Notices, page.Notice{Tone: page.Warning, Title: t("differs"), Body: t("differs_text")})
		}
		return built{"audit.html", d}, nil
	})
}

// command is what one writes to check the files of a petition, with the key from
// this page and not from the files.
func (p *Pages) command(id string) string {
	if p.PublicKey == "" {
		return "medborgarnavet petition audit " + id + "-*"
	}
	return "medborgarnavet petition audit -key " + p.PublicKey + " " + id + "-*"
}

// fileText is what a published file holds. A count below the floor stands in
// the file, where the check needs it, and not on the page.
func (p *Pages) fileText(f tally.File) page.Text {
	switch h := headline(f); h.Kind {
	case tally.KindFinal, tally.KindRunning:
		if h.Count < p.Petitions.Settings().Floor {
			return page.T("petition.audit.few", "at", page.DateTime(h.At))
		}
	}
	switch h := headline(f); h.Kind {
	case tally.KindRunning:
		return page.T("petition.audit.running", "count", number(h.Count), "at", page.DateTime(h.At))
	case tally.KindFinal:
		return page.T("petition.audit.final", "count", number(h.Count), "at", page.DateTime(h.At))
	case tally.KindReport:
		return page.T("petition.audit.report")
	}
	return page.T("petition.audit.file")
}

// file gives one of the published files to be saved.
func (p *Pages) file(w http.ResponseWriter, r *route.Request) error {
	id, name := r.PathValue("id"), r.PathValue("file")
	if !strings.HasPrefix(name, id+"-") || len(name) > 100 { // not one of ours: nothing is looked up
		return fault.New(fault.NotFound, "no such published file")
	}
	return p.Shelf.Serve(w, r.Request, p.keyOf(Path+"/"+id+"/kontroll/"+name), func(ctx context.Context) (shelf.Item, error) {
		if _, err := p.Petitions.One(ctx, id); err != nil {
			return shelf.Item{}, err
		}
		if name == id+leaves && p.Leaves != nil {
			f, err := p.Leaves(ctx, id)
			if err != nil {
				return shelf.Item{}, err
			}
			return download(name, f.Data)
		}
		files, err := p.published(ctx, id)
		if err != nil {
			return shelf.Item{}, err
		}
		for _, f := range files {
			if f.Name == name {
				return download(name, f.Data)
			}
		}
		return shelf.Item{}, fault.New(fault.NotFound, "no such published file")
	})
}

// report gives the report of the erasure.
func (p *Pages) report(w http.ResponseWriter, r *route.Request) error {
	id := r.PathValue("id")
	return p.Shelf.Serve(w, r.Request, p.keyOf(Path+"/"+id+"/raderingsrapport"), func(ctx context.Context) (shelf.Item, error) {
		if _, err := p.Petitions.One(ctx, id); err != nil {
			return shelf.Item{}, err
		}
		if p.ErasureReport == nil {
			return shelf.Item{}, fault.New(fault.NotFound, "no report of the erasure")
		}
		data, err := p.ErasureReport(ctx, id)
		if err != nil {
			return shelf.Item{}, err
		}
		return download("raderingsrapport-"+id+".pdf", data)
	})
}

// download is a file to be saved under a name.
func download(name string, data []byte) (shelf.Item, error) {
	kind := map[string]string{".json": "application/json", ".txt": "text/plain; charset=utf-8", ".pdf": "application/pdf"}[path.Ext(name)]
	if kind == "" {
		kind = "application/octet-stream"
	}
	return shelf.Record(func(w http.ResponseWriter) error {
		page.Download(w, name, kind, data)
		return nil
	})
}
