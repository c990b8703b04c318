//go:build conformance

package conformance

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/validation/etsi"
	"medborgarnavet/internal/validation/trust"
)

// schemas unpacks the schemas that EU DSS brings along, and makes them refer to
// each other as files.
func schemas(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	place := regexp.MustCompile(`(namespace="([^"]*)"\s+schemaLocation=)"[^"]*"`)
	files := map[string]string{"http://www.w3.org/2000/09/xmldsig#": "xmldsig-core-schema.xsd", "http://uri.etsi.org/01903/v1.3.2#": "XAdES01903v132-202407.xsd",
		"http://uri.etsi.org/02231/v2#": "ts_119612v020101_xsd.xsd", "http://www.w3.org/XML/1998/namespace": "xml.xsd"}
	for _, name := range []string{"validation-report", "xades", "xmldsig", "trusted-list"} {
		jar, err := zip.OpenReader("judges/target/lib/specs-" + name + "-6.2.jar")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range jar.File {
			if filepath.Ext(f.Name) != ".xsd" || filepath.Dir(f.Name) != "xsd" {
				continue
			}
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			text := place.ReplaceAllStringFunc(string(data), func(s string) string {
				m := place.FindStringSubmatch(s)
				if files[m[2]] == "" {
					return s
				}
				return m[1] + `"` + files[m[2]] + `"`
			})
			// As published, version 1.3.1 does not close two elements.
			text = regexp.MustCompile(`(<xs:element name="SignersDocumentRepresentation" type="vr:VOReferenceType"(\s+minOccurs="0")?)>`).ReplaceAllString(text, "$1/>")
			if err := os.WriteFile(filepath.Join(dir, filepath.Base(f.Name)), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_ = jar.Close() // read only
	}
	return dir
}

// S-06: the report is TS 119 102-2 by its own schemas, of both versions that
// have this namespace.
func TestConformReport(t *testing.T) {
	s := everyLevel(t)
	store := &trust.Store{}
	if _, err := store.AddPEM(s.authority.RootPEM()); err != nil {
		t.Fatal(err)
	}
	dir := schemas(t)
	for name, file := range s.files {
		for kind, v := range map[string]*validation.Validator{"known": {Trust: store}, "unknown": {}} {
			rep, err := v.Validate(t.Context(), file, validation.Options{})
			if err != nil {
				t.Fatal(err)
			}
			text, err := etsi.Write(rep)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "report.xml")
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, version := range []string{"122", "131"} {
				out, err := program(t, "xmllint", "--noout", "--nonet", "--schema", filepath.Join(dir, fmt.Sprintf("TS119102-2-v%s.xsd", version)), path)
				if err != nil || !strings.Contains(out, "validates") {
					t.Errorf("%s, issuer %s, version %s: %v\n%s", name, kind, version, err, out)
				}
			}
		}
	}
}
