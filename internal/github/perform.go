package github

import (
	"context"
	"errors"
	"slices"
)

// GitHub knows no conditional write to a comment. So a write is decided anew
// before each try, a comment is read right before it is rewritten, and afterwards
// it is read again (settle.go): whichever run finds that an older text has taken
// the place of a newer one puts the newer one back.

const (
	maxCreations = 3 // with an answer that leaves open whether the comment exists
	maxChanges   = 5 // how often the comments may change under us
)

// errChanged says that a comment is not what it was when the write was decided.
var errChanged = &Error{Kind: Rejected, Op: "comment", Message: "the comment is being rewritten all the time"}

// perform carries out a task and returns the address of the comment, which is
// empty if there was nothing to write.
func (s *session) perform(ctx context.Context, t task) (string, error) {
	var n attempts
	for {
		matching, w, err := s.decide(ctx, t)
		if err != nil {
			return "", err
		}
		done := w.target
		if !w.needless {
			done, err = s.put(ctx, t, w, matching)
		}
		switch {
		case err == nil && done.ID == 0:
			return "", nil
		case err == nil:
			return s.finish(ctx, t, w, done, matching, n)
		case !s.tryAgain(ctx, t, w, err, &n):
			return "", call{op: s.op("comment on")}.ended(ctx, err)
		}
	}
}

// decide reads the comments and the pull request, and says what this run may
// write now.
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

// supersededBy returns an error if one of the comments is of a newer run. A run
// whose own place is unknown yields to none.
func supersededBy(matching []remote, order Order) error {
	newer := newest(matching, func(c remote) bool { return order.known() && c.state.order.compare(order) > 0 })
	if newer.ID == 0 {
		return nil
	}
	return superseded("%s, which is newer than %s, has written %s", newer.state.order, order, newer.URL)
}

// put writes once: what it finds changed it leaves as it is.
func (s *session) put(ctx context.Context, t task, w write, matching []remote) (remote, error) {
	if order, _ := t.from(); order.known() {
		if err := s.lookAgain(ctx, t, w, matching); err != nil {
			return remote{}, err
		}
	}
	if w.target.ID == 0 {
		return s.create(ctx, t, w)
	}
	return w.target, s.rewrite(ctx, w.target, w.text)
}

// lookAgain returns errChanged if what the write was decided by has changed: the
// comment to rewrite, or the list that a new one is added to.
func (s *session) lookAgain(ctx context.Context, t task, w write, before []remote) error {
	if w.target.ID != 0 {
		now, err := s.read(ctx, w.target)
		switch {
		case err == nil && now.sum != w.target.sum:
			return errChanged
		case !is(err, Gone, Rejected): // which the list may explain
			return err
		}
	}
	now, err := s.ours(ctx, t.matches)
	same := slices.EqualFunc(now, before, func(a, b remote) bool { return a.ID == b.ID && a.sum == b.sum })
	if err == nil && !same {
		return errChanged
	}
	return err
}

// attempts counts what perform has tried in vain.
type attempts struct{ all, creations, changes int }

// tryAgain reports whether to decide anew after a write that failed, and waits
// if that is due.
func (s *session) tryAgain(ctx context.Context, t task, w write, err error, n *attempts) bool {
	n.all++
	creating := w.target.ID == 0
	switch {
	case errors.Is(err, errChanged), is(err, Gone) && !creating:
		n.changes++
		return n.changes < maxChanges
	case refusedText(err):
		return t.shorten()
	case creating && ambiguous(err): // create has waited for the comment to appear
		n.creations++
		return n.creations < maxCreations
	}
	var e *Error
	return errors.As(err, &e) && e.passing && s.pause(ctx, e.pauseBefore(n.all)) == nil
}

// finish makes sure that what was written stands, and minimizes what it replaces.
func (s *session) finish(ctx context.Context, t task, w write, done remote, matching []remote, n attempts) (string, error) {
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

// settleNew looks for comments that other runs, or a request of ours that seemed
// lost, created at the same time as made. It returns our comment and those that
// it replaces.
func (s *session) settleNew(ctx context.Context, t task, made remote, before []remote) (remote, []remote, error) {
	order, _ := t.from()
	matching, err := s.ours(ctx, t.matches)
	if err != nil {
		return made, before, nil // the next run sees to the rest
	}
	var twins []remote
	for _, c := range matching {
		if c.state.nonce == made.state.nonce {
			twins, made = append(twins, c), c
		}
	}
	if err := supersededBy(matching, order); err != nil {
		// A newer run may have made one of them its own.
		_ = s.minimize(ctx, t, slices.DeleteFunc(twins, func(c remote) bool { return c.state.order != order }))
		return made, nil, err
	}
	older := t.older(matching, made)
	for _, c := range twins {
		if c.ID != made.ID && !slices.ContainsFunc(older, func(o remote) bool { return o.ID == c.ID }) {
			older = append(older, c)
		}
	}
	return made, older, nil
}
