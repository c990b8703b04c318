package page

// Status is how far a section of an application has come (M-31).
type Status string

const (
	NotFilled Status = "not-filled" // Ej ifyllt
	Started   Status = "started"    // Påbörjat
	Done      Status = "done"       // Klart
	ToCheck   Status = "check"      // Kontrollera
	NotUsed   Status = "not-used"   // Gäller inte dig
)

// Tag is the status as word, shape and colour.
func (s Status) Tag() Tag {
	switch s {
	case Started:
		return Tag{Text: T("page.status.started"), Tone: Info, Shape: "half"}
	case Done:
		return Tag{Text: T("page.status.done"), Tone: Success, Shape: "done"}
	case ToCheck:
		return Tag{Text: T("page.status.check"), Tone: Warning, Shape: "check"}
	case NotUsed:
		return Tag{Text: T("page.status.not-used"), Tone: Neutral, Shape: "dash"}
	}
	return Tag{Text: T("page.status.not-filled"), Tone: Neutral, Shape: "circle"}
}

// Tag is a short status: always a word, with a shape.
type Tag struct {
	Text Text
	Tone Tone // zero = Neutral
	// Shape is an icon's name; empty = that of the tone.
	Shape string
}

// TaskList is the overview of an application: its parts in any order.
type TaskList struct {
	Tasks []Task
	// Intro stands above: "2 av 8 delar är klara".
	Intro Text
}

// Task is one part. A task without URL cannot be opened; its Hint says why.
type Task struct {
	Title  Text
	URL    string
	Hint   Text
	Status Status
	// Tag replaces the status where the parts are something else.
	Tag *Tag
}

// SideMenu lists the sections beside the one that is open (M-30). Each shows
// its status.
type SideMenu struct {
	Title Text // nil = "Delar i ansökan"
	Items []SideItem
	// Done of Total counts the sections that are ready; 0 of 0 hides it.
	Done, Total int
	// More are other links below, such as the case's events.
	More []NavItem
}

// SideItem is a section. Status may be empty for a page that is no section.
type SideItem struct {
	Text    Text
	URL     string
	Status  Status
	Current bool
}

// Steps is a numbered list of things to do.
type Steps struct{ Items []Text }

// List is a list with bullets.
type List struct{ Items []Text }

// Progress is how much of something is done, always with the same in words.
type Progress struct {
	Text       Text
	Value, Max int
}

// Card sets something apart that is a thing of its own. Title is a link when
// there is a URL, and then the whole card can be pressed.
type Card struct {
	Title Text
	URL   string
	Tag   *Tag
	Body  Text
	Meta  Text
	Level int // of the heading; 0 = 2
	Icon  string
}

// Cards are cards side by side where there is room.
type Cards struct{ Cards []Card }

func (Tag) component() string      { return "tag" }
func (TaskList) component() string { return "tasklist" }
func (SideMenu) component() string { return "sidemenu" }
func (Steps) component() string    { return "steps" }
func (List) component() string     { return "list" }
func (Progress) component() string { return "progress" }
func (Card) component() string     { return "card" }
func (Cards) component() string    { return "cards" }

// Mood is the tag's tone.
func (t Tag) Mood() Tone {
	if t.Tone == "" {
		return Neutral
	}
	return t.Tone
}

// Icon is the tag's shape.
func (t Tag) Icon() string {
	if t.Shape != "" {
		return t.Shape
	}
	return shapeOf(t.Mood())
}

// Mark is the tag to show.
func (t Task) Mark() Tag {
	if t.Tag != nil {
		return *t.Tag
	}
	return t.Status.Tag()
}

// Hero opens the start page on the municipality's own colours, with its
// motif. It carries the page's h1: set Data.OwnHeading.
type Hero struct {
	Title, Lead Text
	Buttons     []Button
}

func (Hero) component() string { return "hero" }
