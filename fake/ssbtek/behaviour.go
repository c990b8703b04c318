package ssbtek

import "time"

// Agency names one of the eight origins behind the service. FK and PM share
// one element of the answer, LEFI.
type Agency = string

// The origins, by the names of the contract.
const (
	AF  Agency = "AF"
	CSN Agency = "CSN"
	FK  Agency = "FK"
	PM  Agency = "PM"
	SKV Agency = "SKV"
	SO  Agency = "SO"
	TNS Agency = "TNS"
	MIV Agency = "MIV"
)

// Any stands for every person, or every agency, in Set.
const Any = "*"

// elements are the agencies that have an element of their own, in the order of
// the contract. PM has none.
var elements = [...]Agency{AF, CSN, FK, SKV, SO, TNS, MIV}

// The fault and error codes. Only CodeCaseID is known from the real service.
const (
	CodeAgreement = "T1001" // the certificate's organisation has no agreement
	CodeSubmitter = "T1002" // the submitter is neither the caller nor served by it
	CodeMissing   = "T1101" // a required element or attribute is missing
	CodeOrder     = "T1102" // an element, attribute or text where the schema has none
	CodeValue     = "T1103" // a value that its type does not allow
	CodeInclude   = "T1104" // inkludera and the elements below it disagree
	CodePeriod    = "T1105" // a period that ends before it begins, or never ends
	CodeDown      = "T1900" // the composite service itself is down
	CodeTimeout   = "T2001" // error, SSBT: the agency did not answer in time
	CodeAgency    = "T2002" // error, BT: the agency failed
	CodeCaseID    = "-1005" // error, BT, from CSN: the case identity is too long
	CodeLEFI400   = "400"   // error, BT, from FK: LEFI refuses the question
	CodeLEFI403   = "403"   // error, BT, from FK: unknown actor
)

// Fault is a SOAP fault for the whole call, with the detail of the contract
// (hamtaBastjanstInformationFault).
type Fault struct{ Code, Message string }

// AgencyError is what stands in an agency's element instead of data. Source is
// "SSBT" (the composite service's word, for example a timeout) or "BT" (the
// agency's own).
type AgencyError struct{ Source, Code, Message string }

// Garbage is a way of answering something that no client can read.
type Garbage int

const (
	// NoGarbage is the ordinary answer.
	NoGarbage Garbage = iota
	// NotBase64 puts text with forbidden characters where base64 belongs (CSN,
	// FK); the other agencies then answer elements of no schema.
	NotBase64
	// Truncated cuts the payload in the middle: CSN, FK and SKV inside their
	// wrapping; the typed agencies, and Any, cut the whole envelope.
	Truncated
	// WrongDocument answers a well-formed document that is something else.
	WrongDocument
)

// Behaviour is how one agency (or Any) answers for one person (or Any). The
// zero value is the ordinary answer.
type Behaviour struct {
	// Delay before the answer. One at or beyond the server's AgencyTimeout
	// becomes an error with source SSBT, as the real service does it.
	Delay time.Duration
	Error *AgencyError
	Fault *Fault
	Garbage
	// Nothing answers as for an unknown person, whatever is seeded.
	Nothing bool
	// Protected sets the agency's own flag: AF Sekretessmarkering, FK skyddad,
	// CSN sekretess. The others have none.
	Protected bool
	// ProtectedNested flags only a person inside the answer: a child in FK's,
	// a second person in CSN's.
	ProtectedNested bool
	// WrongPerson, twelve digits, answers with that identity number instead.
	WrongPerson string
	// Padding adds so many bytes of text to an answer that holds something.
	Padding int
	// Deviations make LEFI leave out what is asked under a code ("FK:BOB") and
	// say why: INTERNT_FEL or OBEHORIG. Set them for FK.
	Deviations map[string]string
	// State is LEFI's word about FK or PM instead of OK: FELANDE or
	// OTILLGANGLIG. The other one still answers. For PM, Error means the same
	// as OTILLGANGLIG.
	State string
	// Data replaces the payload: the JSON of FK and the XML of CSN before
	// base64, the XML text of SKV, and for the others what stands inside data.
	Data string
}

// down is the error of an agency that does not answer at all.
func down() *AgencyError {
	return &AgencyError{"SSBT", CodeTimeout, "Bastjänsten svarade inte i tid"}
}

// behaviours are keyed by person and agency, either of them Any.
type behaviours map[[2]string]Behaviour

// of finds the most exact behaviour: what tests set goes before what the
// person's story says.
func (s *Server) of(person string, agency Agency) Behaviour {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range [][2]string{{person, agency}, {person, Any}, {Any, agency}, {Any, Any}} {
		if b, ok := s.set[key]; ok {
			return b
		}
	}
	if p, ok := s.persons[person]; ok {
		for _, a := range []Agency{agency, Any} {
			if b, ok := p.Behaviours[a]; ok {
				return b
			}
		}
	}
	return Behaviour{}
}
