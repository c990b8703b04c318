package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/smtp"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/internal/fault"
)

// SMTP sends through one mail server, over TLS with a verified certificate
// (STARTTLS, RFC 3207; or TLS from the start, RFC 8314 §3.3). A server that
// offers none gets nothing.
type SMTP struct {
	Host string
	Port int // 587 for STARTTLS, 465 for TLS from the start
	// Implicit: TLS from the start.
	Implicit bool
	Roots    *x509.CertPool // nil: the system's
	User     string         // "" for none
	Password string
	From     string // the address of the sender
	Name     string // the sender's name
	Timeout  time.Duration
}

const defaultTimeout = 20 * time.Second

// String keeps the password out of logs.
func (s SMTP) String() string { return "[smtp " + s.Host + "]" }

// GoString is String.
func (s SMTP) GoString() string { return s.String() }

// Send hands a letter over.
func (s SMTP) Send(ctx context.Context, id string, at time.Time, m Message) error {
	body, err := s.letter(id, at, m)
	if err != nil {
		return err
	}
	timeout := s.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	client, err := s.dial(ctx)
	if err != nil {
		return codeOnly(err, "connect")
	}
	defer client.Close()
	if s.User != "" {
		if err := client.Auth(smtp.PlainAuth("", s.User, s.Password, s.Host)); err != nil {
			return fault.Wrap(fault.Unavailable, code(err), "mail: the server did not take the login")
		}
	}
	if err := client.Mail(s.From); err != nil {
		return fault.Wrap(fault.Unavailable, code(err), "mail: the server did not take the sender")
	}
	if err := client.Rcpt(m.To); err != nil {
		return codeOnly(err, "recipient")
	}
	w, err := client.Data()
	if err == nil {
		_, err = w.Write(body)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return codeOnly(err, "text")
	}
	_ = client.Quit() // it is taken, whatever comes now
	return nil
}

// dial connects and makes sure of TLS.
func (s SMTP) dial(ctx context.Context) (*smtp.Client, error) {
	config := &tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
	address := net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
	var conn net.Conn
	var err error
	if s.Implicit {
		conn, err = (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", address)
	} else {
		conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", address)
	}
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			_ = conn.Close()
			return nil, err
		}
	}
	client, err := smtp.NewClient(conn, s.Host)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	if s.Implicit {
		return client, nil
	}
	if ok, _ := client.Extension("STARTTLS"); !ok {
		_ = client.Close()
		return nil, fault.New(fault.Unavailable, "mail: the server offers no TLS; nothing is sent")
	}
	if err := client.StartTLS(config); err != nil {
		_ = client.Close()
		return nil, err
	}
	return client, nil
}

// letter writes the message (RFC 5322, MIME).
func (s SMTP) letter(id string, at time.Time, m Message) ([]byte, error) {
	var b bytes.Buffer
	header := func(name, value string) { b.WriteString(name + ": " + value + "\r\n") }
	_, domain, _ := strings.Cut(s.From, "@")
	header("From", mime.QEncoding.Encode("utf-8", s.Name)+" <"+s.From+">")
	header("To", "<"+m.To+">")
	header("Subject", mime.QEncoding.Encode("utf-8", m.Subject))
	header("Date", at.Format(time.RFC1123Z))
	header("Message-ID", "<"+id+"@"+domain+">")
	header("MIME-Version", "1.0")
	header("Content-Type", "text/plain; charset=utf-8")
	header("Content-Transfer-Encoding", "quoted-printable")
	header("Auto-Submitted", "auto-generated")
	if m.Unsubscribe != "" {
		header("List-Unsubscribe", "<"+m.Unsubscribe+">")
		header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click") // RFC 8058
	}
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	if _, err := w.Write([]byte(m.Text)); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "mail: write")
	}
	if err := w.Close(); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "mail: write")
	}
	return b.Bytes(), nil
}

// code is an error without the server's words, which may hold an address.
func code(err error) error {
	var answer *textproto.Error
	if errors.As(err, &answer) {
		return errors.New("code " + strconv.Itoa(answer.Code))
	}
	if fault.KindOf(err) != fault.Internal {
		return err // our own words
	}
	return errors.New("no answer, or no TLS that can be trusted")
}

// codeOnly: a permanent refusal (5yz) is Invalid, all else is tried again.
func codeOnly(err error, what string) error {
	var answer *textproto.Error
	if errors.As(err, &answer) && answer.Code >= 500 && what != "connect" {
		return fault.Wrap(fault.Invalid, code(err), "mail: the server refused the "+what)
	}
	return fault.Wrap(fault.Unavailable, code(err), "mail: "+what)
}
