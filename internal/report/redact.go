package report

import (
	"slices"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/secret"
)

// Redacted returns a copy of the report with its texts redacted. In the finished page not all secrets would be found:
// Markdown escapes some characters, and long texts are truncated.
func (r Report) Redacted(redact *secret.Redactor) Report {
	r.Problem = redact.String(r.Problem)
	r.Hints, r.Gates = redacted(redact, r.Hints), redacted(redact, r.Gates)
	r.PlanJSONMissing = redact.String(r.PlanJSONMissing)
	for _, text := range []*string{
		&r.Workspace.ID, &r.Workspace.Name, &r.Workspace.Environment, &r.WorkspaceURL, &r.RunURL, &r.Action,
		&r.Run.ID, &r.Run.ConfigurationID, &r.Run.ErrorMessage,
		&r.Source.Repository, &r.Source.CommitURL, &r.Source.WorkflowRunURL, &r.Source.Actor,
		&r.ServiceAccount, &r.Audience,
	} {
		*text = redact.String(*text)
	}
	if r.Run.Cost != nil {
		estimate := *r.Run.Cost
		estimate.ErrorMessage = redact.String(estimate.ErrorMessage)
		r.Run.Cost = &estimate
	}
	if targets := r.Run.Settings.Targets; targets != nil {
		r.Run.Settings.Targets = new(redacted(redact, *targets))
	}
	r.Run.Policies = redactedChecks(redact, r.Run.Policies)
	r.Plan, r.Apply = r.Plan.Redacted(redact), r.Apply.Redacted(redact)
	return r
}

func redactedChecks(redact *secret.Redactor, checks []scalr.PolicyCheck) []scalr.PolicyCheck {
	checks = slices.Clone(checks)
	for i := range checks {
		policies := slices.Clone(checks[i].Policies)
		for j := range policies {
			policies[j].Name, policies[j].Messages = redact.String(policies[j].Name), redacted(redact, policies[j].Messages)
		}
		checks[i].Policies = policies
	}
	return checks
}

func redacted(redact *secret.Redactor, list []string) []string {
	list = slices.Clone(list)
	for i := range list {
		list[i] = redact.String(list[i])
	}
	return list
}
