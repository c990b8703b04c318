package page

// AnswerKind is what sort of answer an Answer gives.
type AnswerKind string

const (
	AnswerYes    AnswerKind = "yes"
	AnswerNo     AnswerKind = "no"
	AnswerUnsure AnswerKind = "unsure" // cannot be told: looks like neither yes nor no
	AnswerNone   AnswerKind = "none"   // there is nothing to answer about
)

// Answer is the page's whole point, said at its top: the h1, which takes the
// focus, with an icon and a look of its own for each kind. The looks differ in
// shape and frame, so that no one tells them apart by colour alone. Set
// Data.OwnHeading.
type Answer struct {
	Kind  AnswerKind
	Title Text
	Body  Text
	// ItemsTitle and Items are what the answer rests on, such as what has
	// been changed.
	ItemsTitle Text
	Items      []Text
}

func (Answer) component() string { return "answer" }

// Mood is the answer's tone. The one that cannot be told is no warning.
func (a Answer) Mood() Tone {
	switch a.Kind {
	case AnswerYes:
		return Success
	case AnswerNo:
		return Critical
	case AnswerUnsure:
		return Info
	}
	return Neutral
}

// Shape is the answer's icon.
func (a Answer) Shape() string {
	switch a.Kind {
	case AnswerYes:
		return "done"
	case AnswerNo:
		return "stop"
	case AnswerUnsure:
		return "unsure"
	}
	return "file"
}
