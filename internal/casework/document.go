package casework

import (
	"context"
	"strings"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// TopicDocument is the outbox topic of a document that has come in with an
// application or with an answer. The key is for Received.
const TopicDocument = "casework.document"

// Document is a document as it came in.
type Document struct {
	ID    string
	Board string
	Type  string // media type, from its content
	Data  []byte
}

// announce tells of a document in the transaction that stores it.
func (c *Casework) announce(ctx context.Context, tx *db.Tx, caseID, file string) error {
	return c.opt.Outbox.Add(ctx, tx, TopicDocument, caseID+"/"+file)
}

// Received gives the document of a key of TopicDocument. It asks nobody's
// login: it is for handlers of events, never for a page. fault.NotFound when
// the case has been disposed of since.
func (c *Casework) Received(ctx context.Context, key string) (Document, error) {
	caseID, file, _ := strings.Cut(key, "/")
	var m matter
	var mediaType string
	var data []byte
	err := c.opt.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if m, err = loadMatter(ctx, tx, caseID); err != nil {
			return err
		}
		_, mediaType, data, err = c.answerFile(ctx, tx, m, file)
		return err
	})
	if fault.KindOf(err) == fault.NotFound && m.ID != "" {
		_, mediaType, data, err = c.opt.Submissions.File(ctx, m.Submission, file)
	}
	return Document{ID: file, Board: m.Board, Type: mediaType, Data: data}, err
}

// forget lets whoever keeps something about a case's documents remove it, in
// the transaction that disposes of the case.
func (c *Casework) forget(ctx context.Context, tx *db.Tx, documents []string) error {
	for _, id := range documents {
		if err := c.opt.Forget(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}
