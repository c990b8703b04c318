// Package flow leads one browser through one login, with any provider.
//
// A login under way is a row in the database. The browser knows it by a random
// handle and proves itself by a random secret in its __Host-login cookie; the
// database holds the SHA-256 of both. What the provider must remember is sealed
// in the row, so any node can go on, and nothing of it reaches the browser.
//
//	started  → pending            the provider has been asked at least once
//	started, pending → done       somebody showed who they are
//	started, pending → failed     and why not, as a message id
//	started, pending, done → cancelled   the person cancelled on the page
//	failed, cancelled, started, pending → started   a new order (Restart)
//	done → taken                  the login became a session, once
//
// and expired, which is read off the clock and not stored. Every change is
// conditional on the row's version, so of two that race one wins and the other
// leaves no trace. The provider is asked at most once every two seconds however
// often the browser polls; the QR code of each second comes from the state.
//
// It owns the table identity_login. It makes no sessions, sets no cookies and
// knows no provider by name.
package flow
