package petition

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
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

// mostAdded is how many names a query may have for some of them to be left out.
const mostAdded = 6

// shorter are an address and all that it is with less in its query, at last
// without one. What is in order stays in order.
func shorter(address string) []string {
	bare, query, _ := strings.Cut(address, "?")
	all := []string{address, bare}
	values, err := url.ParseQuery(query)
	if err != nil || len(values) > mostAdded {
		return all
	}
	names := slices.Sorted(maps.Keys(values))
	for set := 1; set < 1<<len(names)-1; set++ {
		some := url.Values{}
		for i, name := range names {
			if set&(1<<i) != 0 {
				some[name] = values[name]
			}
		}
		all = append(all, bare+"?"+some.Encode())
	}
	return all
}

// Redirect tells which petition an address of the former service leads to
// (P-03). An address with more in its query than the former service had, such
// as what others add to links, leads where it does without that. Petitions
// that nobody may see lead nowhere.
//
// It is for asking before an unknown address is answered with "not found".
func (p *Petitions) Redirect(ctx context.Context, pathAndQuery string) (id string, ok bool, err error) {
	address := orderly(pathAndQuery)
	if address == "" {
		return "", false, nil
	}
	could := shorter(address)
	err = p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		id, ok = "", false
		places, args := make([]string, len(could)), make([]any, len(could))
		for i, a := range could {
			places[i], args[i] = fmt.Sprintf("$%d", i+1), a
		}
		err := tx.QueryRow(ctx, `SELECT petition FROM petition_redirect WHERE address IN (`+strings.Join(places, ",")+`)
			ORDER BY length(address) DESC, address LIMIT 1`, args...).Scan(&id)
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
