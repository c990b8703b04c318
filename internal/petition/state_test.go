package petition_test

import (
	"slices"
	"strings"
	"testing"

	"medborgarnavet/internal/petition"
)

// rules say again, in another form, who may do what from where: the states of
// the three axes, "*" for any, "!" for all but these; who; and what changes.
var rules = map[petition.Move]string{
	petition.MoveConfirm:    "* * * proposer",
	petition.MoveNote:       "* * * moderator,handler",
	petition.MoveFlag:       "accepted * * moderator",
	petition.MoveCheckOut:   "submitted * * moderator m=reviewing",
	petition.MoveTakeOver:   "reviewing * * moderator",
	petition.MoveAskMore:    "reviewing * * moderator m=supplement-requested",
	petition.MoveSupplement: "submitted,supplement-requested * * proposer m=submitted",
	petition.MoveAccept:     "reviewing * * moderator m=accepted",
	petition.MoveReject:     "reviewing * * moderator m=rejected",
	petition.MoveMerge:      "reviewing * * moderator m=merged",
	petition.MoveHide:       "reviewing,accepted,rejected,merged,withdrawn * * moderator m=hidden stops",
	petition.MoveUndo:       "supplement-requested,accepted,rejected,merged,hidden none none moderator",
	petition.MoveReopen:     "rejected,merged,hidden none none moderator m=reviewing",
	petition.MoveWithdraw:   "submitted,reviewing,supplement-requested,accepted none,planned,open,paused none proposer m=withdrawn stops",
	petition.MoveRemove:     "!removed * * steward m=removed stops",

	petition.MovePublish:      "accepted none none moderator v=planned",
	petition.MoveOpen:         "accepted planned * system v=open",
	petition.MovePause:        "* open * system,steward v=paused",
	petition.MoveResume:       "* paused * system,steward v=open",
	petition.MoveExtend:       "* open,paused * system",
	petition.MoveClose:        "* open,paused * system,steward v=closing",
	petition.MoveCount:        "* closing * system v=counted",
	petition.MoveErase:        "* counted * system v=erased",
	petition.MoveEraseStopped: "* stopped none system v=erased",

	petition.MoveFallBelow: "accepted erased none system o=below-threshold",
	petition.MoveReach:     "accepted erased none system o=reached",
	petition.MoveExempt:    "accepted none none moderator o=reached",
	petition.MoveHandOver:  "accepted none,erased reached handler,case-system o=handed-over",
	petition.MovePrepare:   "accepted none,erased handed-over,decision-planned handler,case-system o=prepared",
	petition.MovePlan:      "accepted none,erased handed-over,prepared,decision-planned handler,case-system o=decision-planned",
	petition.MoveDecide:    "accepted none,erased handed-over,prepared,decision-planned handler,case-system o=decided",
	petition.MoveStart:     "accepted none,erased decided handler,case-system o=carrying-out",
	petition.MoveComplete:  "accepted none,erased decided,carrying-out handler,case-system o=carried-out",
	petition.MoveDrop:      "accepted none,erased decided,carrying-out handler,case-system o=not-carried-out",
	petition.MoveNews:      "accepted none,erased reached,handed-over,prepared,decision-planned,decided,carrying-out handler,case-system",
	petition.MoveFollowUp:  "accepted none,erased decided,carrying-out,carried-out,not-carried-out handler,case-system",
}

var (
	votingStates  = []petition.State{petition.None, petition.Planned, petition.Open, petition.Paused, petition.Closing, petition.Counted, petition.Erased, petition.Stopped}
	outcomeStates = []petition.State{petition.None, petition.BelowThreshold, petition.Reached, petition.HandedOver, petition.Prepared,
		petition.DecisionPlanned, petition.Decided, petition.CarryingOut, petition.CarriedOut, petition.NotCarriedOut}
	roles = []petition.Role{petition.RoleProposer, petition.RoleModerator, petition.RoleHandler, petition.RoleSteward, petition.RoleSystem, petition.RoleCaseSystem}
)

func fits(pattern, state string) bool {
	if not, ok := strings.CutPrefix(pattern, "!"); ok {
		return !fits(not, state)
	}
	return pattern == "*" || slices.Contains(strings.Split(pattern, ","), state)
}

