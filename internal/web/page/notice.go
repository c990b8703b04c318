package page

// Tone is the mood of a notice, tag or event. It is never told by colour
// alone: each tone has a shape and the words say the same.
type Tone string

const (
	Neutral  Tone = "neutral"
	Info     Tone = "info"
	Success  Tone = "success"
	Warning  Tone = "warning"
	Critical Tone = "danger"
)

// Notice is a framed message.
type Notice struct {
	Tone  Tone // zero = Info
	Title Text
	Body  Text
	// Live makes a screen reader say it at once when it appears: what just
	// happened, not what always stands there.
	Live bool
	// Level of the title's heading: 2 when zero. The title is no heading at
	// all when it is -1.
	Level int
}

// ErrorSummary lists every fault on the page with a link to its field. The
// layout prints it from Data.Errors.
type ErrorSummary struct{ Errors []FieldError }

// Details folds away what few need.
type Details struct {
	Summary Text
	Body    Text
	Open    bool
}

// Inset sets a passage apart, such as the very text to be signed. Lang is its
// language when it is not the page's.
type Inset struct {
	Body Text
	Lang string
}

func (Notice) component() string       { return "notice" }
func (ErrorSummary) component() string { return "errorsummary" }
func (Details) component() string      { return "details" }
func (Inset) component() string        { return "inset" }

// Mood is the tone, info when none is given.
func (n Notice) Mood() Tone {
	if n.Tone == "" {
		return Info
	}
	return n.Tone
}

// Shape is the icon of the tone.
func (n Notice) Shape() string { return shapeOf(n.Mood()) }

func shapeOf(t Tone) string {
	switch t {
	case Success:
		return "done"
	case Warning:
		return "check"
	case Critical:
		return "stop"
	case Info:
		return "info"
	}
	return "circle"
}
