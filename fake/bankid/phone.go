package bankid

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed pages
var files embed.FS

// The page's addresses are Swedish, like what they show:
//
//	GET  /                  the waiting orders, and a field for a QR code's text
//	POST /skanna            a pasted QR code
//	POST /skanna-vantande   one of the listed orders (see scanListed)
//	GET  /starta            started by link on the same device
//	GET  /begaran/{id}      the order: pick a person, then answer
//	POST /begaran/{id}/person, /begaran/{id}/svar
//
// They work without JavaScript and need no cookie: the order's random page id
// is all the state there is.
func (s *Server) pageHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /stil.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, files, "pages/stil.css")
	})
	mux.HandleFunc("POST /skanna", s.scanPasted)
	mux.HandleFunc("POST /skanna-vantande", s.scanListed)
	mux.HandleFunc("GET /starta", s.startByLink)
	mux.HandleFunc("GET /begaran/{id}", s.showOrder)
	mux.HandleFunc("POST /begaran/{id}/person", s.pickPerson)
	mux.HandleFunc("POST /begaran/{id}/svar", s.giveAnswer)
	return http.NewCrossOriginProtection().Handler(guardPage(mux))
}

func guardPage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy",
			"default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		next.ServeHTTP(w, r)
	})
}

var pages = template.Must(template.ParseFS(files, "pages/*.html"))

