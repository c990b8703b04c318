package ssbtek

import (
	"encoding/json"

	"medborgarnavet/plugin"
)

// What is asked of LEFI. All codes of payments: a hand-picked list silently
// loses benefits. Of other information only the general personal information
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

// encodeLefi writes the question to LEFI. decisions asks for cases and
// decisions too; without it only payments.
func encodeLefi(person string, period plugin.Period, decisions bool) ([]byte, error) {
	payments := append(append([]string{}, lefiFKCodes...), lefiPMCodes...)
	q := lefiQuery{
		Person: person, Period: lefiIn{period.From, period.To},
		Cases: []string{}, Claims: []string{}, Decided: []string{},
		Coming: payments, Paid: payments, Other: []string{"FK:GEPI"},
	}
	if decisions {
		q.Cases, q.Claims, q.Decided = lefiFKCodes, lefiPMCodes, lefiPMCodes
	}
	return json.Marshal(q)
}
