package desk_test

import (
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/identity/session"
)

func TestZZServe(t *testing.T) {
	if os.Getenv("ZZ") == "" {
		t.Skip()
	}
	o := newOffice(t)
	id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001")
	o.caseOf("197101169295", "Bo Ek", "EB 2026-000002")
	o.clock.Advance(50 * time.Hour)
	o.caseOf("199001012385", "Cecilia Holm", "EB 2026-000003")
	_ = o.RequestSupplement(t.Context(), "eva.lind", id, "k", []string{"Hyresavi för december", "Kontoutdrag"}, "", "")
	_ = o.WriteNote(t.Context(), "eva.lind", id, "k", casework.NoteJournal, true, "Samtal med den sökande den 20 november.\nHon har flyttat.")
	_ = o.SendMessage(t.Context(), "eva.lind", id, "k", "Hej! Vi behöver din hyresavi.")
	b := o.login(eva, "Eva Lind", session.Staff)
	l, err := net.Listen("tcp", "127.0.0.1:28765")
	if err != nil {
		t.Fatal(err)
	}
	t.Log(id)
	os.WriteFile("/tmp/zzid", []byte(id), 0o600)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.URL.Path) > 8 && r.URL.Path[:8] == "/assets/" {
			o.assets.ServeHTTP(w, r)
			return
		}
		r.AddCookie(b.cookie)
		o.router.ServeHTTP(w, r)
	})}
	go s.Serve(l)
	time.Sleep(10 * time.Minute)
}
