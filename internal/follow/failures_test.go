package follow

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

// responding is an API whose polls have one response after another: the status of a run or a failure, such as 403, 403+45s
// with the Retry-After, or 403@4s with the duration of the poll.
type responding struct {
	began     time.Time
	responses []string      // the last one repeats
	polls     []int64       // their times in milliseconds
	stopped   time.Duration // when the run was stopped, since began
}

func (r *responding) PollRun(context.Context, string) (scalr.Run, error) {
	response := r.responses[min(len(r.polls), len(r.responses)-1)]
	r.polls = append(r.polls, time.Since(r.began).Milliseconds())
	response, delay, _ := strings.Cut(response, "@")
	if d, err := time.ParseDuration(delay); err == nil {
		time.Sleep(d)
	}
	if err := failure(response); err != nil {
		return scalr.Run{}, err
	}
	return parsePoll(response), nil
}

func (r *responding) Log(context.Context, scalr.Log, time.Duration) (*scalr.LogBody, error) {
	return body(strings.NewReader("Apply complete!")), nil
}

func (r *responding) Stop(_ context.Context, run scalr.Run, _ runs.StopOptions) (runs.StopResult, error) {
	r.stopped = time.Since(r.began)
	run.Status = "canceled"
	return runs.StopResult{LastKnown: run}, nil
}

// failure returns the error of a poll, or nil if the response is the status of a run.
func failure(response string) error {
	e := &scalr.Error{Op: scalr.Op{Operation: scalr.OpReadRun, Object: "run-1"}, Attempts: 1}
	name, wait, _ := strings.Cut(response, "+")
	if after, err := time.ParseDuration(wait); err == nil {
		e.RetryAfter = &after
	}
	status, err := strconv.Atoi(name)
	switch {
	case err == nil:
		e.HTTPStatus = status
	case name == "page":
		e.HTTPStatus, e.NotAPIResponse, e.Attempts, e.Elapsed = 200, true, 3, 700*time.Millisecond
	case name == "invalid":
		e.Invalid, e.Attempts = true, 3
	case name == "certificate":
		e.Network = scalr.Certificate
	case name == "address":
		e.Network = scalr.NotAllowed
	case name == "denied":
		e.Network = scalr.ProxyDenied
	case name == "host":
		e.Network, e.Attempts = scalr.UnknownHost, 2
	case name == "sign-in":
		e.HTTPStatus, e.Op = 403, scalr.Op{Operation: scalr.OpReadRunPart}
		return fmt.Errorf("sign in again: %w", e)
	case name == "other":
		return errors.New("another run")
	default:
		return nil
	}
	return e
}

// unexpected are the responses that are tolerated for a while.
const unexpected = "301 302 307 308 400 402 403 405 406 407 409 410 412 413 418 422 451 page invalid denied host"

// followResponses follows a run with the given responses until d has elapsed, which interrupts it.
func followResponses(t *testing.T, responses string, d time.Duration) (api *responding, seen *recorder, ending Ending, err error) {
	t.Helper()
	api, seen = &responding{began: time.Now(), responses: strings.Fields(responses)}, &recorder{}
	f := Follower{API: api, Observer: seen, Timing: DefaultTiming, Stopping: &runs.StopOptions{}}
	ctx, cancel := context.WithTimeoutCause(t.Context(), d, errors.New("interrupted"))
	defer cancel()
	ending, err = f.Follow(ctx, scalr.Run{ID: "run-1"})
	return api, seen, ending, err
}

// TestUnexpectedResponses checks that unexpected responses end Follow only after PollGrace, with the last error, which
// counts all attempts.
func TestUnexpectedResponses(t *testing.T) {
	t.Parallel()
	for _, kind := range strings.Fields(unexpected) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, seen, ending, err := followResponses(t, "planning/p applying "+strings.Repeat(kind+" ", 6)+"applying applied", time.Hour)
				if err != nil || ending.Run.Status != "applied" || len(seen.failed) != 1 {
					t.Errorf("after 6 failures: %s, %v, reported %v; want applied, and one report", ending.Run.Status, err, seen.failed)
				}
			})
			synctest.Test(t, func(t *testing.T) {
				api, seen, ending, err := followResponses(t, "planning/p applying 403 "+kind, time.Hour)
				took := time.Since(api.began)
				var e *scalr.Error
				if !errors.As(err, &e) || ending.StopCause != nil || ending.Run.Status != "applying" || len(seen.failed) != 1 {
					t.Fatalf("%+v, %v, reported %v; want an error and one report", ending, err, seen.failed)
				}
				if took < 30*time.Second || took > 33*time.Second || e.Elapsed < 30*time.Second || e.Elapsed > took {
					t.Errorf("the error reports %s after %s, want 30 s", e.Elapsed, took)
				}
				each := failure(kind).(*scalr.Error).Attempts
				if want := 1 + each*(len(api.polls)-3); e.HTTPStatus != failure(kind).(*scalr.Error).HTTPStatus || e.Attempts != want {
					t.Errorf("%v after %d attempts, want the last error and %d", e, e.Attempts, want)
				}
			})
		})
	}
}

