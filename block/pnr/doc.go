// Package pnr reads and holds Swedish personal identity numbers: personnummer
// and samordningsnummer (coordination numbers).
//
// It owns the spelling rules, the check digit, the century and the masking. It
// does not know whether a number has been issued to anybody, and it keeps no
// register. A reserve number of a region or an organisation number is not a
// personal number here.
//
// A Number has two states: the zero value, which is "none", and a valid number.
// A valid number hides itself from every way of printing, logging and encoding;
// Plain is the one door out, so that `grep Plain` finds every place where the
// digits leave (invariant I-9).
//
// Sources: 18 § folkbokföringslagen (1991:481) for form and the plus sign from
// the year one turns 100; SKV 704 and SKV 707 for the numbers' structure.
package pnr
