// Package ssbtek is a fake of Försäkringskassan's composite basic service
// SSBTEK, version 10: a real SOAP 1.1 server with mutual TLS that checks what
// Försäkringskassan checks and answers for invented residents.
//
// It owns: the transport (organisation certificate against the list of
// agreements), its own strict reading of the request (order, requiredness,
// patterns), the answers of AF, CSN, FK with PM, SKV, SO, TNS and MIV for the
// test persons, and an API by which tests make an agency slow, silent, lying or
// protective.
//
// It does not own: anything of the plug-in that asks. No type, table or parser
// is shared with it, so that neither can hide the other's mistake.
//
// Guard-rails: it listens on loopback only, has no keys of its own (the caller
// makes them at start, see fake/ca), logs nothing, and marks its answers: the
// header X-Test-Data, and "TEST" in every message and in the a-kassor's names.
// The amounts are plausible, not official. Försäkringskassan publishes no list
// of fault codes, so those here start with T and are the fake's own; the one
// known code, CSN's -1005, is the real one.
//
// A server is new, started, closed; a closed server is not started again.
// Everything else is per request: what Set said last about the person and the
// agency holds for the next request.
package ssbtek
