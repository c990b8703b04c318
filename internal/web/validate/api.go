package validate

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/validation/etsi"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// The interface for programs, by DIGG's REST API profile: a versioned path,
// api-info, faults as RFC 9457.

//go:embed openapi.json
var openAPI []byte

const (
	apiVersion  = "1.0.0"
	apiReleased = "2026-11-22"
)

type apiAbout struct {
	Name          string `json:"apiName"`
	Version       string `json:"apiVersion"`
	Released      string `json:"apiReleased"`
	Documentation string `json:"apiDocumentation"`
	Status        string `json:"apiStatus"`
}

func (p *Pages) apiInfo(w http.ResponseWriter, r *route.Request) error {
	return writeJSON(w, http.StatusOK, "application/json", apiAbout{"validation", apiVersion, apiReleased,
		p.BaseURL(r.Request) + APIPath + "/openapi.json", "active"})
}

// apiDocument is openapi.json with this municipality's addresses: the profile
// wants them whole (UFN.02, DOK.03).
func (p *Pages) apiDocument(w http.ResponseWriter, r *route.Request) error {
	var d map[string]any
	if err := json.Unmarshal(openAPI, &d); err != nil {
		return err
	}
	here := p.BaseURL(r.Request)
	if about, ok := d["info"].(map[string]any); ok {
		about["version"] = apiVersion
		about["contact"] = map[string]string{"name": p.Municipality.Name, "url": here + Path, "email": p.Contact}
	}
	if more, ok := d["externalDocs"].(map[string]any); ok {
		more["url"] = here + Path
	}
	d["servers"] = []map[string]string{{"url": here + APIPath, "description": p.Municipality.Name}}
	return writeJSON(w, http.StatusOK, "application/json", d)
}

func writeJSON(w http.ResponseWriter, status int, kind string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the reader has gone away; nothing to tell anyone
	return nil
}

// apiValidate judges a file: the body itself, or a part of a form.
func (p *Pages) apiValidate(w http.ResponseWriter, r *route.Request) error {
	up, rep, err := p.take(w, r)
	if err != nil {
		return Problem(w, r, err)
	}
	if wantsXML(r) {
		if len(rep.Signatures) == 0 {
			return Problem(w, r, errNoSignature)
		}
		text, err := etsi.Write(rep)
		if err != nil {
			return Problem(w, r, err)
		}
		w.Header().Set("Content-Type", "application/xml; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(text) // the reader has gone away; nothing to tell anyone
		return nil
	}
	l := wantedLang(r)
	text, err := rep.JSON(l)
	if err != nil {
		return Problem(w, r, err)
	}
	if r.URL.Query().Get("svt") == "true" {
		if text, err = p.withToken(text, rep, up.data); err != nil {
			return Problem(w, r, err)
		}
	}
	w.Header().Set("Content-Language", string(l))
	return writeJSON(w, http.StatusOK, "application/json", json.RawMessage(text))
}

var (
	errNoToken     = errors.New("validate: no validation tokens are issued here")
	errNoSignature = errors.New("validate: there is no signature")
)

// withToken adds a validation token to a report.
func (p *Pages) withToken(text []byte, rep validation.Report, data []byte) ([]byte, error) {
	if p.Token == nil {
		return nil, errNoToken
	}
	if len(rep.Signatures) == 0 {
		return nil, errNoSignature
	}
	token, err := p.Token(rep, data)
	if err != nil {
		return nil, err
	}
	quoted, err := json.Marshal(token)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(text[:len(text)-1], `,"svt":%s}`, quoted), nil
}

func wantsXML(r *route.Request) bool {
	accept := r.Header.Get("Accept")
	return r.URL.Query().Get("report") == "etsi" ||
		strings.Contains(accept, "application/xml") && !strings.Contains(accept, "json") && !strings.Contains(accept, "html")
}

// wantedLang is Swedish when it is asked for, else English, as on the command
// line.
func wantedLang(r *route.Request) validation.Lang {
	if strings.HasPrefix(strings.ToLower(r.Header.Get("Accept-Language")), "sv") {
		return validation.Swedish
	}
	return validation.English
}

// problem is a fault as RFC 9457 has it.
type problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Instance string `json:"instance"`
}

// apiTroubles say in English what the page says in words of its own.
var apiTroubles = map[trouble][2]string{
	noFile:    {"No file", "Send the PDF as the body with Content-Type application/pdf, or as the part \"file\" of multipart/form-data."},
	empty:     {"The file is empty", "There is nothing in the file."},
	notPDF:    {"Not a PDF", "Only PDF files can be validated."},
	damaged:   {"The file is damaged", "The file begins as a PDF and cannot be read as one."},
	encrypted: {"The file is encrypted", "An encrypted file cannot be validated."},
	tooBig:    {"The file is too large", "50 MB is the most."},
	tooLong:   {"Too involved", "The file could not be examined within its time and limits."},
	busy:      {"Busy", "Many files are being validated. Try again in a minute."},
	cut:       {"The upload broke off", "Not all of the file was received, or the form around it cannot be read."},
}

// Problem writes an error as problem+json. Nothing of a fault of ours is told
// but its kind and the request's id.
func Problem(w http.ResponseWriter, r *route.Request, err error) error {
	var t trouble
	switch {
	case errors.As(err, &t):
		if t == busy {
			w.Header().Set("Retry-After", "60")
		}
		said := apiTroubles[t]
		return writeProblem(w, r, problem{Title: said[0], Status: t.status(), Detail: said[1]}, strings.ReplaceAll(string(t), "_", "-"))
	case errors.Is(err, errNoSignature):
		return writeProblem(w, r, problem{Title: "No signature", Status: http.StatusUnprocessableEntity,
			Detail: "The file has no signature, and what was asked for is about signatures."}, "no-signature")
	case errors.Is(err, errNoToken):
		return writeProblem(w, r, problem{Title: "No validation tokens", Status: http.StatusNotImplemented,
			Detail: "This municipality has no certificate to issue them with."}, "no-tokens")
	}
	status := page.StatusOf(err)
	if fault.Is(err, fault.WrongMethod) {
		return writeProblem(w, r, problem{Title: "Not with that method", Status: status,
			Detail: "The address is here and does not take that method. Allow names those that it takes."}, string(fault.WrongMethod))
	}
	return writeProblem(w, r, problem{Title: http.StatusText(status), Status: status, Detail: string(fault.KindOf(err))}, "")
}

func writeProblem(w http.ResponseWriter, r *route.Request, p problem, name string) error {
	p.Type, p.Instance = "about:blank", "urn:request:"+r.ID
	if name != "" {
		p.Type = "urn:medborgarnavet:problem:" + name
	}
	return writeJSON(w, p.Status, "application/problem+json", p)
}
