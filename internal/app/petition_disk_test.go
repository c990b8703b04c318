//go:build linux

package app_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"medborgarnavet/cmd/demo/town"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
)

// P-01, issue 4 part 3: the disk is full. Votes are answered 503 in plain words
// and keep their ticket, reading goes on, and when there is room again the same
// tickets vote: none that was acknowledged is lost, none is there twice.
func TestDiskIsFull(t *testing.T) {
	p, disk := onSmallDisk(t)
	if disk == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("only root can make a small disk: CI tries a full one")
		}
		t.Skip("NOT TESTED WITH A FULL DISK: only root can make a small one")
	}
	id := p.open("ekbacka", "Bygg en bro")
	p.serve()
	if r := p.get("/forslag/" + id); r.status != http.StatusOK {
		t.Fatalf("reading: %d", r.status)
	}
	tickets := make([]string, 150)
	for i := range tickets {
		tickets[i] = p.ticket("ekbacka", id, voter(i))
	}
	filler := filepath.Join(disk, "filler")
	fill(t, filler)
	acknowledged, refused := map[string]bool{}, 0
	for _, ticket := range tickets {
		switch r := p.vote(ticket); r.status {
		case http.StatusSeeOther:
			acknowledged[ticket] = true
		case http.StatusServiceUnavailable:
			if refused++; !strings.Contains(r.body, ticket) {
				t.Error("the ticket is not kept")
			}
			plainWords(t, "vote", r)
		default:
			t.Errorf("a vote with a full disk: %d: %s", r.status, short(r.words()))
		}
	}
	if r := p.get("/forslag/" + id); r.status != http.StatusOK {
		t.Errorf("reading with a full disk: %d", r.status)
	}
	t.Logf("%d votes were taken before the disk was full, %d put off", len(acknowledged), refused)
	if refused == 0 {
		t.Error("the disk was never full: the test shows nothing")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	p.comesBack(func() bool { return p.vote(tickets[len(tickets)-1]).status == http.StatusSeeOther })
	before := p.poll("ekbacka", id).Rows
	for ticket := range acknowledged {
		p.vote(ticket)
	}
	if after := p.poll("ekbacka", id).Rows; after != before {
		t.Errorf("%d rows became %d when those who were acknowledged voted again", before, after)
	}
	for _, ticket := range tickets {
		if r := p.vote(ticket); r.status != http.StatusSeeOther {
			t.Errorf("with room again: %d", r.status)
		}
	}
	if poll := p.poll("ekbacka", id); poll.Rows != int64(len(tickets)) || poll.Ballot.Count() != poll.Rows {
		t.Errorf("%d rows, the running count is %d, want %d", poll.Rows, poll.Ballot.Count(), len(tickets))
	}
}

// fill writes until nothing more goes onto the disk.
func fill(t *testing.T, file string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 64 << 10; size > 0; size /= 2 {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, size))
		}
	}
}

// onSmallDisk is the product with its data on a disk of eight megabytes; "" when
// none can be made.
func onSmallDisk(t *testing.T) (p *polls, disk string) {
	t.Helper()
	p = newPolls(t, clock.NewManual(noon), func(cfg *config.Config, _ *town.Outside) {
		cfg.Municipalities = cfg.Municipalities[:1]
		at := filepath.Dir(cfg.Municipalities[0].Database.DSN)
		err := syscall.Mount("tmpfs", at, "tmpfs", 0, "size=8m,mode=700")
		if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		disk = at
		t.Cleanup(func() { _ = syscall.Unmount(at, syscall.MNT_DETACH) })
	})
	return p, disk
}
