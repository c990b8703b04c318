package fault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestKindOf(t *testing.T) {
	deadline, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	for _, c := range []struct {
		name string
		err  error
		want Kind
		text string
	}{
		{"nothing", nil, "", ""},
		{"plain", io.EOF, Internal, "EOF"},
		{"new", New(TooLarge, "more than %d bytes", 8), TooLarge, "more than 8 bytes"},
		{"deep", fmt.Errorf("save: %w", New(Conflict, "newer")), Conflict, "save: newer"},
		{"wrapped", Wrap(Unavailable, io.EOF, "read the answer"), Unavailable, "read the answer: EOF"},
		{"outermost wins", Wrap(Internal, New(Gone, "gone"), "open"), Internal, "open: gone"},
		{"deadline", fmt.Errorf("ask: %w", deadline.Err()), Unavailable, "ask: context deadline exceeded"},
		{"cancelled", context.Canceled, Unavailable, "context canceled"},
		{"kind over deadline", Wrap(TooMany, context.DeadlineExceeded, "queue"), TooMany, "queue: context deadline exceeded"},
		{"ready", ErrNotFound, NotFound, "not found"},
		{"joined", errors.Join(io.EOF, New(Invalid, "bad")), Invalid, "EOF\nbad"},
		{"wrap of nothing", Wrap(Invalid, nil, "x"), "", ""},
	} {
		if got := KindOf(c.err); got != c.want {
			t.Errorf("%s: kind %q, want %q", c.name, got, c.want)
		}
		if c.err != nil && c.err.Error() != c.text {
			t.Errorf("%s: %q, want %q", c.name, c.err, c.text)
		}
	}
}

// What a fault wraps can still be found.
func TestUnwrap(t *testing.T) {
	for _, err := range []error{
		Wrap(Unavailable, io.EOF, "read"),
		New(Unavailable, "read: %w", io.EOF),
		New(Unavailable, "read: %w and %w", io.EOF, io.ErrClosedPipe),
	} {
		if !errors.Is(err, io.EOF) || !Is(err, Unavailable) || Is(err, Internal) {
			t.Errorf("%v", err)
		}
	}
}
