package flow

import (
	"context"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
)

// Cancel ends a login because the person said so on the page. It wins over an
// answer that is on its way, and over one that has come but is not taken.
// Cancelling what has ended changes nothing.
func (f *Flow) Cancel(ctx context.Context, handle, browserSecret string) error {
	var row login
	var order []byte
	err := f.db.Tx(ctx, func(tx *db.Tx) error {
		var err error
		order = nil
		if row, err = f.find(ctx, tx, handle, browserSecret); err != nil {
			return err
		}
		if !row.waiting() && row.state != Done {
			return nil
		}
		keep, err := f.unseal(row)
		if err != nil {
			return err
		}
		order = keep.Order
		row.state, row.message, row.code = Cancelled, MsgCancelled, identity.FailCancel
		if err := f.seal(&row, sealed{Request: keep.Request}); err != nil {
			return err
		}
		_, err = f.update(ctx, tx, row) // read in this transaction, so the version holds
		return err
	})
	if err != nil {
		return err
	}
	f.dropOrder(ctx, f.provider(row.provider), order)
	return nil
}

// Restart makes a new order in the same login, on this or another device: after
// a failure, or because the person changed their mind about the device. The
// time of the whole login is not prolonged. Faults: NotFound, Gone when the time
// is out, Conflict when the login is done, TooMany.
func (f *Flow) Restart(ctx context.Context, handle, browserSecret string, sameDevice bool) (View, error) {
	var row login
	err := f.db.Tx(ctx, func(tx *db.Tx) error {
		var err error
		if row, err = f.find(ctx, tx, handle, browserSecret); err != nil {
			return err
		}
		switch row.state {
		case Expired:
			return fault.New(fault.Gone, "identity: the login's time is out")
		case Done, Taken:
			return fault.New(fault.Conflict, "identity: the login is done")
		}
		_, err = f.claim(ctx, tx, &row) // read in this transaction, so the version holds
		return err
	})
	if err != nil {
		return View{}, err
	}
	keep, err := f.unseal(row)
	if err != nil {
		return View{}, err
	}
	now := f.clock.Now()
	request, err := identity.OpenedRequest(keep.Request, now)
	if err != nil {
		return View{}, err
	}
	provider := f.provider(row.provider)
	if provider == nil {
		return View{}, fault.New(fault.Gone, "identity: the provider is no longer offered")
	}
	if !f.limit.allow(request.ClientIP, now) {
		return View{}, fault.New(fault.TooMany, "identity: too many logins from one address")
	}
	f.dropOrder(ctx, provider, keep.Order)
	request.SameDevice = sameDevice
	if err := f.again(ctx, &row, provider, request); err != nil {
		return View{}, err
	}
	return f.view(row)
}

// again makes a new order in a claimed row. The order gets a way back of its
// own: who came back from an earlier one proves nothing about this.
func (f *Flow) again(ctx context.Context, row *login, provider identity.Provider, request identity.Request) error {
	if err := demandReturn(row, &request); err != nil {
		return err
	}
	if err := f.rearm(ctx, *row); err != nil {
		return err
	}
	step := f.start(ctx, provider, request)
	row.state = ""
	if err := f.apply(row, sealed{Request: request.ForSealing()}, step); err != nil {
		return err
	}
	row.collectAt = f.clock.Now()
	written, err := f.settle(context.WithoutCancel(ctx), row)
	if err == nil && !written {
		err = fault.New(fault.Conflict, "identity: the login changed meanwhile")
	}
	if err != nil {
		f.dropOrder(ctx, provider, step.State)
	}
	return err
}

// Return notes that the browser came back through the app on the same device:
// nonce is the parameter n of the address that it came to. Faults: NotFound for
// another browser's login, Forbidden for a nonce that is not this login's.
func (f *Flow) Return(ctx context.Context, handle, browserSecret, nonce string) error {
	return f.db.Tx(ctx, func(tx *db.Tx) error {
		row, err := f.find(ctx, tx, handle, browserSecret)
		if err != nil {
			return err
		}
		if row.nonceHash == nil || !sameHash(row.nonceHash, nonce) {
			return fault.New(fault.Forbidden, "identity: not the way back of this login")
		}
		// Not through update: a question to the provider that is under way must
		// not find the version changed and drop its answer.
		_, err = tx.Exec(ctx, `UPDATE identity_login SET returned = 1 WHERE id = $1`, row.id)
		return err
	})
}

// Take hands out a completed login, once: of two at the same time one gets it
// and the other a fault of kind Conflict. The caller makes the session and sends
// the browser to the path. Faults: NotFound, Gone when the time is out.
func (f *Flow) Take(ctx context.Context, handle, browserSecret string) (a identity.Authentication, kind identity.Kind, returnTo string, err error) {
	err = f.db.Tx(ctx, func(tx *db.Tx) error {
		row, err := f.find(ctx, tx, handle, browserSecret)
		switch {
		case err != nil:
			return err
		case row.state == Expired:
			return fault.New(fault.Gone, "identity: the login's time is out")
		case row.state != Done || !row.returned:
			return fault.New(fault.Conflict, "identity: the login is not there to be taken")
		}
		keep, err := f.unseal(row)
		if err != nil {
			return err
		}
		if a, err = identity.OpenedAuthentication(keep.Authentication, tx.Now); err != nil {
			return err
		}
		kind, returnTo = row.kind, row.returnTo
		row.state, row.sealed = Taken, nil
		taken, err := f.update(ctx, tx, row)
		if err == nil && !taken {
			err = fault.New(fault.Conflict, "identity: the login was taken meanwhile")
		}
		return err
	})
	if err != nil {
		return identity.Authentication{}, "", "", err
	}
	return a, kind, returnTo, nil
}
