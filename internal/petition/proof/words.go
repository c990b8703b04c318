package proof

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/block/pdfa"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/tally"
)

// writer puts the blocks together.
type writer struct {
	r      tally.Report
	about  About
	hash   string // SHA-256 of the original
	key    string // that signed it
	blocks []pdfa.Block
}

func (w *writer) add(b ...pdfa.Block) { w.blocks = append(w.blocks, b...) }

func (w *writer) heading(text string) { w.add(pdfa.Heading{Level: 2, Text: text}) }

func (w *writer) say(format string, args ...any) {
	w.add(pdfa.Paragraph{Text: pdfa.Plain(fmt.Sprintf(format, args...))})
}

// facts are labels with values; a value that is empty leaves its label out.
func (w *writer) facts(pairs ...string) {
	var kv pdfa.KeyValues
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			kv.Items = append(kv.Items, pdfa.KeyValue{Key: pairs[i], Value: pdfa.Plain(pairs[i+1])})
		}
	}
	w.add(kv)
}

func (w *writer) write() {
	w.beginning()
	w.counting()
	w.pauses()
	w.keys()
	w.rows()
	w.software()
	w.checking()
}

func (w *writer) beginning() {
	r := w.r
	if w.about.Test {
		w.add(pdfa.Note{Text: []pdfa.Text{pdfa.Plain("Det här är ett prov. Inget i rapporten är på riktigt.")}})
	}
	w.add(pdfa.Title{Text: "Rapport om raderade identiteter"})
	w.say("Den här rapporten visar hur rösterna på ett e-förslag räknades, och att uppgifterna om vilka som röstade är raderade. Den innehåller inga uppgifter om någon som röstade.")
	title := w.about.Title
	if title == "" {
		title = "Visas inte"
	}
	w.facts("Förslag", title, "Förslagets id", r.Petition, "Diarienummer", r.Registry, "Kommun", w.about.Municipality+", "+orgNumber(r.Municipality),
		"Öppnade", moment(r.Opened), "Skulle stänga", moment(r.Planned), "Stängde", moment(r.Closed), "Antal röster", number(r.Count))
}

func (w *writer) counting() {
	m := w.r.Method
	w.heading("Så gjordes räkningen säker")
	w.say("Rösterna räknades på flera sätt. Antalet röster som togs emot minus de som togs tillbaka ska vara lika med antalet rader, och med antalet löv i trädet som ger summan nedan.")
	agree := "Ja"
	if !m.Agree {
		agree = "Nej. Räkningarna skiljer sig åt, och det ska utredas"
	}
	var evaluations []string
	for i, n := range m.Evaluations {
		evaluations = append(evaluations, fmt.Sprintf("nyckel %d: %s", i+1, number(n)))
	}
	root := w.r.Root
	if root == "" {
		root = "Ingen, för rösterna är så få"
	}
	w.facts("Mottagna röster", number(m.Accepted), "Återtagna röster", number(m.Withdrawn), "Rader", number(m.Rows), "Löv", number(m.Leaves),
		"Stämmer räkningarna överens?", agree, "Svar som nycklarna har gett", strings.Join(evaluations, "\n"), "Summa över löven (Merkle-rot, SHA-256)", root)
	w.say("Ingen nyckel får ha gett färre svar än det finns röster. Den kan ha gett fler, till exempel när någon röstar en gång till.")
}

// reasons are closing's codes in words.
var reasons = map[string]string{
	closing.ReasonSealer: "Nycklarna gick inte att nå", closing.ReasonOutage: "Tjänsten eller e-legitimationen var borta",
	closing.ReasonSteward: "Kommunen pausade omröstningen", closing.ReasonKeyLost: "Nyckeln gick förlorad",
	closing.ReasonSwitch: "Kommunen stängde av röstningen", closing.ReasonWrongKey: "En av nycklarna svarade fel",
}

