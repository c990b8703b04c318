package citizen

import (
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/form"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/workspace"
	"medborgarnavet/plugin"
)

// saveSection stores what was typed, right or wrong, and does what the
// pressed button says: done, save, previous, next, fetch, add or remove an
// item, add or remove a document. What is wrong is shown, with everything
// that was typed still there.
func (p *Pages) saveSection(w http.ResponseWriter, r *route.Request) error {
	v, err := p.view(r)
	if err != nil {
		return p.handedIn(w, r, err)
	}
	pinned, _ := v.draft.Section(v.section.ID)
	do, arg, _ := strings.Cut(r.PostFormValue("gor"), ":")
	values := form.Read(pinned, r.PostForm)
	applyItems(pinned, do, arg, values)
	v.values = overlay(v.draft.Values, pinned.ID, values)
	v.faults = form.Check(pinned, v.values, p.Clock.Now())
	revision, _ := strconv.Atoi(r.PostFormValue("rev"))
	if do == "klar" && opens(pinned, v.draft.Values, v.values) {
		do = "fler"
	}
	done := do == "klar" && len(v.faults) == 0 || do != "klar" && v.draft.Done[pinned.ID] && unchanged(v.draft, pinned.ID, values)
	d, err := p.Workspace.SaveSection(r.Context(), login(r), v.draft.ID, workspace.Save{Section: pinned.ID, Values: values, Done: done, Revision: revision})
	if errors.Is(err, workspace.ErrNewer) {
		v.status, v.faults = http.StatusConflict, nil
		v.notice = &page.Notice{Tone: page.Warning, Title: page.T("citizen.section.newer"), Body: page.T("citizen.section.newer_text"), Live: true}
		return p.sectionPage(w, r, v)
	}
	if fault.Is(err, fault.TooLarge) {
		v.status = http.StatusUnprocessableEntity
		v.notice = &page.Notice{Tone: page.Critical, Title: page.T("citizen.section.too_much"), Body: page.T("citizen.section.too_much_text"), Live: true}
		return p.sectionPage(w, r, v)
	}
	if err != nil {
		return p.handedIn(w, r, err)
	}
	v.draft.Values, v.draft.Revisions, v.draft.DeleteAt, v.draft.Done = d.Values, d.Revisions, d.DeleteAt, d.Done
	if problem := p.documents(r, pinned, do, arg, &v); problem != nil {
		v.status = http.StatusUnprocessableEntity
		v.notice = &page.Notice{Tone: page.Critical, Title: problem, Live: true}
		return p.sectionPage(w, r, v)
	}
	if err := p.changeMonth(r, pinned, v); err != nil {
		return err
	}
	if len(v.faults) > 0 && slices.Contains([]string{"klar", "fler", "spara", "hamta"}, do) {
		v.status = http.StatusUnprocessableEntity
		return p.sectionPage(w, r, v)
	}
	return p.onwards(w, r, v, do)
}

// onwards leads to the page that the pressed button asks for.
func (p *Pages) onwards(w http.ResponseWriter, r *route.Request, v sectionView, do string) error {
	base := "/ansokan/" + v.draft.ID
	switch do {
	case "hamta":
		return p.startFetch(w, r, v)
	case "fore":
		if s, ok := neighbour(v.draft, v.section.ID, -1); ok {
			return route.SeeOther(w, r, base+"/"+s.ID)
		}
	case "klar", "nasta":
		if s, ok := neighbour(v.draft, v.section.ID, +1); ok {
			return route.SeeOther(w, r, base+"/"+s.ID)
		}
		return route.SeeOther(w, r, base+"/granska")
	case "fler":
		return route.SeeOther(w, r, base+"/"+v.section.ID+"?fler")
	case "lagg-till", "ta-bort":
		return route.SeeOther(w, r, base+"/"+v.section.ID)
	}
	return route.SeeOther(w, r, base+"/"+v.section.ID+"?sparat")
}

