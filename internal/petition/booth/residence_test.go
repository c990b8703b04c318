package booth_test

import (
	"testing"
	"time"

	"medborgarnavet/fake/ca"
	"medborgarnavet/fake/folkbokforing"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/booth"
	"medborgarnavet/internal/petition/register"
)

const theRegister, ekbacka = "2021005448", "2120009911"

// populated starts a population register of these persons, and gives the way
// to ask it.
func populated(t *testing.T, persons []folkbokforing.Person) (*folkbokforing.Server, *register.Register) {
	t.Helper()
	authority, err := ca.New("register")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := authority.TLS(ca.Options{CommonName: "register", OrgNumber: theRegister, Server: true})
	if err != nil {
		t.Fatal(err)
	}
	s := folkbokforing.New(folkbokforing.Options{ClientRoots: authority.Pool(), Certificate: cert, Persons: persons})
	if err := s.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	own, err := authority.TLS(ca.Options{CommonName: "c", OrgNumber: ekbacka, Client: true})
	if err != nil {
		t.Fatal(err)
	}
	r, err := register.New(register.Options{URL: s.URL(), Certificate: own, Roots: authority.Pool(), Organisation: theRegister})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return s, r
}

// P-15, petitions.md §2.2: where residents only may vote, the register is asked
// once at the login and never at the vote; without an answer nobody is turned
// away for good; who has voted may take it back whatever the register says. It
// is never asked where that is off.
func TestResidents(t *testing.T) {
	s, r := populated(t, nil)
	w := sqliteWorld(t, func(o *booth.Options) { o.Register, o.Rules.Resident = r, true })
	id := w.petition(false)
	anna, kim, jonas := number(t, "198507099805"), number(t, "198112189876"), number(t, "200002292399")
	ticket := w.admit(id, anna).Ticket
	if s.Questions() != 1 {
		t.Errorf("%d questions at the login", s.Questions())
	}
	w.casts("a resident", ticket, false, ballot.Accepted)
	w.casts("without a dwelling", w.admit(id, jonas).Ticket, false, ballot.Accepted)
	if s.Questions() != 2 {
		t.Errorf("%d questions for two votes", s.Questions())
	}
	_, err := w.booth.Admit(t.Context(), id, login(kim), time.Time{})
	w.refused("lives elsewhere", err, fault.Forbidden, booth.ReasonNotResident)

	s.SetDown(true)
	_, err = w.booth.Admit(t.Context(), id, login(number(t, "199001012385")), time.Time{})
	w.refused("the register is down", err, fault.Unavailable, booth.ReasonRegister)
	a := w.admit(id, anna)
	if !a.Voted || !a.Leave {
		t.Errorf("a voter while the register is down: %+v", a)
	}
	w.casts("a second vote", a.Ticket, false, ballot.Voted)
	w.casts("taken back while the register is down", a.Ticket, true, ballot.Withdrawn)
	_, _, err = w.booth.Cast(t.Context(), a.Ticket, false)
	w.refused("voting again with that ticket", err, fault.Forbidden, booth.ReasonNotResident)
	s.SetDown(false)
	w.casts("when it is up again", w.admit(id, anna).Ticket, false, ballot.Accepted)

	open := w.options
	open.Rules.Resident = false
	asked := s.Questions()
	if _, err := w.open(open).Admit(t.Context(), id, login(kim), time.Time{}); err != nil || s.Questions() != asked {
		t.Errorf("where everyone may vote: %v, %d questions", err, s.Questions()-asked)
	}
}

// P-15: where votes are not counted by district, the register's yes or no is
// all that is used of its answer: no district is written anywhere.
func TestNoDistrictsUnasked(t *testing.T) {
	_, r := populated(t, nil)
	w := sqliteWorld(t, func(o *booth.Options) { o.Register, o.Rules.Resident = r, true })
	id := w.petition(false)
	w.casts("a vote", w.admit(id, number(t, "198507099805")).Ticket, false, ballot.Accepted)
	w.tx(func(tx *db.Tx) error {
		var n int
		err := tx.QueryRow(t.Context(), `SELECT count(*) FROM petition_district`).Scan(&n)
		if n != 0 {
			t.Errorf("%d districts are counted", n)
		}
		return err
	})
}

// Votes are counted by the voter's district, and taken from it again.
func TestDistrictsOfVoters(t *testing.T) {
	const people = 60
	var persons []folkbokforing.Person
	for i := range people {
		p := folkbokforing.Person{Number: voter(t, i).Plain(), Municipality: folkbokforing.Ekbacka, District: "9911-01"}
		if i >= 30 {
			p.District = "9911-02"
		}
		persons = append(persons, p)
	}
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		_, r := populated(t, persons)
		w := newWorld(t, o, func(o *booth.Options) { o.Register, o.Rules.Resident, o.Rules.Districts = r, true, true })
		id := w.petition(false)
		w.tx(func(tx *db.Tx) error { return ballot.SetClosing(t.Context(), tx, id, today.Add(72*time.Hour)) })
		for i := range people {
			w.casts("a vote", w.admit(id, voter(t, i)).Ticket, false, ballot.Accepted)
		}
		for i := range 4 {
			w.casts("taken back", w.admit(id, voter(t, i)).Ticket, true, ballot.Withdrawn)
		}
		w.clock.Advance(24 * time.Hour)
		if _, err := w.box.Tidy(t.Context(), 5); err != nil {
			t.Fatal(err)
		}
		w.tx(func(tx *db.Tx) error {
			shown, others, err := ballot.Districts(t.Context(), tx, id)
			if len(shown) != 2 || shown[0] != (ballot.District{Code: "9911-01", Count: 25}) || shown[1].Count != 30 || others != 0 {
				t.Errorf("%v, others %d", shown, others)
			}
			return err
		})
	})
}