// expect applies a rule.
func expect(rule string, s petition.Standing, by petition.Role) (petition.Standing, bool) {
	f := strings.Fields(rule)
	if !fits(f[0], string(s.Moderation)) || !fits(f[1], string(s.Voting)) || !fits(f[2], string(s.Outcome)) || !fits(f[3], string(by)) {
		return s, false
	}
	for _, change := range f[4:] {
		axis, to, _ := strings.Cut(change, "=")
		switch axis {
		case "m":
			s.Moderation = petition.State(to)
		case "v":
			s.Voting = petition.State(to)
		case "o":
			s.Outcome = petition.State(to)
		case "stops":
			if slices.Contains([]petition.State{petition.Planned, petition.Open, petition.Paused}, s.Voting) {
				s.Voting = petition.Stopped
			}
		}
	}
	return s, true
}

// P-12, P-13: every move by every role from every standing there could be.
func TestWholeTable(t *testing.T) {
	t.Parallel()
	table := petition.Transitions()
	if len(table) != len(rules) {
		t.Errorf("%d transitions and %d rules", len(table), len(rules))
	}
	asked, legal := 0, 0
	for _, row := range table {
		rule, ok := rules[row.Move]
		if !ok {
			t.Errorf("%s has no rule", row.Move)
			continue
		}
		for _, m := range petition.AllModeration() {
			for _, v := range votingStates {
				for _, o := range outcomeStates {
					for _, by := range roles {
						s := petition.Standing{Moderation: m, Voting: v, Outcome: o}
						want, may := expect(rule, s, by)
						asked++
						if row.Legal(s, by) != may {
							t.Errorf("%s by %s from %v: legal is %v", row.Move, by, s, !may)
						}
						if may {
							if legal++; row.After(s) != want {
								t.Errorf("%s from %v leads to %v, want %v", row.Move, s, row.After(s), want)
							}
						}
					}
				}
			}
		}
	}
	if asked != len(rules)*9*8*10*6 || legal == 0 {
		t.Errorf("asked %d times, %d legal", asked, legal)
	}
}

// reachable are the standings that the table leads to.
func reachable() []petition.Standing {
	seen := map[petition.Standing]bool{}
	todo := []petition.Standing{{Moderation: petition.Submitted, Voting: petition.None, Outcome: petition.None}}
	var all []petition.Standing
	for len(todo) > 0 {
		s := todo[0]
		todo = todo[1:]
		if seen[s] {
			continue
		}
		seen[s] = true
		all = append(all, s)
		for _, row := range petition.Transitions() {
			if row.Legal(s, row.By[0]) {
				todo = append(todo, row.After(s))
			}
		}
	}
	return all
}

// P-12, P-16: no result, and nobody who decides on one, before the identities
// are erased; nothing is public that no moderator accepted.
func TestWhatCannotBeReached(t *testing.T) {
	all := reachable()
	for _, s := range all {
		if s.Outcome != petition.None && s.Voting != petition.Erased && s.Voting != petition.None {
			t.Errorf("%v has an outcome while votes are there", s)
		}
		if s.Voting != petition.None && slices.Contains([]petition.State{petition.Submitted, petition.Reviewing, petition.SupplementRequested, petition.Rejected, petition.Merged}, s.Moderation) {
			t.Errorf("%v is voted on without being accepted", s)
		}
	}
	if len(all) < 40 {
		t.Errorf("only %d standings can be reached", len(all))
	}
}

// P-12, P-13: in the database a legal move writes one event and one audit
// record with it, and an illegal one is a Conflict and writes nothing.
func TestEveryMoveInTheDatabase(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		got := h.receive(bikeText, "")
		for _, s := range reachable() {
			h.ok(h.Force(t.Context(), got.ID, s))
			var illegal []petition.Transition
			for _, row := range petition.Transitions() {
				want, legal := expect(rules[row.Move], s, row.By[0])
				if !legal {
					illegal = append(illegal, row)
					continue
				}
				done, err := h.Try(t.Context(), got.ID, row.Move, row.By[0])
				h.ok(err)
				if done.Err != nil || done.Events != 1 || done.Audits != 1 || done.After != want {
					t.Errorf("%s from %v: %+v", row.Move, s, done)
				}
			}
			wrong, err := h.Refused(t.Context(), got.ID, illegal)
			h.ok(err)
			if len(wrong) > 0 {
				t.Errorf("from %v these are not refused: %v", s, wrong)
			}
		}
	})
}