// opens tells whether the answers call for questions that were not on the
// page: the person gets to see them before the section is called done.
func opens(s plugin.Section, before, after map[string]string) bool {
	return slices.ContainsFunc(s.Groups, func(g plugin.Group) bool {
		if !form.Holds(g.ShowIf, "", after) {
			return false
		}
		return !form.Holds(g.ShowIf, "", before) || g.Repeat == 0 && slices.ContainsFunc(g.Fields, func(f plugin.Field) bool {
			base := s.ID + "." + g.ID
			return form.Holds(f.ShowIf, base, after) && !form.Holds(f.ShowIf, base, before)
		})
	})
}

func applyItems(s plugin.Section, do, arg string, values map[string]string) {
	switch do {
	case "lagg-till":
		form.AddItem(s, arg, values)
	case "ta-bort":
		group, index, _ := strings.Cut(arg, ":")
		if i, err := strconv.Atoi(index); err == nil {
			form.RemoveItem(s, group, i, values)
		}
	}
}

func unchanged(d workspace.Draft, section string, values map[string]string) bool {
	old := map[string]string{}
	for path, v := range d.Values {
		if strings.HasPrefix(path, section+".") {
			old[path] = v
		}
	}
	return maps.Equal(old, values)
}

// changeMonth follows the person's choice of month, if the section has one.
func (p *Pages) changeMonth(r *route.Request, s plugin.Section, v sectionView) error {
	for _, it := range form.Items(s, v.values) {
		month := v.values[it.Path]
		if it.Field.Kind != plugin.FieldMonth || month == "" || month == v.draft.Month || it.Field.Bind != nil {
			continue
		}
		if !slices.ContainsFunc(p.months(), func(t time.Time) bool { return t.Format("2006-01") == month }) {
			continue
		}
		control, err := p.ControlMonth(v.draft.Board, month)
		if err != nil {
			return err
		}
		_, err = p.Workspace.SetMonth(r.Context(), login(r), v.draft.ID, month, control)
		return err
	}
	return nil
}

// documents stores posted documents and removes one, if asked to. What is
// wrong with one is returned in words; the rest of the page is saved.
func (p *Pages) documents(r *route.Request, s plugin.Section, do, arg string, v *sectionView) page.Text {
	if do == "ta-bort-fil" {
		d, err := p.Workspace.RemoveFile(r.Context(), login(r), v.draft.ID, arg)
		if err == nil {
			v.draft.Files = d.Files
		}
		return nil
	}
	if r.MultipartForm == nil {
		return nil
	}
	for _, it := range form.Items(s, v.values) {
		if it.Field.Kind != plugin.FieldFiles {
			continue
		}
		for _, h := range r.MultipartForm.File[it.Path] {
			data, err := content(h)
			if err == nil && len(data) == 0 && h.Filename == "" {
				continue
			}
			var d workspace.Draft
			if err == nil {
				d, err = p.Workspace.AddFile(r.Context(), login(r), v.draft.ID, it.Path, h.Filename, data)
			}
			if err != nil {
				return documentFault(h.Filename, err)
			}
			v.draft.Files = d.Files
		}
	}
	return nil
}

func content(h *multipart.FileHeader) ([]byte, error) {
	f, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, workspace.MaxFileSize+1))
}

func documentFault(name string, err error) page.Text {
	switch k := fault.KindOf(err); k {
	case fault.TooLarge, fault.TooMany, fault.Invalid:
		return page.T("citizen.document."+string(k), "file", page.FileName(workspace.FileName(name)))
	}
	return page.T("citizen.document.failed", "file", page.FileName(workspace.FileName(name)))
}

// stash keeps what was posted after the login had run out, and sends the
// browser to log in and come back to the page, filled in.
func (p *Pages) stash(w http.ResponseWriter, r *route.Request) error {
	back := "/ansokan/" + url.PathEscape(r.PathValue("id")) + "/" + url.PathEscape(r.PathValue("section"))
	values := map[string]string{}
	for name, list := range r.PostForm {
		if strings.HasPrefix(name, r.PathValue("section")+".") && len(values) < 2000 {
			values[name] = strings.Join(list, ",")
		}
	}
	if h, err := p.Workspace.Stash(r.Context(), r.PathValue("id"), r.PathValue("section"), values); err == nil {
		back += "?atersta=" + h
	}
	return route.SeeOther(w, r, "/logga-in?utloggad&till="+url.QueryEscape(back))
}
