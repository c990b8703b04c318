package vote

import (
	"strings"
	"testing"

	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/page/texttest"
)

// own are this package's texts.
func own() texttest.Texts {
	return texttest.Texts{Add: Texts, Prefix: "vote.", Least: 90, Made: madeKeys(), NotInEnglish: []string{"vote.swedish"}}
}

// M-48: every text is there in every language, plain, and shown somewhere.
func TestTexts(t *testing.T) { own().Check(t) }

// P-08: the page promises that nobody at the municipality can tell when the
// sealer in use does, and never else; the demo says what it is.
func TestPromiseFollowsTheSealer(t *testing.T) {
	c, _ := own().Catalogue(t)
	for _, s := range []seal.Promiser{seal.NewMAC(nil), seal.NewSplit(nil, nil, true), seal.NewSplit(nil, nil, false)} {
		promise := s.Promise()
		p := &Pages{Deps: Deps{Promise: s.Promise}}
		msg, ok := p.promise().(page.Msg)
		if !ok {
			t.Fatalf("%T", p.promise())
		}
		for lang, words := range map[string][2]string{page.Swedish: {"Ingen på kommunen", "demonstration"}, page.Easy: {"Ingen på kommunen", "bara ett prov"},
			page.English: {"Nobody at the municipality", "demonstration"}} {
			e, _ := c.Entry(lang, msg.Key)
			if got := strings.Contains(e.Other, words[0]); got != promise.Blind {
				t.Errorf("%s %s: promises that nobody can tell: %t, want %t", lang, msg.Key, got, promise.Blind)
			}
			if got, want := strings.Contains(e.Other, words[1]), promise.Design == seal.DesignSplit && !promise.Blind; got != want {
				t.Errorf("%s %s: says that it is a demonstration: %t, want %t", lang, msg.Key, got, want)
			}
		}
	}
}

// madeKeys are the keys that the code puts together.
func madeKeys() (keys []string) {
	for _, name := range []string{"young", "level", "resident", "receipts", "no_vote", "ticket", "register", "busy", "invalid", "missing", "paused", "not_open",
		"closed", "often", "down", "off", "queue", "place"} {
		keys = append(keys, "vote.refuse."+name, "vote.refuse."+name+"_text")
	}
	return keys
}
