package route

import (
	"net/http"
	"strings"
	"time"
)

// header is a header of every answer, as net/http keeps it: nothing is put
// together when somebody asks. Whoever changes one in an answer replaces it.
type header struct {
	name  string
	value []string
}

func headers(formAction []string) []header {
	action := strings.Join(append([]string{"'self'"}, formAction...), " ")
	return []header{
		{"Content-Security-Policy", []string{"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; " +
			"connect-src 'self'; form-action " + action + "; base-uri 'none'; frame-ancestors 'none'"}},
		{"X-Content-Type-Options", []string{"nosniff"}},
		{"Referrer-Policy", []string{"no-referrer"}},
		{"Cross-Origin-Opener-Policy", []string{"same-origin"}},
		{"Cross-Origin-Resource-Policy", []string{"same-origin"}},
		{"Permissions-Policy", []string{"camera=(), microphone=(), geolocation=()"}},
		{"Strict-Transport-Security", []string{"max-age=31536000"}},
	}
}

// SetCookie gives the browser the token of a login.
func SetCookie(w http.ResponseWriter, name, token string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: token, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// ClearCookie takes it back.
func ClearCookie(w http.ResponseWriter, name string) {
	http.SetCookie(w, &http.Cookie{Name: name, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		MaxAge: -1, Expires: time.Unix(0, 0)})
}

// SeeOther answers a post with the address to read next.
func SeeOther(w http.ResponseWriter, r *Request, path string) error {
	if r.Method == http.MethodPost && plain(path) { // as http.Redirect, which would read and clean it first
		w.Header()["Location"] = []string{path}
		w.WriteHeader(http.StatusSeeOther)
		return nil
	}
	http.Redirect(w, r.Request, path, http.StatusSeeOther)
	return nil
}

// plain tells that a path is one of ours as it stands.
func plain(path string) bool {
	for i := range len(path) {
		switch c := path[i]; {
		case c == '/' && (i == 0 || path[i-1] != '/'):
		case i > 0 && (c == '-' || c == '_' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'):
		default:
			return false
		}
	}
	return path != ""
}
