package github_test

import (
	"context"
	"strings"
	"testing"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
)

// TestEditsByHandAreNotRestored checks that edits of others are not restored as a newer run's text.
func TestEditsByHandAreNotRestored(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	publish(t, thread, github.Update, of("10", "first"))
	c := s.Written(7)[0]
	s.Edit(c.ID, "mallory", strings.Replace(c.Body, "run=10", "run=99", 1)+" forged")
	s.Edit(c.ID, "mallory", c.Body)
	publish(t, thread, github.Update, of("11", "second"))
	wantComments(t, s, "second")
}

// TestRewrittenCommentIsUnminimized checks that a comment that was minimized as outdated is shown again
// with a new report, but not one that was minimized for another reason.
func TestRewrittenCommentIsUnminimized(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{"OUTDATED": "second", "OFF_TOPIC": "second (OFF_TOPIC)"} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			s, thread := play(t, githubtest.Options{})
			publish(t, thread, github.Update, of("10", "first"))
			s.Minimize(s.Written(7)[0].ID, reason)
			publish(t, thread, github.Update, of("11", "second"))
			wantComments(t, s, want)
		})
	}
}

// TestRewrittenCommentAmongOlder checks that the older comments, not the rewritten one, are minimized if all of them were
// minimized as outdated or are visible.
func TestRewrittenCommentAmongOlder(t *testing.T) {
	t.Parallel()
	for name, outdated := range map[string][]int{"the last is minimized": {1}, "both are minimized": {0, 1}, "none is minimized": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, thread := play(t, githubtest.Options{})
			publish(t, thread, github.New, of("10", "first"))
			publish(t, thread, github.New, of("11", "second"))
			for _, i := range outdated {
				s.Minimize(s.Written(7)[i].ID, "OUTDATED")
			}
			publish(t, thread, github.Update, of("12", "third"))
			wantComments(t, s, "first (OUTDATED), third")
		})
	}
}

// TestWithoutHistory checks that the comment is written even if the history, or a single comment,
// cannot be read.
func TestWithoutHistory(t *testing.T) {
	t.Parallel()
	missing := func(op githubtest.Operation, status int) githubtest.Fault {
		return githubtest.Fault{Operation: op, Times: -1, Status: status, Body: `{"message":"Not Found"}`}
	}
	for name, faults := range map[string][]githubtest.Fault{
		"no field":     nil,
		"no GraphQL":   {missing(githubtest.History, 404)},
		"no GET":       {missing(githubtest.GetComment, 404)},
		"not allowed":  {missing(githubtest.GetComment, 405)},
		"neither":      {missing(githubtest.GetComment, 404), missing(githubtest.History, 403)},
		"a broken one": {{Operation: githubtest.History, Status: 200, Body: `{"data":{"node":{"body":7}}}`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, thread := play(t, githubtest.Options{NoHistory: name == "no field"})
			publish(t, thread, github.Update, of("10", "first"))
			for _, f := range faults {
				s.Fail(f)
			}
			publish(t, thread, github.Update, of("11", "second"))
			wantComments(t, s, "second")
		})
	}
}

// TestCommentKeepsChanging checks that Publish stops if others keep rewriting the comment.
func TestCommentKeepsChanging(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	publish(t, thread, github.Update, of("10", "first"))
	s.Fail(githubtest.Fault{Operation: githubtest.GetComment, Times: -1, Status: 200, Body: `{"body":"another"}`})
	_, err := thread.Publish(context.Background(), github.Update, of("11", "second"))
	wantKind(t, err, github.Rejected)
	if got := s.Count(githubtest.GetComment); got != 5 {
		t.Errorf("looks: got %d, want 5", got)
	}
	wantComments(t, s, "first")
}
