// Package tsa plays the outside world of electronic signatures on loopback: a
// certificate issuer with its OCSP responder and revocation lists, and a
// time-stamping authority.
//
// It owns: a root, an issuing authority under it, certificates for named test
// persons (the fields of Sweden Connect's certificate profile 08: country,
// serial number, given name, surname, common name) and for organisations'
// seals, a time-stamping certificate and a delegated OCSP responder. All keys
// are made at the start and live in memory. What goes wrong in the world can be
// switched on: an authority that is dead, slow, refuses or answers another
// request, a stale or missing OCSP answer, a revocation at a given time.
//
// It does not own: any reading of what it makes. It has its own encoders and
// shares no code with the packages that read its answers (block/tsp, block/cms,
// block/revocation), so that these are not tested by themselves.
//
// Nothing here is real: every issuer says TEST in its name, and the server
// listens on loopback only (I-15). States: started, closed.
package tsa
