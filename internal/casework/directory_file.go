package casework

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/block/pnr"
)

// staffList is one board's file.
type staffList struct {
	Board   string   `json:"board"`
	Staff   []member `json:"staff"`
	members []member // checked
}

// member is one entry of the file.
type member struct {
	ID           string   `json:"id"`
	Personnummer string   `json:"personnummer"`
	Name         string   `json:"name"`
	Title        string   `json:"title"`
	Roles        []string `json:"roles"`
	Assignments  []string `json:"assignments"`

	number      pnr.Number
	assignments []assignment
}

// assignment is what an officer is given: all cases of an e-service, those of
// applicants born on some days of the month, or one case by the case
// system's id.
type assignment struct {
	EService string
	From, To int // days; 0 = all
	Case     string
}

// covers tells whether a case falls under the assignment.
func (a assignment) covers(m matter) bool {
	if a.Case != "" {
		return a.Case == m.SystemCase
	}
	return a.EService == m.EService && (a.From == 0 || a.From <= m.BirthDay && m.BirthDay <= a.To)
}

// CheckStaffFile tells everything that is wrong with a staff directory file.
// Errors name entries by their id, never a person.
func CheckStaffFile(data []byte, now time.Time) error {
	_, err := parseStaff(data, now)
	return err
}

func parseStaff(data []byte, now time.Time) (staffList, error) {
	var list staffList
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&list); err != nil {
		return staffList{}, fmt.Errorf("not the expected JSON: %w", quiet(err))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return staffList{}, errors.New("there is something after the JSON object")
	}
	var faults []error
	if !boardPattern.MatchString(list.Board) {
		faults = append(faults, errors.New("board is missing or no id"))
	}
	ids, people := map[string]bool{}, map[pnr.Number]bool{}
	for i, m := range list.Staff {
		name := fmt.Sprintf("staff[%d]", i)
		if isStaffID(m.ID) {
			name += " " + m.ID
		}
		for _, f := range m.check(now) {
			faults = append(faults, fmt.Errorf("%s: %w", name, f))
		}
		if ids[m.ID] {
			faults = append(faults, fmt.Errorf("%s: the id is there twice", name))
		}
		if !m.number.IsZero() && people[m.number] {
			faults = append(faults, fmt.Errorf("%s: the person is there twice", name))
		}
		ids[m.ID], people[m.number] = true, true
		list.members = append(list.members, m)
	}
	return list, errors.Join(faults...)
}

// quiet takes what the file says out of an error of the decoder.
func quiet(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("%s cannot be a %s", kind.Field, strings.Fields(kind.Value + " value")[0])
	}
	if strings.HasPrefix(err.Error(), "json: unknown field") {
		return errors.New("there is an unknown member")
	}
	return err
}

// check parses what is text in the file, and tells the faults.
func (m *member) check(now time.Time) (faults []error) {
	need := func(ok bool, what string) {
		if !ok {
			faults = append(faults, errors.New(what))
		}
	}
	need(isStaffID(m.ID), "id must be lower-case letters, digits (not six in a row), dot, hyphen, @ or _, and begin with a letter")
	need(strings.TrimSpace(m.Name) != "", "name is missing")
	need(strings.TrimSpace(m.Title) != "", "title is missing")
	var err error
	if m.number, err = pnr.Parse(m.Personnummer, now); err != nil || len(m.Personnummer) != 12 {
		m.number = pnr.Number{}
		need(false, "personnummer must be twelve digits of a real number")
	}
	need(len(m.Roles) > 0, "roles are missing")
	for i, r := range m.Roles {
		need(slices.Contains([]string{RoleOfficer, RoleDecider, RoleSteward, RoleModerator, RoleHandler}, r),
			fmt.Sprintf("roles[%d] must be officer, decider, steward, moderator or handler", i))
	}
	for i, text := range m.Assignments {
		a, err := parseAssignment(text)
		if err != nil {
			faults = append(faults, fmt.Errorf("assignments[%d]: %w", i, err))
			continue
		}
		m.assignments = append(m.assignments, a)
	}
	return faults
}

// isStaffID tells whether a text can be a staff id. A long run of digits may
// be a personal identity number: ids stand in logs and pages.
func isStaffID(s string) bool { return staffPattern.MatchString(s) && !manyDigits.MatchString(s) }

var (
	staffPattern    = regexp.MustCompile(`^[a-z][a-z0-9._@-]{0,62}$`)
	manyDigits      = regexp.MustCompile(`[0-9]{6}`)
	eservicePattern = regexp.MustCompile(`^[a-z][a-z0-9-]{1,30}$`)
	daysPattern     = regexp.MustCompile(`^(0[1-9]|[12][0-9]|3[01])-(0[1-9]|[12][0-9]|3[01])$`)
)

// parseAssignment reads "ekbist", "ekbist:01-15" or a case id "EB-2026-0001".
// Its errors never quote what stands there.
func parseAssignment(text string) (assignment, error) {
	service, days, ranged := strings.Cut(text, ":")
	if !ranged {
		switch {
		case eservicePattern.MatchString(text):
			return assignment{EService: text}, nil
		case caseIDPattern.MatchString(text):
			return assignment{Case: text}, nil
		}
		return assignment{}, errors.New("neither an e-service, days of one, nor a case")
	}
	if !eservicePattern.MatchString(service) || !daysPattern.MatchString(days) {
		return assignment{}, errors.New("days are written as in ekbist:01-15")
	}
	from, _ := strconv.Atoi(days[:2])
	to, _ := strconv.Atoi(days[3:])
	if from > to {
		return assignment{}, errors.New("the first day comes after the last")
	}
	return assignment{EService: service, From: from, To: to}, nil
}
