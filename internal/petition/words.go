package petition

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/swedish"
	"golang.org/x/text/unicode/norm"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// Words of public petitions are kept as stems by the Swedish Snowball
// algorithm, in one table on both databases (docs/decisions/0017).

const (
	weightTitle = 3
	weightBody  = 1
	mostWords   = 60 // of a query
	mostRows    = 20_000
	mostSimilar = 5
	leastPart   = 4 // letters of a word that also finds what begins with it
)

// stems are the distinct stems of a text's words, without stop words.
func stems(text string) []string {
	var all []string
	for _, w := range wordsOf(text) {
		env := snowballstem.NewEnv(w)
		swedish.Stem(env)
		if stem := env.Current(); !slices.Contains(all, stem) {
			all = append(all, stem)
		}
	}
	return all
}

// idle are words that nearly every text has: they find nothing.
const idle = " alla allt att av bara blev bli blir bort de dem den denna deras dess det detta dig din dina ditt där då efter eller en er ett " +
	"finns från får för före ha hade han hans har henne hennes hon honom hos hur här i icke in inga ingen inte inom jag just kan kunna man med mellan men " +
	"mer mig min mina mitt mot mycket ni nog nu när någon något några och också om oss på samma sedan sig sin sina sitt ska skall skulle som så " +
	"sådan till under upp ur ut utan vad var vara varit varje vars vem vi vid vilka vilken vill visst är över "

func isIdle(word string) bool { return strings.Contains(idle, " "+word+" ") }

// wordsOf are the words that tell something, in small letters.
func wordsOf(text string) []string {
	var all []string
	for _, w := range strings.FieldsFunc(strings.ToLower(norm.NFC.String(text)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if n := utf8.RuneCountInString(w); n < 2 || n > 50 || isIdle(w) {
			continue
		}
		all = append(all, w)
	}
	return all
}

// index keeps the words of a petition in the table while it is public, and
// takes them away when it is not.
func (p *Petitions) index(ctx context.Context, tx *db.Tx, r record) error {
	var have int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM petition_word WHERE petition = $1`, r.ID).Scan(&have); err != nil {
		return err
	}
	shown := slicesHas(r.Standing.Moderation, Accepted) && (r.Standing.Voting != None || r.Standing.Outcome != None)
	if shown == (have > 0) {
		return nil
	}
	if !shown {
		_, err := tx.Exec(ctx, `DELETE FROM petition_word WHERE petition = $1`, r.ID)
		return err
	}
	text, err := p.text(ctx, tx, r, r.Version)
	if err != nil {
		return err
	}
	weights := map[string]int{}
	for _, w := range stems(text.What + " " + text.Why) {
		weights[w] = weightBody
	}
	for _, w := range stems(text.Title) {
		weights[w] = weightTitle
	}
	for w, weight := range weights {
		if _, err := tx.Exec(ctx, `INSERT INTO petition_word (word, petition, weight) VALUES ($1, $2, $3)`, w, r.ID, weight); err != nil {
			return err
		}
	}
	return nil
}

// Similar is a public petition that is about much the same.
type Similar struct {
	ID, Registry, Title string
	Standing            Standing
	// Quarantine: the question was settled so lately that a new proposal is
	// likely not to be taken up.
	Quarantine bool
}

// FindSimilar gives the public petitions that are most like a text, while
// somebody writes it. Nothing of the text is kept.
func (p *Petitions) FindSimilar(ctx context.Context, t Text) ([]Similar, error) {
	if t.tooLarge(p.set) {
		return nil, fault.New(fault.TooLarge, "petition: the text is too large")
	}
	var found []Similar
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		var err error
		found, err = p.similar(ctx, tx, t, "")
		return err
	})
	return found, err
}

func (p *Petitions) similar(ctx context.Context, tx *db.Tx, t Text, except string) ([]Similar, error) {
	query := stems(t.Title + " " + t.What)
	scores, err := score(ctx, tx, query, false)
	if err != nil {
		return nil, err
	}
	delete(scores, except)
	var all []Similar
	for _, id := range best(scores, mostSimilar) {
		r, err := load(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		text, err := p.text(ctx, tx, r, r.Version)
		if err != nil {
			return nil, err
		}
		all = append(all, Similar{ID: id, Registry: r.Registry, Title: text.Title, Standing: r.Standing, Quarantine: p.inQuarantine(r, tx.Now)})
	}
	return all, nil
}

// inQuarantine: the question was settled within the settings' months.
func (p *Petitions) inQuarantine(r record, now time.Time) bool {
	settled := r.DecidedAt
	if r.Standing.Outcome == BelowThreshold {
		settled = r.end()
	}
	return p.set.QuarantineMonths > 0 && !settled.IsZero() && now.Before(settled.AddDate(0, p.set.QuarantineMonths, 0))
}

// score weighs petitions by how many rare words they share with a query. With
// parts, a longer word also finds the words that it begins: "buss" finds
// "busshållplats".
func score(ctx context.Context, tx *db.Tx, query []string, parts bool) (map[string]float64, error) {
	scores := map[string]float64{}
	if len(query) > mostWords {
		query = query[:mostWords]
	}
	var total float64
	if err := tx.QueryRow(ctx, `SELECT count(DISTINCT petition) FROM petition_word`).Scan(&total); err != nil {
		return nil, err
	}
	for _, word := range query {
		hits, err := holders(ctx, tx, word, parts && utf8.RuneCountInString(word) >= leastPart)
		if err != nil {
			return nil, err
		}
		rare := math.Log(1 + total/float64(max(len(hits), 1)))
		for id, weight := range hits {
			scores[id] += rare * float64(weight)
		}
	}
	return scores, nil
}

// holders are the petitions with a word, or with one that it begins.
func holders(ctx context.Context, tx *db.Tx, word string, parts bool) (map[string]int, error) {
	where, args := `word = $1`, []any{word}
	if parts { // stems hold letters and digits alone: nothing in them is a pattern; the index is by the first letters, as many as leastPart
		where, args = `substr(word, 1, 4) = $2 AND word LIKE $1`, []any{word + "%", string([]rune(word)[:leastPart])}
	}
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT petition, max(weight) FROM petition_word WHERE %s GROUP BY petition LIMIT %d`, where, mostRows), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	hits := map[string]int{}
	for rows.Next() {
		var id string
		var weight int
		if err := rows.Scan(&id, &weight); err != nil {
			return nil, err
		}
		hits[id] = weight
	}
	return hits, rows.Err()
}

// best are the ids with the highest scores, best first.
func best(scores map[string]float64, most int) []string {
	ids := make([]string, 0, len(scores))
	for id := range scores {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(a, b)) })
	return ids[:min(len(ids), most)]
}
