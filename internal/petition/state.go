package petition

import "slices"

// Axis is one of the three things that a petition's standing says.
type Axis string

// The axes.
const (
	AxisModeration Axis = "moderation"
	AxisVoting     Axis = "voting"
	AxisOutcome    Axis = "outcome"
)

// State is a place on an axis.
type State string

// None is the state of voting and outcome before anything has happened there.
const None State = "none"

// States of moderation.
const (
	Submitted           State = "submitted"
	Reviewing           State = "reviewing"
	SupplementRequested State = "supplement-requested"
	Accepted            State = "accepted"
	Rejected            State = "rejected"
	Hidden              State = "hidden" // unpublished, with a code; still a public record
	Merged              State = "merged"
	Withdrawn           State = "withdrawn" // by the proposer
	Removed             State = "removed"   // by a steward: 410
)

// States of voting.
const (
	Planned State = "planned" // accepted, opens at its time
	Open    State = "open"
	Paused  State = "paused"
	Closing State = "closing"
	Counted State = "counted" // the identities are not erased yet: no result
	Erased  State = "erased"  // the identities are erased, the count is public
	Stopped State = "stopped" // ended without a result
)

// States of the outcome.
const (
	BelowThreshold  State = "below-threshold"
	Reached         State = "reached" // enough votes, or of a kind that needs none
	HandedOver      State = "handed-over"
	Prepared        State = "prepared"
	DecisionPlanned State = "decision-planned"
	Decided         State = "decided"
	CarryingOut     State = "carrying-out"
	CarriedOut      State = "carried-out"
	NotCarriedOut   State = "not-carried-out"
)

// Standing is where a petition stands on the three axes.
type Standing struct{ Moderation, Voting, Outcome State }

func (s Standing) on(a Axis) State {
	switch a {
	case AxisModeration:
		return s.Moderation
	case AxisVoting:
		return s.Voting
	default:
		return s.Outcome
	}
}

// Role is who makes a move.
type Role string

// The roles.
const (
	RoleProposer   Role = "proposer"
	RoleModerator  Role = "moderator"
	RoleHandler    Role = "handler" // follows the outcome
	RoleSteward    Role = "steward"
	RoleSystem     Role = "system"
	RoleCaseSystem Role = "case-system"
)

// Move is something that happens to a petition.
type Move string

// The moves.
const (
	MoveReceive    Move = "received"
	MoveConfirm    Move = "mail-confirmed"
	MoveCheckOut   Move = "reading-began"
	MoveTakeOver   Move = "taken-over"
	MoveNote       Move = "noted"
	MoveFlag       Move = "flagged-for-review"
	MoveAskMore    Move = "supplement-requested"
	MoveSupplement Move = "supplemented"
	MoveAccept     Move = "accepted"
	MoveReject     Move = "rejected"
	MoveHide       Move = "hidden"
	MoveMerge      Move = "merged"
	MoveUndo       Move = "undone"
	MoveReopen     Move = "reopened"
	MoveWithdraw   Move = "withdrawn"
	MoveRemove     Move = "removed"

	MovePublish      Move = "published"
	MoveOpen         Move = "opened"
	MovePause        Move = "paused"
	MoveResume       Move = "resumed"
	MoveExtend       Move = "extended"
	MoveClose        Move = "closed"
	MoveCount        Move = "counted"
	MoveErase        Move = "identities-erased"
	MoveEraseStopped Move = "stopped-identities-erased"

	MoveFallBelow Move = "below-threshold"
	MoveReach     Move = "threshold-reached"
	MoveExempt    Move = "needs-no-votes"
	MoveHandOver  Move = "handed-over"
	MovePrepare   Move = "being-prepared"
	MovePlan      Move = "decision-planned"
	MoveDecide    Move = "decided"
	MoveStart     Move = "carrying-out"
	MoveComplete  Move = "carried-out"
	MoveDrop      Move = "not-carried-out"
	MoveNews      Move = "news"
	MoveFollowUp  Move = "followed-up"
)

// Transition is one row of the state machine.
type Transition struct {
	Move Move
	Axis Axis
	From []State
	// To is empty for a move that tells something and changes no state, and
	// for MoveUndo, which goes back to the state before.
	To State
	// Moderation, Voting and Outcome are what the other axes must say; nil is
	// anything.
	Moderation, Voting, Outcome []State
	By                          []Role
	// Stops: voting that is planned, open or paused is stopped with it.
	Stops bool
	// Public: the event is shown to everyone.
	Public bool
}

var (
	accepted = []State{Accepted}
	inVoting = []State{Open, Paused}
	canStop  = []State{None, Planned, Open, Paused}
	ready    = []State{None, Erased} // for an outcome: no votes, or none that tell who
	staffed  = []Role{RoleHandler, RoleCaseSystem}
	system   = []Role{RoleSystem}
	held     = []Role{RoleSystem, RoleSteward} // a steward holds voting, lets it go on and ends it early
	reading  = []State{Reviewing}
	underway = []State{Reached, HandedOver, Prepared, DecisionPlanned, Decided, CarryingOut}
)

// Transitions is the whole state machine (petitions.md §4). What is not here
// is fault.Conflict.
func Transitions() []Transition {
	return slices.Concat(moderationMoves(), votingMoves(), outcomeMoves())
}

