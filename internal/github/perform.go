package github

import (
	"context"
	"errors"
	"slices"
	"time"

	"scalr-run-action/internal/retry"
)

// GitHub has no conditional write to a comment. Therefore perform decides again before each attempt,
// reads a comment directly before it rewrites it, and reads it again afterwards (settle.go): a run
// that finds an older text instead of a newer one restores the newer one.

const (
	maxCreations = 3 // without knowing whether the comment exists
	maxChanges   = 5 // concurrent changes of the comments
)

// errChanged means that a comment has changed since the write was decided.
var errChanged = &Error{Kind: Rejected, Op: "comment", Message: "the comment was rewritten by other runs at every attempt"}

// perform performs a task and returns the URL of the comment, which is empty if there was nothing to
// write.
func (s *session) perform(ctx context.Context, t task) (string, error) {
	var (
		n         failures
		matching  []remote
		w         write
		done      remote
		undecided error
	)
	again := func(err error) (retry.Delay, bool) { return n.again(t, w, err) }
	_, err := retry.Do(ctx, s.policy(again), func() (err error) {
		if matching, w, undecided = s.decide(ctx, t); undecided != nil {
			return nil
		}
		done = w.target
		if !w.needless {
			done, err = s.put(ctx, t, w, matching)
		}
		return err
	})
	switch {
	case undecided != nil:
		return "", undecided
	case err != nil:
		return "", call{op: s.op("comment on")}.ended(ctx, err)
	case done.ID == 0:
		return "", nil
	}
	return s.finish(ctx, t, w, done, matching, n)
}

// decide reads the comments and the pull request and returns what this run may write.
func (s *session) decide(ctx context.Context, t task) (matching []remote, w write, err error) {
	order, head := t.from()
	if t.needsComments() {
		if matching, err = s.ours(ctx, t.matches); err != nil {
			return nil, write{}, err
		}
	}
	if err := supersededBy(matching, order); err != nil {
		return nil, write{}, err
	}
	w = t.next(matching)
	if w.needless {
		return matching, w, nil
	}
	return matching, w, s.checkHead(ctx, head)
}

// supersededBy returns an error if one of the comments is of a newer run and order is known.
func supersededBy(matching []remote, order Order) error {
	newer := newest(matching, func(c remote) bool { return order.known() && c.state.order.compare(order) > 0 })
	if newer.ID == 0 {
		return nil
	}
	return superseded("%s, which is newer than %s, has written %s", newer.state.order, order, newer.URL)
}

// put writes without retries. If a comment has changed, it writes nothing and returns errChanged.
func (s *session) put(ctx context.Context, t task, w write, matching []remote) (remote, error) {
	if order, _ := t.from(); order.known() {
		if err := s.checkUnchanged(ctx, t, w, matching); err != nil {
			return remote{}, err
		}
	}
	if w.target.ID == 0 {
		return s.create(ctx, t, w)
	}
	return w.target, s.rewrite(ctx, w.target, w.text)
}

// checkUnchanged returns errChanged if the comment to rewrite has changed or, for a new comment, the
// list of comments.
func (s *session) checkUnchanged(ctx context.Context, t task, w write, before []remote) error {
	if w.target.ID != 0 {
		now, err := s.read(ctx, w.target)
		switch {
		case err == nil && now.sum != w.target.sum:
			return errChanged
		case !is(err, Gone, Rejected): // the list of comments may show why
			return err
		}
	}
	now, err := s.ours(ctx, t.matches)
	same := slices.EqualFunc(now, before, func(a, b remote) bool { return a.ID == b.ID && a.sum == b.sum })
	if err == nil && !same && !createsBeside(t, w, now) {
		return errChanged
	}
	return err
}

// createsBeside reports whether the task still creates its comment after others were written, as for the mode New.
// Otherwise jobs of one workflow run that comment at the same time would prevent each other.
func createsBeside(t task, w write, now []remote) bool {
	order, _ := t.from()
	if w.target.ID != 0 || supersededBy(now, order) != nil {
		return false
	}
	next := t.next(now)
	return next.target.ID == 0 && !next.needless
}

// failures counts the failed attempts of perform that are retried only a limited number of times.
type failures struct{ creations, changes, others int }

// again reports whether to decide again after a failed write, and after which delay.
func (n *failures) again(t task, w write, err error) (retry.Delay, bool) {
	now, creating := retry.Delay{}, w.target.ID == 0
	switch {
	case errors.Is(err, errChanged):
		if n.changes++; n.changes > 1 { // several jobs write: at random times, they do not disturb each other at every attempt
			now = retry.AtLeast(250 * time.Millisecond)
		}
		return now, n.changes < maxChanges
	case is(err, Gone) && !creating:
		n.changes++
		return now, n.changes < maxChanges
	case refusedText(err): // perhaps by a proxy
		return now, t.shorten()
	case notAPIResponse(err) && !creating: // the comments show whether it was rewritten nevertheless
		n.others++
		return retry.Exactly(200 * time.Millisecond), n.others < maxOtherResponses
	case creating && ambiguous(err): // create has already waited for the comment
		n.creations++
		return now, n.creations < maxCreations
	}
	return retryable(err)
}

// finish checks that the written comment is current, and minimizes the comments that it replaces.
func (s *session) finish(ctx context.Context, t task, w write, done remote, matching []remote, n failures) (string, error) {
	order, _ := t.from()
	older := t.older(matching, done)
	var err error
	switch {
	case w.needless:
	case w.target.ID == 0 && (order.known() || n.creations > 0):
		done, older, err = s.settleNew(ctx, t, done, older)
	case w.target.ID != 0 && order.known():
		older, err = s.settle(ctx, t, w, older)
	}
	if err != nil {
		return "", err
	}
	err = s.minimize(ctx, t, older)
	if is(err, Superseded) {
		_ = s.minimize(ctx, t, []remote{done})
		return "", err
	}
	return done.URL, err
}

// settleNew searches for comments that were created concurrently with made, by other runs or by an earlier request
// of this run whose response was lost. It returns the comment of this run and those that it replaces.
func (s *session) settleNew(ctx context.Context, t task, made remote, before []remote) (remote, []remote, error) {
	order, _ := t.from()
	matching, err := s.ours(ctx, t.matches)
	if err != nil {
		return made, before, nil // the next run minimizes the others
	}
	var duplicates []remote
	for _, c := range matching {
		if c.state.nonce == made.state.nonce {
			duplicates, made = append(duplicates, c), c
		}
	}
	if err := supersededBy(matching, order); err != nil {
		// A newer run may have rewritten one of them.
		_ = s.minimize(ctx, t, slices.DeleteFunc(duplicates, func(c remote) bool { return c.state.order != order }))
		return made, nil, err
	}
	older := t.older(matching, made)
	for _, c := range duplicates {
		if c.ID != made.ID && !slices.ContainsFunc(older, func(o remote) bool { return o.ID == c.ID }) {
			older = append(older, c)
		}
	}
	return made, older, nil
}
