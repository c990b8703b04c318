package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"medborgarnavet/block/orgcert"
	"medborgarnavet/block/orgnr"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/petition/seal"
)

// sealerConfig is a sealer's configuration, read and checked.
type sealerConfig struct {
	listen, adminListen string
	certificate         tls.Certificate
	clientRoots         *x509.CertPool
	dir                 string
	callers             map[orgnr.Number]seal.Limit
}

// loadSealer reads a configuration, and tells everything that is wrong with it
// at once.
func loadSealer(file string, now time.Time) (sealerConfig, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return sealerConfig{}, fmt.Errorf("the configuration cannot be read: %w", plainError(err))
	}
	var tree map[string]any
	if err := toml.Unmarshal(text, &tree); err != nil {
		var at toml.ParseError
		if errors.As(err, &at) {
			return sealerConfig{}, fmt.Errorf("configuration: line %d: %s", at.Position.Line, at.Message)
		}
		return sealerConfig{}, errors.New("configuration: that is no TOML")
	}
	base, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return sealerConfig{}, err
	}
	s := &sheet{base: base, now: now}
	cfg := s.read(tree)
	return cfg, config.AsError(s.findings)
}

// sheet gathers what is wrong while a configuration is read.
type sheet struct {
	base     string
	now      time.Time
	findings []config.Finding
}

func (s *sheet) fault(key, format string, args ...any) {
	s.findings = append(s.findings, config.Finding{Key: key, Text: fmt.Sprintf(format, args...)})
}

func (s *sheet) read(tree map[string]any) sealerConfig {
	s.only("", tree, "server", "store", "caller")
	cfg := sealerConfig{callers: make(map[orgnr.Number]seal.Limit)}
	server := s.table(tree, "server", "listen", "admin_listen", "certificate", "key", "client_roots")
	cfg.listen = s.address(server, "listen", true)
	cfg.adminListen = s.address(server, "admin_listen", false)
	if host, _, _ := net.SplitHostPort(cfg.adminListen); cfg.adminListen != "" && !loopback(host) {
		s.fault("server.admin_listen", "must be a loopback address such as 127.0.0.1:8444")
	}
	s.certificate(server, &cfg)
	store := s.table(tree, "store", "dir")
	if cfg.dir = s.path(store, "store", "dir"); cfg.dir != "" {
		if info, err := os.Stat(cfg.dir); err != nil || !info.IsDir() || info.Mode().Perm()&0o077 != 0 {
			s.fault("store.dir", "must be a directory of mode 0700; medborgarnavet sealer init makes it")
		}
	}
	s.callers(tree, cfg.callers)
	return cfg
}

// only refuses keys that there are not.
func (s *sheet) only(at string, tree map[string]any, known ...string) {
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		if !slices.Contains(known, name) {
			s.fault(strings.TrimPrefix(at+"."+name, "."), "there is no such key; here are %s", strings.Join(known, ", "))
		}
	}
}

func (s *sheet) table(tree map[string]any, name string, known ...string) map[string]any {
	t, ok := tree[name].(map[string]any)
	if !ok {
		s.fault(name, "a table [%s] is needed", name)
		return nil
	}
	s.only(name, t, known...)
	return t
}

// text is a text of a table; what is missing in a missing table is told once.
func (s *sheet) text(t map[string]any, at, name string, needed bool) string {
	value, given := t[name]
	text, ok := value.(string)
	switch {
	case t == nil:
	case given && !ok:
		s.fault(at+"."+name, "must be a text in quotation marks")
	case needed && text == "":
		s.fault(at+"."+name, "is missing")
	}
	return text
}

// path is a path relative to the configuration.
func (s *sheet) path(t map[string]any, at, name string) string {
	p := s.text(t, at, name, true)
	if p != "" && !filepath.IsAbs(p) {
		p = filepath.Join(s.base, p)
	}
	return p
}

func (s *sheet) address(t map[string]any, name string, needed bool) string {
	a := s.text(t, "server", name, needed)
	if a == "" {
		return ""
	}
	if _, _, err := net.SplitHostPort(a); err != nil {
		s.fault("server."+name, "must be an address and a port such as 127.0.0.1:8443")
	}
	return a
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func (s *sheet) certificate(t map[string]any, cfg *sealerConfig) {
	cert, key, roots := s.path(t, "server", "certificate"), s.path(t, "server", "key"), s.path(t, "server", "client_roots")
	if key != "" {
		if info, err := os.Stat(key); err == nil && info.Mode().Perm()&0o077 != 0 {
			s.fault("server.key", "may be readable by its owner only (mode 0600)")
		}
	}
	if cert != "" && key != "" {
		var err error
		if cfg.certificate, err = tls.LoadX509KeyPair(cert, key); err != nil {
			s.fault("server.certificate", "cannot be read together with the key: both must be PEM and belong together")
		} else {
			s.own(cfg.certificate.Leaf)
		}
	}
	if roots == "" {
		return
	}
	cfg.clientRoots = x509.NewCertPool()
	if text, err := os.ReadFile(roots); err != nil || !cfg.clientRoots.AppendCertsFromPEM(text) {
		s.fault("server.client_roots", "there is no certificate in the file; it must be PEM")
	}
}

// own checks our certificate as a caller will.
func (s *sheet) own(c *x509.Certificate) {
	if _, err := orgcert.OrgNumber(c); err != nil {
		s.fault("server.certificate", "has no organisation number that callers could know us by")
	}
	if s.now.Before(c.NotBefore) || s.now.After(c.NotAfter) {
		s.fault("server.certificate", "is not valid now: from %s to %s", c.NotBefore.Format(time.DateOnly), c.NotAfter.Format(time.DateOnly))
	}
}

func (s *sheet) callers(tree map[string]any, into map[orgnr.Number]seal.Limit) {
	list, _ := tree["caller"].([]map[string]any)
	if len(list) == 0 {
		s.fault("caller", "at least one [[caller]] is needed")
	}
	for i, t := range list {
		at := fmt.Sprintf("caller[%d]", i+1)
		s.only(at, t, "organisation", "total", "per_minute")
		number := s.text(t, at, "organisation", true)
		org, err := orgnr.Parse(number)
		if _, twice := into[org]; number != "" && (err != nil || twice) {
			s.fault(at+".organisation", "must be an organisation number, each once")
		}
		limit := seal.Limit{Total: s.number(t, at, "total", true), PerMinute: s.number(t, at, "per_minute", false)}
		if err == nil {
			into[org] = limit
		}
	}
}

// number is a whole number above 0; 0 when it is left out.
func (s *sheet) number(t map[string]any, at, name string, needed bool) int64 {
	value, given := t[name]
	n, ok := value.(int64)
	switch {
	case !given && needed:
		s.fault(at+"."+name, "is missing: how much one petition's key may be asked, about 1.2 times those who may vote")
	case given && (!ok || n <= 0):
		s.fault(at+"."+name, "must be a whole number above 0")
	}
	return n
}