func moderationMoves() []Transition {
	m := AxisModeration
	moderator, proposer := []Role{RoleModerator}, []Role{RoleProposer}
	waiting := []State{Submitted, SupplementRequested}
	return []Transition{
		{Move: MoveCheckOut, Axis: m, From: []State{Submitted}, To: Reviewing, By: moderator, Public: true},
		{Move: MoveTakeOver, Axis: m, From: reading, By: moderator},
		{Move: MoveNote, Axis: m, From: allModeration(), By: []Role{RoleModerator, RoleHandler}},
		{Move: MoveFlag, Axis: m, From: accepted, By: moderator},
		{Move: MoveConfirm, Axis: m, From: allModeration(), By: proposer},
		{Move: MoveAskMore, Axis: m, From: reading, To: SupplementRequested, By: moderator},
		{Move: MoveSupplement, Axis: m, From: waiting, To: Submitted, By: proposer},
		{Move: MoveAccept, Axis: m, From: reading, To: Accepted, By: moderator, Public: true},
		{Move: MoveReject, Axis: m, From: reading, To: Rejected, By: moderator, Public: true},
		{Move: MoveMerge, Axis: m, From: reading, To: Merged, By: moderator, Public: true},
		{Move: MoveHide, Axis: m, From: []State{Reviewing, Accepted, Rejected, Merged, Withdrawn}, To: Hidden, By: moderator, Stops: true, Public: true},
		{Move: MoveUndo, Axis: m, From: []State{SupplementRequested, Accepted, Rejected, Merged, Hidden}, Voting: []State{None}, Outcome: []State{None}, By: moderator},
		{Move: MoveReopen, Axis: m, From: []State{Rejected, Merged, Hidden}, To: Reviewing, Voting: []State{None}, Outcome: []State{None}, By: moderator, Public: true},
		{Move: MoveWithdraw, Axis: m, From: []State{Submitted, Reviewing, SupplementRequested, Accepted}, To: Withdrawn, Voting: canStop, Outcome: []State{None}, By: proposer, Stops: true, Public: true},
		{Move: MoveRemove, Axis: m, From: allModeration()[:8], To: Removed, By: []Role{RoleSteward}, Stops: true, Public: true},
	}
}

// allModeration are the states of moderation; the last is Removed.
func allModeration() []State {
	return []State{Submitted, Reviewing, SupplementRequested, Accepted, Rejected, Hidden, Merged, Withdrawn, Removed}
}

func votingMoves() []Transition {
	v := AxisVoting
	return []Transition{
		{Move: MovePublish, Axis: v, From: []State{None}, To: Planned, Moderation: accepted, Outcome: []State{None}, By: []Role{RoleModerator}, Public: true},
		{Move: MoveOpen, Axis: v, From: []State{Planned}, To: Open, Moderation: accepted, By: system, Public: true},
		{Move: MovePause, Axis: v, From: []State{Open}, To: Paused, By: held, Public: true},
		{Move: MoveResume, Axis: v, From: []State{Paused}, To: Open, By: held, Public: true},
		{Move: MoveExtend, Axis: v, From: inVoting, By: system, Public: true},
		{Move: MoveClose, Axis: v, From: inVoting, To: Closing, By: held, Public: true},
		{Move: MoveCount, Axis: v, From: []State{Closing}, To: Counted, By: system, Public: true},
		{Move: MoveErase, Axis: v, From: []State{Counted}, To: Erased, By: system, Public: true},
		{Move: MoveEraseStopped, Axis: v, From: []State{Stopped}, To: Erased, Outcome: []State{None}, By: system, Public: true},
	}
}

func outcomeMoves() []Transition {
	o := AxisOutcome
	row := func(m Move, from []State, to State, by []Role) Transition {
		return Transition{Move: m, Axis: o, From: from, To: to, Moderation: accepted, Voting: ready, By: by, Public: true}
	}
	fall, reach := row(MoveFallBelow, []State{None}, BelowThreshold, system), row(MoveReach, []State{None}, Reached, system)
	exempt := row(MoveExempt, []State{None}, Reached, []Role{RoleModerator})
	fall.Voting, reach.Voting, exempt.Voting = []State{Erased}, []State{Erased}, []State{None}
	return []Transition{fall, reach, exempt,
		row(MoveHandOver, []State{Reached}, HandedOver, staffed),
		row(MovePrepare, []State{HandedOver, DecisionPlanned}, Prepared, staffed),
		row(MovePlan, []State{HandedOver, Prepared, DecisionPlanned}, DecisionPlanned, staffed),
		row(MoveDecide, []State{HandedOver, Prepared, DecisionPlanned}, Decided, staffed),
		row(MoveStart, []State{Decided}, CarryingOut, staffed),
		row(MoveComplete, []State{Decided, CarryingOut}, CarriedOut, staffed),
		row(MoveDrop, []State{Decided, CarryingOut}, NotCarriedOut, staffed),
		row(MoveNews, underway, "", staffed),
		row(MoveFollowUp, []State{Decided, CarryingOut, CarriedOut, NotCarriedOut}, "", staffed),
	}
}

// transition finds a move's row.
func transition(m Move) (Transition, bool) {
	all := Transitions()
	i := slices.IndexFunc(all, func(t Transition) bool { return t.Move == m })
	if i < 0 {
		return Transition{}, false
	}
	return all[i], true
}

// Legal tells whether a move may be made by a role where a petition stands.
func (t Transition) Legal(s Standing, by Role) bool {
	fits := func(want []State, have State) bool { return want == nil || slices.Contains(want, have) }
	return slices.Contains(t.From, s.on(t.Axis)) && slices.Contains(t.By, by) &&
		fits(t.Moderation, s.Moderation) && fits(t.Voting, s.Voting) && fits(t.Outcome, s.Outcome)
}

// after is the standing that a legal move leads to.
func (t Transition) after(s Standing) Standing {
	if t.Stops && slices.Contains([]State{Planned, Open, Paused}, s.Voting) {
		s.Voting = Stopped
	}
	if t.To == "" {
		return s
	}
	switch t.Axis {
	case AxisModeration:
		s.Moderation = t.To
	case AxisVoting:
		s.Voting = t.To
	case AxisOutcome:
		s.Outcome = t.To
	}
	return s
}
