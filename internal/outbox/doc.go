// Package outbox hands events on from the step where they happened to later
// steps, after the transaction that made them is durable, at least once.
//
// An event is a topic and a key. The key is an id, so no personal data lies in
// the table or passes through here (I-9); the handler looks up the rest. A
// handler may see the same event again and must be idempotent.
//
// # States of an event
//
// added (in the business transaction) → handed on and removed, or failed and
// due again after a growing pause, or parked after a day of failures until an
// operator revives it. An event of a topic without a handler, or of one that is
// held, waits untried.
//
// Topics run beside each other; within a topic events go one by one, in the
// order they are due, so a failing one lets the next pass. A lease per topic
// keeps other nodes away. It owns the table outbox and no handler; app wires
// them.
package outbox
