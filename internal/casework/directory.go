package casework

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
)

// Roles of staff. They are granted per board.
const (
	RoleOfficer = "officer" // handles cases
	RoleDecider = "decider" // may also decide, by the board's delegation
	RoleSteward = "steward" // minds settings; sees no case
	// Of a board that keeps e-petitions; they open no case.
	RoleModerator = "moderator" // reads proposals before anyone else
	RoleHandler   = "handler"   // follows what comes of petitions
)

// Staff is a member of staff as the boards' directories have it.
type Staff struct {
	ID, Name, Title string

	person string           // pseudonym of this step
	actor  string           // pseudonym in the audit log
	grants map[string]grant // by board
}

// grant is what a board has given a member of staff.
type grant struct {
	roles       []string
	assignments []assignment
}

// Actor is how the audit log names the member of staff.
func (s Staff) Actor() string { return s.actor }

// Has tells whether the member of staff has a role on a board.
func (s Staff) Has(board, role string) bool { return slices.Contains(s.grants[board].roles, role) }

// DirectoryOptions are what a Directory is built from.
type DirectoryOptions struct {
	// Files are the imported files, by board.
	Files map[string]string
	Ring  *keyring.Ring
	Audit *audit.Log
	Clock clock.Clock
	// Log is told when a changed file cannot be read. May be nil.
	Log *slog.Logger
}

// Directory is who works for the boards, with what roles and assignments:
// imported files that the municipality's own directory writes. Roles never
// come from a login. Personal identity numbers are turned into pseudonyms as
// the files are read, and looked up as such.
//
// A file that changes is read again before the next question. If the new one
// has a fault, what was last known stays in force and the log says so.
type Directory struct {
	opt DirectoryOptions

	mu     sync.Mutex
	staff  map[string]Staff // by id
	seen   map[string]stamp // by board: the files as last looked at
	people map[string]string
}

// stamp tells whether a file has changed.
type stamp struct {
	changed time.Time
	size    int64
}

// OpenDirectory reads the files. All faults in all of them come at once.
func OpenDirectory(opt DirectoryOptions) (*Directory, error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	d := &Directory{opt: opt, seen: map[string]stamp{}}
	d.look()
	return d, d.load()
}

// Roles tells which member of staff a person is, with the roles on any
// board. What may be done on which board is checked case by case.
func (d *Directory) Roles(person pnr.Number) (staffID string, roles []string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refresh()
	s, ok := d.staff[d.people[pseudonym(d.opt.Ring, person)]]
	if !ok {
		return "", nil, errNotStaff
	}
	for _, g := range s.grants {
		roles = append(roles, g.roles...)
	}
	slices.Sort(roles)
	return s.ID, slices.Compact(roles), nil
}

// ByID gives a member of staff.
func (d *Directory) ByID(id string) (Staff, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refresh()
	s, ok := d.staff[id]
	if !ok {
		return Staff{}, errNotStaff
	}
	return s, nil
}

var errNotStaff = fault.New(fault.Forbidden, "not in the boards' staff directories")

// refresh reads the files again when one has changed.
func (d *Directory) refresh() {
	if !d.look() {
		return
	}
	if err := d.load(); err != nil {
		d.opt.Log.Error("staff directory not read again; the former one stays in force", "error", err)
	}
}

// look tells whether a file is another than when it was last looked at.
func (d *Directory) look() (changed bool) {
	for board, path := range d.opt.Files {
		var now stamp
		if info, err := os.Stat(path); err == nil {
			now = stamp{info.ModTime(), info.Size()}
		}
		if d.seen[board] != now {
			d.seen[board], changed = now, true
		}
	}
	return changed
}

func (d *Directory) load() error {
	staff, people := map[string]Staff{}, map[string]string{}
	var faults []error
	for _, board := range sortedKeys(d.opt.Files) {
		data, err := os.ReadFile(d.opt.Files[board])
		if err != nil {
			faults = append(faults, fmt.Errorf("staff directory of %s: %w", board, err))
			continue
		}
		list, err := parseStaff(data, d.opt.Clock.Now())
		if err == nil && list.Board != board {
			err = fmt.Errorf("board is %q", list.Board)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("staff directory of %s: %w", board, err))
			continue
		}
		for _, m := range list.members {
			if err := d.add(staff, people, board, m); err != nil {
				faults = append(faults, fmt.Errorf("staff directory of %s: %w", board, err))
			}
		}
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	d.staff, d.people = staff, people
	return nil
}

// add puts a member in. An id is one person on all boards, and a person has
// one id.
func (d *Directory) add(staff map[string]Staff, people map[string]string, board string, m member) error {
	person := pseudonym(d.opt.Ring, m.number)
	s, known := staff[m.ID]
	if known && s.person != person {
		return fmt.Errorf("staff id %q belongs to different persons on two boards", m.ID)
	}
	if other, ok := people[person]; ok && other != m.ID {
		return fmt.Errorf("staff ids %q and %q are the same person", other, m.ID)
	}
	if !known {
		s = Staff{ID: m.ID, Name: m.Name, Title: m.Title, person: person, actor: d.opt.Audit.Actor(m.number),
			grants: map[string]grant{}}
	}
	s.grants[board] = grant{roles: m.Roles, assignments: m.assignments}
	staff[m.ID], people[person] = s, m.ID
	return nil
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
