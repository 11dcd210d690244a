package scalrsim

import (
	"maps"
	"net/http"
	"time"
)

// Scenarios returns the scenarios that tests, scripts and the demo share, by name. Their
// durations are short enough to watch.
func Scenarios() map[string]Scenario {
	all := map[string]Scenario{}
	for _, group := range [][]Scenario{goodScenarios(), policyScenarios(), badScenarios(), oddScenarios(), logScenarios(), wireScenarios()} {
		for _, s := range group {
			all[s.Name] = s
		}
	}
	return maps.Clone(all)
}

func network() []Change {
	return []Change{
		{Address: "terraform_data.network", Action: "create"},
		{Address: "terraform_data.subnet_a", Action: "create"},
		{Address: "terraform_data.route", Action: "update"},
		{Address: "terraform_data.old_gateway", Action: "delete"},
	}
}

func networkOutputs() []Output {
	return []Output{
		{Name: "cidr", Value: "10.0.0.0/16"},
		{Name: "subnets", Value: list{"10.0.1.0/24", "10.0.2.0/24"}},
		{Name: "admin_password", Value: "sim-output-9d41f7c2a6", Sensitive: true},
	}
}

func changing() RunScript {
	return RunScript{Plan: Stage{Changes: network()}, Outputs: networkOutputs()}
}

func autoApplied() Config { return Config{Workspace: object{"auto-apply": true}} }

func goodScenarios() []Scenario {
	script := changing()
	queued := changing()
	queued.Queue = 6 * time.Second
	hooks := changing()
	hooks.Hooks = true
	agents := changing()
	agents.AgentWait = 90 * time.Second
	cost := changing()
	cost.Cost = &Cost{Prior: "120.500", Proposed: "162.750", Delta: "42.250"}
	everything := hooks
	everything.Cost = cost.Cost
	everything.Policies = []Policy{{Name: "tags_required", Result: "passed"}}
	return []Scenario{
		{Name: "plan-changes", About: "a plan finds changes", Script: script},
		{Name: "no-changes", About: "a plan finds no changes", Script: RunScript{Plan: Stage{Changes: []Change{}}}},
		{Name: "applied", About: "the workspace applies automatically", Script: script, Config: autoApplied()},
		{Name: "waits-for-approval", About: "a run that is not dry waits for confirmation", Script: script},
		{Name: "saved-plan", About: "with save-plan the run stops at a saved plan", Script: script},
		{Name: "queued", About: "another run holds the workspace for a while", Script: queued},
		{Name: "waits-for-agent", About: "no agent of the workspace's pool is free for a while", Script: agents, Setup: func(s *Server) {
			s.AddProviderConfiguration("aws-production", "aws")
			s.AddProviderConfiguration("aws-backup", "aws")
			pool := s.AddAgentPool("private-network", Agent{"runner-1", "busy"}, Agent{"runner-2", "offline"})
			s.AddAgentPool("spare", Agent{"runner-3", "idle"})
			s.setAgentPool(s.lookup("workspaces", WorkspaceID), []string{pool})
		}},
		{Name: "hooks", About: "the run passes hooks before and after plan and apply", Script: hooks, Config: autoApplied()},
		{Name: "cost-increase", About: "the plan costs more", Script: cost},
		{Name: "passes-planned", About: "a run that continues automatically passes statuses in which others wait", Script: everything, Config: autoApplied()},
		{Name: "execute", About: "the uploaded configuration is really executed", Pace: 0.25, Script: RunScript{Execute: true}, Config: Config{Processing: 1}},
	}
}

func policyScenarios() []Scenario {
	with := func(result, message string) RunScript {
		script := changing()
		script.Policies = []Policy{{Name: "tags_required", Result: "passed"}, {Name: "no_public_ip", Result: result, Messages: []string{message}}}
		return script
	}
	return []Scenario{
		{Name: "policy-advisory", About: "an advisory policy fails", Script: with("advisory_failed", "the gateway has a public address")},
		{Name: "policy-soft", About: "a policy fails and may be overridden", Script: with("soft_failed", "the gateway has a public address")},
		{Name: "policy-hard", About: "a hard-mandatory policy fails", Script: with("hard_failed", "the gateway has a public address")},
	}
}

