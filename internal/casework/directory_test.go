package casework_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring/keyringtest"
)

// All faults of a file come at once, and none of them tells a number.
func TestStaffFileFaults(t *testing.T) {
	file := `{"board":"Nämnden","staff":[
	 {"id":"eva.lind","personnummer":"192109099180","name":"Eva Lind","title":"","roles":["chef"],"assignments":["ekbist:15-01"]},
	 {"id":"eva.lind","personnummer":"192109099180","name":"","title":"x","roles":["officer"],"assignments":["ekbist:1-15","??"]},
	 {"id":"Olof","personnummer":"194607137455","name":"Olof","title":"x","roles":[],"assignments":[]}]}`
	err := casework.CheckStaffFile([]byte(file), start)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"board is missing or no id", "title is missing", "roles[0]", "first day comes after",
		"name is missing", "assignments[0]: days", "assignments[1]: neither", "id is there twice", "person is there twice",
		"staff[2]: id must be", "twelve digits of a real number", "roles are missing"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in:\n%v", want, err)
		}
	}
	for _, secret := range []string{"192109099180", "194607137455"} {
		if strings.Contains(err.Error(), secret) {
			t.Error("a fault tells a personal identity number")
		}
	}
}

func TestStaffFileStrict(t *testing.T) {
	tests := map[string]struct {
		file string
		ok   bool
	}{
		"the demo's":              {staffFile, true},
		"nobody yet":              {`{"board":"b","staff":[]}`, true},
		"unknown member":          {`{"board":"b","staff":[],"more":1}`, false},
		"unknown member of staff": {`{"board":"b","staff":[{"password":"x"}]}`, false},
		"something after":         {`{"board":"b","staff":[]} {}`, false},
		"wrong kind":              {`{"board":"b","staff":[{"id":"a","personnummer":192109099180}]}`, false},
		"no JSON":                 {`board = "b"`, false},
		"ten digits":              {strings.Replace(staffFile, "192109099180", "2109099180", 1), false},
	}
	for name, test := range tests {
		err := casework.CheckStaffFile([]byte(test.file), start)
		if (err == nil) != test.ok {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "9099180") {
			t.Errorf("%s: the fault tells a number", name)
		}
	}
}

func openDirectory(t *testing.T, log *slog.Logger, files map[string]string) (*casework.Directory, error) {
	t.Helper()
	c := clock.NewManual(start)
	ring := keyringtest.New(t, c)
	return casework.OpenDirectory(casework.DirectoryOptions{Files: files, Ring: ring, Audit: auditOf(t, ring, c), Clock: c, Log: log})
}

func writeStaff(t *testing.T, path, content string, age time.Duration) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, start.Add(age), start.Add(age)); err != nil {
		t.Fatal(err)
	}
}

// I-13, M-70: who someone is, and what they may, comes from the directory; a
// changed file counts at once, and a broken one changes nothing.
func TestDirectoryRoles(t *testing.T) {
	path := t.TempDir() + "/staff.json"
	writeStaff(t, path, staffFile, 0)
	var log bytes.Buffer
	dir, err := openDirectory(t, slog.New(slog.NewTextHandler(&log, nil)), map[string]string{"socialnamnden": path})
	if err != nil {
		t.Fatal(err)
	}
	id, roles, err := dir.Roles(number(t, eva))
	if err != nil || id != "eva.lind" || !slices.Equal(roles, []string{"decider", "officer"}) {
		t.Errorf("eva is %q %v %v", id, roles, err)
	}
	_, _, err = dir.Roles(number(t, anna))
	wantKind(t, "someone who does not work here", err, fault.Forbidden)

	writeStaff(t, path, `{"board":"socialnamnden","staff":`, time.Minute)
	if _, _, err = dir.Roles(number(t, eva)); err != nil {
		t.Errorf("a broken file took the directory away: %v", err)
	}
	if !strings.Contains(log.String(), "former one stays") {
		t.Errorf("the log says %q", log.String())
	}
	writeStaff(t, path, `{"board":"socialnamnden","staff":[]}`, 2*time.Minute)
	_, _, err = dir.Roles(number(t, eva))
	wantKind(t, "eva after she left", err, fault.Forbidden)
}

// An id is one person, and a person has one id, over all boards.
func TestDirectoryAcrossBoards(t *testing.T) {
	one, two := t.TempDir()+"/1.json", t.TempDir()+"/2.json"
	writeStaff(t, one, staffFile, 0)
	for name, second := range map[string]string{
		"same id, other person": strings.Replace(strings.Replace(staffFile, "socialnamnden", "byggnadsnamnden", 1), eva, "189001019802", 1),
		"same person, other id": strings.Replace(strings.Replace(staffFile, "socialnamnden", "byggnadsnamnden", 1), "eva.lind", "eva.l", 1),
		"another board's file":  staffFile,
	} {
		writeStaff(t, two, second, 0)
		if _, err := openDirectory(t, nil, map[string]string{"socialnamnden": one, "byggnadsnamnden": two}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	writeStaff(t, two, strings.Replace(staffFile, "socialnamnden", "byggnadsnamnden", 1), 0)
	if _, err := openDirectory(t, nil, map[string]string{"socialnamnden": one, "byggnadsnamnden": two}); err != nil {
		t.Errorf("the same staff on two boards: %v", err)
	}
	_, err := openDirectory(t, nil, map[string]string{"socialnamnden": "nowhere/staff.json"})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}
