package page

import (
	"mime"
	"net/http"
	"strconv"
)

// Download answers with a file to be saved under a name. It is never shown
// inside the page's own origin, since what is in it may come from outside.
func Download(w http.ResponseWriter, name, mediaType string, data []byte) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Length", strconv.Itoa(len(data)))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(data) // the reader has gone away; nothing to tell anyone
}
