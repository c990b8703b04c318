package db

import (
	"context"
	"database/sql/driver"
	"strings"
)

// mostKept bounds the prepared statements of one connection.
const mostKept = 256

// keeper stands between database/sql and SQLite's driver and keeps each
// connection's statements prepared. Preparing is otherwise done for every call
// and costs more than most statements do.
type keeper struct{ driver.Connector }

func (k keeper) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	c, ok := inner.(sqliteConn)
	if !ok {
		return inner, nil
	}
	return &keptConn{sqliteConn: c, kept: make(map[string]*keptStmt)}, nil
}

// sqliteConn is what the driver's connection can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// keptConn is one connection, used by one goroutine at a time.
type keptConn struct {
	sqliteConn
	kept map[string]*keptStmt
}

// keptStmt is a prepared statement. busy: rows of it are open, so that it can
// not be used for another question meanwhile.
type keptStmt struct {
	driver.Stmt
	exec  driver.StmtExecContext
	query driver.StmtQueryContext
	busy  bool
}

func (c *keptConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.statement(ctx, query)
	if err != nil || s == nil {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	return s.exec.ExecContext(ctx, args)
}

func (c *keptConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, query)
	if err != nil || s == nil {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := s.query.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &keptRows{rows, s}, nil
}

// statement is the query prepared, or nil when it is not to be kept: what is
// neither reading nor writing rows, and what is in use.
func (c *keptConn) statement(ctx context.Context, query string) (*keptStmt, error) {
	if s := c.kept[query]; s != nil {
		if s.busy {
			return nil, nil
		}
		return s, nil
	}
	if !keepable(query) {
		return nil, nil
	}
	if len(c.kept) >= mostKept {
		c.forget()
	}
	inner, err := c.sqliteConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s := &keptStmt{Stmt: inner}
	var canExec, canQuery bool
	s.exec, canExec = inner.(driver.StmtExecContext)
	s.query, canQuery = inner.(driver.StmtQueryContext)
	if !canExec || !canQuery {
		return nil, inner.Close()
	}
	c.kept[query] = s
	return s, nil
}

// keepable tells statements on rows from those on the schema or the
// connection.
func keepable(query string) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(query), " ")
	switch word, _, _ := strings.Cut(word, "\n"); strings.ToUpper(word) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		return true
	}
	return false
}

// forget closes every statement that is not in use.
func (c *keptConn) forget() {
	for query, s := range c.kept {
		if !s.busy {
			_ = s.Close()
			delete(c.kept, query)
		}
	}
}

func (c *keptConn) Close() error {
	for _, s := range c.kept {
		_ = s.Close()
	}
	clear(c.kept)
	return c.sqliteConn.Close()
}

// keptRows frees its statement when they are closed.
type keptRows struct {
	driver.Rows
	s *keptStmt
}

func (r *keptRows) Close() error {
	err := r.Rows.Close()
	r.s.busy = false
	return err
}
