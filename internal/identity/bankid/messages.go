package bankid

// Ids of the messages, for the text catalogue. The RFA numbers are BankID's
// own recommended messages, so that support staff can look them up; the words
// are ours. Those marked "page" are used by the login page itself and never
// come from the provider.
const (
	MsgRFA1   = "bankid.rfa1"   // waiting for the app (another device, or no app yet)
	MsgRFA2   = "bankid.rfa2"   // page: no app is installed
	MsgRFA3   = "bankid.rfa3"   // cancelled, for example by a newer order
	MsgRFA4   = "bankid.rfa4"   // another order is under way for the person
	MsgRFA5   = "bankid.rfa5"   // technical fault
	MsgRFA6   = "bankid.rfa6"   // the person cancelled in the app
	MsgRFA8   = "bankid.rfa8"   // the time ran out
	MsgRFA9   = "bankid.rfa9"   // enter the security code in the app
	MsgRFA13  = "bankid.rfa13"  // trying to start the app on this device
	MsgRFA14A = "bankid.rfa14a" // page: searching for a BankID on this computer
	MsgRFA14B = "bankid.rfa14b" // page: searching for a BankID on this phone
	MsgRFA15A = "bankid.rfa15a" // the app is open on this computer, no BankID chosen yet
	MsgRFA15B = "bankid.rfa15b" // the same on this phone
	MsgRFA16  = "bankid.rfa16"  // the BankID is blocked or too old
	MsgRFA17A = "bankid.rfa17a" // the app did not start on this device
	MsgRFA17B = "bankid.rfa17b" // the QR code was not scanned in time
	MsgRFA18  = "bankid.rfa18"  // page: button that starts the app
	MsgRFA19  = "bankid.rfa19"  // page: choice on a computer, this or another device
	MsgRFA20  = "bankid.rfa20"  // page: choice on a phone, this or another device
	MsgRFA21  = "bankid.rfa21"  // under way, and we cannot say more
	MsgRFA22  = "bankid.rfa22"  // failed, and we cannot say more
	MsgRFA23  = "bankid.rfa23"  // read the identity document with the phone

	MsgOpened      = "bankid.opened"      // another device: the code is scanned, the app is open
	MsgUnsupported = "bankid.unsupported" // the app is too old
	MsgRisk        = "bankid.risk"        // refused because of the risk, by BankID or by us
	MsgPerson      = "bankid.person"      // another person than the one who was asked
)

// Messages lists every id above, so that a test of the text catalogue can ask
// for words for each.
func Messages() []string {
	return []string{
		MsgRFA1, MsgRFA2, MsgRFA3, MsgRFA4, MsgRFA5, MsgRFA6, MsgRFA8, MsgRFA9, MsgRFA13,
		MsgRFA14A, MsgRFA14B, MsgRFA15A, MsgRFA15B, MsgRFA16, MsgRFA17A, MsgRFA17B,
		MsgRFA18, MsgRFA19, MsgRFA20, MsgRFA21, MsgRFA22, MsgRFA23,
		MsgOpened, MsgUnsupported, MsgRisk, MsgPerson,
	}
}
