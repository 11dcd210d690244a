package scalr_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// X10: a wait of up to a minute ends immediately when its context ends.
func TestCancellationInterruptsWaits(t *testing.T) {
	t.Parallel()
	stop := errors.New("the job was canceled")
	for name, c := range map[string]struct {
		fault scalrsim.Fault
		do    func(context.Context, *scalrtest.Harness, scalr.Run) error
	}{
		"between polls": {
			scalrtest.Status(readRun, 429, -1, "Retry-After", "60"),
			func(ctx context.Context, r *scalrtest.Harness, run scalr.Run) error {
				_, err := r.PollRun(ctx, run.ID)
				return err
			},
		},
		"during poll": {
			scalrsim.Fault{Op: readRun, Times: -1, Action: scalrsim.Stall},
			func(ctx context.Context, r *scalrtest.Harness, run scalr.Run) error {
				_, err := r.PollRun(ctx, run.ID)
				return err
			},
		},
		"during response": {
			scalrsim.Fault{Op: readRun, Times: -1, Action: scalrsim.Hang, Bytes: 9},
			func(ctx context.Context, r *scalrtest.Harness, run scalr.Run) error {
				_, err := r.PollRun(ctx, run.ID)
				return err
			},
		},
		"between uploads": {
			scalrtest.Status(put, 503, -1, "Retry-After", "60"),
			func(ctx context.Context, r *scalrtest.Harness, _ scalr.Run) error {
				_, err := r.UploadConfiguration(ctx, true)
				return err
			},
		},
		"in an upload": {
			scalrsim.Fault{Op: put, Times: -1, Action: scalrsim.Stall},
			func(ctx context.Context, r *scalrtest.Harness, _ scalr.Run) error {
				_, err := r.UploadConfiguration(ctx, true)
				return err
			},
		},
		"while waiting for upload": {
			scalrtest.Edit("GET /configuration-versions/*", -1, `"status":"uploaded"`, `"status":"pending"`),
			func(ctx context.Context, r *scalrtest.Harness, _ scalr.Run) error {
				_, err := r.UploadConfiguration(ctx, true)
				return err
			},
		},
		"while searching for run": {scalrsim.Fault{Op: createRun, Action: scalrsim.Reset}, scalrtest.CreateAnother},
		"at the log": {scalrsim.Fault{Op: "GET /plans/*/output", Times: -1, Action: scalrsim.Stall},
			func(ctx context.Context, r *scalrtest.Harness, run scalr.Run) error {
				_, err := r.Log(ctx, scalr.Log{Phase: scalr.PlanPhase, ID: run.Plan.ID}, 10*time.Second)
				return err
			}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := scalrtest.New(t, scalrsim.Scenario{Script: scalrtest.LongPlan()})
				run := r.MustStartRun(true)
				if name == "while searching for run" { // the run must not be found
					run.ConfigurationID = "cv-lost"
				}
				r.Sim.AddFault(c.fault)
				ctx, cancel := context.WithCancelCause(t.Context())
				began := time.Now()
				time.AfterFunc(8*time.Second, func() { cancel(stop) })
				err := c.do(ctx, r, run)
				if took := time.Since(began); took != 8*time.Second || !errors.Is(err, stop) {
					t.Errorf("after %s: got %v, want the cause immediately", took, err)
				}
			})
		})
	}
}
