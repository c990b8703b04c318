package mail

import (
	"bufio"
	"crypto/subtle"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"time"
)

const idle = 30 * time.Second

func (s *Server) accept() {
	for {
		conn, err := s.smtp.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			_ = conn.Close()
			return
		}
		s.conns[conn] = true
		s.mu.Unlock()
		s.all.Go(func() {
			defer func() {
				s.mu.Lock()
				delete(s.conns, conn)
				s.mu.Unlock()
				_ = conn.Close()
			}()
			(&talk{s: s, conn: conn}).run()
		})
	}
}

// talk is one client's conversation.
type talk struct {
	s       *Server
	conn    net.Conn
	r       *textproto.Reader
	greeted bool
	secure  bool
	login   bool
	from    string
	mailing bool // MAIL has come
	to      []string
}

func (t *talk) say(format string, args ...any) {
	if wait := t.s.now().Silence; wait > 0 {
		time.Sleep(wait)
	}
	_, _ = fmt.Fprintf(t.conn, format+"\r\n", args...)
}

func (t *talk) reader() {
	t.r = textproto.NewReader(bufio.NewReader(io.LimitReader(t.conn, 4*mostBytes)))
}

func (t *talk) run() {
	t.reader()
	t.say("220 localhost ESMTP test, delivers nothing")
	for {
		_ = t.conn.SetDeadline(time.Now().Add(idle))
		line, err := t.r.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		if strings.EqualFold(verb, "QUIT") {
			t.say("221 bye")
			return
		}
		if err := t.command(strings.ToUpper(verb), rest); err != nil {
			return
		}
	}
}

func (t *talk) command(verb, rest string) error {
	switch verb {
	case "EHLO":
		t.greeted = true
		t.hello()
	case "HELO":
		t.greeted = true
		t.say("250 localhost")
	case "STARTTLS":
		return t.startTLS()
	case "AUTH":
		t.auth(rest)
	case "MAIL":
		t.mail(rest)
	case "RCPT":
		t.rcpt(rest)
	case "DATA":
		return t.data()
	case "RSET":
		t.from, t.to, t.mailing = "", nil, false
		t.say("250 ok")
	case "NOOP":
		t.say("250 ok")
	default:
		t.say("502 not known here")
	}
	return nil
}

func (t *talk) hello() {
	lines := []string{"localhost", "8BITMIME"}
	if !t.secure && !t.s.now().NoTLS {
		lines = append(lines, "STARTTLS")
	}
	if t.secure && t.s.o.User != "" {
		lines = append(lines, "AUTH PLAIN")
	}
	for i, line := range lines {
		mark := "-"
		if i == len(lines)-1 {
			mark = " "
		}
		t.say("250%s%s", mark, line)
	}
}

func (t *talk) startTLS() error {
	if t.secure || t.s.now().NoTLS {
		t.say("502 not offered")
		return nil
	}
	t.say("220 go on")
	conn := tls.Server(t.conn, &tls.Config{Certificates: []tls.Certificate{t.s.o.Certificate}, MinVersion: tls.VersionTLS12})
	if err := conn.Handshake(); err != nil {
		return err
	}
	t.conn, t.secure, t.greeted, t.from, t.to, t.mailing = conn, true, false, "", nil, false
	t.reader()
	return nil
}

func (t *talk) auth(rest string) {
	kind, given, _ := strings.Cut(rest, " ")
	raw, err := base64.StdEncoding.DecodeString(given)
	want := "\x00" + t.s.o.User + "\x00" + t.s.o.Password
	if !t.secure || !strings.EqualFold(kind, "PLAIN") || err != nil || subtle.ConstantTimeCompare(raw, []byte(want)) != 1 {
		t.say("535 not accepted")
		return
	}
	t.login = true
	t.say("235 accepted")
}

// path takes the address out of FROM:<a@b> or TO:<a@b>.
func path(rest, word string) (string, bool) {
	if len(rest) < len(word) || !strings.EqualFold(rest[:len(word)], word) {
		return "", false
	}
	from, to := strings.IndexByte(rest, '<'), strings.IndexByte(rest, '>')
	if from < 0 || to < from {
		return "", false
	}
	return rest[from+1 : to], true
}

func (t *talk) mail(rest string) {
	from, ok := path(rest, "FROM:")
	switch {
	case !t.greeted || !ok:
		t.say("503 not now")
	case t.s.o.User != "" && !t.login:
		t.say("530 log in first")
	default:
		t.from, t.to, t.mailing = from, nil, true
		t.say("250 ok")
	}
}

func (t *talk) rcpt(rest string) {
	to, ok := path(rest, "TO:")
	c := t.s.now()
	switch {
	case !t.mailing || !ok || to == "":
		t.say("503 not now")
	case c.Refuse:
		t.say("550 <%s> is not here", to)
	case c.Busy:
		t.say("450 <%s> later", to)
	default:
		t.to = append(t.to, to)
		t.say("250 ok")
	}
}

func (t *talk) data() error {
	if len(t.to) == 0 {
		t.say("503 not now")
		return nil
	}
	t.say("354 go on, end with a dot")
	raw, err := io.ReadAll(io.LimitReader(t.r.DotReader(), mostBytes+1))
	if err != nil {
		return err
	}
	if len(raw) > mostBytes {
		t.say("552 too much")
		return errors.New("too much")
	}
	if err := t.s.keep(t.from, t.to, raw, t.secure); err != nil {
		t.say("554 that is no letter")
		return nil
	}
	t.from, t.to, t.mailing = "", nil, false
	t.say("250 kept, and delivered to nobody")
	return nil
}
