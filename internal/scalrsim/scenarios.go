package scalrsim

import (
	"maps"
	"net/http"
	"time"
)

// Scenarios returns the scenarios that tests, scripts and the demo share, by name. Their durations are short
// enough for interactive use.
func Scenarios() map[string]Scenario {
	all := map[string]Scenario{}
	for _, group := range [][]Scenario{successScenarios(), policyScenarios(), failureScenarios(), unusualScenarios(), logScenarios(), wireScenarios()} {
		for _, s := range group {
			all[s.Name] = s
		}
	}
	return maps.Clone(all)
}

func networkChanges() []Change {
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

func changesScript() RunScript {
	return RunScript{Plan: Stage{Changes: networkChanges()}, Outputs: networkOutputs()}
}

func autoApplied() Config { return Config{Workspace: object{"auto-apply": true}} }

func successScenarios() []Scenario {
	script := changesScript()
	queued := changesScript()
	queued.Queue = 6 * time.Second
	hooks := changesScript()
	hooks.Hooks = true
	agents := changesScript()
	agents.AgentWait = 90 * time.Second
	cost := changesScript()
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
		{Name: "queued", About: "another run blocks the workspace for a while", Script: queued},
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
		{Name: "execute", About: "the uploaded configuration is executed", Pace: 0.25, Script: RunScript{Execute: true}, Config: Config{Processing: 1}},
	}
}

func policyScenarios() []Scenario {
	with := func(result, message string) RunScript {
		script := changesScript()
		script.Policies = []Policy{{Name: "tags_required", Result: "passed"}, {Name: "no_public_ip", Result: result, Messages: []string{message}}}
		return script
	}
	return []Scenario{
		{Name: "policy-advisory", About: "an advisory policy fails", Script: with("advisory_failed", "the gateway has a public address")},
		{Name: "policy-soft", About: "a policy fails and may be overridden", Script: with("soft_failed", "the gateway has a public address")},
		{Name: "policy-hard", About: "a hard-mandatory policy fails", Script: with("hard_failed", "the gateway has a public address")},
	}
}

func failureScenarios() []Scenario {
	planError := RunScript{Plan: Stage{Changes: networkChanges(), Fails: "Invalid value for input variable"}}
	applyError := changesScript()
	applyError.Apply.Fails = "Provisioning of terraform_data.subnet_a was refused"
	canceled := changesScript()
	canceled.ExternalActions = []ExternalAction{{When: "planning", After: time.Second, Verb: "cancel", By: adaEmail, Comment: "Not during the freeze"}}
	discarded := changesScript()
	discarded.ExternalActions = []ExternalAction{{When: "planned", After: time.Second, Verb: "discard", By: adaEmail, Comment: "Not during the freeze"}}
	confirmed := changesScript()
	confirmed.ExternalActions = []ExternalAction{{When: "planned", After: time.Second, Verb: "confirm", By: adaEmail, Comment: "Go"}}
	applies := changesScript()
	applies.Deviations, applies.Apply.For = object{"is-dry": false, "auto-apply": true}, time.Minute
	hidesApply := applies
	hidesApply.DeviationsAfter = time.Second
	ignores := changesScript()
	ignores.IgnoreStop = true
	ignores.Plan.For = time.Hour
	slow := changesScript()
	slow.Plan.For = 5 * time.Second
	slow.ConfirmTakes, slow.DiscardTakes, slow.CancelTakes = 3*time.Minute, 5*time.Second, 3*time.Minute
	return []Scenario{
		{Name: "plan-error", About: "the plan fails", Script: planError},
		{Name: "apply-error", About: "the apply fails partially", Script: applyError, Config: autoApplied()},
		{Name: "bad-upload", About: "Scalr cannot read the archive", Script: changesScript(), Faults: []Fault{{Op: "GET /configuration-versions/*", Times: -1,
			Action: Edit, Change: erroredVersion}}},
		{Name: "canceled-by-other", About: "another user cancels the run while it plans", Script: canceled},
		{Name: "discarded-by-other", About: "another user discards the waiting run", Script: discarded},
		{Name: "confirmed-by-other", About: "another user confirms the waiting run", Script: confirmed},
		{Name: "applies-dry-runs", About: "a run that was requested as a dry run applies", Script: applies},
		{Name: "hides-the-apply", About: "a run that was requested as a dry run applies, and responses show it one second later", Script: hidesApply},
		{Name: "ignores-stop", About: "a cancel is accepted and has no effect", Script: ignores},
		{Name: "slow-actions", About: "a discard takes effect after 5 s, a confirm and a cancel after 3 min", Script: slow},
		{Name: "no-upload-address", About: "configuration versions have no upload address", Script: changesScript(), Config: Config{NoUpload: true}},
		{Name: "vcs-driven", About: "the workspace is bound to a repository", Script: changesScript(),
			Config: Config{Workspace: object{"vcs-repo": object{"identifier": "acme/network", "branch": "main"}}}},
		{Name: "locked", About: "the workspace is locked by a person", Script: changesScript(),
			Config: Config{Lock: Lock{By: LockedByPerson, Reason: "Database migration until noon"}}},
		{Name: "locked-for-a-while", About: "the workspace is locked by a person for 8 seconds", Script: changesScript(),
			Config: Config{Lock: Lock{By: LockedByPerson, Reason: "Database migration", For: 8 * time.Second}}},
		{Name: "locked-by-run", About: "the workspace is locked by an active run", Script: changesScript(),
			Config: Config{Lock: Lock{By: LockedByRun, For: 6 * time.Second}}},
		{Name: "locked-by-finished-run", About: "the workspace is locked by a run that has failed", Script: changesScript(),
			Config: Config{Lock: Lock{By: LockedByFinishedRun}}},
	}
}

