package bankid

import (
	"strings"
	"testing"
	"time"

	fake "medborgarnavet/fake/bankid"
	"medborgarnavet/internal/identity"
)

// UX P2.4: every failure has its own words.
func TestFailures(t *testing.T) {
	w := newWorld(t)
	for out, want := range map[fake.Outcome]identity.Failure{
		fake.Cancel:           {Code: identity.FailCancel, MessageID: MsgRFA6},
		fake.CertificateError: {Code: identity.FailCert, MessageID: MsgRFA16},
		fake.Unsupported:      {Code: identity.FailStart, MessageID: MsgUnsupported},
		fake.RiskBlocked:      {Code: identity.FailRisk, MessageID: MsgRisk},
		fake.ApproveHighRisk:  {Code: identity.FailRisk, MessageID: MsgRisk},
	} {
		w.fake.Script(anna, out)
		w.wantFailed(w.next(w.begin(identity.Request{})), want.Code, want.MessageID)
	}
	w.fake.Script(anna, fake.ApproveModerateRisk)
	if step := w.next(w.begin(identity.Request{})); step.Done == nil {
		t.Errorf("moderate risk: %+v", step.Failed)
	}
	w.fake.Script("201701272394", fake.Approve)
	w.wantFailed(w.next(w.begin(identity.Request{})), identity.FailTechnical, MsgRFA22)

	step := w.begin(identity.Request{})
	if err := w.fake.Scan(step.Poll.QR, anna, fake.Hang); err != nil {
		t.Fatal(err)
	}
	second := w.begin(identity.Request{})
	if err := w.fake.Scan(second.Poll.QR, anna, fake.Hang); err != nil {
		t.Fatal(err)
	}
	w.wantFailed(w.next(step), identity.FailCancel, MsgRFA3)
	w.clock.Advance(3 * time.Minute) // opened, then left
	w.wantFailed(w.next(second), identity.FailExpired, MsgRFA8)
}

// Every hint code of the API has a message; unknown ones too.
func TestHints(t *testing.T) {
	other, phone, computer := device{}, device{same: true, phone: true}, device{same: true}
	pending := []struct {
		hint string
		d    device
		want string
	}{
		{"outstandingTransaction", other, MsgRFA1}, {"outstandingTransaction", phone, MsgRFA13}, {"outstandingTransaction", computer, MsgRFA13},
		{"noClient", computer, MsgRFA1}, {"started", other, MsgOpened}, {"started", phone, MsgRFA15B}, {"started", computer, MsgRFA15A},
		{"userMrtd", phone, MsgRFA23}, {"userSign", other, MsgRFA9}, {"userCallConfirm", other, MsgRFA21}, {"invented", other, MsgRFA21}, {"", other, MsgRFA21},
	}
	for _, tt := range pending {
		if got := pendingMessage(tt.hint, tt.d); got != tt.want {
			t.Errorf("pending %s %+v: %s, want %s", tt.hint, tt.d, got, tt.want)
		}
	}
	failures := []struct {
		hint string
		d    device
		want identity.Failure
	}{
		{"expiredTransaction", other, identity.Failure{Code: identity.FailExpired, MessageID: MsgRFA8}},
		{"certificateErr", other, identity.Failure{Code: identity.FailCert, MessageID: MsgRFA16}},
		{"userCancel", other, identity.Failure{Code: identity.FailCancel, MessageID: MsgRFA6}},
		{"cancelled", other, identity.Failure{Code: identity.FailCancel, MessageID: MsgRFA3}},
		{"startFailed", phone, identity.Failure{Code: identity.FailStart, MessageID: MsgRFA17A}},
		{"startFailed", other, identity.Failure{Code: identity.FailStart, MessageID: MsgRFA17B}},
		{"notSupportedByUserApp", other, identity.Failure{Code: identity.FailStart, MessageID: MsgUnsupported}},
		{"transactionRiskBlocked", other, identity.Failure{Code: identity.FailRisk, MessageID: MsgRisk}},
		{"userDeclinedCall", other, identity.Failure{Code: identity.FailTechnical, MessageID: MsgRFA22}},
		{"invented", other, identity.Failure{Code: identity.FailTechnical, MessageID: MsgRFA22}},
	}
	for _, tt := range failures {
		if got := failureOf(tt.hint, tt.d); got != tt.want {
			t.Errorf("failed %s %+v: %+v, want %+v", tt.hint, tt.d, got, tt.want)
		}
	}
}

// I-14: a troubled service is waited for a while, then told about in words.
func TestTroubledService(t *testing.T) {
	w := newWorld(t)
	for _, f := range []fake.Fault{{Status: 503, Code: "Maintenance"}, {Status: 500, Code: "internalError"}, {Garbage: "<html>"}, {Status: 401, Code: "unauthorized"}} {
		w.fake.Break("auth", f, 1)
		w.wantFailed(w.begin(identity.Request{}), identity.FailTechnical, MsgRFA5)
	}
	for _, f := range []fake.Fault{{Status: 503, Code: "Maintenance"}, {Status: 429, Code: "tooManyRequests"}, {Status: 408, Code: "requestTimeout"}, {Garbage: "{"}} {
		w.fake.Break("collect", f, patience-1)
		step := w.begin(identity.Request{})
		for range patience - 1 {
			step = w.next(step)
			w.wantPending(step, MsgRFA1)
		}
		w.wantPending(w.next(step), MsgRFA1)
	}
	w.fake.Break("collect", fake.Fault{Status: 503, Code: "Maintenance"}, patience)
	step := w.begin(identity.Request{})
	for range patience {
		step = w.next(step)
	}
	w.wantFailed(step, identity.FailTechnical, MsgRFA5)
	w.fake.Break("collect", fake.Fault{Status: 401, Code: `unauthorized 198507099805`}, 1)
	w.wantFailed(w.next(w.begin(identity.Request{})), identity.FailTechnical, MsgRFA5)
	if !strings.Contains(w.log.String(), "Maintenance") {
		t.Error("the operator is told nothing")
	}
}
