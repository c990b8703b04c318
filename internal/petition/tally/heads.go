package tally

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/petition/ballot"
)

const (
	// DefaultStep is how many votes lie between two heads at the least (k).
	DefaultStep = 100
	headEvery   = 24 * time.Hour
	headLease   = "petition heads"
	leaseFor    = 10 * time.Minute
)

// Heads makes and keeps signed heads.
type Heads struct {
	DB           *db.DB
	Ring         *keyring.Ring
	Municipality string // its organisation number, as heads name it
	Step         int64  // k; 0 = DefaultStep
}

// Leaves reads the sorted leaves of a petition's rows as they stand.
func Leaves(ctx context.Context, tx *db.Tx, petition string) ([]Hash, error) {
	var leaves []Hash
	err := ballot.Each(ctx, tx, petition, func(nullifier []byte) error {
		leaves = append(leaves, Leaf(petition, nullifier))
		return nil
	})
	Sort(leaves)
	return leaves, err
}

// RootOf is the root as a head states it: "" below the floor.
func RootOf(leaves []Hash) string {
	if len(leaves) < ballot.Floor {
		return ""
	}
	root := Root(leaves)
	return hex.EncodeToString(root[:])
}

// Run makes the running heads that are due, and tells how many. A petition
// that fails stops no other. Run it hourly on every node; one works.
func (h *Heads) Run(ctx context.Context) (made int, err error) {
	mine, err := h.DB.Lease(ctx, headLease, leaseFor)
	if err != nil || !mine {
		return 0, err
	}
	var open []ballot.Ballot
	err = h.DB.Read(ctx, func(tx *db.Tx) (err error) {
		open, err = ballot.All(ctx, tx, true)
		return err
	})
	for _, b := range open {
		did, failure := h.running(ctx, b)
		if did {
			made++
		}
		if failure != nil {
			err = errors.Join(err, fmt.Errorf("tally: running head: %w", failure))
		}
	}
	return made, err
}

// running makes one head if it is due: k votes and a day since the last.
func (h *Heads) running(ctx context.Context, b ballot.Ballot) (made bool, err error) {
	step := h.Step
	if step == 0 {
		step = DefaultStep
	}
	var leaves []Hash
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		last, _, err := last(ctx, tx, b.ID)
		if err != nil {
			return err
		}
		moved := b.Count() - last.Count
		if moved < 0 {
			moved = -moved
		}
		if moved < step || tx.Now.Sub(last.At) < headEvery {
			return nil
		}
		made = true
		leaves, err = Leaves(ctx, tx, b.ID)
		return err
	})
	if err != nil || !made {
		return false, err
	}
	return true, h.DB.Tx(ctx, func(tx *db.Tx) error {
		return h.Add(ctx, tx, Head{Kind: KindRunning, Petition: b.ID, Count: int64(len(leaves)), Root: RootOf(leaves)})
	})
}

// Add signs a head and keeps it, in the transaction of what it tells about.
// Time, municipality and the link to the head before are filled in. A final
// head that is there already stays as it is.
func (h *Heads) Add(ctx context.Context, tx *db.Tx, head Head) error {
	before, document, err := last(ctx, tx, head.Petition)
	if err != nil {
		return err
	}
	if before.Kind == KindFinal {
		return nil
	}
	head.Municipality, head.At = h.Municipality, tx.Now.UTC().Truncate(time.Second)
	if document != "" {
		sum := sha256.Sum256([]byte(document))
		head.Previous = hex.EncodeToString(sum[:])
	}
	return h.keep(ctx, tx, head.Petition, head.Kind, head.Count, head)
}

