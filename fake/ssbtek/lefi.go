package ssbtek

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
)

// obj is a JSON object in the making.
type obj = map[string]any

// lefiQuestion is the JSON inside lefiJsonFraga (LEFI v9,
// LefiExternFormansinformationFraga).
type lefiQuestion struct {
	Personnummer string `json:"personnummer"`
	Period       *struct {
		From string `json:"from"`
		Tom  string `json:"tom"`
	} `json:"period"`
	Formansinformation       []string `json:"formansinformation"`
	Ansprak                  []string `json:"ansprak"`
	Beslut                   []string `json:"beslut"`
	PreliminaraUtbetalningar []string `json:"preliminaraUtbetalningar"`
	Utbetalningar            []string `json:"utbetalningar"`
	OvrigInformation         []string `json:"ovrigInformation"`
	span                     span
}

// lefiList is one of the question's six lists with the codes it may hold.
type lefiList struct {
	name    string
	asked   []string
	allowed []string
}

const (
	fkCodes    = "ABB AP AS BOB BST BTI DPE EJO ET FP FSJP GP HE MABB MEK NP OMV PJOB PROG RBE SA SBP SJP TFP US VB YL"
	pmCodes    = "AP BTI EF"
	otherCodes = "FK:GEPI FK:PANV FK:SGI FK:SKUP FK:STAV PM:LINT PM:PBH PM:PU"
)

var lefiPerson = regexp.MustCompile(`^([0-9]{2})?[0-9]{10}$`)

func prefixed(prefix, codes string) []string {
	out := strings.Fields(codes)
	for i := range out {
		out[i] = prefix + out[i]
	}
	return out
}

func (q lefiQuestion) lists() []lefiList {
	fk, pm := prefixed("FK:", fkCodes), prefixed("PM:", pmCodes)
	both := slices.Concat(fk, pm)
	return []lefiList{
		{"formansinformation", q.Formansinformation, fk},
		{"ansprak", q.Ansprak, pm},
		{"beslut", q.Beslut, pm},
		{"preliminaraUtbetalningar", q.PreliminaraUtbetalningar, both},
		{"utbetalningar", q.Utbetalningar, both},
		{"ovrigInformation", q.OvrigInformation, strings.Fields(otherCodes)},
	}
}

// lefi answers FK's question: the JSON document, or the error that stands in
// its place.
func (s *Server) lefi(p part) (string, *AgencyError) {
	ask := p.request.specific.child(FK).child("fraga")
	if v := ask.value("version"); v != "" && v != "v9" {
		return "", &AgencyError{"SSBT", CodeLEFI400, "Okänd version av LEFI"}
	}
	actor := ask.value("aktorsid")
	if actor == "" || (s.opts.ActorIDs != nil && !slices.Contains(s.opts.ActorIDs, actor)) {
		return "", &AgencyError{"BT", CodeLEFI403, "Ej behörig: okänd aktör"}
	}
	raw, err := decodeBase64(ask.value("lefiJsonFraga"))
	if err != nil {
		return "", &AgencyError{"BT", CodeLEFI400, "Frågan är inte base64"}
	}
	q, err := readLEFI(raw, p.request.person)
	if err != nil {
		return "", &AgencyError{"BT", CodeLEFI400, "Felaktiga indata: " + err.Error()}
	}
	document, err := json.Marshal(s.lefiAnswer(p, q))
	if err != nil {
		return "", &AgencyError{"BT", CodeAgency, "Internt fel"}
	}
	return string(document), nil
}

