package scalr

import "cmp"

// runIncludes requests everything that a read of a run needs in one request (openapi.yml, get_run, include).
const runIncludes = "plan,apply,cost-estimate,policy-checks,created-by,status-transitions"

// maxTransitions is the maximum number of transitions kept of a run, the latest ones.
const maxTransitions = 200

func (d document) run(r resource) Run {
	a := r.Attributes
	run := Run{
		ID: r.ID, Status: Status(a.text("status")), ErrorMessage: a.line("error-message"), Message: a.line("message"),
		Source: a.line("source"), CreatedAt: a.time("created-at"),
		Dry: a.set("is-dry"), Destroy: a.set("is-destroy"), RefreshOnly: a.set("refresh-only"), AutoApply: a.set("auto-apply"),
		Settings: a.settings(), HasChanges: a.flag("has-changes"), Position: a.number("position-in-queue"),
		Unreadable:  unreadable(a, a.flag, "has-changes"),
		WorkspaceID: r.ref("workspace"), EnvironmentID: r.ref("environment"), ConfigurationID: r.ref("configuration-version"),
	}
	run.CreatedBy = d.person(r.ref("created-by"))
	run.Plan = d.plan(r.ref("plan"))
	run.Apply = d.apply(r.ref("apply"))
	run.Cost = d.cost(r.ref("cost-estimate"))
	for _, id := range r.refs("policy-checks") {
		run.Policies = append(run.Policies, d.policyCheck(id))
	}
	transitions := r.refs("status-transitions")
	for _, id := range transitions[max(0, len(transitions)-maxTransitions):] {
		if t, ok := d.included("status-transitions", id); ok {
			run.Transitions = append(run.Transitions, Transition{
				Status: Status(t.Attributes.text("status")), At: t.Attributes.time("occurred-at"),
				Reason: t.Attributes.line("reason"), By: cmp.Or(d.person(t.ref("user")), t.ref("user")), // users are not included
			})
		}
	}
	return run
}

// plan returns the included plan with the id, or a Plan with only the id.
func (d document) plan(id string) *Plan {
	if id == "" {
		return nil
	}
	r, _ := d.included("plans", id)
	return r.plan(id)
}

func (r resource) plan(id string) *Plan {
	a := r.Attributes
	return &Plan{
		ID: id, Status: TaskStatus(a.text("status")), HasChanges: a.flag("has-changes"),
		Additions: a.number("resource-additions"), Changes: a.number("resource-changes"), Destructions: a.number("resource-destructions"),
		Unreadable: append(unreadable(a, a.number, "resource-destructions", "resource-additions", "resource-changes"), unreadable(a, a.flag, "has-changes")...),
	}
}

func (d document) apply(id string) *Apply {
	if id == "" {
		return nil
	}
	r, _ := d.included("applies", id)
	return r.apply(id)
}

func (r resource) apply(id string) *Apply {
	a := r.Attributes
	return &Apply{
		ID: id, Status: TaskStatus(a.text("status")),
		Additions: a.number("resource-additions"), Changes: a.number("resource-changes"),
		Destructions: a.number("resource-destructions"), Imports: a.number("resource-imports"),
	}
}

func (d document) cost(id string) *CostEstimate {
	if id == "" {
		return nil
	}
	r, _ := d.included("cost-estimates", id)
	return r.cost(id)
}

func (r resource) cost(id string) *CostEstimate {
	a := r.Attributes
	estimate := &CostEstimate{
		ID: id, Status: TaskStatus(a.text("status")), ErrorMessage: a.line("error-message"),
		Prior: a.decimal("prior-monthly-cost"), Proposed: a.decimal("proposed-monthly-cost"), Delta: a.decimal("delta-monthly-cost"),
		Resources: a.number("resources-count"), Matched: a.number("matched-resources-count"),
	}
	for name, amount := range map[string]string{"prior-monthly-cost": estimate.Prior, "proposed-monthly-cost": estimate.Proposed} {
		estimate.Unreadable = estimate.Unreadable || a[name] != nil && a[name] != "" && amount == ""
	}
	return estimate
}

func (d document) policyCheck(id string) PolicyCheck {
	r, _ := d.included("policy-checks", id)
	return r.policyCheck(id)
}

func (r resource) policyCheck(id string) PolicyCheck {
	result, _ := r.Attributes["result"].(policyResult)
	n := result.counts.count
	return PolicyCheck{
		ID: id, Status: TaskStatus(r.Attributes.text("status")), Policies: result.policies,
		Passed: n("passed"), Advisory: n("advisory-failed"), Soft: n("soft-failed"), Hard: n("hard-failed"), TotalFailed: n("total-failed"),
	}
}

// person returns the e-mail address of a user, or the name if no address is reported.
func (d document) person(id string) string {
	for _, kind := range []string{"users", "service-accounts"} {
		if r, ok := d.included(kind, id); ok {
			for _, name := range []string{"email", "username", "full-name", "name"} {
				if s := r.Attributes.line(name); s != "" {
					return s
				}
			}
		}
	}
	return ""
}
