package mail

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/mail"
	"strings"
	"sync"
	"time"

	"mime/quotedprintable"
)

// Options is what a Server is made of.
type Options struct {
	Certificate tls.Certificate // of the host that clients name
	User        string          // "" takes mail from anyone
	Password    string
	Now         func() time.Time
}

// Controls is how the server misbehaves.
type Controls struct {
	NoTLS   bool          // STARTTLS is not offered
	Refuse  bool          // every recipient is refused for good
	Busy    bool          // every recipient is put off
	Silence time.Duration // before each answer
}

// Letter is what came in.
type Letter struct {
	ID       string // Message-ID
	From, To string // of the envelope
	Subject  string
	Text     string
	Header   mail.Header
	At       time.Time
	TLS      bool
}

const (
	mostLetters = 2000
	mostBytes   = 1 << 20
)

// Server is the mail server.
type Server struct {
	o    Options
	smtp net.Listener
	web  *http.Server
	page net.Listener
	all  sync.WaitGroup

	mu       sync.Mutex
	letters  []Letter
	controls Controls
	conns    map[net.Conn]bool
	closed   bool
}

// New makes a server; Start makes it listen.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Server{o: o, conns: map[net.Conn]bool{}}
}

// Start listens for SMTP and for the page, on loopback addresses.
func (s *Server) Start(smtpAddress, pageAddress string) (err error) {
	if s.smtp, err = loopback(smtpAddress); err != nil {
		return err
	}
	if s.page, err = loopback(pageAddress); err != nil {
		_ = s.smtp.Close()
		return err
	}
	s.web = &http.Server{Handler: s.pages(), ReadHeaderTimeout: 5 * time.Second}
	s.all.Go(func() { _ = s.web.Serve(s.page) })
	s.all.Go(s.accept)
	return nil
}

func loopback(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, errors.New("fake mail: listens on loopback only")
	}
	return net.Listen("tcp", address)
}

// Port is where SMTP listens.
func (s *Server) Port() int {
	if a, ok := s.smtp.Addr().(*net.TCPAddr); ok {
		return a.Port
	}
	return 0
}

// URL is where the page is.
func (s *Server) URL() string { return "http://" + s.page.Addr().String() }

// Close ends everything.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	for c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	err := errors.Join(s.smtp.Close(), s.web.Close())
	s.all.Wait()
	return err
}

// Control changes how the server behaves.
func (s *Server) Control(c Controls) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.controls = c
}

func (s *Server) now() Controls {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.controls
}

// Letters are those that have come, oldest first.
func (s *Server) Letters() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Letter(nil), s.letters...)
}

// To are the letters to an address, oldest first.
func (s *Server) To(address string) []Letter {
	var some []Letter
	for _, l := range s.Letters() {
		if strings.EqualFold(l.To, address) {
			some = append(some, l)
		}
	}
	return some
}

// Empty forgets all letters.
func (s *Server) Empty() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.letters = nil
}

// keep reads a letter and keeps it.
func (s *Server) keep(from string, to []string, raw []byte, overTLS bool) error {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	var body io.Reader = m.Body
	if strings.EqualFold(m.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	subject, err := (&mime.WordDecoder{}).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, recipient := range to {
		s.letters = append(s.letters, Letter{ID: m.Header.Get("Message-ID"), From: from, To: recipient, Subject: subject,
			Text: strings.ReplaceAll(string(text), "\r\n", "\n"), Header: m.Header, At: s.o.Now(), TLS: overTLS})
	}
	if len(s.letters) > mostLetters {
		s.letters = s.letters[len(s.letters)-mostLetters:]
	}
	return nil
}
