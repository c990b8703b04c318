package workspace

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"path"
	"strings"
	"time"
	"unicode/utf8"

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

// MediaType finds out what a document is, or "" for what is not taken.
func MediaType(data []byte) string {
	if len(data) > 12 && string(data[4:8]) == "ftyp" && strings.Contains("heic heix mif1 msf1", string(data[8:12])) {
		return "image/heic"
	}
	if t := http.DetectContentType(data); mediaTypes[t] {
		return t
	}
	return ""
}

// FileName makes a name safe to store and show: its last element, without
// control characters, at most 120 characters.
func FileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), "\\", "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`"<>|:*?`, r) || r == 0x7f {
			return -1
		}
		return r
	}, name)
	if utf8.RuneCountInString(name) > 120 {
		name = string([]rune(name)[:120])
	}
	if name == "" || name == "." || name == "/" {
		return "fil"
	}
	return name
}

// AddFile stores a supporting document. Faults: Invalid (a kind that is not
// taken, or empty), TooLarge, TooMany.
func (w *Workspace) AddFile(ctx context.Context, login broker.Login, draft, at, name string, data []byte) (Draft, error) {
	media := MediaType(data)
	switch {
	case len(data) > MaxFileSize:
		return Draft{}, fault.New(fault.TooLarge, "the document is too large")
	case media == "":
		return Draft{}, fault.New(fault.Invalid, "not a kind of document that is taken")
	}
	return w.change(ctx, login, draft, func(tx *db.Tx, d *Draft) error {
		if len(d.Files) >= MaxFiles {
			return fault.New(fault.TooMany, "too many documents")
		}
		sum := sha256.Sum256(data)
		f := plugin.File{ID: db.NewID(), Path: at, Name: FileName(name), Type: media, Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:])}
		for _, have := range d.Files {
			if have.SHA256 == f.SHA256 && have.Path == f.Path {
				return nil // the same document twice: a second press of the button
			}
		}
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

// Stash keeps what a browser posted after its login had run out, for an
// hour, bound to the draft it was meant for. The handle is given to that
// browser; only the draft's owner can take it out again.
func (w *Workspace) Stash(ctx context.Context, draft, section string, values map[string]string) (handle string, err error) {
	handle = db.NewID() + db.NewID()
	plain, err := json.Marshal(values)
	if err != nil {
		return "", err
	}
	err = w.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM draft WHERE id=$1 AND expires_at>$2`, draft, db.Millis(tx.Now)).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return errNoDraft
		}
		due := tx.Now.Add(stashLife)
		sealed, err := w.opt.Ring.SealDue(due, "stash|"+draft+"|"+section, plain)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO stash (id, draft_id, section, expires_at, sealed) VALUES ($1,$2,$3,$4,$5)`,
			hashed(handle), draft, section, db.Millis(due), sealed)
		return err
	})
	return handle, err
}

// Unstash gives what was stashed for a draft that the caller has loaded.
func (w *Workspace) Unstash(ctx context.Context, d Draft, section, handle string) (map[string]string, error) {
	var values map[string]string
	err := w.opt.DB.Read(ctx, func(tx *db.Tx) error {
		var sealed []byte
		err := tx.QueryRow(ctx, `SELECT sealed FROM stash WHERE id=$1 AND draft_id=$2 AND section=$3 AND expires_at>$4`,
			hashed(handle), d.ID, section, db.Millis(tx.Now)).Scan(&sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "nothing stashed")
		}
		if err != nil {
			return err
		}
		plain, err := w.opt.Ring.OpenDue("stash|"+d.ID+"|"+section, sealed)
		if err != nil {
			return err
		}
		return json.Unmarshal(plain, &values)
	})
	return values, err
}

const stashLife = time.Hour

func hashed(handle string) string {
	sum := sha256.Sum256([]byte(handle))
	return hex.EncodeToString(sum[:])
}
