package follow

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

// planLog is an API with a run whose plan takes some time. Each read of its log gets the next of the replies, and the
// last one from then on.
type planLog struct {
	began   time.Time
	length  time.Duration
	errored bool // the plan fails
	replies []string
	reads   []string // times
}

func (l *planLog) PollRun(context.Context, string) (scalr.Run, error) {
	r := scalr.Run{ID: "run-1", Status: "planning", Dry: true, Plan: &scalr.Plan{ID: "plan-1", Status: "running"}}
	if time.Since(l.began) >= l.length {
		r.Status, r.Plan.Status = "planned_and_finished", "finished"
		if l.errored {
			r.Status, r.Plan.Status = "errored", "errored"
		}
	}
	return r, nil
}

func (l *planLog) Stop(context.Context, scalr.Run, runs.StopOptions) (runs.StopResult, error) {
	return runs.StopResult{}, nil
}

func (l *planLog) Log(ctx context.Context, _ scalr.Log, quiet time.Duration) (*scalr.LogBody, error) {
	l.reads = append(l.reads, fmt.Sprint(time.Since(l.began).Milliseconds()))
	reply := l.replies[0]
	l.replies = l.replies[min(1, len(l.replies)-1):]
	kind, text, _ := strings.Cut(reply, ":")
	switch kind {
	case "none":
		return nil, nil
	case "missing":
		return nil, scalr.ErrNotFound
	case "error":
		return nil, errBroke
	case "later":
		wait, _ := time.ParseDuration(text)
		return nil, &scalr.Error{HTTPStatus: 429, RetryAfter: &wait}
	case "forbidden":
		return nil, &scalr.Error{HTTPStatus: 403}
	case "slow":
		after, text, _ := strings.Cut(text, ":")
		wait, _ := time.ParseDuration(after)
		if time.Sleep(min(wait, quiet)); wait > quiet {
			return nil, errBroke
		}
		return body(strings.NewReader(text)), nil
	case "cut":
		return body(&breaking{strings.NewReader(text), len(text)}), nil
	case "stall":
		return body(io.MultiReader(strings.NewReader(text), stalled{ctx})), nil
	}
	return body(strings.NewReader(reply)), nil
}

// stalled is a reader that blocks until the context ends.
type stalled struct{ ctx context.Context }

func (s stalled) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

// closingRecorder is a recorder that notices that the log is complete.
type closingRecorder struct {
	recorder
	closed bool
}

func (r *closingRecorder) Log(scalr.Phase) io.WriteCloser { return r }

func (r *closingRecorder) Write(p []byte) (int, error) { return r.text.Write(p) }

func (r *closingRecorder) Close() error { r.closed = true; return nil }

