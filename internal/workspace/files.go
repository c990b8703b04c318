package workspace

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode"

	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/plugin"
)

// Supporting documents are sealed with the draft's own file key, which lies
// in the draft's content: when a save moves the draft to a new due key, its
// files follow without being rewritten.

// mediaTypes are the kinds of document a board takes, as they are found in
// the content and not as the browser says.
var mediaTypes = map[string]bool{"application/pdf": true, "image/jpeg": true, "image/png": true, "image/heic": true}

// heif are the brands of ISO/IEC 23008-12 that phones write.
var heif = []string{"heic", "heix", "heim", "heis", "mif1", "msf1"}

// MediaType finds out what a document is, or "" for what is not taken.
func MediaType(data []byte) string {
	if len(data) > 12 && string(data[4:8]) == "ftyp" && slices.Contains(heif, string(data[8:12])) {
		return "image/heic"
	}
	if t := http.DetectContentType(data); mediaTypes[t] {
		return t
	}
	return ""
}

const maxName = 120

// FileName makes a name safe to store and show: its last element, without
// control and invisible characters, at most 120 characters with its ending
// kept.
func FileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), "\\", "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`"<>|:*?`, r) {
			return -1
		}
		return r
	}, name))
	if runes := []rune(name); len(runes) > maxName {
		ending := []rune(path.Ext(name))
		if len(ending) > 10 {
			ending = nil
		}
		name = string(runes[:maxName-len(ending)]) + string(ending)
	}
	if strings.Trim(name, "./ ") == "" {
		return "fil"
	}
	return name
}

// AddFile stores a supporting document for the field at a path. Faults:
// Invalid (a kind that is not taken, or empty), NotFound (no such field),
// TooLarge, TooMany.
func (w *Workspace) AddFile(ctx context.Context, login broker.Login, draft, at, name string, data []byte) (Draft, error) {
	media := MediaType(data)
	switch {
	case len(data) > MaxFileSize:
		return Draft{}, fault.New(fault.TooLarge, "the document is too large")
	case media == "":
		return Draft{}, fault.New(fault.Invalid, "not a kind of document that is taken")
	}
	sum := sha256.Sum256(data)
	f := plugin.File{Path: at, Name: FileName(name), Type: media, Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:])}
	return w.change(ctx, login, draft, func(tx *db.Tx, d *Draft) error {
		for _, have := range d.Files {
			if have.SHA256 == f.SHA256 && have.Path == f.Path {
				return nil // the same document twice: a second press of the button
			}
		}
		switch {
		case !takesFiles(d.Form, d.Values, at):
			return fault.New(fault.NotFound, "no field for documents")
		case len(d.Files) >= MaxFiles:
			return fault.New(fault.TooMany, "too many documents")
		}
		f.ID = db.NewID()
		meta, err := json.Marshal(f)
		if err != nil {
			return err
		}
		sealedMeta, err := seal(d.fileKey, fileAAD(d.ID, f.ID, "meta"), meta)
		if err != nil {
			return err
		}
		sealedData, err := seal(d.fileKey, fileAAD(d.ID, f.ID, "data"), data)
		if err != nil {
			return err
		}
		d.Files = append(d.Files, f)
		_, err = tx.Exec(ctx, `INSERT INTO draft_file (id, draft_id, meta, data) VALUES ($1,$2,$3,$4)`, f.ID, d.ID, sealedMeta, sealedData)
		return err
	})
}

// RemoveFile takes a document away.
func (w *Workspace) RemoveFile(ctx context.Context, login broker.Login, draft, file string) (Draft, error) {
	return w.change(ctx, login, draft, func(tx *db.Tx, d *Draft) error {
		n, err := tx.Exec(ctx, `DELETE FROM draft_file WHERE id=$1 AND draft_id=$2`, file, d.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "no such document")
		}
		d.Files, err = w.loadFiles(ctx, tx, *d)
		return err
	})
}

// File gives a document and its content.
func (w *Workspace) File(ctx context.Context, login broker.Login, draft, file string) (plugin.File, []byte, error) {
	var f plugin.File
	var data []byte
	err := w.opt.DB.Read(ctx, func(tx *db.Tx) error {
		d, err := w.LoadTx(ctx, tx, login, draft)
		if err != nil {
			return err
		}
		f, data, err = w.FileTx(ctx, tx, d, file)
		return err
	})
	return f, data, err
}

// FileTx is File inside a transaction that has loaded the draft.
func (w *Workspace) FileTx(ctx context.Context, tx *db.Tx, d Draft, file string) (plugin.File, []byte, error) {
	for _, f := range d.Files {
		if f.ID != file {
			continue
		}
		var sealed []byte
		if err := tx.QueryRow(ctx, `SELECT data FROM draft_file WHERE id=$1 AND draft_id=$2`, file, d.ID).Scan(&sealed); err != nil {
			return f, nil, err
		}
		data, err := open(d.fileKey, fileAAD(d.ID, file, "data"), sealed)
		return f, data, err
	}
	return plugin.File{}, nil, fault.New(fault.NotFound, "no such document")
}

func (w *Workspace) loadFiles(ctx context.Context, tx *db.Tx, d Draft) ([]plugin.File, error) {
	rows, err := tx.Query(ctx, `SELECT id, meta FROM draft_file WHERE draft_id=$1 ORDER BY id`, d.ID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var files []plugin.File
	for rows.Next() {
		var id string
		var sealed []byte
		if err := rows.Scan(&id, &sealed); err != nil {
			return nil, err
		}
		meta, err := open(d.fileKey, fileAAD(d.ID, id, "meta"), sealed)
		if err != nil {
			return nil, err
		}
		var f plugin.File
		if err := json.Unmarshal(meta, &f); err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, rows.Err()
}

func fileAAD(draft, file, what string) []byte {
	return []byte("draft_file|" + draft + "|" + file + "|" + what)
}

func aead(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func seal(key, aad, plain []byte) ([]byte, error) {
	a, err := aead(key)
	if err != nil {
		return nil, err
	}
	return a.Seal(nil, nil, plain, aad), nil
}

func open(key, aad, sealed []byte) ([]byte, error) {
	a, err := aead(key)
	if err != nil {
		return nil, err
	}
	return a.Open(nil, nil, sealed, aad)
}
