package apitest

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// Expected is what a document should say of the interface.
type Expected struct {
	Base    string // its root, as the world reaches it
	Version string
	Email   string
}

var (
	plainPath = regexp.MustCompile(`^(/([a-z0-9.-]+|\{[a-zA-Z]+\}))+$`)
	root      = regexp.MustCompile(`^https://[a-z0-9.-]+/(api/)?[a-z0-9-]+/v[0-9]+$`)
	snake     = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
)

// Profile fails the test for every rule of the profile that the document does
// not keep, by the rules' ids (guide of version 1.2.0).
func (c Contract) Profile(t testing.TB, want Expected) {
	t.Helper()
	info, more := At(c.Doc, "info"), At(c.Doc, "externalDocs")
	about := Words(At(info, "description"))
	servers, _ := c.Doc["servers"].([]any)
	for rule, holds := range map[string]bool{
		"DOK.17 newest OpenAPI":   strings.HasPrefix(Words(c.Doc["openapi"]), "3.1"),
		"DOK.01 documents online": whole(Words(At(more, "url"))) && Words(At(more, "description")) != "",
		"DOK.03 who is asked":     Words(At(info, "contact", "email")) == want.Email && whole(Words(At(info, "contact", "url"))) && Words(At(info, "contact", "name")) != "",
		"DOK.03 licence":          whole(Words(At(info, "license", "url"))) && Words(At(info, "license", "name")) != "",
		"DOK.03 name, version":    Words(At(info, "title")) != "" && Words(At(info, "version")) == want.Version,
		"DOK.06 in two languages": strings.Contains(about, " och ") && strings.Contains(about, " and "),
		"DOK.08 level of service": Words(At(info, "x-sla", "availability")) != "" && Words(At(info, "x-sla", "responseTime")) != "" && Words(At(info, "x-sla", "support")) != "",
		"DOK.09 limits":           strings.Contains(about, "begränsning") && strings.Contains(about, "limits"),
		"VER.06 api-info":         At(c.Doc, "paths", "/api-info", "get") != nil,
		"SAK.09 no logins":        At(c.Doc, "components", "securitySchemes") == nil,
		"UFN.01, UFN.02, VER.05":  len(servers) == 1 && Words(At(servers[0], "url")) == want.Base && root.MatchString(want.Base),
		"FEL.01 RFC 9457":         complete(At(c.Doc, "components", "schemas", "Problem")),
	} {
		if !holds {
			t.Errorf("%s does not hold", rule)
		}
	}
	for _, o := range c.Operations() {
		c.operation(t, o)
	}
	schemas, _ := At(c.Doc, "components", "schemas").(Object)
	for name, s := range schemas {
		fields, _ := At(s, "properties").(Object)
		for field := range fields {
			if !snake.MatchString(field) { // AME.04, 05, 07
				t.Errorf("AME: %s.%s", name, field)
			}
		}
	}
}

// complete tells that a problem has all that the profile wants in it.
func complete(schema any) bool {
	required, _ := At(schema, "required").([]any)
	have := map[string]bool{}
	for _, name := range required {
		have[Words(name)] = true
	}
	return have["type"] && have["title"] && have["status"] && have["detail"] && have["instance"]
}

func whole(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != ""
}

func (c Contract) operation(t testing.TB, o Operation) {
	t.Helper()
	where := o.Method + " " + o.Path
	if !plainPath.MatchString(o.Path) || len(o.Path) > 2048 { // RES.06, UFN.05–09
		t.Errorf("UFN: %s", where)
	}
	if Words(At(o.Item, "description")) == "" || Words(At(o.Item, "summary")) == "" {
		t.Errorf("DOK.19: %s", where)
	}
	if o.Method == "GET" && At(o.Item, "requestBody") != nil {
		t.Errorf("FOR.02: %s", where)
	}
	body, _ := At(o.Item, "requestBody", "content").(Object)
	for kind, form := range body {
		if At(form, "examples") == nil {
			t.Errorf("DOK.15: %s takes %s", where, kind)
		}
	}
	c.parameters(t, o, where)
	responses, _ := At(o.Item, "responses").(Object)
	for status, response := range responses {
		r := c.resolved(response)
		if Words(At(r, "description")) == "" {
			t.Errorf("DOK.20: %s %s", where, status)
		}
		content, _ := At(r, "content").(Object)
		for kind, form := range content {
			if At(form, "examples") == nil || (status >= "400") != (kind == "application/problem+json") {
				t.Errorf("DOK.15, FEL.02: %s %s %s", where, status, kind)
			}
		}
	}
}

func (c Contract) parameters(t testing.TB, o Operation, where string) {
	t.Helper()
	usual := map[string]any{}
	params, _ := At(o.Item, "parameters").([]any)
	for _, p := range params {
		name, in := Words(At(p, "name")), Words(At(p, "in"))
		usual[name] = At(p, "schema", "default")
		switch {
		case Words(At(p, "description")) == "", in == "query" && (!snake.MatchString(name) || At(p, "required") == true): // FNS.01, 03, 05, 06
			t.Errorf("FNS: %s %s", where, name)
		case in == "header" && name != "Accept" && name != "Accept-Language":
			t.Errorf("ARQ.05: %s %s", where, name)
		case strings.Contains(name, "pnr"), strings.Contains(name, "person"), strings.Contains(name, "ssn"):
			t.Errorf("RES.02: %s %s", where, name)
		}
	}
	_, paged := usual["page"]
	if _, limited := usual["limit"]; paged != limited || paged && (usual["page"] != 1.0 || usual["limit"] != 20.0) { // FNS.07–09
		t.Errorf("FNS.07–09: %s: page is usually %v, limit %v", where, usual["page"], usual["limit"])
	}
}
