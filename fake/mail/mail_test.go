package mail_test

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/smtp"
	"strconv"
	"strings"
	"testing"

	"medborgarnavet/fake/ca"
	"medborgarnavet/fake/mail"
)

func start(t *testing.T, user string) (*mail.Server, *tls.Config) {
	t.Helper()
	authority, err := ca.New("town")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := authority.TLS(ca.Options{CommonName: "localhost", Server: true})
	if err != nil {
		t.Fatal(err)
	}
	s := mail.New(mail.Options{Certificate: cert, User: user, Password: "pw"})
	if err := s.Start("127.0.0.1:0", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, &tls.Config{RootCAs: authority.Pool(), ServerName: "localhost"}
}

func dial(t *testing.T, s *mail.Server, config *tls.Config) *smtp.Client {
	t.Helper()
	c, err := smtp.Dial(net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port())))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if config != nil {
		if err := c.StartTLS(config); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func send(c *smtp.Client, body string) error {
	if err := c.Mail("a@test.example"); err != nil {
		return err
	}
	if err := c.Rcpt("b@test.example"); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, body); err != nil {
		return err
	}
	return w.Close()
}

// A letter is kept and shown, with what is in it as text.
func TestKeepsAndShows(t *testing.T) {
	s, config := start(t, "")
	c := dial(t, s, config)
	if err := send(c, "Subject: =?utf-8?q?=3Cb=3EHej?=\r\n\r\n<script>alert(1)</script> https://a.example/x\r\n..dot\r\n"); err != nil {
		t.Fatal(err)
	}
	got := s.To("B@test.example")
	if len(got) != 1 || !got[0].TLS || got[0].Subject != "<b>Hej" || !strings.Contains(got[0].Text, "\n..dot") {
		t.Fatalf("kept %+v", got)
	}
	for path, want := range map[string]string{"/": "&lt;b&gt;Hej", "/letter/0": `&lt;script&gt;alert(1)&lt;/script&gt; <a href="https://a.example/x">`} {
		resp, err := http.Get(s.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || !strings.Contains(string(body), want) || resp.Header.Get("X-Test-Data") == "" {
			t.Errorf("%s: %s (%v)", path, body, err)
		}
	}
	resp, err := http.Get(s.URL() + "/letter/99")
	if err != nil {
		t.Fatal(err)
	}
	if _ = resp.Body.Close(); resp.StatusCode != http.StatusNotFound {
		t.Errorf("status %d", resp.StatusCode)
	}
}

// It asks for a login when it has one, and takes it over TLS alone.
func TestLogin(t *testing.T) {
	s, config := start(t, "user")
	if err := send(dial(t, s, config), "Subject: x\r\n\r\nx"); err == nil {
		t.Error("it took a letter without a login")
	}
	if err := dial(t, s, config).Auth(smtp.PlainAuth("", "user", "wrong", "localhost")); err == nil {
		t.Error("it took a wrong password")
	}
	c, err := smtp.Dial(net.JoinHostPort("localhost", strconv.Itoa(s.Port())))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.StartTLS(config); err != nil {
		t.Fatal(err)
	}
	if err := c.Auth(smtp.PlainAuth("", "user", "pw", "localhost")); err != nil {
		t.Fatal(err)
	}
	if err := send(c, "Subject: x\r\n\r\nx"); err != nil {
		t.Error(err)
	}
}

// It misbehaves as it is told, and refuses what is out of order.
func TestControls(t *testing.T) {
	s, config := start(t, "")
	for _, c := range []mail.Controls{{Refuse: true}, {Busy: true}} {
		s.Control(c)
		if err := send(dial(t, s, config), "Subject: x\r\n\r\nx"); err == nil {
			t.Errorf("%+v: taken", c)
		}
	}
	s.Control(mail.Controls{NoTLS: true})
	if ok, _ := dial(t, s, nil).Extension("STARTTLS"); ok {
		t.Error("it offers TLS")
	}
	s.Control(mail.Controls{})
	if err := dial(t, s, config).Rcpt("b@test.example"); err == nil {
		t.Error("a recipient before a sender")
	}
	if err := send(dial(t, s, config), "no letter"); err == nil {
		t.Error("it took what is no letter")
	}
	if err := send(dial(t, s, config), "Subject: x\r\n\r\n"+strings.Repeat("0123456789\r\n", 200_000)); err == nil {
		t.Error("it took two megabytes")
	}
	if len(s.Letters()) != 0 {
		t.Errorf("kept %d", len(s.Letters()))
	}
	if err := mail.New(mail.Options{}).Start("0.0.0.0:0", "127.0.0.1:0"); err == nil {
		t.Error("it listens to the world")
	}
}