func unusualScenarios() []Scenario {
	planning := Step{Status: "planning", For: 2 * time.Second, Log: planText(networkChanges(), "")}
	unknown := changesScript()
	unknown.Steps = []Step{{Status: "plan_queued", For: passing}, planning, {Status: "quantum_checking", Apply: "unreachable"}}
	passesUnknown := changesScript()
	passesUnknown.Steps = []Step{planning, {Status: "quantum_checking", For: 2 * time.Second}, {Status: "planned_and_finished"}}
	backwards := changesScript()
	backwards.Steps = []Step{{Status: "plan_queued", For: passing},
		{Status: "planning", For: time.Second, Log: planText(networkChanges(), "")},
		{Status: "plan_queued", For: time.Second}, {Status: "planning", For: time.Second},
		{Status: "planned", For: passing}, {Status: "planned_and_finished"}}
	waits := RunScript{Plan: Stage{Changes: []Change{}}, WaitsWithoutChange: true}
	refused := changesScript()
	refused.RefuseAutoApply = true
	return []Scenario{
		{Name: "unknown-status", About: "the run ends in an unknown status", Script: unknown},
		{Name: "passes-unknown", About: "the run passes an unknown status", Script: passesUnknown},
		{Name: "backwards", About: "a stale replica shows an earlier status", Script: backwards},
		{Name: "waits-without-changes", About: "a run without changes waits in the status planned", Script: waits},
		{Name: "auto-apply-refused", About: "Scalr sets the run's auto-apply to false", Script: refused, Config: autoApplied()},
	}
}

// erroredVersion edits a response to report that the archive could not be read.
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
		{Name: "rate-limited", About: "Scalr asks to slow down, twice", Script: changesScript(), Faults: []Fault{
			{Op: "* /**", Action: Status, Status: 429, Header: limited},
			{Op: "GET /runs/*", Nth: 2, Action: Status, Status: 429, Header: limited}}},
		{Name: "server-errors", About: "Scalr fails twice, then works", Script: changesScript(), Faults: []Fault{
			{Op: "GET /runs/*", Nth: 2, Times: 2, Action: Status, Status: 500}}},
		{Name: "proxy-page", About: "a proxy returns an HTML page", Script: changesScript(), Faults: []Fault{
			{Op: "* /**", Times: -1, Action: HTML}}},
		{Name: "lost-response", About: "the run is created and the response is lost", Script: changesScript(), Faults: []Fault{
			{Op: "POST /runs", Phase: After, Action: Reset}}},
		{Name: "expired-link", About: "the first upload link has expired", Script: changesScript(), Faults: []Fault{
			{Op: "PUT /upload/*", Action: Expired}}},
	}
}
