package github_test

import (
	"context"
	"strings"
	"testing"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
)

// What others wrote into our comment by hand is not put back as a newer run's.
func TestEditsByHandAreNotPutBack(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	publish(t, thread, github.Update, of("10", "first"))
	c := s.Written(7)[0]
	s.Edit(c.ID, "mallory", strings.Replace(c.Body, "run=10", "run=99", 1)+" forged")
	s.Edit(c.ID, "mallory", c.Body)
	publish(t, thread, github.Update, of("11", "second"))
	wantComments(t, s, "second")
}

// A comment that was outdated is shown again with a new report; one that somebody
// minimized for another reason is not.
func TestRewrittenCommentIsShownAgain(t *testing.T) {
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

// Where the history, or a single comment, cannot be had, the comment is written
// all the same.
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

// A comment that is rewritten again and again by others is given up.
func TestCommentThatKeepsChanging(t *testing.T) {
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
