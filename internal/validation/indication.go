package validation

// Verdict is what a person is told.
type Verdict string

// The verdicts of a signature and of a file.
const (
	Valid       Verdict = "valid"
	Invalid     Verdict = "invalid"
	Undecided   Verdict = "indeterminate"
	NoSignature Verdict = "no-signature" // of a file only
)

// Indication is the main indication of EN 319 102-1, 5.1.3.
type Indication string

// The indications.
const (
	TotalPassed   Indication = "TOTAL-PASSED"
	TotalFailed   Indication = "TOTAL-FAILED"
	Indeterminate Indication = "INDETERMINATE"
)

// SubIndication is the sub-indication of EN 319 102-1, tables 5 and 6.
type SubIndication string

// The sub-indications with TOTAL-FAILED.
const (
	FormatFailure    SubIndication = "FORMAT_FAILURE"
	HashFailure      SubIndication = "HASH_FAILURE"
	SigCryptoFailure SubIndication = "SIG_CRYPTO_FAILURE"
	Revoked          SubIndication = "REVOKED"
	Expired          SubIndication = "EXPIRED"
	NotYetValid      SubIndication = "NOT_YET_VALID"
)

// The sub-indications with INDETERMINATE.
const (
	SigConstraintsFailure         SubIndication = "SIG_CONSTRAINTS_FAILURE"
	ChainConstraintsFailure       SubIndication = "CHAIN_CONSTRAINTS_FAILURE"
	CryptoConstraintsFailure      SubIndication = "CRYPTO_CONSTRAINTS_FAILURE"
	CryptoConstraintsFailureNoPOE SubIndication = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
	NoSigningCertificateFound     SubIndication = "NO_SIGNING_CERTIFICATE_FOUND"
	NoCertificateChainFound       SubIndication = "NO_CERTIFICATE_CHAIN_FOUND"
	NoCertificateChainFoundNoPOE  SubIndication = "NO_CERTIFICATE_CHAIN_FOUND_NO_POE"
	RevokedNoPOE                  SubIndication = "REVOKED_NO_POE"
	RevokedCANoPOE                SubIndication = "REVOKED_CA_NO_POE"
	OutOfBoundsNoPOE              SubIndication = "OUT_OF_BOUNDS_NO_POE"
	OutOfBoundsNotRevoked         SubIndication = "OUT_OF_BOUNDS_NOT_REVOKED"
	NoPOE                         SubIndication = "NO_POE"
	TryLater                      SubIndication = "TRY_LATER"
	SignedDataNotFound            SubIndication = "SIGNED_DATA_NOT_FOUND"
)

// gravity lists the sub-indications, gravest first: a signature has the one
// that comes first among its problems. Those of TOTAL-FAILED come before all
// others, since nothing that is unknown can mend them.
func gravity() []SubIndication {
	return []SubIndication{
		HashFailure, SigCryptoFailure, FormatFailure, Revoked, Expired, NotYetValid,
		SignedDataNotFound, NoSigningCertificateFound, SigConstraintsFailure,
		CryptoConstraintsFailure, CryptoConstraintsFailureNoPOE,
		NoCertificateChainFound, NoCertificateChainFoundNoPOE, ChainConstraintsFailure,
		RevokedNoPOE, RevokedCANoPOE, OutOfBoundsNotRevoked, OutOfBoundsNoPOE, NoPOE, TryLater,
	}
}

// Indication is the main indication that a sub-indication belongs to.
func (s SubIndication) Indication() Indication {
	switch s {
	case "":
		return TotalPassed
	case HashFailure, SigCryptoFailure, FormatFailure, Revoked, Expired, NotYetValid:
		return TotalFailed
	}
	return Indeterminate
}

// Verdict is what an indication means to a person.
func (i Indication) Verdict() Verdict {
	switch i {
	case TotalPassed:
		return Valid
	case TotalFailed:
		return Invalid
	}
	return Undecided
}

// problem is something that keeps a signature from passing.
type problem struct {
	sub    SubIndication
	reason Reason
}

// conclude gives the indication that problems add up to: none passes.
func conclude(problems []problem) (Indication, SubIndication) {
	for _, sub := range gravity() {
		for _, p := range problems {
			if p.sub == sub {
				return sub.Indication(), sub
			}
		}
	}
	return TotalPassed, ""
}

// ordered gives the problems' reasons, those of the conclusion first.
func ordered(problems []problem) []Reason {
	var out []Reason
	for _, sub := range gravity() {
		for _, p := range problems {
			if p.sub == sub {
				out = addReason(out, p.reason)
			}
		}
	}
	return out
}

// overall is the verdict on a file: the worst of its signatures. A document
// time-stamp that is broken tells that the file has been changed, and one of an
// odd form that it may have been; one whose authority cannot be judged takes
// nothing from a signature that passed without it.
func overall(signatures []Signature, stamps []TimeStamp) Verdict {
	worst := NoSignature
	for _, s := range signatures {
		switch {
		case s.Verdict == Invalid:
			return Invalid
		case worst != Undecided:
			worst = s.Verdict
		}
	}
	for _, t := range stamps {
		if t.Verdict == Invalid {
			return Invalid
		}
		if (t.Sub == SigConstraintsFailure || t.Sub == NoSigningCertificateFound) && worst == Valid {
			worst = Undecided
		}
	}
	return worst
}
