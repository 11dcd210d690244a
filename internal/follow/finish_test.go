package follow

import (
	"bytes"
	"context"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

// TestLogIsComplete lists reads of a log whose stage ended at 0 s.
func TestLogIsComplete(t *testing.T) {
	t.Parallel()
	type read struct {
		at     float64 // seconds
		grew   int64
		failed bool
		done   bool
	}
	for name, c := range map[string]struct {
		end   string
		reads []read
	}{
		"known end":               {"No changes.", []read{{0, 9, false, false}, {0.1, 0, false, true}}},
		"known end, read before":  {"No changes.", []read{{0, 0, false, true}}},
		"known end, late":         {"No changes.", []read{{0, 9, false, false}, {0.9, 9, false, false}, {1, 0, false, true}}},
		"unknown end":             {"That was it.", []read{{0, 9, false, false}, {2, 0, false, false}, {3, 0, false, true}}},
		"unknown end, late bytes": {"That was it.", []read{{2, 0, false, false}, {2.5, 9, false, false}, {4, 0, false, false}, {5.5, 0, false, true}}},
		"failed reads":            {"No changes.", []read{{0, 0, true, false}, {5, 0, true, false}, {6, 0, false, true}}},
		"only failed reads":       {"No changes.", []read{{0, 0, true, false}, {9, 0, true, false}, {10, 0, true, true}}},
		"growing beyond Drain":    {"No changes.", []read{{0, 9, false, false}, {9, 9, false, false}, {11, 9, false, false}, {11.5, 0, false, true}}},
		"empty log":               {"", []read{{0, 0, false, false}, {2.9, 0, false, false}, {3, 0, false, true}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Unix(1000, 0)
			f := finish{closing: closing(c.end)}
			f.stageEnded(began)
			f.stageEnded(began.Add(time.Hour)) // has no effect
			for _, l := range c.reads {
				f.observeRead(l.grew, l.failed, began.Add(time.Duration(l.at*float64(time.Second))), DefaultTiming)
				if f.done != l.done {
					t.Errorf("after %g s: done is %v, want %v", l.at, f.done, l.done)
				}
			}
		})
	}
}

// endless is an API with a finished run whose log never stops growing.
type endless struct{ log []byte }

func (e *endless) PollRun(context.Context, string) (scalr.Run, error) {
	return scalr.Run{ID: "run-1", Status: "errored", Plan: &scalr.Plan{ID: "plan-1", Status: "errored"}}, nil
}

func (e *endless) Log(context.Context, scalr.Log, time.Duration) (*scalr.LogBody, error) {
	e.log = append(e.log, "And another thing.\n"...)
	return body(bytes.NewReader(e.log)), nil
}

func (e *endless) Stop(context.Context, scalr.Run, runs.StopOptions) (runs.StopResult, error) {
	return runs.StopResult{}, nil
}

// TestLogThatNeverEnds checks that the follower waits for late bytes, but at most ten seconds (L12).
func TestLogThatNeverEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := Follower{API: &endless{}, Observer: &recorder{}, Timing: DefaultTiming}
		began := time.Now()
		if _, err := f.Follow(t.Context(), scalr.Run{ID: "run-1"}); err != nil || time.Since(began).Round(time.Second) != 10*time.Second {
			t.Errorf("%v after %s, want an end after 10 s", err, time.Since(began))
		}
	})
}

// TestClosing checks that closing keeps the last 8 KiB and little more.
func TestClosing(t *testing.T) {
	t.Parallel()
	const most = 8 << 10
	var c closing
	var all []byte
	for i := range 3000 {
		p := bytes.Repeat([]byte{byte(i)}, i%97*i%5000)
		all = append(all, p...)
		c.Write(p)
		if want := all[max(0, len(all)-most):]; !bytes.Equal(c, want) {
			t.Fatalf("after %d writes: closing does not contain the last %d bytes", i+1, len(want))
		}
	}
	if cap(c) > 4*most {
		t.Errorf("capacity is %d bytes, want a few KiB", cap(c))
	}
}

// TestTerraformEnd matches the ends of real logs.
func TestTerraformEnd(t *testing.T) {
	t.Parallel()
	for end, want := range map[string]bool{
		"\x1b[1mPlan:\x1b[0m 4 to add, 0 to change, 0 to destroy.\n\x1b[0m":                     true,
		"Plan: 1 to import, 0 to add, 0 to change, 0 to destroy.\n":                             true,
		"\x1b[0m\x1b[1m\x1b[32mNo changes.\x1b[0m\x1b[1m Your infrastructure matches":           true,
		"\x1b[0m\x1b[1m\x1b[32m\nApply complete! Resources: 4 added":                            true,
		"Destroy complete! Resources: 4 destroyed.":                                             true,
		"\x1b[31m╷\x1b[0m\x1b[0m\n\x1b[31m│\x1b[0m \x1b[0m\x1b[1m\x1b[31mError: \x1b[0m\x1b[0m": true,
		"state, without changing any real infrastructure.\n":                                    true,
		`{"@level":"info","@message":"Plan: 1 to add, 0 to change"}`:                            true,
		"terraform_data.vpc: Creating...\n":                                                     false,
		"Planning failed. Terraform encountered":                                                false,
		"":                                                                                      false,
	} {
		if got := terraformEnd.MatchString(end); got != want {
			t.Errorf("%q: %v, want %v", end, got, want)
		}
	}
}
