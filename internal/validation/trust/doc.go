// Package trust is whom a validator believes, and since when.
//
// Anchors come from two places: certificates that somebody who runs the
// platform has put in a PEM file, and signed trust lists (ETSI TS 119 612)
// whose scheme operator's certificate is pinned. An anchor from a file is
// trusted for the purposes it was added for; one from a list is trusted for the
// purposes of its services while their status was granted, which is asked at a
// time: the list's history says what held then.
//
// A list is believed only when its one enveloped XML signature verifies with a
// pinned certificate, by RSA or ECDSA with SHA-256 or stronger, over the whole
// root element; what is read afterwards are the bytes that were verified and no
// others. A list past its NextUpdate is refused, and one that passes it while
// loaded is no longer trusted.
//
// The package owns anchors and lists. It builds no chains, fetches nothing and
// keeps nothing between runs. A Store is filled first and only read afterwards;
// then it may be used by several goroutines.
package trust
