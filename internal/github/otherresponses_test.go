package github_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
)

// otherResponses are responses that are not in the form of GitHub's API.
var otherResponses = map[string]githubtest.Fault{
	"page":             {Status: 200, Header: http.Header{"Content-Type": {"text/html"}}, Body: "<html>blocked</html>"},
	"page of JSON":     {Status: 200, Body: "<html>blocked</html>"},
	"nothing":          {Status: 200, Header: http.Header{"Content-Type": {"text/plain"}}},
	"no content":       {Status: 204},
	"another document": {Status: 200, Body: `"ok"`},
	"null":             {Status: 200, Body: `null`},
	"refusal's page":   {Status: 403, Header: http.Header{"Content-Type": {"text/html"}}, Body: "<html>blocked</html>"},
}

// TestWriteWithOtherResponse checks that a comment is found if GitHub has written it and the response is not GitHub's.
func TestWriteWithOtherResponse(t *testing.T) {
	t.Parallel()
	for name, fault := range otherResponses {
		for _, op := range []githubtest.Operation{githubtest.CreateComment, githubtest.EditComment} {
			synctest.Test(t, func(t *testing.T) {
				s, thread := play(t, githubtest.Options{})
				if op == githubtest.EditComment {
					publish(t, thread, github.Update, say("a"))
				}
				fault := fault
				fault.Operation, fault.Phase = op, githubtest.After
				s.Fail(fault)
				url, err := thread.Publish(t.Context(), github.Update, say("b"))
				if err != nil || url == "" || comments(s) != "b" || s.Count(op) != 1 {
					t.Errorf("%s of %s: got %q, %v, comments %q after %d requests", name, op, url, err, comments(s), s.Count(op))
				}
			})
		}
	}
}

// TestOtherResponseOnce checks that a single response that is not GitHub's prevents no comment, unless it is a refusal.
func TestOtherResponseOnce(t *testing.T) {
	t.Parallel()
	for name, fault := range otherResponses {
		for _, op := range []githubtest.Operation{githubtest.CreateComment, githubtest.ListComments} {
			synctest.Test(t, func(t *testing.T) {
				s, thread := play(t, githubtest.Options{})
				fault := fault
				fault.Operation = op
				s.Fail(fault)
				url, err := thread.Publish(t.Context(), github.Update, say("a"))
				const refusal = "received status 403 (Forbidden) without a message of GitHub's API, as from a proxy or a firewall"
				switch {
				case fault.Status == 403:
					if want := errorsOf[op] + refusal; err == nil || err.Error() != want || comments(s) != "" {
						t.Errorf("%s of %s: got %v, comments %q, want %s", name, op, err, comments(s), want)
					}
				case err != nil || url == "" || comments(s) != "a":
					t.Errorf("%s of %s: got %q, %v, comments %q", name, op, url, err, comments(s))
				}
			})
		}
	}
}

var errorsOf = map[githubtest.Operation]string{
	githubtest.CreateComment: "comment on acme/infra#7: ", githubtest.ListComments: "list the comments of acme/infra#7: ",
}

// TestOtherResponsesAlways checks that responses that are not GitHub's end after a few attempts and not after a minute.
func TestOtherResponsesAlways(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"page":             "received a web page instead of a response of GitHub's API",
		"page of JSON":     "received a web page instead of a response of GitHub's API",
		"nothing":          "received an empty response",
		"no content":       "received an empty response",
		"another document": "the response does not have the form of GitHub's API",
		"null":             "the response does not have the form of GitHub's API",
	} {
		synctest.Test(t, func(t *testing.T) {
			s, thread := play(t, githubtest.Options{})
			fault := otherResponses[name]
			fault.Operation, fault.Times = githubtest.ListComments, -1
			s.Fail(fault)
			start := time.Now()
			_, err := thread.Publish(t.Context(), github.Update, say("a"))
			took, requests := time.Since(start), s.Count(githubtest.ListComments)
			if err == nil || err.Error() != errorsOf[githubtest.ListComments]+want || took > 5*time.Second || requests != 3 {
				t.Errorf("%s: got %v after %d requests and %s, want %s", name, err, requests, took, want)
			}
		})
	}
}

// TestRetriesAreReported checks that each different error in a row is reported once before a request is repeated.
func TestRetriesAreReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, thread := play(t, githubtest.Options{})
		s.Fail(githubtest.Fault{Operation: githubtest.ListComments, Times: 3, Status: 503})
		s.Fail(githubtest.SecondaryLimit(githubtest.ListComments, 5*second))
		var got []string
		thread.Retrying = func(err error) { got = append(got, err.Error()) }
		if _, err := thread.Publish(context.Background(), github.Update, say("a")); err != nil {
			t.Fatal(err)
		}
		if len(got) != 2 || got[0] != "list the comments of acme/infra#7: GitHub returned 503: Service Unavailable" {
			t.Errorf("reported %q", got)
		}
	})
}