// TestReadsOfLog lists when a log is read, in milliseconds, and what is printed.
func TestReadsOfLog(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		length    time.Duration
		errored   bool
		replies   string
		reads     string
		text      string
		incidents string
	}{
		"a log that is complete": {
			length:  5 * time.Second,
			replies: "abc, abc\nNo changes.",
			reads:   "0 250 650 1050 1450 1850 2383 3094 4042 5306 until 5306",
			text:    "abc\nNo changes.",
		},
		"a log without a known end": {
			length:  5 * time.Second,
			replies: "abc, abc And so on.",
			reads:   "0 250 500 750 1000 1333 1777 2370 3160 4213 5618 6018 6418 6818 7218 7618 8018 8418 8818 until 8818",
			text:    "abc And so on.",
		},
		"the output of a provisioner": {
			length:  10 * time.Second,
			replies: "abc, abc\nx (local-exec): Error: no",
			reads:   "0 250 500 750 1000 1333 1777 2370 3160 4213 5618 7491 9891 12291 until 12291",
			text:    "abc\nx (local-exec): Error: no",
		},
		"the output of Terragrunt": {
			length:  10 * time.Second,
			replies: "abc, abc, abc, abc\n12:00:00.000 STDOUT terraform: \x1b[1mPlan:\x1b[0m 1 to add",
			reads:   "0 250 500 750 1150 1550 1950 2350 2883 3594 4542 5806 7492 9739 12139 until 12139",
			text:    "abc\n12:00:00.000 STDOUT terraform: \x1b[1mPlan:\x1b[0m 1 to add",
		},
		"a large log that was read before the end": {
			length:  time.Second,
			replies: strings.Repeat("x", 150<<10) + "\nNo changes.",
			reads:   "0 250 500 1000 until 1000",
			text:    strings.Repeat("x", 150<<10) + "\nNo changes.",
		},
		"an error after the plan": {
			length:  time.Second,
			errored: true,
			replies: "abc, abc, abc, abc\nPlan: 1 to add, abc\nPlan: 1 to add, abc\nPlan: 1 to add\n│ Error: no",
			reads:   "0 250 500 750 1150 1550 1950 until 1950",
			text:    "abc\nPlan: 1 to add\n│ Error: no",
		},
		"a slow server": {
			length:  20 * time.Second,
			replies: "slow:3s:abc",
			reads:   "0 4474 8319 12519 16719 20919 until 23919",
			text:    "abc",
		},
		"a server that is too slow": {
			length:    20 * time.Second,
			replies:   "slow:15s:abc",
			reads:     "0 4474 12819 23619 until 33619",
			text:      "",
			incidents: "trouble",
		},
		"a server that stops after the stage": {
			length:    time.Second,
			replies:   "abc, abc, abc, abc, slow:15s:abc",
			reads:     "0 250 500 750 1000 3800 9000 until 11400",
			text:      "abc",
			incidents: "trouble",
		},
		"a server that stops once": {
			length:  10 * time.Second,
			replies: "abc, slow:9s:abc d, abc d\nNo changes.",
			reads:   "0 250 5496 5896 6296 6696 7096 7629 8340 9288 10553 until 10553",
			text:    "abc d\nNo changes.",
		},
		"a server that stops at the end": {
			length:  time.Second,
			replies: "abc, abc, abc, slow:9s:abc d, abc d\nNo changes.",
			reads:   "0 250 500 750 3675 3675 until 3675",
			text:    "abc d\nNo changes.",
		},
		"a server that asks to wait until after the end": {
			length:    time.Second,
			replies:   "abc, later:30s",
			reads:     "0 250 until 1000",
			text:      "abc",
			incidents: "trouble not closed",
		},
		"a forbidden log": {
			length:    20 * time.Second,
			replies:   "forbidden",
			reads:     "0 2370 5618 9891 12291 14691 17091 19491 21891 22291 22691 23091 23491 23891 24291 24691 25091 until 25091",
			text:      "",
			incidents: "trouble",
		},
		"no log": {
			length:  5 * time.Second,
			replies: "none",
			reads:   "0 250 500 750 1000 1333 1777 2370 3160 4213 5618 6018 6418 6818 7218 7618 8018 8418 8818 until 8818",
			text:    "",
		},
		"a missing log": {
			length:    5 * time.Second,
			replies:   "missing",
			reads:     "0 250 500 750 1000 1333 1777 2370 3160 4213 5618 6018 6418 6818 7218 7618 8018 8418 8818 until 8818",
			text:      "",
			incidents: "trouble",
		},
		"failures while the stage is active": {
			length:    20 * time.Second,
			replies:   "abc, error, error, abc d, error, error, abc de, error, error, error, abc def\nNo changes.",
			reads:     "0 250 2370 5618 7491 9891 12291 14691 17091 19491 21891 21891 until 21891",
			text:      "abc def\nNo changes.",
			incidents: "trouble",
		},
		"failures after the stage": {
			length:    time.Second,
			replies:   "abc, error, error, error, error, abc\nNo changes.",
			reads:     "0 250 1000 1400 1800 2200 2600 until 2600",
			text:      "abc\nNo changes.",
			incidents: "trouble",
		},
		"failures forever": {
			length:  time.Second,
			replies: "error",
			reads: "0 1000 1400 1800 2200 2600 3000 3400 3800 4200 4600 5000 5400 5800 6200 6600 7000 7400 7800 8200 8600 9000 9400 9800 " +
				"10200 10600 until 11000",
			text:      "",
			incidents: "trouble not closed",
		},
		"a server that asks to wait": {
			length:  20 * time.Second,
			replies: "abc, later:7s, abc d, later:100ms, abc d\nNo changes.",
			reads:   "0 250 7491 9891 12291 12691 13091 13491 13891 14424 15135 16084 17348 19033 21281 until 21281",
			text:    "abc d\nNo changes.",
		},
		"a server that asks to wait at the end": {
			length:  time.Second,
			replies: "abc, abc d, later:3s, abc d\nNo changes.",
			reads:   "0 250 500 3800 4200 until 4200",
			text:    "abc d\nNo changes.",
		},
		"a stale copy while the stage is active": {
			length:  20 * time.Second,
			replies: "abcdef, abc, abc, abc, abc, abcdef\nNo changes.",
			reads:   "0 250 500 750 1000 1333 1733 2133 2533 2933 3466 4177 5125 6390 8075 10323 12723 15123 17523 19923 22323 until 22323",
			text:    "abcdef\nNo changes.",
		},
		"a stale copy after the stage": {
			length:  time.Second,
			replies: "abcdef, abcdef, abcdef, abc, abc, abc, abcdef\nNo changes.",
			reads:   "0 250 500 750 1400 1800 2200 2600 until 2600",
			text:    "abcdef\nNo changes.",
		},
		"a shorter log after the stage": {
			length:    time.Second,
			replies:   "abcdef, abcdef, abcdef, abc",
			reads:     "0 250 500 750 1400 1800 2200 2600 3000 3400 3400 3800 4200 4600 5000 5400 5800 6200 6600 until 6600",
			text:      "abc",
			incidents: "restart",
		},
		"two stale copies": {
			length:  time.Second,
			replies: "abcdef, abcdef, abcdef, abc, abc, abcdef, abc, abc, abc, abc, abc, abcdef\nNo changes.",
			reads:   "0 250 500 750 1400 1800 2200 2600 3000 3400 3800 4200 4600 until 4600",
			text:    "abcdef\nNo changes.",
		},
		"a failure, then a stale copy": {
			length:  5 * time.Second,
			replies: "abcdef, error, error, abc, error, abcdef\nNo changes.",
			reads:   "0 250 2370 5618 6018 6418 6818 until 6818",
			text:    "abcdef\nNo changes.",
		},
		"an empty log, then more": {
			length:  5 * time.Second,
			replies: "abc, , , abc\nNo changes.",
			reads:   "0 250 500 750 1150 1550 1950 2350 2883 3594 4542 5806 until 5806",
			text:    "abc\nNo changes.",
		},
		"a rewritten log": {
			length:    5 * time.Second,
			replies:   "abc, xyz, xyz\nNo changes.",
			reads:     "0 250 250 650 1050 1450 1850 2383 3094 4042 5306 until 5306",
			text:      "xyz\nNo changes.",
			incidents: "restart",
		},
		"a log that is cut": {
			length:  5 * time.Second,
			replies: "abc, cut:abc de, cut:abc def, abc def\nNo changes.",
			reads:   "0 250 2370 5618 5618 until 5618",
			text:    "abc def\nNo changes.",
		},
		"a log that stalls": {
			length:  30 * time.Second,
			replies: "abc, stall:abc d, abc d\nNo changes.",
			reads:   "0 250 11450 11850 12250 12650 13050 13583 14294 15242 16506 18192 20439 22839 25239 27639 30039 until 30039",
			text:    "abc d\nNo changes.",
		},
		"a log that stalls without growing": {
			length:    30 * time.Second,
			replies:   "abc, stall:abc, stall:abc, stall:abc, abc d\nNo changes.",
			reads:     "0 250 13850 27450 38650 38650 until 38650",
			text:      "abc d\nNo changes.",
			incidents: "trouble",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &planLog{began: time.Now(), length: c.length, errored: c.errored, replies: strings.Split(c.replies, ", ")}
				seen := new(closingRecorder)
				f := Follower{API: api, Observer: seen, Timing: DefaultTiming}
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
				defer cancel()
				if _, err := f.Follow(ctx, scalr.Run{ID: "run-1"}); err != nil {
					t.Fatal(err)
				}
				end := fmt.Sprint(" until ", time.Since(api.began).Milliseconds())
				if got := strings.Join(api.reads, " ") + end; got != c.reads {
					t.Errorf("reads:\ngot  %s\nwant %s", got, c.reads)
				}
				incidents := strings.Repeat("restart ", seen.restarts) + strings.Repeat("trouble ", seen.troubles)
				if !seen.closed {
					incidents += "not closed"
				}
				if got := seen.text.String(); got != c.text || strings.TrimSpace(incidents) != c.incidents {
					t.Errorf("got %q, %s; want %q, %s", got, incidents, c.text, c.incidents)
				}
			})
		})
	}
}
