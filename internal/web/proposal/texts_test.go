package proposal

import (
	"testing"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page/texttest"
)

// own are this package's texts.
func own() texttest.Texts {
	return texttest.Texts{Add: Texts, Prefix: "proposal.", Least: 250, Made: madeKeys()}
}

// M-48: every text is there in every language, plain, and shown somewhere.
func TestTexts(t *testing.T) { own().Check(t) }

// madeKeys are the keys that the code puts together.
func madeKeys() (keys []string) {
	for _, s := range stages() {
		keys = append(keys, "proposal.state."+s+".title", "proposal.state."+s+".text")
	}
	for _, m := range told() {
		keys = append(keys, "proposal.move."+string(m))
	}
	for _, m := range ahead() {
		keys = append(keys, "proposal.next."+string(m))
	}
	for _, c := range petition.Codes() {
		keys = append(keys, "proposal.code."+c.ID)
	}
	for _, what := range []string{doneConfirm, doneSupplement, doneWithdraw, doneRotate, doneForget} {
		keys = append(keys, "proposal.done."+what, "proposal.done."+what+"_text")
	}
	for _, field := range []string{"title", "what", "why"} {
		keys = append(keys, "proposal.finding.where."+field)
		for _, code := range []string{"missing", "too_long", "character", "no_words"} {
			if field != "why" || code != "missing" { // why is optional
				keys = append(keys, "proposal.error."+field+"_"+code)
			}
		}
	}
	for _, kind := range []string{"number", "mail", "phone"} {
		keys = append(keys, "proposal.finding."+kind)
	}
	return keys
}
