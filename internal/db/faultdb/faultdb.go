// Package faultdb stands between database/sql and a real driver and makes the
// N-th write or commit fail, so that tests can ask of every point of a path:
// what if the database fails just here?
//
// The usual loop is: for n = 1, 2, 3 … run the path with the n-th call failing,
// check what must always hold, and stop at the first n that was never reached.
//
// It is for tests. It changes nothing that the driver answers except the one
// call it was told to fail.
package faultdb

import (
	"context"
	"database/sql/driver"
	"errors"
	"sync"
)

// Err is what a failing call answers.
var Err = errors.New("faultdb: made to fail")

// Point is a kind of call that can be made to fail.
type Point int

// The points.
const (
	Exec         Point = iota // a statement that writes: fails before it runs
	Query                     // a statement that gives rows: fails before it runs
	Begin                     // the start of a transaction
	CommitBefore              // a commit: fails and is rolled back
	CommitAfter               // a commit: is made, and then the answer is lost
)

// Plan says what shall fail. The zero Plan lets everything pass. Safe for
// concurrent use.
type Plan struct {
	mu     sync.Mutex
	point  Point
	left   int // calls until the one that fails; 0 = none fails
	failed bool
}

// FailNth makes the n-th call of a kind from now on (1 is the next one) fail,
// once.
func (p *Plan) FailNth(point Point, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.point, p.left, p.failed = point, n, false
}

// Reached reports whether the call that should fail has come, and forgets the
// plan.
func (p *Plan) Reached() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = 0
	return p.failed
}

// hit counts a call and tells whether it is the one.
func (p *Plan) hit(point Point) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left == 0 || p.point != point {
		return false
	}
	p.left--
	p.failed = p.left == 0
	return p.failed
}

// commits tells how a commit shall fail: before, after, or not at all.
func (p *Plan) commits() (before, after bool) {
	return p.hit(CommitBefore), p.hit(CommitAfter)
}

// Wrap is for db.Options.Wrap.
func (p *Plan) Wrap(c driver.Connector) driver.Connector { return connector{c, p} }

type connector struct {
	driver.Connector
	plan *Plan
}

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{inner, c.plan}, nil
}

// conn passes on what both drivers (modernc's and pgx's) can do.
type conn struct {
	driver.Conn
	plan *Plan
}

func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if c.plan.hit(Begin) {
		return nil, Err
	}
	begin, ok := c.Conn.(driver.ConnBeginTx)
	if !ok {
		return nil, errors.New("faultdb: the driver has no BeginTx")
	}
	inner, err := begin.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	return &tx{inner, c.plan}, nil
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if c.plan.hit(Exec) {
		return nil, Err
	}
	if exec, ok := c.Conn.(driver.ExecerContext); ok {
		return exec.ExecContext(ctx, query, args)
	}
	return nil, driver.ErrSkip
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if c.plan.hit(Query) {
		return nil, Err
	}
	if q, ok := c.Conn.(driver.QueryerContext); ok {
		return q.QueryContext(ctx, query, args)
	}
	return nil, driver.ErrSkip
}

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if p, ok := c.Conn.(driver.ConnPrepareContext); ok {
		return p.PrepareContext(ctx, query)
	}
	return c.Conn.Prepare(query)
}

func (c *conn) Ping(ctx context.Context) error {
	if p, ok := c.Conn.(driver.Pinger); ok {
		return p.Ping(ctx)
	}
	return nil
}

func (c *conn) ResetSession(ctx context.Context) error {
	if r, ok := c.Conn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

func (c *conn) IsValid() bool {
	v, ok := c.Conn.(driver.Validator)
	return !ok || v.IsValid()
}

func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	if n, ok := c.Conn.(driver.NamedValueChecker); ok {
		return n.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

type tx struct {
	driver.Tx
	plan *Plan
}

func (t *tx) Commit() error {
	before, after := t.plan.commits()
	if before {
		return errors.Join(Err, t.Rollback())
	}
	err := t.Tx.Commit()
	if err == nil && after {
		return Err
	}
	return err
}