func show(w http.ResponseWriter, status int, name string, data any) {
	var out bytes.Buffer
	if err := pages.ExecuteTemplate(&out, name, data); err != nil {
		http.Error(w, "TESTLÄGE: sidan kunde inte visas", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	out.WriteTo(w)
}

// waiting is an order in the list on the first page.
type waiting struct {
	ID   string
	What string // "Logga in" or "Skriva under"
	Who  string // first line of the text that the service sent
	Age  string
}

type homePage struct {
	Error   string
	Waiting []waiting
}

func (s *Server) home(w http.ResponseWriter, r *http.Request) { s.showHome(w, http.StatusOK, "") }

func (s *Server) showHome(w http.ResponseWriter, status int, problem string) {
	s.mu.Lock()
	now := s.opts.Now()
	data := homePage{Error: problem}
	for _, o := range slices.Backward(s.orders) {
		o.age(now, s.opts)
		if o.status != pending || o.opened {
			continue
		}
		data.Waiting = append(data.Waiting, waiting{
			ID: o.page, What: o.what(), Who: o.sender(), Age: age(now.Sub(o.created)),
		})
	}
	s.mu.Unlock()
	show(w, status, "home.html", data)
}

func age(d time.Duration) string {
	if n := int(d / time.Second); n != 1 {
		return strconv.Itoa(n) + " sekunder"
	}
	return "1 sekund"
}

func (o *order) what() string {
	if o.sign {
		return "Skriva under"
	}
	return "Logga in"
}

// sender is the first line of the visible text, without its heading mark.
func (o *order) sender() string {
	line, _, _ := strings.Cut(strings.TrimSpace(o.text), "\n")
	if line = strings.TrimSpace(strings.TrimLeft(line, "#* ")); line == "" {
		return "En tjänst som inte säger vem den är"
	}
	return strings.Trim(line, "*")
}

func (s *Server) scanPasted(w http.ResponseWriter, r *http.Request) {
	qr := r.PostFormValue("qr")
	s.mu.Lock()
	o, err := s.scan(qr, s.opts.Now())
	s.mu.Unlock()
	s.toOrder(w, r, o, err)
}

// scanListed is a convenience of the demo, where nobody has a camera: it works
// out the code that the service's page should show now and scans that, so the
// code's time and signature are still checked.
func (s *Server) scanListed(w http.ResponseWriter, r *http.Request) {
	id := r.PostFormValue("id")
	s.mu.Lock()
	now := s.opts.Now()
	o, err := s.find(now, func(o *order) bool { return o.page == id }), errQROrder
	if o != nil {
		o, err = s.scan(o.code(int(now.Sub(o.created)/time.Second)), now)
	}
	s.mu.Unlock()
	s.toOrder(w, r, o, err)
}

func (s *Server) startByLink(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	o, err := s.start(r.URL.Query().Get("autostarttoken"), s.opts.Now())
	s.mu.Unlock()
	s.toOrder(w, r, o, err)
}

// refusals are the page's words for why a code or a link did not open an order.
var refusals = map[error]string{
	errQRForm:  "Det där är ingen QR-kod från BankID. Kopiera hela texten, från bankid. till slutet.",
	errQROrder: "Ingen begäran väntar på den här QR-koden. Visa en ny kod i tjänsten och försök igen.",
	errQRMAC:   "QR-kodens signatur stämmer inte. Koden är felaktig eller ändrad.",
	errQRTime:  "QR-koden är för gammal. Koden byts varje sekund. Försök med den som visas nu.",
	errToken:   "Länken har gått ut eller är redan använd. Gå tillbaka till tjänsten och försök igen.",
	errPerson:  "Det gick inte att välja den personen för begäran.",
	errOutcome: "Begäran väntar inte längre på ett svar.",
}

func (s *Server) toOrder(w http.ResponseWriter, r *http.Request, o *order, err error) {
	if err != nil {
		s.showHome(w, http.StatusBadRequest, refusals[err])
		return
	}
	http.Redirect(w, r, "/begaran/"+o.page, http.StatusSeeOther)
}

// orderPage is what the page of one order shows, by Step: person, answer, end.
type orderPage struct {
	Step     string
	ID       string
	What     string
	Sender   string
	Lines    []string
	Citizens []Person
	Staff    []Person
	Name     string
	Result   string
	Return   string
}

func (s *Server) showOrder(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	o := s.find(s.opts.Now(), func(o *order) bool { return o.page == r.PathValue("id") })
	var data orderPage
	if o != nil {
		data = s.describe(o)
	}
	s.mu.Unlock()
	showOrderPage(w, o != nil, data)
}

func showOrderPage(w http.ResponseWriter, there bool, p orderPage) {
	if !there {
		show(w, http.StatusNotFound, "end.html", orderPage{Result: "Begäran finns inte kvar. Tjänsten har redan hämtat svaret eller avbrutit."})
		return
	}
	show(w, http.StatusOK, p.Step+".html", p)
}

func (s *Server) describe(o *order) orderPage {
	p := orderPage{Step: "person", ID: o.page, What: o.what(), Sender: o.sender(), Lines: plainLines(o.text)}
	if len(p.Lines) > 0 && p.Lines[0] == p.Sender {
		p.Lines = p.Lines[1:] // it stands in the heading
	}
	for _, person := range s.opts.Persons {
		if person.Staff {
			p.Staff = append(p.Staff, person)
		} else {
			p.Citizens = append(p.Citizens, person)
		}
	}
	if o.person != nil {
		p.Step, p.Name = "answer", o.person.name()
	}
	if o.status != pending {
		p.Step, p.Result = "end", results[o.hint]
		if o.sameApp {
			p.Return = o.asked.ReturnURL
		}
	}
	return p
}

// results are the page's words for each end; the empty hint is a complete order.
var results = map[string]string{
	"":              "Klart. Du har godkänt.",
	hintExpired:     "Tiden gick ut.",
	hintCertificate: "Det gick inte att använda den här e-legitimationen.",
	hintUserCancel:  "Du avbröt.",
	hintCancelled:   "Begäran avbröts, för personen började med en ny.",
	hintStartFailed: "Begäran öppnades inte i tid.",
	hintUnsupported: "Appen är för gammal för den här begäran.",
	hintRiskBlocked: "Begäran stoppades för att risken är för hög.",
}

// plainLines is the visible text without its simple marks, one line each.
func plainLines(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), "#"))
		line = strings.ReplaceAll(strings.ReplaceAll(line, "*", ""), "\\", "")
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

func (s *Server) pickPerson(w http.ResponseWriter, r *http.Request) {
	number := r.PostFormValue("person")
	s.change(w, r, func(o *order, now time.Time) error { return s.identify(o, number, now) })
}

func (s *Server) giveAnswer(w http.ResponseWriter, r *http.Request) {
	out := Outcome(r.PostFormValue("svar"))
	s.change(w, r, func(o *order, now time.Time) error { return s.finish(o, out, now) })
}

// change does something with the order of the address and shows how things then
// stand, also when it was refused. It shows it at once, without a redirect: the
// service may collect the answer, and with it the order, at any moment.
func (s *Server) change(w http.ResponseWriter, r *http.Request, do func(*order, time.Time) error) {
	s.mu.Lock()
	now := s.opts.Now()
	o := s.find(now, func(o *order) bool { return o.page == r.PathValue("id") })
	var data orderPage
	if o != nil {
		_ = do(o, now)
		data = s.describe(o)
	}
	s.mu.Unlock()
	showOrderPage(w, o != nil, data)
}
