// Package ssbtek is the information source for SSBTEK, the composite basic
// service for economic assistance that Försäkringskassan runs: one question
// about one person, answered by up to eight origins.
//
// It owns the wire of contract version 10 (SOAP 1.1; LEFI's JSON, CSN's and
// Skatteverket's XML inside it) and its translation into the platform's parts,
// payments and facts. It does not decide what is an income, sum anything, or
// keep anything: every answer is forgotten when Fetch returns.
//
// The codec is pure: EncodeRequest and Decode touch no network and no clock.
// New wires them to a host. Each origin's part is in one of four states that
// are never confused (invariant I-6): answered, nothing, unavailable, not
// asked. A flag of protected personal data anywhere in an answer empties all of
// it (I-4). Nothing of a payload reaches a log or an error text (I-9).
//
// How to read on: request.go and lefi_query.go ask; decode.go reads an answer
// and hands each agency to the file of its name; plugin.go is the life around
// it; cli.go the two commands.
//
// Sources: the agencies' contract v10 (SSBTEK_CONTRACT in tests) and LEFI v9.
package ssbtek
