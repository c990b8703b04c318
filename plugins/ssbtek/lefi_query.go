package ssbtek

import (
	"encoding/json"
	"slices"
)

// What is asked of LEFI. All codes of an agency's payments: a hand-picked list
// silently loses benefits. Of other information only the general personal information
// (GEPI), which carries the flag of protected identity.

var lefiFKCodes = []string{
	"FK:ABB", "FK:AP", "FK:AS", "FK:BOB", "FK:BST", "FK:BTI", "FK:DPE", "FK:EJO", "FK:ET", "FK:FP", "FK:FSJP",
	"FK:GP", "FK:HE", "FK:MABB", "FK:MEK", "FK:NP", "FK:OMV", "FK:PJOB", "FK:PROG", "FK:RBE", "FK:SA", "FK:SBP",
	"FK:SJP", "FK:TFP", "FK:US", "FK:VB", "FK:YL",
}

var lefiPMCodes = []string{"PM:AP", "PM:BTI", "PM:EF"}

const lefiVersion = "v9"

type lefiQuery struct {
	Person  string   `json:"personnummer"`
	Period  lefiIn   `json:"period"`
	Cases   []string `json:"formansinformation"`
	Claims  []string `json:"ansprak"`
	Decided []string `json:"beslut"`
	Coming  []string `json:"preliminaraUtbetalningar"`
	Paid    []string `json:"utbetalningar"`
	Other   []string `json:"ovrigInformation"`
}

type lefiIn struct {
	From string `json:"from"`
	To   string `json:"tom"`
}

// encodeLefi writes the question to LEFI: payments, and with r.Decisions cases
// and decisions too, of the one of Försäkringskassan and Pensionsmyndigheten
// that is asked, or of both. The flag of protected identity is asked for always.
func encodeLefi(r Request) ([]byte, error) {
	fk, pm := []string{}, []string{}
	if slices.Contains(r.Sources, originFK) {
		fk = lefiFKCodes
	}
	if slices.Contains(r.Sources, originPM) {
		pm = lefiPMCodes
	}
	payments := slices.Concat(fk, pm)
	q := lefiQuery{
		Person: r.Person.Plain(), Period: lefiIn{r.Period.From, r.Period.To},
		Cases: []string{}, Claims: []string{}, Decided: []string{},
		Coming: payments, Paid: payments, Other: []string{"FK:GEPI"},
	}
	if r.Decisions {
		q.Cases, q.Claims, q.Decided = fk, pm, pm
	}
	return json.Marshal(q)
}
