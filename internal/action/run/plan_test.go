package run

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/secret"
)

// zeros is an endless stream.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// TestPlanJSONSize checks that a document of 512 MiB is not used, because its end is not read, and that the reason for a
// shorter one is another. The documents are JSON and zeros: only the beginning is parsed, which saves time.
func TestPlanJSONSize(t *testing.T) {
	t.Parallel()
	const document = `{"format_version":"1.2","resource_changes":[]}`
	const limit = 512 << 20
	for name, c := range map[string]struct {
		size    int64
		missing string
	}{
		"one byte less": {limit - 1, ""},
		"limit":         {limit, "it is larger than 512 MiB"},
		"one byte more": {limit + 1, "it is larger than 512 MiB"},
	} {
		s, ctx, end := step.Begin(context.Background(), step.Env{Environ: []string{"RUNNER_TEMP=" + t.TempDir()}, Stdout: io.Discard, Version: "test"})
		r := newCommand(s, inputs.Run{})
		r.client = scalrtest.NewClient(t, planServer{200, func() io.Reader {
			return io.MultiReader(strings.NewReader(document), io.LimitReader(zeros{}, c.size-int64(len(document))))
		}})
		run := scalr.Run{ID: "run-1", Plan: &scalr.Plan{ID: "plan-1", Status: scalr.TaskFinished}}
		got := r.readPlanJSON(ctx, run, r.logs.of(scalr.PlanPhase))
		if got.missing != c.missing || got.plan.JSON.Complete || got.err != nil || got.file != "" ||
			errors.Is(got.saveErr, secret.ErrNotJSON) != (c.missing == "") {
			t.Errorf("%s: %+v", name, got)
		}
		end()
	}
}

// TestRecordPlan checks what the log says about a plan whose JSON is missing or not saved, and what is recorded.
func TestRecordPlan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reading planReading
		want    string
	}{
		"saved":   {planReading{file: "plan.json"}, ""},
		"missing": {planReading{missing: "Scalr has none"}, "debug: plan JSON: Scalr has none\n"},
		"not saved": {planReading{saveErr: secret.ErrNotJSON},
			"warning: The plan JSON that Scalr sent is not saved for later steps, and plan-json-file is left empty: it is not JSON.\n"},
	} {
		c.reading.plan.Tail = "tail"
		r, log := commandIn(inputs.Run{}, "RUNNER_DEBUG=1")
		r.recordPlan(c.reading, "plan-1")
		if log.String() != c.want || r.facts.plan.Tail != "tail" || r.facts.planFile != c.reading.file || r.facts.planJSONMissing != c.reading.missing {
			t.Errorf("%s: logged %q and recorded %+v, want %q", name, log, r.facts, c.want)
		}
	}
}