func (w *writer) pauses() {
	w.heading("Avbrott och tillagd tid")
	if len(w.r.Pauses) == 0 {
		w.say("Det gick att rösta hela tiden.")
		return
	}
	w.say("När ingen kunde rösta flyttades stängningen lika mycket.")
	t := pdfa.Table{Caption: "Tid när ingen kunde rösta", Columns: []pdfa.Column{{Header: "Från"}, {Header: "Till"}, {Header: "Varför"}, {Header: "Tillagd tid"}}}
	for _, p := range w.r.Pauses {
		why := reasons[p.Reason]
		if why == "" {
			why = p.Reason
		}
		t.Rows = append(t.Rows, pdfa.Row{Cells: []pdfa.Text{pdfa.Plain(moment(p.From)), pdfa.Plain(moment(p.Until)), pdfa.Plain(why), pdfa.Plain(length(p.Extended))}})
	}
	w.add(t)
}

func (w *writer) keys() {
	w.heading("Nycklarna är förstörda")
	w.say("Varje röst låg som en kod (%s). Koden säger inte vem som röstade. Bara den som har nyckeln kan pröva sig fram till det. Nu är nyckeln förstörd, och då går det inte längre.", w.r.Commitment.Design)
	switch {
	case w.r.Commitment.Design != seal.DesignSplit:
	case w.parties() > 1:
		w.say("Koden gjordes med två nycklar hos två parter. Att pröva sig fram krävde båda. Det räcker att en av dem är förstörd.")
	default:
		w.say("Koden gjordes med två nycklar som båda fanns hos kommunen. Det räcker att en av dem är förstörd.")
	}
	for i, k := range w.r.Commitment.Keys {
		w.add(pdfa.Heading{Level: 3, Text: fmt.Sprintf("Nyckel %d", i+1)})
		w.facts(append([]string{"Nyckelns id", k.ID, "Finns hos", w.holder(k), "Slag", string(k.Kind), "Publik del", k.Public, "Gjord", moment(k.Made)}, w.destroyed(k)...)...)
	}
	for _, d := range w.r.Destroyed {
		if d.Key.ID == "" {
			w.say("%s hade ingen nyckel kvar att förstöra. Det noterades %s.", upper(w.holder(d.Key)), moment(d.At))
		}
	}
}

// parties is how many keep keys.
func (w *writer) parties() int {
	holders := map[string]bool{}
	for _, k := range w.r.Commitment.Keys {
		holders[k.Holder] = true
	}
	return len(holders)
}

// destroyed is what its holder said of a key.
func (w *writer) destroyed(k seal.Key) []string {
	for _, d := range w.r.Destroyed {
		if d.Key.ID == k.ID {
			return []string{"Förstörd", moment(d.At), "Svar som nyckeln hann ge", number(d.Evaluations), "Den andra partens underskrift på det", d.Signature}
		}
	}
	return []string{"Förstörd", "Det finns inget besked om den"}
}

func (w *writer) rows() {
	r := w.r
	w.heading("Raderna är borttagna")
	w.facts("Raderna togs bort", moment(r.RowsDropped), "Databas", r.Database, "Beslut om gallring", r.Disposal,
		"Sista säkerhetskopian från före raderingen är borta", moment(r.Backups.OldestExpires), "Loggar finns till", moment(r.Backups.LogsUntil))
	w.say("En säkerhetskopia från före raderingen kan innehålla koder, men aldrig nycklar. Utan nyckel säger en kod inget om någon.")
	if r.Restored {
		w.add(pdfa.Note{Title: "En säkerhetskopia lades tillbaka", Text: []pdfa.Text{pdfa.Plain("En säkerhetskopia från före stängningen har lagts tillbaka. Raderna togs då bort igen innan tjänsten öppnade. Nycklarna fanns inte i kopian.")}})
	}
	w.heading("Det här publiceras")
	list := []pdfa.Item{{Text: pdfa.Plain("Antalet röster, summan över löven och den här rapporten.")}}
	if r.Publication.Leaves {
		list = append(list, pdfa.Item{Text: pdfa.Plain("Listan över löv. Ett löv visar inte vem som röstade.")})
	}
	if r.Publication.Receipts {
		list = append(list, pdfa.Item{Text: pdfa.Plain("Den som röstade kunde spara ett eget kvitto.")})
	}
	w.add(pdfa.List{Items: list})
	w.facts("Dataskyddsombudets beslut om det", r.Publication.Decision)
}

