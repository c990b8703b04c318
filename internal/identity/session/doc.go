// Package session keeps who is logged in, on the server.
//
// A session is of one kind, citizen or staff, and opens nothing of the other.
// The browser holds a random token and the database its SHA-256; the person's
// number and name are sealed under a short-lived key, so that a backup or a
// stolen file names nobody. Each login makes a new token and ends the one that
// the browser had.
//
// A session lives until it is ended, until nobody has used it for the idle
// time, or until its absolute time, whichever comes first. Requests that a page
// makes by itself do not count as use. Ending is deleting: there are no states.
//
// It owns the table identity_session. It knows no cookies (route does) and no
// roles (the steps do).
package session
