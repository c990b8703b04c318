package page

import (
	"net/http"
	"slices"
	"time"
)

// Data is everything about one page. Title, Municipality and Body are what
// most pages set; the zero value of the rest means "not on this page".
type Data struct {
	// Title is the page's heading and the first part of <title>.
	Title Text
	// Service is what the page belongs to ("Ansökan om ekonomiskt
	// bistånd"); it stands above the heading and in <title>.
	Service Text
	// Lead is one paragraph under the heading.
	Lead Text
	// OwnHeading: the template prints its own single h1 (receipts, errors).
	OwnHeading bool

	Municipality *Municipality
	// Lang is one of Languages; empty = the reader's choice in the cookie.
	Lang string
	// User is nil when nobody is logged in.
	User *UserInfo
	// Session ends are printed in the header and warned about by script.
	Session *Session
	// Nav is the main navigation; Side the menu of an application's sections.
	Nav  []NavItem
	Side *SideMenu
	// Back is a link above the heading.
	Back *Link
	// Errors make the error summary, put "Fel: " in <title> and move focus.
	Errors []FieldError
	// Notices stand above the heading, such as what was just saved.
	Notices []Notice
	// Wide uses the full width, Dense the smaller scale: for desks.
	Wide, Dense bool
	// Plain leaves out navigation and tools: for a page in the middle of a
	// login, where the only ways are on and back.
	Plain bool
	// Body is the page's own typed struct.
	Body any
}

// UserInfo is who is logged in.
type UserInfo struct {
	Name string
	// Role stands beside the name: "handläggare". Empty for residents.
	Role Text
	// HomeURL is where the name leads; LogoutURL takes a POST.
	HomeURL, LogoutURL string
}

// Session tells when the login ends.
type Session struct {
	Ends time.Time
	// Left is the time left when the page is rendered.
	Left time.Duration
	// ExtendURL answers a POST with 204 and the new end; empty = no dialog.
	ExtendURL string
}

// NavItem is a link of the main navigation.
type NavItem struct {
	Text    Text
	URL     string
	Current bool
	// Count is shown beside the text when it is not 0: unread messages.
	Count int
}

// FieldError is a fault in one field. Text is the same Text as the field's
// Error.
type FieldError struct {
	// Field is the field's Name; see FieldID.
	Field string
	Text  Text
}

// Municipality is whose pages these are.
type Municipality struct {
	ID, Name string
	Theme    *Theme
	// Phone and Hours are for help, on every page in the same place.
	Phone string
	Hours Text
	// Email is shown when it is not empty.
	Email string
	// Address of the page about help; "/hjalp" when empty.
	HelpURL string
	// TestMode prints a yellow line on every page: nothing here is real.
	TestMode bool
}

// Cookies with the reader's choices. They hold no personal data.
const (
	langCookie   = "sprak"
	schemeCookie = "utseende"
)

// LangOf is the language that the reader has chosen, or Swedish. The
// browser's own wish is not followed: an English browser on a Swedish
// library's computer says little, and the choice stands on every page.
func LangOf(r *http.Request) string {
	if c, err := r.Cookie(langCookie); err == nil && slices.Contains(Languages(), c.Value) {
		return c.Value
	}
	return Swedish
}

// schemeOf is "auto", "light" or "dark".
func schemeOf(r *http.Request) string {
	if c, err := r.Cookie(schemeCookie); err == nil && slices.Contains(schemes, c.Value) {
		return c.Value
	}
	return schemes[0]
}

var schemes = []string{"auto", "light", "dark"}
