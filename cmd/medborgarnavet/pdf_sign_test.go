package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"medborgarnavet/fake/tsa"
)

// S-06: a file signed at every level is written with the level in words, and
// is what pdf verify finds.
func TestPDFSignAtEveryLevel(t *testing.T) {
	d := newDesk(t)
	for _, level := range []string{"B-B", "B-T", "B-LT", "B-LTA"} {
		out := d.path(level + ".pdf")
		code, said, errs := d.run("pdf", "sign", d.path("beslut.pdf"), "-key", d.path("anna.key"), "--cert", d.path("anna.pem"), "-chain", d.path("chain.pem"),
			"-level", level, "-tsa", d.ca.TSAURL(), "-visible", "-page", "1", "-reason", "Beslut", "-out", out)
		if code != 0 || !strings.Contains(said, "level "+level+"\n") {
			t.Errorf("%s: exit %d: %s%s", level, code, said, errs)
			continue
		}
		code, said, errs = d.run("pdf", "verify", out, "-json", "-online", "-trust", d.path("root.pem"))
		if code != 0 || !strings.Contains(said, `"level":"`+level+`"`) || !strings.Contains(said, `"conformant":true`) {
			t.Errorf("%s: verify: exit %d: %s%s", level, code, said, errs)
		}
	}
}

// S-19: a seal is an organisation's, and a person's certificate makes none.
func TestPDFSeal(t *testing.T) {
	d := newDesk(t)
	org, err := d.ca.Seal("Ekbacka kommun", "2120009911")
	if err != nil {
		t.Fatal(err)
	}
	d.write("org.pem", certPEM(org.Certificate))
	d.write("org.key", keyPEM(t, org.Key))
	seal := func(who, out string) (int, string, string) {
		return d.run("pdf", "seal", "-key", d.path(who+".key"), "-cert", d.path(who+".pem"), "-chain", d.path("chain.pem"), d.path("beslut.pdf"), "-out", d.path(out))
	}
	if code, said, errs := seal("org", "sealed.pdf"); code != 0 {
		t.Errorf("exit %d: %s%s", code, said, errs)
	}
	if _, said, _ := d.run("pdf", "verify", d.path("sealed.pdf"), "-json"); !strings.Contains(said, `"field":"Stämpel`) {
		t.Error(said)
	}
	if code, _, errs := seal("anna", "no.pdf"); code != 2 || !strings.Contains(errs, "organisation") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

// I-14: a time-stamp authority that is down lowers no level in silence.
func TestPDFSignWhenTheAuthorityIsDown(t *testing.T) {
	d := newDesk(t)
	d.ca.Dead(true)
	out := d.path("signed.pdf")
	args := []string{"pdf", "sign", d.path("beslut.pdf"), "-key", d.path("anna.key"), "-cert", d.path("anna.pem"), "-chain", d.path("chain.pem"),
		"-level", "B-T", "-tsa", d.ca.TSAURL(), "-out", out}
	code, _, errs := d.run(args...)
	if _, err := os.Stat(out); code != 1 || !os.IsNotExist(err) || !strings.Contains(errs, "B-T") || strings.Count(errs, "\n") != 1 {
		t.Errorf("exit %d, file %v: %s", code, err, errs)
	}
	code, said, errs := d.run(append(args, "-accept-lower")...)
	if code != 0 || !strings.Contains(said, "level B-B\n") || !strings.Contains(said, "asked for B-T") {
		t.Errorf("exit %d: %s%s", code, said, errs)
	}
	code, _, errs = d.run("pdf", "timestamp", d.path("beslut.pdf"), "-tsa", d.ca.TSAURL(), "-out", d.path("stamped.pdf"))
	if _, err := os.Stat(d.path("stamped.pdf")); code != 1 || !os.IsNotExist(err) || strings.Count(errs, "\n") != 1 {
		t.Errorf("timestamp: exit %d, file %v: %s", code, err, errs)
	}
	d.ca.Dead(false)
	if code, said, errs = d.run("pdf", "timestamp", out, "-tsa", d.ca.TSAURL(), "-out", d.path("stamped.pdf")); code != 0 {
		t.Errorf("timestamp: exit %d: %s%s", code, said, errs)
	}
}

// Nothing is written over without -force, and no file is left half written.
func TestPDFSignWritesOverNothing(t *testing.T) {
	d := newDesk(t)
	taken := d.write("taken.pdf", []byte("kept"))
	args := []string{"pdf", "sign", d.path("beslut.pdf"), "-key", d.path("anna.key"), "-cert", d.path("anna.pem"), "-chain", d.path("chain.pem"), "-out", taken}
	if code, _, errs := d.run(args...); code != 2 || !strings.Contains(errs, "-force") || string(d.read("taken.pdf")) != "kept" {
		t.Errorf("exit %d: %s", code, errs)
	}
	if code, said, errs := d.run(append(args, "-force")...); code != 0 || !bytes.HasPrefix(d.read("taken.pdf"), []byte("%PDF-")) {
		t.Errorf("exit %d: %s%s", code, said, errs)
	}
	left, err := os.ReadDir(d.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		if strings.HasPrefix(f.Name(), ".") {
			t.Errorf("%s is left", f.Name())
		}
	}
}

// A key encrypted the way openssl does it opens with its password from a
// file, and with no other; what is said of a key holds nothing of it.
func TestPDFSignWithAnEncryptedKey(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("openssl is not here")
		}
		t.Skip("openssl is not here: the encrypted key was not tried")
	}
	d := newDesk(t)
	d.write("password", []byte("hemligt lösenord\n"))
	d.write("wrong", []byte("fel\n"))
	for _, how := range [][]string{{"-v2", "aes-256-cbc"}, {"-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512"}} {
		args := append([]string{"pkcs8", "-topk8", "-in", d.path("anna.key"), "-out", d.path("locked.key"), "-passout", "file:" + d.path("password")}, how...)
		if out, err := exec.CommandContext(t.Context(), openssl, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		sign := func(more ...string) (int, string, string) {
			return d.run(append([]string{"pdf", "sign", d.path("beslut.pdf"), "-key", d.path("locked.key"), "-cert", d.path("anna.pem"), "-chain", d.path("chain.pem"),
				"-force", "-out", d.path("signed.pdf")}, more...)...)
		}
		if code, said, errs := sign("-password-file", d.path("password")); code != 0 {
			t.Errorf("%v: exit %d: %s%s", how, code, said, errs)
		}
		for _, more := range [][]string{nil, {"-password-file", d.path("wrong")}} {
			code, said, errs := sign(more...)
			if code != 2 || strings.Contains(said+errs, "hemligt") || strings.Contains(said+errs, "BEGIN") {
				t.Errorf("%v: exit %d: %s%s", more, code, said, errs)
			}
		}
	}
}

