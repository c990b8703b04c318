// Package broker fetches what registers hold on a person, and keeps it.
//
// It is the only place that talks to information sources. A fetch leaves the
// house only for the person who is logged in (I-1), in an open case, with a
// signed grant that names purpose, legal basis, asking authority and a period
// no wider than the board's control period (I-2, M-03, M-66). One query per
// group of origins goes out at the same time, each with its own deadline,
// bulkhead and breaker, so that one dead agency costs the others nothing
// (I-14).
//
// A fetch's parts live in the table broker_part, sealed under a due key that
// is destroyed seven days after the fetch (I-7). States of a part: asking →
// received → answered | nothing | unavailable, or not-asked from the start.
// "received" means that the origin has answered but that what it said is not
// shown yet: until every origin that can flag protected data has ended,
// nothing is, so that such a person sees exactly what a person with nothing
// sees (I-4). Only the audience named in the grant may read (I-3), and only
// with a live login of the same person. What a source says is believed only
// as far as it can be: an origin about which it says nothing, two things or
// something impossible could not answer, and so could one whose call fails,
// hangs or panics (I-6). Why is told in the log, and not kept.
//
// The broker does not know forms, amounts or pages.
package broker
