package flow

import (
	"context"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
)

// View is what a login page shows now.
type View struct {
	State      State
	MessageID  string        // the words to show, by id in the text catalogue; "" when Taken
	Code       identity.Code // why, when Failed or Cancelled
	QR         string        // text of this second's QR code; "" means none
	LaunchURL  string        // link that starts the app on this device; "" means none
	SameDevice bool
	Kind       identity.Kind
	Provider   string
	ReturnTo   string    // checked; where a person who starts over should land
	Expires    time.Time // when this login ends
}

// Poll says where the login stands, and asks the provider first if that is due.
// It may be called as often as the browser likes. Faults: NotFound when there is
// no such login in this browser.
func (f *Flow) Poll(ctx context.Context, handle, browserSecret string) (View, error) {
	row, now, err := f.read(ctx, handle, browserSecret)
	if err != nil {
		return View{}, err
	}
	if row.waiting() && !row.collectAt.After(now) {
		if row, err = f.collect(ctx, row, handle, browserSecret); err != nil {
			return View{}, err
		}
	}
	return f.view(row)
}

func (row login) waiting() bool { return row.state == Started || row.state == Pending }

// collect claims the row, asks the provider, and writes down the answer, unless
// the login was cancelled or restarted meanwhile: then the answer is dropped.
// It returns the row as it then is.
func (f *Flow) collect(ctx context.Context, row login, handle, browserSecret string) (login, error) {
	read, written := row, false
	err := f.db.Tx(ctx, func(tx *db.Tx) (err error) {
		row = read // the transaction may run again
		written, err = f.claim(ctx, tx, &row)
		return err
	})
	if err != nil {
		return login{}, err
	}
	if written {
		keep, err := f.unseal(row)
		if err != nil {
			return login{}, err
		}
		asked := f.clock.Now()
		step := f.ask(ctx, f.provider(row.provider), keep.Order)
		if err := f.apply(&row, keep, step); err != nil {
			return login{}, err
		}
		row.collectAt = asked.Add(collectEvery)
		// A browser that goes away now must not undo what the provider tells only once.
		if written, err = f.settle(context.WithoutCancel(ctx), &row); err != nil {
			return login{}, err
		}
	}
	if !written {
		row, _, err = f.read(ctx, handle, browserSecret)
	}
	return row, err
}

// ask is one Continue that the browser's going away does not cut off: the
// provider may hand out its result only this once.
func (f *Flow) ask(ctx context.Context, p identity.Provider, order []byte) identity.Step {
	if p == nil { // configured away while a login was under way
		return identity.Step{Failed: &identity.Failure{Code: identity.FailTechnical, MessageID: MsgTechnical}}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callLimit)
	defer cancel()
	step, err := p.Continue(ctx, order, identity.Input{})
	return f.sound(step, err, p)
}

// view shows a row.
func (f *Flow) view(row login) (View, error) {
	v := View{State: row.state, MessageID: row.message, Code: row.code, Kind: row.kind, Provider: row.provider,
		ReturnTo: row.returnTo, Expires: row.expiresAt}
	if row.state == Expired || row.state == Taken {
		return v, nil
	}
	now := f.clock.Now()
	keep, err := f.unseal(row)
	if fault.KindOf(err) == fault.Gone {
		v.State, v.MessageID = Expired, MsgExpired
		return v, nil
	}
	if err != nil {
		return View{}, err
	}
	request, err := identity.OpenedRequest(keep.Request, now)
	if err != nil {
		return View{}, err
	}
	v.SameDevice = request.SameDevice
	switch {
	case row.state == Done && row.returned:
		v.MessageID = MsgDone
	case row.state == Done:
		v.State, v.MessageID = Pending, MsgReturn
	case row.waiting():
		p := f.provider(row.provider)
		if p == nil {
			v.State, v.MessageID, v.Code = Failed, MsgTechnical, identity.FailTechnical
			return v, nil
		}
		show, err := p.Show(keep.Order, now)
		if err != nil {
			return View{}, err
		}
		v.MessageID, v.QR, v.LaunchURL = show.MessageID, show.QR, show.LaunchURL
	}
	return v, nil
}
