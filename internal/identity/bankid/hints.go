package bankid

import (
	"strings"

	"medborgarnavet/internal/identity"
)

// Hint codes of collect (RP API v6.0). Those of telephone orders
// (userCallConfirm, userDeclinedCall) cannot come, since we make none; like
// codes that are invented later they fall under RFA21 and RFA22.
const (
	hintOutstanding = "outstandingTransaction"
	hintNoClient    = "noClient"
	hintStarted     = "started"
	hintMRTD        = "userMrtd"
	hintSign        = "userSign"

	hintExpired     = "expiredTransaction"
	hintCertificate = "certificateErr"
	hintUserCancel  = "userCancel"
	hintCancelled   = "cancelled"
	hintStartFailed = "startFailed"
	hintUnsupported = "notSupportedByUserApp"
	hintRiskBlocked = "transactionRiskBlocked"
)

// device is what decides wording: where the app is.
type device struct {
	same  bool // the app is on the device that shows the page
	phone bool // that device is a phone or tablet
}

func deviceOf(r identity.Request) device {
	ua := r.UserAgent
	phone := strings.Contains(ua, "Mobile") || strings.Contains(ua, "Android") ||
		strings.Contains(ua, "iPhone") || strings.Contains(ua, "iPad")
	return device{same: r.SameDevice, phone: phone}
}

// pendingMessage is what to say while an order is under way.
func pendingMessage(hint string, d device) string {
	switch hint {
	case hintOutstanding:
		if d.same {
			return MsgRFA13
		}
		return MsgRFA1
	case hintNoClient:
		return MsgRFA1
	case hintStarted:
		switch {
		case !d.same:
			return MsgOpened
		case d.phone:
			return MsgRFA15B
		}
		return MsgRFA15A
	case hintMRTD:
		return MsgRFA23
	case hintSign:
		return MsgRFA9
	}
	return MsgRFA21
}

// unopened reports whether no app has the order yet.
func unopened(hint string) bool { return hint == hintOutstanding || hint == hintNoClient }

// failureOf is what to say about an order that failed.
func failureOf(hint string, d device) identity.Failure {
	switch hint {
	case hintExpired:
		return identity.Failure{Code: identity.FailExpired, MessageID: MsgRFA8}
	case hintCertificate:
		return identity.Failure{Code: identity.FailCert, MessageID: MsgRFA16}
	case hintUserCancel:
		return identity.Failure{Code: identity.FailCancel, MessageID: MsgRFA6}
	case hintCancelled:
		return identity.Failure{Code: identity.FailCancel, MessageID: MsgRFA3}
	case hintStartFailed:
		if d.same {
			return identity.Failure{Code: identity.FailStart, MessageID: MsgRFA17A}
		}
		return identity.Failure{Code: identity.FailStart, MessageID: MsgRFA17B}
	case hintUnsupported:
		return identity.Failure{Code: identity.FailStart, MessageID: MsgUnsupported}
	case hintRiskBlocked:
		return identity.Failure{Code: identity.FailRisk, MessageID: MsgRisk}
	}
	return identity.Failure{Code: identity.FailTechnical, MessageID: MsgRFA22}
}

// failureOfError is what to say when the API refused or was not there.
func failureOfError(err error) identity.Failure {
	if codeOf(err) == "alreadyInProgress" {
		return identity.Failure{Code: identity.FailInProgress, MessageID: MsgRFA4}
	}
	return identity.Failure{Code: identity.FailTechnical, MessageID: MsgRFA5}
}
