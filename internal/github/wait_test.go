package github_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
)

// TestRateLimits checks the waits for rate limits, according to GitHub's clock (docs/faults.md, G09).
func TestRateLimits(t *testing.T) {
	t.Parallel()
	header := func(status int, name, value string) githubtest.Fault {
		return githubtest.Fault{Operation: githubtest.CreateComment, Status: status, Header: http.Header{name: {value}}, Body: `{"message":"slow down"}`}
	}
	for name, test := range map[string]struct {
		fault func(now time.Time) githubtest.Fault // now is the time of GitHub's clock
		want  time.Duration                        // time waited; less than 0 means an error without a retry
		delay time.Duration
	}{
		"Retry-After": {func(time.Time) githubtest.Fault {
			return githubtest.SecondaryLimit(githubtest.CreateComment, 30*second)
		}, 30 * second, 0},
		"Retry-After as a date": {func(now time.Time) githubtest.Fault {
			return header(429, "Retry-After", now.Add(20*second).UTC().Format(http.TimeFormat))
		}, 20 * second, 0},
		"Retry-After in the past": {func(now time.Time) githubtest.Fault {
			return header(429, "Retry-After", now.Add(-time.Hour).UTC().Format(http.TimeFormat))
		}, second, 0},
		"Retry-After 0": {func(time.Time) githubtest.Fault { return header(429, "Retry-After", "0") }, second, 0},
		"reset": {func(now time.Time) githubtest.Fault {
			return githubtest.PrimaryLimit(githubtest.CreateComment, now.Add(45*second))
		}, 45 * second, 0},
		"no header":        {func(time.Time) githubtest.Fault { return githubtest.SecondaryLimit(githubtest.CreateComment, -second) }, 60 * second, 0},
		"429 with nothing": {func(time.Time) githubtest.Fault { return header(429, "X", "") }, 60 * second, 0},
		"garbage":          {func(time.Time) githubtest.Fault { return header(429, "Retry-After", "soon") }, second, 0},
		"503 with Retry-After": {func(time.Time) githubtest.Fault {
			f := header(503, "Retry-After", "25")
			f.Operation = githubtest.ListComments
			return f
		}, 25 * second, 0},
		"reset in an hour": {func(now time.Time) githubtest.Fault {
			return githubtest.PrimaryLimit(githubtest.CreateComment, now.Add(time.Hour))
		}, -1, time.Hour},
		"Retry-After 61": {func(time.Time) githubtest.Fault {
			return githubtest.SecondaryLimit(githubtest.CreateComment, 61*second)
		}, -1, 61 * second},
		"Retry-After without end": {func(time.Time) githubtest.Fault { return header(429, "Retry-After", "99999999999999999") }, -1, 24 * time.Hour},
		"GraphQL": {func(now time.Time) githubtest.Fault {
			f := githubtest.PrimaryLimit(githubtest.Viewer, now.Add(15*second))
			f.Status, f.Body = 200, `{"data":null,"errors":[{"type":"RATE_LIMITED","message":"slow down"}]}`
			return f
		}, 15 * second, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const skew = 3 * time.Hour
				s, thread := play(t, githubtest.Options{Skew: skew})
				s.Say(7, "mallory", network) // so that the login is needed
				s.Fail(test.fault(time.Now().Add(skew)))
				start := time.Now()
				_, err := thread.Publish(context.Background(), github.Update, say("a"))
				took := time.Since(start)
				if test.want < 0 {
					wantKind(t, err, github.RateLimited)
					if e := (*github.Error)(nil); took > 0 || errors.As(err, &e) && e.Wait != test.delay {
						t.Errorf("waited %v for %+v, want 0 for %v", took, err, test.delay)
					}
					return
				}
				if err != nil {
					t.Fatalf("publish: %v", err)
				}
				if took < test.want || took > test.want+second/2 {
					t.Errorf("waited: got %v, want %v", took, test.want)
				}
				wantComments(t, s, "a")
			})
		})
	}
}

// TestRetryBudget checks that all waits together take at most a minute.
func TestRetryBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, thread := play(t, githubtest.Options{})
		s.Fail(githubtest.SecondaryLimit(githubtest.ListComments, 40*second))
		s.Fail(githubtest.SecondaryLimit(githubtest.CreateComment, 30*second))
		start := time.Now()
		_, err := thread.Publish(context.Background(), github.Update, say("a"))
		wantKind(t, err, github.RateLimited)
		if took := time.Since(start); took != 40*second {
			t.Errorf("waited: got %v, want 40s", took)
		}
	})
}

func TestCancelWhileWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, thread := play(t, githubtest.Options{})
		s.Fail(githubtest.SecondaryLimit(githubtest.CreateComment, 40*second))
		stopped := errors.New("the job was canceled")
		ctx, cancel := context.WithCancelCause(context.Background())
		time.AfterFunc(3*second, func() { cancel(stopped) })
		start := time.Now()
		_, err := thread.Publish(ctx, github.Update, say("a"))
		if took := time.Since(start); !errors.Is(err, stopped) || took != 3*second {
			t.Errorf("got %v after %v, want %v after 3s", err, took, stopped)
		}
	})
}
