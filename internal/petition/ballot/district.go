package ballot

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"medborgarnavet/internal/db"
)

const (
	// DistrictFloor is the fewest votes that are shown of a district.
	DistrictFloor = 25
	// DistrictStep is what districts' numbers are rounded down to.
	DistrictStep = 5

	maxDistrict = 16 // characters of a code
)

// District is what may be shown of the votes from one district: DistrictFloor
// or more, rounded down to DistrictStep.
type District struct {
	Code  string `json:"code"`
	Count int64  `json:"count"`
}

// Districts gives the districts that may be shown, by code, and the votes of
// all others together, those without a district among them. The others are
// held to the same floor, 0 when there are fewer: where one district's number
// would tell that of the few others by subtraction, it is among the others
// too. The numbers move once a day, and stay after the closing.
func Districts(ctx context.Context, tx *db.Tx, petition string) (shown []District, others int64, err error) {
	rows, err := tx.Query(ctx, `SELECT district, shown FROM petition_district WHERE petition = $1 AND shown > 0 ORDER BY district`, petition)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var d District
		if err := rows.Scan(&d.Code, &d.Count); err != nil {
			return nil, 0, err
		}
		if d.Code == "" {
			others = d.Count
		} else {
			shown = append(shown, d)
		}
	}
	return shown, others, rows.Err()
}

// countable is a district's code as it is counted: what is no code is none.
func countable(code string) string {
	ok := len(code) <= maxDistrict && !strings.ContainsFunc(code, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-'
	})
	if !ok {
		return ""
	}
	return code
}

// countCells adds what a commit changed in each district. A withdrawal takes
// from the district it came from, which may be another than that of the vote:
// no cell goes below 0.
func countCells(ctx context.Context, tx *db.Tx, petition string, cells map[string]int64) error {
	var codes []string
	var more []int64
	for _, code := range slices.Sorted(maps.Keys(cells)) {
		switch n := cells[code]; {
		case code == "" || n == 0:
		case n > 0:
			codes, more = append(codes, code), append(more, n)
		default:
			if _, err := tx.Exec(ctx, `UPDATE petition_district SET n = CASE WHEN n > $3 THEN n - $3 ELSE 0 END
				WHERE petition = $1 AND district = $2`, petition, code, -n); err != nil {
				return err
			}
		}
	}
	if len(codes) == 0 {
		return nil
	}
	values, args := `SELECT $1, code, n, 0 FROM unnest($2::text[], $3::bigint[]) AS cell (code, n)`, []any{petition, codes, more}
	if tx.Engine() == db.SQLite {
		var b strings.Builder
		args = []any{petition}
		for i, code := range codes {
			fmt.Fprintf(&b, ", ($1, $%d, $%d, 0)", 2*i+2, 2*i+3)
			args = append(args, code, more[i])
		}
		values = `VALUES ` + b.String()[2:]
	}
	_, err := tx.Exec(ctx, `INSERT INTO petition_district (petition, district, n, shown) `+values+`
		ON CONFLICT (petition, district) DO UPDATE SET n = petition_district.n + excluded.n`, args...)
	return err
}

// cells are the districts as they are counted, without the others' row.
func cells(ctx context.Context, tx *db.Tx, petition string) ([]District, error) {
	rows, err := tx.Query(ctx, `SELECT district, n FROM petition_district WHERE petition = $1 AND district <> ''`, petition)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []District
	for rows.Next() {
		var d District
		if err := rows.Scan(&d.Code, &d.Count); err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, rows.Err()
}

// mayShow chooses what may be shown of so many votes. The total is public in
// the end, so what is left over is a number too: it is 0 or has the floor.
func mayShow(all []District, total int64) (shown []District, others int64) {
	slices.SortFunc(all, func(a, b District) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Code, b.Code)) })
	var counted int64
	hidden := false
	for _, d := range all {
		counted += d.Count
		if d.Count >= DistrictFloor {
			shown = append(shown, d)
		} else {
			hidden = hidden || d.Count > 0
			others += d.Count
		}
	}
	if without := total - counted; without > 0 { // votes without a district
		others, hidden = others+without, true
	}
	for hidden && others < DistrictFloor && len(shown) > 0 {
		others += shown[len(shown)-1].Count
		shown = shown[:len(shown)-1]
	}
	for i := range shown {
		shown[i].Count -= shown[i].Count % DistrictStep
	}
	if others < DistrictFloor {
		others = 0
	}
	return shown, others - others%DistrictStep
}

// showDistricts moves what is shown to what may be shown now.
func showDistricts(ctx context.Context, tx *db.Tx, b Ballot) error {
	all, err := cells(ctx, tx, b.ID)
	if err != nil || len(all) == 0 {
		return err
	}
	shown, others := mayShow(all, b.Count())
	return setShown(ctx, tx, b.ID, shown, others)
}

func setShown(ctx context.Context, tx *db.Tx, petition string, shown []District, others int64) error {
	if _, err := tx.Exec(ctx, `UPDATE petition_district SET shown = 0 WHERE petition = $1`, petition); err != nil {
		return err
	}
	for _, d := range append(slices.Clone(shown), District{Count: others}) {
		if _, err := tx.Exec(ctx, `INSERT INTO petition_district (petition, district, n, shown) VALUES ($1, $2, 0, $3)
			ON CONFLICT (petition, district) DO UPDATE SET shown = excluded.shown`, petition, d.Code, d.Count); err != nil {
			return err
		}
	}
	return nil
}

// closeDistricts erases the cells that may not be shown, and of the others all
// but what is shown.
func closeDistricts(ctx context.Context, tx *db.Tx, petition string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM petition_district WHERE petition = $1 AND shown = 0`, petition); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE petition_district SET n = shown WHERE petition = $1`, petition)
	return err
}