// TestFailuresThatEndFollow checks that these failures end Follow at once, without a report.
func TestFailuresThatEndFollow(t *testing.T) {
	t.Parallel()
	for name, responses := range map[string]string{
		"401":               "applying 401",
		"404":               "applying 404",
		"408":               "applying 408",
		"425":               "applying 425",
		"429":               "applying 429",
		"503":               "applying 503",
		"certificate":       "applying certificate",
		"forbidden address": "applying address",
		"sign-in":           "applying sign-in",
		"another run":       "applying other",
		"first poll":        "403",
		"first poll, pages": "page",
		"first poll, proxy": "denied",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api, seen, _, err := followResponses(t, responses, time.Hour)
				if polls := len(strings.Fields(responses)); err == nil || len(api.polls) != polls || len(seen.failed) != 0 {
					t.Errorf("%v after polls at %v, reported %v; want an error of poll %d", err, api.polls, seen.failed, polls)
				}
			})
		})
	}
}

// TestUnexpectedResponseAfterConfirmation checks that the first poll after a confirmation may fail, too: the run is about to
// be applied.
func TestUnexpectedResponseAfterConfirmation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api, seen := &responding{began: time.Now(), responses: strings.Fields("403 page host applying applied")}, &recorder{}
		f := Follower{API: api, Observer: seen, Timing: DefaultTiming, IgnoreStatus: "planned"}
		ending, err := f.Follow(t.Context(), scalr.Run{ID: "run-1", Status: "planned"})
		if err != nil || ending.Run.Status != "applied" || len(seen.failed) != 1 {
			t.Errorf("%s, %v, reported %v; want applied, and one report", ending.Run.Status, err, seen.failed)
		}
	})
}

// TestFailureAfterUnexpectedResponse checks that another failure ends Follow also while unexpected responses are
// tolerated.
func TestFailureAfterUnexpectedResponse(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"401", "404", "503", "certificate", "sign-in", "other"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api, seen, _, err := followResponses(t, "applying 403 403 "+kind, time.Hour)
				if err == nil || err.Error() != failure(kind).Error() || len(api.polls) != 4 || len(seen.failed) != 1 {
					t.Errorf("%v after polls at %v, reported %v; want the error of the fourth poll", err, api.polls, seen.failed)
				}
			})
		})
	}
}

// TestContextEndsDuringFailures checks that the run is stopped as soon as the context ends, also while polls fail. A
// failure of a poll that the end of the context overlaps is not reported.
func TestContextEndsDuringFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		responses string
		after     time.Duration // end of the context
		stopped   time.Duration
		reports   int
	}{
		"between polls":              {"applying 403", 11 * time.Second, 11 * time.Second, 1},
		"during Retry-After":         {"applying 403+100s", 11 * time.Second, 11 * time.Second, 1},
		"during a poll":              {"applying 403@20s", 11 * time.Second, 20250 * time.Millisecond, 0},
		"after an unreadable finish": {"applying planned_and_finished 403", 11 * time.Second, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api, seen, ending, err := followResponses(t, c.responses, c.after)
				if err != nil || api.stopped != c.stopped || (ending.StopCause != nil) != (c.stopped > 0) || len(seen.failed) != c.reports {
					t.Errorf("%+v, %v, stopped after %s, reported %v; want a stop after %s and %d reports",
						ending, err, api.stopped, seen.failed, c.stopped, c.reports)
				}
			})
		})
	}
}

// TestPollsAfterFailures lists when a run is polled, in milliseconds.
func TestPollsAfterFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		responses string
		polls     string // and the end
		reports   int
	}{
		"one failure":                  {"applying 403 applied", "0 250 2250 2250 2250", 1},
		"several":                      {"applying 403 302 page applied", "0 250 2250 4250 6250 6250 6250", 1},
		"two periods":                  {"applying 403 403 applying 403 applied", "0 250 2250 4250 5666 7666 7666 7666", 2},
		"Retry-After":                  {"applying 403+45s applied", "0 250 45250 45250 45250", 1},
		"Retry-After within the floor": {"applying 403+1s applied", "0 250 2250 2250 2250", 1},
		"the second poll of a finished run": {
			"applying applied 403 applied", "0 250 250 2250 2250", 1,
		},
		"a finished run that stays unreadable": {
			"applied 403", "0 0 2000 4000 6000 8000 10400 12800 15200 17600 20000 22400 24800 27200 29600 32000 32000", 1,
		},
		"a status after the finished run that precedes it": {
			"applying applied 403 applying applied", "0 250 250 2250 3000 3000", 1,
		},
		"waiting for a person":     {"planned 403 planned", "0 250 2250 2250", 1},
		"more failures in a queue": {"pending 403 403 403 pending planned", "0 250 2250 4250 6375 9562 9812 10062 10312 10562 10895 11340 11932 11932", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api, seen, _, _ := followResponses(t, c.responses, 10*time.Minute)
				got := strings.Trim(fmt.Sprint(append(api.polls, time.Since(api.began).Milliseconds())), "[]")
				if got != c.polls || len(seen.failed) != c.reports {
					t.Errorf("%d reports, polls\ngot  %s\nwant %s", len(seen.failed), got, c.polls)
				}
			})
		})
	}
}