// AddReport signs a report and keeps it; one that is there already stays.
func (h *Heads) AddReport(ctx context.Context, tx *db.Tx, r Report) error {
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM petition_head WHERE petition = $1 AND kind = $2`, r.Petition, KindReport).Scan(&n)
	if err != nil || n > 0 {
		return err
	}
	r.Kind, r.Municipality, r.Written = KindReport, h.Municipality, tx.Now.UTC().Truncate(time.Second)
	return h.keep(ctx, tx, r.Petition, KindReport, r.Count, r)
}

func (h *Heads) keep(ctx context.Context, tx *db.Tx, petition, kind string, count int64, document any) error {
	file, err := Sign(h.Ring, document)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO petition_head (petition, seq, kind, count, at, document)
		VALUES ($1, (SELECT COALESCE(max(seq), 0) + 1 FROM petition_head WHERE petition = $1), $2, $3, $4, $5)`,
		petition, kind, count, db.Millis(tx.Now), string(file))
	return err
}

// last is the newest head and its document's text; a zero Head for none.
func last(ctx context.Context, tx *db.Tx, petition string) (head Head, document string, err error) {
	var file string
	err = tx.QueryRow(ctx, `SELECT document FROM petition_head WHERE petition = $1 AND kind <> $2 ORDER BY seq DESC LIMIT 1`,
		petition, KindReport).Scan(&file)
	if errors.Is(err, sql.ErrNoRows) {
		return Head{}, "", nil
	}
	if err != nil {
		return Head{}, "", err
	}
	var s Signed
	if err = json.Unmarshal([]byte(file), &s); err == nil {
		err = json.Unmarshal([]byte(s.Document), &head)
	}
	return head, s.Document, fault.Wrap(fault.Internal, err, "tally: a kept head cannot be read")
}

// Published are the signed files of a petition in the order they were made:
// running heads, and after the closing the final head and the report.
func Published(ctx context.Context, tx *db.Tx, petition string) ([]File, error) {
	rows, err := tx.Query(ctx, `SELECT seq, kind, document FROM petition_head WHERE petition = $1 ORDER BY seq`, petition)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var files []File
	for rows.Next() {
		var seq int64
		var kind, document string
		if err := rows.Scan(&seq, &kind, &document); err != nil {
			return nil, err
		}
		files = append(files, File{Name: fmt.Sprintf("%s-%03d-%s.json", petition, seq, kind), Data: []byte(document)})
	}
	return files, rows.Err()
}

// KeepLeaves keeps the list that will be published. Call it only where a
// decision switched it on.
func KeepLeaves(ctx context.Context, tx *db.Tx, petition string, leaves []Hash) error {
	if _, err := tx.Exec(ctx, `DELETE FROM petition_leaf WHERE petition = $1`, petition); err != nil {
		return err
	}
	for _, leaf := range leaves {
		if _, err := tx.Exec(ctx, `INSERT INTO petition_leaf (petition, leaf) VALUES ($1, $2)`, petition, leaf[:]); err != nil {
			return err
		}
	}
	return nil
}

// RemoveLeaves takes a published list down again.
func RemoveLeaves(ctx context.Context, tx *db.Tx, petition string) error {
	_, err := tx.Exec(ctx, `DELETE FROM petition_leaf WHERE petition = $1`, petition)
	return err
}

// LeafFile is the published list; fault.NotFound when the petition has none or
// is not reported yet.
func LeafFile(ctx context.Context, tx *db.Tx, petition string) (File, error) {
	head, _, err := last(ctx, tx, petition)
	if err != nil {
		return File{}, err
	}
	if head.Kind != KindFinal {
		return File{}, fault.ErrNotFound
	}
	rows, err := tx.Query(ctx, `SELECT leaf FROM petition_leaf WHERE petition = $1 ORDER BY leaf`, petition)
	if err != nil {
		return File{}, err
	}
	defer rows.Close()
	out := []byte(leavesTitle + "\n" + petition + "\n")
	n := 0
	for rows.Next() {
		var raw sql.RawBytes
		if err := rows.Scan(&raw); err != nil {
			return File{}, err
		}
		out = append(hex.AppendEncode(out, raw), '\n')
		n++
	}
	if err := rows.Err(); err != nil {
		return File{}, err
	}
	if n == 0 {
		return File{}, fault.ErrNotFound
	}
	return File{Name: petition + "-leaves.txt", Data: out}, nil
}