func badScenarios() []Scenario {
	planError := RunScript{Plan: Stage{Changes: network(), Fails: "Invalid value for input variable"}}
	applyError := changing()
	applyError.Apply.Fails = "Provisioning of terraform_data.subnet_a was refused"
	canceled := changing()
	canceled.ExternalActions = []ExternalAction{{When: "planning", After: time.Second, Verb: "cancel", By: adaEmail, Comment: "Not during the freeze"}}
	discarded := changing()
	discarded.ExternalActions = []ExternalAction{{When: "planned", After: time.Second, Verb: "discard", By: adaEmail, Comment: "Not during the freeze"}}
	confirmed := changing()
	confirmed.ExternalActions = []ExternalAction{{When: "planned", After: time.Second, Verb: "confirm", By: adaEmail, Comment: "Go"}}
	applies := changing()
	applies.Deviations, applies.Apply.For = object{"is-dry": false, "auto-apply": true}, time.Minute
	hides := applies
	hides.DeviationsAfter = time.Second
	ignores := changing()
	ignores.IgnoreStop = true
	ignores.Plan.For = time.Hour
	slow := changing()
	slow.Plan.For = 5 * time.Second
	slow.ConfirmTakes, slow.DiscardTakes, slow.CancelTakes = 3*time.Minute, 5*time.Second, 3*time.Minute
	return []Scenario{
		{Name: "plan-error", About: "the plan fails", Script: planError},
		{Name: "apply-error", About: "the apply fails half-way", Script: applyError, Config: autoApplied()},
		{Name: "bad-upload", About: "Scalr cannot read the archive", Script: changing(), Faults: []Fault{{Op: "GET /configuration-versions/*", Times: -1,
			Action: Edit, Change: erroredVersion}}},
		{Name: "canceled-by-other", About: "another user cancels the run while it plans", Script: canceled},
		{Name: "discarded-by-other", About: "another user discards the waiting run", Script: discarded},
		{Name: "confirmed-by-other", About: "another user confirms the waiting run", Script: confirmed},
		{Name: "applies-dry-runs", About: "a run that was requested as a dry run applies", Script: applies},
		{Name: "hides-the-apply", About: "the same, and answers show it a second later", Script: hides},
		{Name: "ignores-stop", About: "a cancel is accepted and has no effect", Script: ignores},
		{Name: "slow-actions", About: "a discard takes effect after 5 s, a confirm and a cancel after 3 min", Script: slow},
		{Name: "no-upload-address", About: "configuration versions have no upload address", Script: changing(), Config: Config{NoUpload: true}},
		{Name: "vcs-driven", About: "the workspace is bound to a repository", Script: changing(),
			Config: Config{Workspace: object{"vcs-repo": object{"identifier": "acme/network", "branch": "main"}}}},
		{Name: "locked", About: "the workspace is locked by a person", Script: changing(),
			Config: Config{Lock: Lock{By: LockedByPerson, Reason: "Database migration until noon"}}},
		{Name: "locked-for-a-while", About: "the same, for 8 seconds", Script: changing(),
			Config: Config{Lock: Lock{By: LockedByPerson, Reason: "Database migration", For: 8 * time.Second}}},
		{Name: "locked-by-run", About: "the workspace is locked by an active run", Script: changing(),
			Config: Config{Lock: Lock{By: LockedByRun, For: 6 * time.Second}}},
		{Name: "locked-by-finished-run", About: "the workspace is locked by a run that has failed", Script: changing(),
			Config: Config{Lock: Lock{By: LockedByFinishedRun}}},
	}
}

func oddScenarios() []Scenario {
	planning := Step{Status: "planning", For: 2 * time.Second, Log: planText(network(), "")}
	unknown := changing()
	unknown.Steps = []Step{{Status: "plan_queued", For: passing}, planning, {Status: "quantum_checking", Apply: "unreachable"}}
	passesUnknown := changing()
	passesUnknown.Steps = []Step{planning, {Status: "quantum_checking", For: 2 * time.Second}, {Status: "planned_and_finished"}}
	backwards := changing()
	backwards.Steps = []Step{{Status: "plan_queued", For: passing},
		{Status: "planning", For: time.Second, Log: planText(network(), "")},
		{Status: "plan_queued", For: time.Second}, {Status: "planning", For: time.Second},
		{Status: "planned", For: passing}, {Status: "planned_and_finished"}}
	rests := RunScript{Plan: Stage{Changes: []Change{}}, WaitsWithoutChange: true}
	refused := changing()
	refused.RefuseAutoApply = true
	return []Scenario{
		{Name: "unknown-status", About: "the run ends in an unknown status", Script: unknown},
		{Name: "passes-unknown", About: "the run passes an unknown status", Script: passesUnknown},
		{Name: "backwards", About: "a stale replica shows an earlier status", Script: backwards},
		{Name: "rests-without-changes", About: "a run without changes waits in the status planned", Script: rests},
		{Name: "auto-apply-refused", About: "Scalr sets the run's auto-apply to false", Script: refused, Config: autoApplied()},
	}
}

// erroredVersion changes a response to report that the archive could not be read.
func erroredVersion(body string) string {
	return edited(body, func(data object) {
		attributes := data["attributes"].(object)
		if attributes["size"] != nil {
			attributes["status"], attributes["error-message"] = "errored", "Unable to process the configuration archive: not a gzip file."
		}
	})
}

func wireScenarios() []Scenario {
	limited := http.Header{"Retry-After": {"2"}}
	return []Scenario{
		{Name: "rate-limited", About: "Scalr asks to slow down, twice", Script: changing(), Faults: []Fault{
			{Op: "* /**", Action: Status, Status: 429, Header: limited},
			{Op: "GET /runs/*", Nth: 2, Action: Status, Status: 429, Header: limited}}},
		{Name: "server-errors", About: "Scalr fails twice, then works", Script: changing(), Faults: []Fault{
			{Op: "GET /runs/*", Nth: 2, Times: 2, Action: Status, Status: 500}}},
		{Name: "proxy-page", About: "a proxy answers with a page", Script: changing(), Faults: []Fault{
			{Op: "* /**", Times: -1, Action: HTML}}},
		{Name: "lost-answer", About: "the run is created and the response is lost", Script: changing(), Faults: []Fault{
			{Op: "POST /runs", Phase: After, Action: Reset}}},
		{Name: "expired-link", About: "the first upload link has expired", Script: changing(), Faults: []Fault{
			{Op: "PUT /upload/*", Action: Expired}}},
	}
}