func (w *writer) software() {
	r := w.r
	w.heading("Program och ansvar")
	w.facts("Program", r.Software, "Ansvarig", r.Responsible, "Rapporten skrevs", moment(r.Written))
	if len(r.Evidence) == 0 {
		return
	}
	w.say("De här proven visar att programmet raderar som rapporten säger. De körs på varje version:")
	var l pdfa.List
	for _, e := range r.Evidence {
		l.Items = append(l.Items, pdfa.Item{Text: pdfa.Plain(e)})
	}
	w.add(l)
}

func (w *writer) checking() {
	w.heading("Så kontrollerar du rapporten")
	if w.about.Sealed {
		w.say("Den här PDF-filen har kommunens elektroniska stämpel. Samma uppgifter finns i en undertecknad JSON-fil, som ett program kan läsa.")
	} else {
		w.add(pdfa.Note{Title: "Det undertecknade originalet är JSON-filen", Text: []pdfa.Text{pdfa.Plain("Den här PDF-filen är inte underskriven. Den är till för att läsas. Det som gäller är JSON-filen nedan, som har kommunens underskrift.")}})
	}
	w.facts("JSON-fil", w.about.Name, "Filens hash (SHA-256)", w.hash, "Kommunens nyckel (Ed25519)", w.key, "Filerna finns på", w.about.Address)
	w.add(pdfa.List{Numbered: true, Items: []pdfa.Item{
		{Text: pdfa.Plain("Hämta alla filer för förslaget från adressen ovan.")},
		{Text: pdfa.Plain("Räkna ut hashen för JSON-filen och jämför med den här.")},
		{Text: pdfa.Plain("Jämför nyckeln med den som kommunen har lämnat på ett annat ställe.")},
		{Text: pdfa.Plain("Kör medborgarnavet petition audit med filerna, eller ett eget program. Hur filerna ser ut står i dokumentet petition-audit.md, som hör till programmet.")},
	}})
	w.say("Filerna visar att antalet stämmer och att inget har ändrats i efterhand. De kan inte själva visa att varje röst kom från en person som fick rösta. Det vilar på inloggningen med e-legitimation.")
}

var months = [...]string{"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"}

// day is "22 november 2026", in Sweden.
func day(t time.Time) string {
	t = t.In(zone())
	return fmt.Sprintf("%d %s %d", t.Day(), months[t.Month()-1], t.Year())
}

// moment is a day with its time to the second; "" for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return day(t) + t.In(zone()).Format(" kl. 15.04.05")
}

// number is in groups of three, held together.
func number(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u00a0" + s[i:]
	}
	return s
}

// length is a time in words, to the second.
func length(d time.Duration) string {
	s := int64(d / time.Second)
	var parts []string
	for _, unit := range []struct {
		seconds   int64
		one, many string
	}{{86400, "dag", "dagar"}, {3600, "timme", "timmar"}, {60, "minut", "minuter"}, {1, "sekund", "sekunder"}} {
		n := s / unit.seconds
		s %= unit.seconds
		switch {
		case n == 1:
			parts = append(parts, "1 "+unit.one)
		case n > 1:
			parts = append(parts, number(n)+" "+unit.many)
		}
	}
	if len(parts) == 0 {
		return "Ingen"
	}
	return strings.Join(parts, " ")
}

// upper begins with a capital.
func upper(s string) string {
	if s == "" {
		return s
	}
	r := []rune(s)
	return strings.ToUpper(string(r[0])) + string(r[1:])
}
