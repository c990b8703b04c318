package app

import (
	"time"

	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/web/desk"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/plugin"
)

// caseSystem is the way to the municipality's own case system.
func (t *town) caseSystem() (broker.Cases, error) {
	o := t.cfg.CaseSystem
	client, err := outside{Endpoint: o.Endpoint, CertFile: o.CertFile, KeyFile: o.KeyFile, RootsFile: o.RootsFile,
		OrgNumber: o.OrgNumber, Timeout: 10 * time.Second}.client()
	if err != nil {
		return nil, err
	}
	return casework.NewCaseSystem(casework.CaseSystemOptions{HTTP: client, URL: o.Endpoint, Clock: t.clock})
}

func (t *town) buildCasework() error {
	files := map[string]string{}
	for _, b := range t.cfg.Boards {
		files[b.ID] = b.StaffFile
	}
	directory, err := casework.OpenDirectory(casework.DirectoryOptions{Files: files, Ring: t.ring, Audit: t.audit, Clock: t.clock, Log: t.log})
	if err != nil {
		return err
	}
	t.casework = casework.New(casework.Options{DB: t.db, Ring: t.ring, Audit: t.audit, Clock: t.clock, Log: t.log, Submissions: t.subs, Outbox: t.outbox,
		Forget:    t.forgetValidation,
		Directory: directory, Worksheet: t.worksheet, Legal: t.legal, LegalKey: t.legalKey,
		Board: func(id string) (casework.Board, error) {
			b, err := t.board(id)
			return casework.Board{Name: b.Name, AppealAddressee: b.AppealAddressee, AppealText: b.AppealText, SupplementDays: b.SupplementDays,
				DecidedYears: b.Retention.DecidedYears, KeepBirthDays: b.Retention.KeepBirthDays}, err
		}})
	return nil
}

// legalKey names the legal reference that an e-service's decisions rest on.
func (t *town) legalKey(eservice string) string {
	for _, e := range t.catalog.All() {
		if m := e.Plugin.Manifest; m.ID == eservice && m.Kind == plugin.KindEService {
			return m.LegalReference
		}
	}
	return ""
}

func (t *town) buildDesk(renderer *page.Renderer) (*desk.Pages, error) {
	return desk.New(desk.Deps{Renderer: renderer, Municipality: t.look, Clock: t.clock, Casework: t.casework, BoardName: t.boardName,
		Validation: t.receivedValidation,
		Extend:     t.extend(route.StaffCookie, identity.Staff)})
}
