package action_test

import (
	"slices"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// TestCommentsOfActions checks the comment that Scalr stores with each action of a step: why it was taken, and for which
// workflow run.
func TestCommentsOfActions(t *testing.T) {
	t.Parallel()
	const origin = "by scalr-run-action for octocat https://github.com/acme/infra/actions/runs/7/attempts/1"
	for name, c := range map[string]existingCase{
		"confirmed":        {second: []string{"mode=confirm"}, want: []string{"apply confirmed, " + origin}},
		"discarded":        {second: []string{"mode=discard"}, want: []string{"discard discarded, " + origin}},
		"canceled":         {second: []string{"mode=cancel"}, want: []string{"discard canceled, " + origin}},
		"gates":            {first: []string{"fail-on=changes"}, want: []string{"discard the plan does not pass fail-on, " + origin}},
		"nothing to apply": {scenario: "waits-without-changes", want: []string{"discard nothing to apply, " + origin}},
		"differs from the request": {
			scenario: "auto-apply-refused", first: []string{"auto-apply=true"},
			want: []string{"discard not the run that was requested, " + origin},
		},
		"timeout": {scenario: "queued", first: []string{"timeout=10s"}, want: []string{"discard " + origin}},
		"duplicate": {
			first:  []string{"wait=false"},
			faults: []scalrsim.Fault{{Op: createRun, Action: scalrsim.Twice}},
			want:   []string{"discard a duplicate run of this configuration version, " + origin},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.scenario == "" {
				c.scenario = "waits-for-approval"
			}
			s := with(scenario(t, c.scenario), c.faults...)
			first, next := newStepTest(t, s, append([]string{"dry-run=false"}, c.first...)...), newStepTest(t, s, "workspace-id=")
			a, b := newResult(t), newResult(t)
			first.then(a, func() {
				a.read()
				if b.server = a.server; c.second != nil {
					next.set(c.second...).set("run-id=" + a.outputs["run-id"])
					next.step(b)
				}
			})
			var got []string
			for _, run := range a.server.Runs() {
				for _, action := range run.Actions {
					got = append(got, action.Verb+" "+action.Comment)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("actions %q, want %q\n%s%s", got, c.want, a.log, b.log)
			}
		})
	}
}
