package petition_test

import (
	"strings"
	"testing"

	pages "medborgarnavet/internal/web/petition"
)

// P-10, D-02, issue 4 part 2: while one can vote, the way to the vote and to
// what is stored is short: both are linked at the top, what is stored follows
// the vote at once, and its first rows stand open. The rest is folded away
// without a script, and nothing is left out.
func TestTheWayToWhatMatters(t *testing.T) {
	s := newSquare(t)
	s.mail = "siv@exempel.test"
	s.stored = pages.Stored{Second: "Sambruk ideell förening"}
	id := s.opened(bike)
	body := s.shows("/forslag/" + id)
	inOrder(t, body, `href="#rosta"`, `href="#sparat"`, `id="vad"`, `id="rosta"`, `action="/rosta/logga-in"`, "Vem kan se vad?", `id="sparat"`,
		"En kod för varje röst", "Nyckeln som gör koderna", "Personnumret när någon röstar", "<details", "Säkerhetskopior av koderna", "E-postadressen till den som lämnade",
		"</details>", "Vad händer nu?", "Viktiga datum", "Kom in")
	if strings.Contains(body, " open>") || strings.Contains(body, " open ") {
		t.Error("what is folded away stands open")
	}

	s.closed(id, 3) // nobody can vote: what became of it comes first
	s.later()
	body = s.shows("/forslag/" + id)
	inOrder(t, body, "Vad händer nu?", "<details", "open", "Viktiga datum", "Kom in", `id="hant"`, `id="sparat"`)
	if strings.Contains(body, `href="#rosta"`) {
		t.Error("a link to a vote that is over")
	}
}

// inOrder: all of them stand on the page, each after the one before.
func inOrder(t *testing.T, body string, words ...string) {
	t.Helper()
	body = strings.ReplaceAll(body, "\u00a0", " ")
	for _, w := range words {
		_, after, found := strings.Cut(body, w)
		if !found {
			t.Fatalf("%q is not there, or not in its place", w)
		}
		body = after
	}
}
