package app

import (
	"context"
	"fmt"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/validation"
)

// receivedDocument is the kind of subject that validations of received
// documents belong to.
const receivedDocument = "document"

// validateReceived validates a PDF that has come in, once, and keeps the
// result with it (S-06, S-11, S-12). The outbox calls it for
// casework.TopicDocument, perhaps more than once.
func (t *town) validateReceived(ctx context.Context, key string) error {
	d, err := t.casework.Received(ctx, key)
	if fault.KindOf(err) == fault.NotFound {
		return nil // disposed of since
	}
	if err != nil || d.Type != "application/pdf" {
		return err
	}
	if _, kept, err := t.receivedValidation(ctx, d.ID); err != nil || kept {
		return err
	}
	report, invalid := t.inspector.Validate(ctx, d.Data, validation.Options{PDFA: true, Others: true})
	if invalid != nil && ctx.Err() != nil {
		return ctx.Err() // stopped in the middle: again at the next start
	}
	subject := validation.Subject{Kind: receivedDocument, ID: d.ID, Board: d.Board}
	return t.db.Tx(ctx, func(tx *db.Tx) error {
		if kept, err := t.validations.Of(ctx, tx, receivedDocument, d.ID); err != nil || len(kept) > 0 {
			return err
		}
		if invalid != nil {
			_, err := t.validations.KeepUnusable(ctx, tx, subject, d.Data, invalid)
			return err
		}
		_, err := t.validations.Keep(ctx, tx, subject, report)
		return err
	})
}

// receivedValidation is what is kept about a document.
func (t *town) receivedValidation(ctx context.Context, document string) (rec validation.Record, kept bool, err error) {
	err = t.db.Read(ctx, func(tx *db.Tx) error {
		list, err := t.validations.Of(ctx, tx, receivedDocument, document)
		if kept = len(list) > 0; kept {
			rec = list[0]
		}
		return err
	})
	return rec, kept, err
}

// forgetValidation removes what is kept about a document that is disposed of.
func (t *town) forgetValidation(ctx context.Context, tx *db.Tx, document string) error {
	_, err := t.validations.Delete(ctx, tx, receivedDocument, document)
	return err
}

// buildValidation makes what documents that come in are validated with, and
// what keeps the results.
func (t *town) buildValidation() (err error) {
	t.validations = validation.NewStore(t.ring)
	if t.inspector, err = t.validator(); err != nil {
		return fmt.Errorf("validation: %w", err)
	}
	if program := t.cfg.Validation.VeraPDF; program != "" {
		second, err := validation.NewVeraPDF(validation.VeraPDFOptions{Path: program})
		if err != nil {
			return fmt.Errorf("validation: %w", err)
		}
		t.inspector.Others = []validation.Checker{second}
	}
	return nil
}
