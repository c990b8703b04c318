//go:build pkcs11

package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// S-19: a key on a token signs and never leaves it. The PIN is read from a
// file and is in nothing that is printed.
func TestPDFSignWithAToken(t *testing.T) {
	module := ""
	for _, p := range []string{os.Getenv("SOFTHSM2_MODULE"), "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so"} {
		if _, err := os.Stat(p); p != "" && err == nil && module == "" {
			module = p
		}
	}
	tool, err := exec.LookPath("softhsm2-util")
	if module == "" || err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("SoftHSM is not here")
		}
		t.Skip("SoftHSM is not here: the token was not tried")
	}
	d := newDesk(t)
	if err := os.Mkdir(d.path("tokens"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", d.write("softhsm2.conf", []byte("directories.tokendir = "+d.path("tokens")+"\nobjectstore.backend = file\nlog.level = ERROR\n")))
	for _, args := range [][]string{
		{"--init-token", "--free", "--label", "kommunen", "--so-pin", "5678", "--pin", "192837"},
		{"--import", d.path("anna.key"), "--token", "kommunen", "--label", "stampel", "--id", "A1", "--pin", "192837"},
	} {
		if out, err := exec.CommandContext(t.Context(), tool, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", args[0], err, out)
		}
	}
	sign := func(pin, label, out string) (int, string, string) {
		return d.run("pdf", "sign", d.path("beslut.pdf"), "-pkcs11-module", module, "-token", "kommunen", "-key-label", label,
			"-pin-file", d.write("pin", []byte(pin+"\n")), "-cert", d.path("anna.pem"), "-chain", d.path("chain.pem"), "-out", d.path(out))
	}
	if code, said, errs := sign("192837", "stampel", "signed.pdf"); code != 0 || strings.Contains(said+errs, "192837") {
		t.Fatalf("exit %d: %s%s", code, said, errs)
	}
	if code, said, errs := d.run("pdf", "verify", d.path("signed.pdf"), "-online", "-trust", d.path("root.pem")); code != 0 {
		t.Errorf("verify: exit %d: %s%s", code, said, errs)
	}
	for _, c := range [][2]string{{"000000", "stampel"}, {"192837", "annan"}} {
		if code, said, errs := sign(c[0], c[1], "no.pdf"); code != 2 || strings.Contains(said+errs, c[0]) {
			t.Errorf("%v: exit %d: %s%s", c, code, said, errs)
		}
	}
}
