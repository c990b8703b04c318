package petition

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"strings"

	"medborgarnavet/internal/db"
)

const longestAddress = 500

// orderly puts an address of the former service in order, so that the same
// page is found however its address is written: escapes in one way, the query
// sorted, no slash at the end. It is "" for what is no address.
func orderly(pathAndQuery string) string {
	if len(pathAndQuery) > longestAddress || !strings.HasPrefix(pathAndQuery, "/") || strings.HasPrefix(pathAndQuery, "//") {
		return ""
	}
	u, err := url.ParseRequestURI(pathAndQuery)
	if err != nil || u.Host != "" || u.Fragment != "" || strings.Contains(u.Path, "#") {
		return ""
	}
	path := (&url.URL{Path: strings.TrimRight(u.Path, "/")}).EscapedPath()
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil || path == "" && len(query) == 0 {
		return ""
	}
	if path == "" {
		path = "/"
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// Redirect tells which petition an address of the former service leads to
// (P-03). An address with more in its query than the former service had leads
// where it does without the query, if that was an address too. Petitions that
// nobody may see lead nowhere.
//
// It is for asking before an unknown address is answered with "not found".
func (p *Petitions) Redirect(ctx context.Context, pathAndQuery string) (id string, ok bool, err error) {
	address := orderly(pathAndQuery)
	if address == "" {
		return "", false, nil
	}
	bare, _, _ := strings.Cut(address, "?")
	err = p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		id, ok = "", false
		err := tx.QueryRow(ctx, `SELECT petition FROM petition_redirect WHERE address IN ($1, $2) ORDER BY length(address) DESC LIMIT 1`, address, bare).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		r, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		seen, gone := visibility(r, p.set, tx.Now)
		ok = gone != nil || seen != nothing // one that is removed says so on its page
		return nil
	})
	if !ok {
		id = ""
	}
	return id, ok && err == nil, err
}
