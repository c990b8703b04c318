package identity

import (
	"net/url"
	"strings"

	"medborgarnavet/internal/fault"
)

// maxReturnPath is in bytes; our own addresses are far shorter.
const maxReturnPath = 512

// ReturnPath checks where a person is to land after login. It must be a path
// on this site, with an optional query: anything that a browser could read as
// another site is refused with a fault of kind Invalid, so that a login link
// cannot be turned into a bridge to somebody else's page (open redirect,
// identity.md §4.2). An empty path means the site's root.
func ReturnPath(s string) (string, error) {
	if s == "" {
		return "/", nil
	}
	refused := fault.New(fault.Invalid, "identity: the return path is not a path on this site")
	if len(s) > maxReturnPath || s[0] != '/' {
		return "", refused
	}
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || c == '\\' || c == '#' {
			return "", refused
		}
	}
	u, err := url.Parse(s)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || u.Opaque != "" {
		return "", refused
	}
	// The decoded path is judged too: some server on the way may decode it.
	for _, path := range []string{u.Path, u.EscapedPath()} {
		if strings.Contains(path, "//") || strings.ContainsAny(path, "\\\r\n\t\x00") {
			return "", refused
		}
		for segment := range strings.SplitSeq(path, "/") {
			if segment == ".." || segment == "." {
				return "", refused
			}
		}
	}
	return s, nil
}