// Wrong use is told in one line: a key of another certificate, a level without
// an authority, a page without -visible, neither key nor token.
func TestPDFSignWrongUse(t *testing.T) {
	d := newDesk(t)
	other, err := d.ca.Person(tsa.Person{GivenName: "Bo", Surname: "Ek"})
	if err != nil {
		t.Fatal(err)
	}
	d.write("bo.key", keyPEM(t, other.Key))
	key, cert, out := []string{"-key", d.path("anna.key")}, []string{"-cert", d.path("anna.pem")}, []string{"-out", d.path("x.pdf")}
	join := func(lists ...[]string) []string {
		all := []string{"pdf", "sign", d.path("beslut.pdf")}
		for _, l := range lists {
			all = append(all, l...)
		}
		return all
	}
	for name, args := range map[string][]string{
		"no out":         join(key, cert),
		"no key":         join(cert, out),
		"no certificate": join(key, out),
		"another's key":  join([]string{"-key", d.path("bo.key")}, cert, out),
		"no authority":   join(key, cert, out, []string{"-level", "B-T"}),
		"no address":     join(key, cert, out, []string{"-level", "B-T", "-tsa", "tsa.example"}),
		"no such level":  join(key, cert, out, []string{"-level", "B-X"}),
		"page unseen":    join(key, cert, out, []string{"-page", "2"}),
		"no such page":   join(key, cert, out, []string{"-visible", "-page", "99"}),
		"key and token":  join(key, cert, out, []string{"-pkcs11-module", "x.so"}),
		"no such token":  join(cert, out, []string{"-pkcs11-module", "/finns/inte.so", "-token", "x", "-pin-file", d.path("anna.pem")}),
		"key as cert":    join(key, []string{"-cert", d.path("anna.key")}, out),
		"cert as key":    join([]string{"-key", d.path("anna.pem")}, cert, out),
	} {
		if code, said, errs := d.run(args...); code != 2 || said != "" || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: exit %d: %q %q", name, code, said, errs)
		}
	}
	if _, err := os.Stat(d.path("x.pdf")); err == nil {
		t.Error("a file was written")
	}
}
