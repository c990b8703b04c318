package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/tally"
)

// voting is what the life of a petition asks of those that take votes.
type voting struct {
	p *petitions
	t *town
}

// Open implements petition.Voting.
func (v voting) Open(ctx context.Context, o petition.Opening) error {
	c := v.t.cfg.Petitions.Votes
	_, err := v.p.machine.Open(ctx, closing.Opening{Petition: o.Petition, Registry: o.Registry, Disposal: o.Disposal, ClosesAt: o.ClosesAt,
		Limit: limit(c), Publication: publication(c)})
	return err
}

// Stop implements petition.Voting. What is withdrawn, hidden or removed takes
// no vote more: there is no grace for those who had begun, as there is at a
// closing. The keys and the rows go when the machine comes to it.
func (v voting) Stop(ctx context.Context, id string) error {
	if err := v.p.machine.CloseEarly(ctx, id); err != nil {
		return err
	}
	return v.t.db.Tx(ctx, func(tx *db.Tx) error { return ballot.Stop(ctx, tx, id) })
}

// Shown implements petition.Voting: the counts in their steps, 0 for those of
// which only "fewer than" may be said.
func (v voting) Shown(ctx context.Context, tx *db.Tx, ids []string) (map[string]int64, error) {
	shown := make(map[string]int64, len(ids))
	for _, id := range ids {
		b, err := ballot.Load(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if public := b.Public(); public.Few {
			shown[id] = 0
		} else {
			shown[id] = public.Count
		}
	}
	return shown, nil
}

// followVoting tells the life of each petition what has happened to its
// voting. It compares the two, so it may be run as often as one likes, on any
// node, and catches up after whatever has been missed.
func (t *town) followVoting(ctx context.Context) error {
	under, err := t.petitions.life.UnderVote(ctx)
	for _, u := range under {
		if failure := t.followOne(ctx, u, nil); failure != nil {
			err = errors.Join(err, fmt.Errorf("petition %s: %w", u.ID, failure))
		}
	}
	return err
}

// followOne tells the life of one petition; words are those of the steward who
// held it, let it go on or closed it just now, nil when none did.
func (t *town) followOne(ctx context.Context, u petition.Under, words *string) error {
	var p closing.Petition
	var pauses []tally.Pause
	err := t.db.Read(ctx, func(tx *db.Tx) (err error) {
		if p, err = closing.Load(ctx, tx, u.ID); err == nil {
			pauses, err = closing.Pauses(ctx, tx, u.ID)
		}
		return err
	})
	if fault.Is(err, fault.NotFound) && u.Voting == petition.Stopped {
		return t.petitions.life.FollowVoting(ctx, petition.VotingEvent{Petition: u.ID, Key: "never opened", Move: petition.MoveEraseStopped})
	}
	if err != nil {
		return err
	}
	for _, e := range votingEvents(u, p, pauses) {
		if words != nil && slices.Contains([]petition.Move{petition.MovePause, petition.MoveResume, petition.MoveClose}, e.Move) {
			e.By = petition.RoleSteward
			if *words != "" {
				e.Words = *words
			}
		}
		if err := t.petitions.life.FollowVoting(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// votingEvents are what has happened to a petition's voting, in order. What
// the life knows already it knows by the key.
func votingEvents(u petition.Under, p closing.Petition, pauses []tally.Pause) []petition.VotingEvent {
	var all []petition.VotingEvent
	tell := func(key string, move petition.Move, words string, closes time.Time, count int64) {
		all = append(all, petition.VotingEvent{Petition: u.ID, Key: key, Move: move, Words: words, ClosesAt: closes, Count: count})
	}
	if u.Voting == petition.Open || u.Voting == petition.Paused {
		var last tally.Pause
		for _, pause := range pauses {
			if last = pause; pause.Extended > 0 {
				tell("extended "+moment(pause.From), petition.MoveExtend, pauseWords(pause.Reason), p.Ballot.ClosesAt, 0)
			}
		}
		switch {
		case p.Ballot.Paused && u.Voting == petition.Open:
			tell("paused "+moment(last.From), petition.MovePause, pauseWords(last.Reason), time.Time{}, 0)
		case !p.Ballot.Paused && u.Voting == petition.Paused:
			tell("resumed "+moment(last.Until), petition.MoveResume, "", p.Ballot.ClosesAt, 0)
		}
	}
	reached := func(s closing.State) bool { return stateNumber(p.State) >= stateNumber(s) }
	if reached(closing.Closing) {
		tell("close", petition.MoveClose, "", p.Ballot.ClosesAt, 0) // as it was, also before its time
	}
	if reached(closing.Counted) {
		tell("count", petition.MoveCount, "", time.Time{}, 0)
	}
	if reached(closing.Reported) {
		tell("erase", petition.MoveErase, "", time.Time{}, p.Count)
	}
	return all
}

// moment is a time as a part of a key.
func moment(at time.Time) string { return strconv.FormatInt(at.UnixMilli(), 10) }

func stateNumber(s closing.State) int {
	for i, one := range []closing.State{closing.Open, closing.Closing, closing.Counted, closing.KeysDestroyed, closing.RowsDropped, closing.Reported} {
		if one == s {
			return i
		}
	}
	return -1
}

// pauseWords say why voting was held, as the timeline shows it.
func pauseWords(reason string) string {
	switch reason {
	case closing.ReasonSealer:
		return "Den som håller en av nycklarna svarade inte. Tiden läggs till efter den sista dagen."
	case closing.ReasonWrongKey:
		return "Den som håller en av nycklarna svarade fel. Ingen röst har gått förlorad. Tiden läggs till efter den sista dagen."
	case closing.ReasonKeyLost:
		return "En nyckel saknas. Kommunen utreder vad som har hänt."
	case closing.ReasonSteward, closing.ReasonSwitch:
		return "Kommunen har pausat omröstningen. Tiden läggs till efter den sista dagen."
	}
	return "Det gick inte att rösta en tid på grund av ett avbrott. Tiden läggs till efter den sista dagen."
}
