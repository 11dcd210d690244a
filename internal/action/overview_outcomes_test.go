package action_test

import (
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestOverviewOutcomes checks the overview for each possible outcome of a run.
func TestOverviewOutcomes(t *testing.T) {
	policy := func(result string) scalrsim.RunScript {
		life := creates
		life.Policies = []scalrsim.Policy{{Name: "tags", Result: result, Messages: []string{"an owner is missing"}}}
		return life
	}
	discarded := creates
	discarded.ExternalActions = []scalrsim.ExternalAction{{
		When:    "planning",
		Verb:    "cancel",
		By:      "ada@acme.example",
		Comment: "freeze",
	}}
	applyFails := destroys
	applyFails.Apply.Fails = "the disk is full"
	strange := creates
	strange.Steps = []scalrsim.Step{{Status: "planning", For: time.Second}, {Status: "quantum_checking"}}
	// Another way in which a run of a real apply ends: it has nothing to apply, and the run action discards it.
	idle := func(life scalrsim.RunScript, comment string) scalrsim.RunScript {
		life.Steps = []scalrsim.Step{{Status: "planning", For: time.Second}, {Status: "planned"}}
		life.ExternalActions = []scalrsim.ExternalAction{{When: "planned", Verb: "discard", By: "ci@acme.example", Comment: comment}}
		return life
	}
	const byAction = "nothing to apply, by scalr-run-action for octocat https://github.com/acme/infra/actions/runs/12"
	real := map[string]any{"is-dry": false}
	notOverridden := policy("soft_failed")
	notOverridden.Plan.Changes = []scalrsim.Change{}
	notOverridden.Steps = []scalrsim.Step{{Status: "planning", For: time.Second}, {Status: "policy_checking", For: time.Second}, {Status: "policy_override"}}
	notOverridden.ExternalActions = []scalrsim.ExternalAction{{When: "policy_override", Verb: "discard", By: "ada@acme.example"}}
	soft := policy("soft_failed")
	soft.DrySoftFinishes = true
	for name, tt := range map[string]struct {
		life       scalrsim.RunScript
		attributes map[string]any
		inputs     string
		code       int
		result     string
	}{
		"hard-mandatory policy":              {life: policy("hard_failed"), code: 1, result: "policy-failed"},
		"soft-mandatory policy":              {life: policy("soft_failed"), code: 1, result: "needs-override"},
		"soft-mandatory policy of a dry run": {life: soft, result: "planned"},
		"advisory":                           {life: policy("advisory_failed"), result: "planned"},
		"canceled":                           {life: discarded, code: 1, result: "canceled"},
		"nothing to apply":                   {life: idle(changesNothing, byAction), attributes: real, result: "no-changes"},
		"nothing to apply, changes refused": {
			life:       idle(changesNothing, byAction),
			attributes: real,
			inputs:     "fail-on=changes\ndestroy\nfailed\nmissing",
			result:     "no-changes",
		},
		"nothing to apply, reason unknown": {life: idle(changesNothing, ""), attributes: real, result: "no-changes"},
		"discarded for another reason": {
			life:       idle(changesNothing, "wrong run, by scalr-run-action for octocat"),
			attributes: real,
			code:       1,
			result:     "discarded",
		},
		"discarded with changes":                 {life: idle(creates, ""), attributes: real, code: 1, result: "discarded"},
		"nothing to apply, contradicted":         {life: idle(creates, byAction), attributes: real, code: 1, result: "discarded"},
		"discarded instead of a policy override": {life: notOverridden, attributes: real, code: 1, result: "discarded"},
		"apply fails": {
			life:       applyFails,
			attributes: map[string]any{"is-dry": false, "auto-apply": true},
			code:       1,
			result:     "errored",
		},
		"apply fails, destroyed": {
			life:       applyFails,
			attributes: map[string]any{"is-dry": false, "auto-apply": true},
			inputs:     "fail-on=destroy",
			code:       1,
			result:     "errored",
		},
		"applied": {
			life:       creates,
			attributes: map[string]any{"is-dry": false, "auto-apply": true},
			result:     "applied",
		},
		"waits": {
			life:       creates,
			attributes: map[string]any{"is-dry": false},
			result:     "needs-confirmation",
		},
		"waits to destroy": {
			life:       destroys,
			attributes: map[string]any{"is-dry": false},
			inputs:     "fail-on=destroy",
			code:       1,
			result:     "needs-confirmation",
		},
		"saved": {
			life:       creates,
			attributes: map[string]any{"is-dry": false, "save-plan": true},
			result:     "saved",
		},
		"destroys":                {life: destroys, inputs: "fail-on=destroy", code: 1, result: "planned"},
		"creates":                 {life: creates, inputs: "fail-on=destroy", result: "planned"},
		"strange":                 {life: strange, code: 1, result: "errored"},
		"failure without fail-on": {life: planFails, inputs: "fail-on=none", result: "errored"},
		"destroy unknown": {
			life:   scalrsim.RunScript{Plan: scalrsim.Stage{For: time.Hour}},
			inputs: "fail-on=destroy",
			code:   1,
			result: "started",
		},
	} {
		t.Run(name, func(t *testing.T) {
			inFleet(t, 1, scalrsim.Scenario{}, func(f *fleet) {
				f.sim.SetRunScript(f.ids[0], tt.life)
				attributes := map[string]any{"is-dry": true, "message": "https://github.com/acme/infra/actions/runs/12"}
				for k, v := range tt.attributes {
					attributes[k] = v
				}
				f.sim.AddRun(f.ids[0], attributes)
				time.Sleep(10 * time.Minute)
				before := len(f.sim.Requests())
				p := f.play("12", "1", oldHead, allGood, tt.inputs)
				if p.code != tt.code || !strings.Contains(p.outputs["runs"], `"result":"`+tt.result+`"`) {
					t.Errorf("exit %d, runs %s\n%s", p.code, p.outputs["runs"], p.log)
				}
				if n := len(f.sim.Requests()) - before; n > 4 {
					t.Errorf("%d requests", n)
				}
			})
		})
	}
}

// TestOverviewAdviceByFailure checks that the annotation advises to fix errors only if a run failed, and to override
// policies only if a run waits for that.
func TestOverviewAdviceByFailure(t *testing.T) {
	t.Parallel()
	soft := creates
	soft.Policies = []scalrsim.Policy{{Name: "budget", Result: "soft_failed"}}
	const fix, override = "Fix the errors in the summary", "Ask a person with the permission `policy-checks:override`"
	for name, tt := range map[string]struct {
		lives       []scalrsim.RunScript
		want, never string
	}{
		"failed":            {lives: []scalrsim.RunScript{planFails}, want: fix, never: override},
		"needs an override": {lives: []scalrsim.RunScript{soft}, want: override, never: fix},
		"both":              {lives: []scalrsim.RunScript{planFails, soft}, want: fix + "; each run's page in Scalr has the complete log.%0A" + override},
	} {
		t.Run(name, func(t *testing.T) {
			inFleet(t, len(tt.lives), scalrsim.Scenario{}, func(f *fleet) {
				for i, life := range tt.lives {
					f.plan(i, life, "12", "1")
				}
				time.Sleep(10 * time.Minute)
				p := f.play("12", "1", oldHead, allGood)
				if p.code != 1 || !strings.Contains(p.log, tt.want) || tt.never != "" && strings.Contains(p.log, tt.never) {
					t.Errorf("exit %d, want %q and not %q in the log:\n%s", p.code, tt.want, tt.never, p.log)
				}
			})
		})
	}
}
