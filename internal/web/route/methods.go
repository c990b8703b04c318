package route

import (
	"net/http"
	"slices"
	"strings"

	"medborgarnavet/internal/fault"
)

// nowhere answers what no route takes. An address without a route does not
// exist; one that is asked for in another way than its routes tells which ways
// there are (RFC 9110 §15.5.6), and whoever asks just that, by OPTIONS, or
// whether another site may ask, is answered here.
func (rt *Router) nowhere(w http.ResponseWriter, hr *http.Request) {
	methods, anyOrigin := rt.methods(hr)
	if len(methods) == 0 {
		rt.finish(w, rt.request(hr), fault.New(fault.NotFound, "no such address"))
		return
	}
	h := w.Header()
	h.Set("Allow", strings.Join(methods, ", "))
	if anyOrigin {
		letAnyoneRead(h)
	}
	if hr.Method != http.MethodOptions {
		rt.finish(w, rt.request(hr), fault.New(fault.WrongMethod, "no such method here"))
		return
	}
	if anyOrigin { // the browser's question before one with headers of its own
		h.Set("Access-Control-Allow-Methods", "GET, HEAD")
		h.Set("Access-Control-Allow-Headers", "*")
		h.Set("Access-Control-Max-Age", "86400")
	}
	w.WriteHeader(http.StatusNoContent)
}

// methods are those that an address takes, and whether pages of other sites may
// read what it answers.
func (rt *Router) methods(r *http.Request) (all []string, anyOrigin bool) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := *r
		other.Method = method
		_, pattern := rt.mux.Handler(&other)
		i := slices.IndexFunc(rt.routes, func(known Route) bool { return known.Pattern == pattern })
		if i < 0 {
			continue
		}
		anyOrigin = anyOrigin || rt.routes[i].AnyOrigin
		if all = append(all, method); method == http.MethodGet {
			all = append(all, http.MethodHead)
		}
	}
	if len(all) > 0 {
		all = append(all, http.MethodOptions)
	}
	return all, anyOrigin
}

// letAnyoneRead lets pages of other sites read the answer.
func letAnyoneRead(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "Allow, ETag, Link, Retry-After")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
}
