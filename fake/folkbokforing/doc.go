// Package folkbokforing is a fake of a population register: a real server with
// mutual TLS that speaks the small protocol of docs/population-register.md.
//
// It owns: the answer to "is this person a resident of the municipality that
// asks, on this day, and in which district", for the persons it was given.
//
// It does not own: any list. Nobody can ask who lives somewhere; a question
// concerns one person at a time, and the number stands in the body, never in an
// address or a log (I-9). It tells no name, no address and no birth, and of a
// person with protected personal data no district.
//
// Guard-rails: loopback only, no keys of its own (see fake/ca), no log, every
// answer marked with the header X-Test-Data.
//
// A server is new, started, closed. While started it may be up, down, slow or
// answer garbage, by SetDown, SetDelay and SetGarbage.
package folkbokforing
