// Package casesystem is a fake of a municipality's case system: a real server
// with mutual TLS that speaks the small protocol of docs/casesystem.md.
//
// It owns: the answer to "does this person have an open case, and what does the
// board need to know to take a renewed application in it", and an inbox that
// takes each application exactly once.
//
// It does not own: any list. Nobody can ask who has a case; a question concerns
// one person at a time, and the number stands in the body, never in an address
// or a log (M-25, I-9). It keeps no cases between starts.
//
// Guard-rails: loopback only, no keys of its own (see fake/ca), no log, every
// answer marked with the header X-Test-Data.
//
// A server is new, started, closed. While started it may be up, down or slow,
// by SetDown and SetDelay.
package casesystem
