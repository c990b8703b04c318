package citizen

import (
	"mime"
	"net/http"
	"strconv"

	"medborgarnavet/internal/web/route"
)

// file gives back a supporting document. It is never shown inside the page's
// own origin: a document from outside is downloaded.
func (p *Pages) file(w http.ResponseWriter, r *route.Request) error {
	f, data, err := p.Workspace.File(r.Context(), login(r), r.PathValue("id"), r.PathValue("file"))
	if err != nil {
		return err
	}
	download(w, f.Name, f.Type, data)
	return nil
}

// handedInFile gives back a document of an application that the person has
// handed in.
func (p *Pages) handedInFile(w http.ResponseWriter, r *route.Request) error {
	name, mediaType, data, err := p.Submissions.FileOfPerson(r.Context(), login(r), r.PathValue("id"), r.PathValue("file"))
	if err != nil {
		return err
	}
	download(w, name, mediaType, data)
	return nil
}

// answerFile gives back a document that the person has sent in later.
func (p *Pages) answerFile(w http.ResponseWriter, r *route.Request) error {
	name, mediaType, data, err := p.Casework.AnswerFile(r.Context(), r.Session.Subject, r.PathValue("id"), r.PathValue("file"))
	if err != nil {
		return err
	}
	download(w, name, mediaType, data)
	return nil
}

func download(w http.ResponseWriter, name, mediaType string, data []byte) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Length", strconv.Itoa(len(data)))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(data) // the reader has gone away; nothing to tell anyone
}
