package ekbist

import (
	"context"
	"fmt"

	"medborgarnavet/plugin"
)

const (
	formID      = "ekbist"
	formVersion = "2026-11"
)

// service is one board's e-service.
type service struct {
	settings Settings
	texts    map[string]catalogue
}

// New builds the e-service for one board. Settings are read strictly: an
// unknown member or a faulty table is an error, with all faults at once.
func New(host plugin.Host) (plugin.Plugin, error) {
	settings, err := readSettings(host.Settings)
	if err != nil {
		return plugin.Plugin{}, fmt.Errorf("ekbist: settings: %w", err)
	}
	texts, err := readCatalogues()
	if err != nil {
		return plugin.Plugin{}, fmt.Errorf("ekbist: texts: %w", err)
	}
	m := manifest(settings, host.Controller)
	if err := m.Validate(); err != nil {
		return plugin.Plugin{}, fmt.Errorf("ekbist: %w", err)
	}
	s := &service{settings: settings, texts: texts}
	return plugin.Plugin{
		Manifest: m,
		EService: &plugin.EService{
			Form:      s.form,
			Review:    s.review,
			Worksheet: s.worksheet,
		},
	}, nil
}

// form gives the definition in the language asked for; Swedish where the
// language is not among those translated.
func (s *service) form(_ context.Context, r plugin.FormRequest) (plugin.Form, error) {
	f := definition(s.settings)
	translate(&f, s.texts[languageOf(r.Language)])
	return f, nil
}

func (s *service) review(_ context.Context, a plugin.Application) (plugin.Review, error) {
	if err := ofThisForm(a); err != nil {
		return plugin.Review{}, err
	}
	return reviewDraft(definition(s.settings), a), nil
}

func (s *service) worksheet(_ context.Context, r plugin.WorksheetRequest) (plugin.Worksheet, error) {
	if err := ofThisForm(r.Application); err != nil {
		return plugin.Worksheet{}, err
	}
	return calculate(s.settings, r), nil
}

// ofThisForm refuses an application of another form or version: its paths
// would mean something else, and the sums would be wrong without a sign.
func ofThisForm(a plugin.Application) error {
	if a.FormID == formID && a.FormVersion == formVersion {
		return nil
	}
	return &plugin.Problem{
		Kind:  plugin.ProblemInvalid,
		Title: "the application is of a form or version this e-service does not have",
	}
}
