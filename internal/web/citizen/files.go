package citizen

import (
	"net/http"

	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// file gives back a supporting document. It is never shown inside the page's
// own origin: a document from outside is downloaded.
func (p *Pages) file(w http.ResponseWriter, r *route.Request) error {
	f, data, err := p.Workspace.File(r.Context(), login(r), r.PathValue("id"), r.PathValue("file"))
	if err != nil {
		return err
	}
	page.Download(w, f.Name, f.Type, data)
	return nil
}

// handedInFile gives back a document of an application that the person has
// handed in.
func (p *Pages) handedInFile(w http.ResponseWriter, r *route.Request) error {
	name, mediaType, data, err := p.Submissions.FileOfPerson(r.Context(), login(r), r.PathValue("id"), r.PathValue("file"))
	if err != nil {
		return err
	}
	page.Download(w, name, mediaType, data)
	return nil
}

// answerFile gives back a document that the person has sent in later.
func (p *Pages) answerFile(w http.ResponseWriter, r *route.Request) error {
	name, mediaType, data, err := p.Casework.AnswerFile(r.Context(), r.Session.Subject, r.PathValue("id"), r.PathValue("file"))
	if err != nil {
		return err
	}
	page.Download(w, name, mediaType, data)
	return nil
}
