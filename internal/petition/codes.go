package petition

import "slices"

// Code is why a proposal is not put to the vote (petitions.md §4: the union of
// what British, Scottish and Swedish rules name).
type Code struct {
	ID    string
	Label string // Swedish, as the public reads it
	// HidesText: the text is never shown; the code is.
	HidesText bool
	// Routes: the proposal goes to another service, which must be named.
	Routes bool
}

// The codes that the package itself looks for.
const (
	CodeDuplicate   = "duplicate"
	CodeFaultReport = "fault-report"
	CodeWithdrawn   = "withdrawn-by-proposer"
)

// Codes are all reasons, in the order a moderator reads them.
func Codes() []Code {
	return []Code{
		{ID: "outside-competence", Label: "Kommunen får inte besluta om det här"},
		{ID: "municipal-company", Label: "Frågan hör till ett kommunalt bolag"},
		{ID: "exercise-of-authority", Label: "Förslaget gäller myndighetsutövning mot en enskild"},
		{ID: "individual-case", Label: "Förslaget gäller ett enskilt ärende"},
		{ID: CodeDuplicate, Label: "Det finns redan ett sådant förslag"},
		{ID: "recently-decided", Label: "Frågan har nyligen avgjorts"},
		{ID: "unclear", Label: "Det går inte att förstå vad förslaget vill"},
		{ID: "several-questions", Label: "Förslaget rymmer flera frågor"},
		{ID: CodeFaultReport, Label: "Det är en felanmälan eller en synpunkt", Routes: true},
		{ID: "document-request", Label: "Det är en begäran om en handling", Routes: true},
		{ID: "ongoing-proceedings", Label: "Frågan prövas i en rättsprocess eller en upphandling"},
		{ID: "personal-data", Label: "Texten innehåller personuppgifter eller sekretess", HidesText: true},
		{ID: "offensive", Label: "Texten är kränkande eller diskriminerande", HidesText: true},
		{ID: "unlawful", Label: "Texten är olaglig eller bryter mot upphovsrätten", HidesText: true},
		{ID: "advertising", Label: "Texten är reklam", HidesText: true},
		{ID: "false-sender", Label: "Avsändaren är påhittad"},
		{ID: "too-many", Label: "Förslagsställaren har redan flera förslag"},
		{ID: CodeWithdrawn, Label: "Förslagsställaren har tagit tillbaka förslaget"},
	}
}

// CodeOf finds a code.
func CodeOf(id string) (Code, bool) {
	all := Codes()
	i := slices.IndexFunc(all, func(c Code) bool { return c.ID == id })
	if i < 0 {
		return Code{}, false
	}
	return all[i], true
}