// readLEFI holds the question to LEFI's own rules; a person other than the one
// of the envelope is refused too. The errors carry no value of the question.
func readLEFI(raw []byte, person string) (lefiQuestion, error) {
	var q lefiQuestion
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil {
		return q, errors.New("frågan är inte den JSON som LEFI v9 väntar sig")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return q, errors.New("något följer efter frågan")
	}
	if !lefiPerson.MatchString(q.Personnummer) || !strings.HasSuffix(person, q.Personnummer) {
		return q, errors.New("personnummer saknas, är felskrivet eller är någon annans än frågans")
	}
	if q.Period == nil {
		return q, errors.New("period saknas")
	}
	from, errFrom := parseDate(q.Period.From)
	to, errTo := parseDate(q.Period.Tom)
	q.span = span{from, to}
	switch {
	case errFrom != nil || errTo != nil || to.Before(from):
		return q, errors.New("period har inte två datum i ordning")
	case q.span.longerThan(2):
		return q, errors.New("period är längre än två år")
	}
	asked := false
	for _, list := range q.lists() {
		for i, code := range list.asked {
			if !slices.Contains(list.allowed, code) {
				return q, errors.New(list.name + " har en okänd kod")
			}
			if slices.Contains(list.asked[:i], code) {
				return q, errors.New(list.name + " har samma kod två gånger")
			}
			asked = true
		}
	}
	if !asked {
		return q, errors.New("ingen förmånsgrupp eller övrig information är begärd")
	}
	return q, nil
}

// lefiAnswer builds LefiExternFormansinformationSvar. A provider that is not OK
// contributes nothing, and no deviations either.
func (s *Server) lefiAnswer(p part, q lefiQuestion) obj {
	pmBehaviour := s.of(p.request.person, PM)
	if pmBehaviour.Nothing {
		p.person.Benefits = slices.DeleteFunc(slices.Clone(p.person.Benefits), isPM)
	}
	pmState := pmBehaviour.State
	if pmState == "" && pmBehaviour.Error != nil {
		pmState = "OTILLGANGLIG"
	}
	states := map[string]string{"FK:": p.behaviour.State, "PM:": pmState}
	answer := obj{"utlamnare": p.providers(q, states), "formansinformation": obj{}}
	deviations := obj{}
	for _, list := range q.lists() {
		given := list.asked[:0:0]
		var left []obj
		for _, code := range list.asked {
			reason := s.deviation(p, code)
			switch {
			case states[code[:3]] != "":
			case reason != "":
				left = append(left, deviation(list.name, code, reason))
			default:
				given = append(given, code)
			}
		}
		if len(left) > 0 {
			deviations[list.name] = left
		}
		p.fill(answer, list.name, given, q.span)
	}
	answer["avvikelser"] = deviations
	return answer
}

func (s *Server) deviation(p part, code string) string {
	if slices.Contains(s.opts.Unauthorised, code) {
		return "OBEHORIG"
	}
	return p.behaviour.Deviations[code]
}

func deviation(list, code, reason string) obj {
	what := "formansgrupp"
	if list == "ovrigInformation" {
		what = "ovrigInformationstyp"
	}
	return obj{
		"avvikelse": obj{"kod": reason, "beskrivning": "TEST: kunde inte lämnas"},
		what:        obj{"kod": code, "beskrivning": groupText(code)},
	}
}

// providers lists the state of those that the question concerns.
func (p part) providers(q lefiQuestion, states map[string]string) []obj {
	names := []struct{ prefix, code, name string }{
		{"FK:", "FK", "Försäkringskassan"}, {"PM:", "PM", "Pensionsmyndigheten"},
	}
	out := []obj{}
	for _, n := range names {
		concerned := slices.ContainsFunc(q.lists(), func(l lefiList) bool {
			return slices.ContainsFunc(l.asked, func(code string) bool { return strings.HasPrefix(code, n.prefix) })
		})
		if !concerned {
			continue
		}
		state, text := "OK", "Tillgänglig"
		if states[n.prefix] != "" {
			state, text = states[n.prefix], "TEST: ej tillgänglig"
		}
		out = append(out, obj{
			"utlamnare": obj{"kod": n.code, "namn": n.name},
			"tillstand": obj{"kod": state, "beskrivning": text + p.padding()},
		})
	}
	return out
}

func isPM(b Benefit) bool { return strings.HasPrefix(b.Code, "PM:") }

func groupText(code string) string {
	switch code {
	case "PM:AP":
		return "Allmän pension"
	case "PM:BTI":
		return "Bostads- och inkomststöd"
	case "PM:EF":
		return "Efterlevandeförmåner"
	case "FK:ABB":
		return "Barnbidrag"
	case "FK:BOB":
		return "Bostadsbidrag"
	case "FK:US":
		return "Underhållsstöd"
	case "FK:GEPI":
		return "Generell personinformation"
	}
	return code
}
