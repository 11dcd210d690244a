package inputs

// Input is the name and the default of an input.
type Input struct {
	Name string
	// Default is used for an empty value. It is also in action.yml for users to read, but outside
	// of GitHub only the program applies it.
	Default string
}

// RunNames returns the inputs of the root action, in the order of its action.yml.
//
// The default of github-token is left out, since it is an expression that only the runner can evaluate.
func RunNames() []Input {
	return append(accessNames(),
		Input{Name: "workspace-id"},
		Input{Name: "workspace"},
		Input{Name: "path", Default: "."},
		Input{Name: "dry-run", Default: "true"},
		Input{Name: "destroy", Default: "false"},
		Input{Name: "auto-apply"},
		Input{Name: "save-plan", Default: "false"},
		Input{Name: "refresh", Default: "true"},
		Input{Name: "refresh-only", Default: "false"},
		Input{Name: "targets"},
		Input{Name: "replace"},
		Input{Name: "variables"},
		Input{Name: "sensitive-variables"},
		Input{Name: "environment-variables"},
		Input{Name: "sensitive-environment-variables"},
		Input{Name: "message"},
		Input{Name: "mode", Default: "run"},
		Input{Name: "run-id"},
		Input{Name: "expected-configuration-version-id"},
		Input{Name: "wait-for-lock"},
		Input{Name: "wait", Default: "true"},
		Input{Name: "timeout", Default: "60m"},
		Input{Name: "on-cancel"},
		Input{Name: "fail-on"},
		Input{Name: "max-cost-increase"},
		Input{Name: "terraform-outputs", Default: "non-sensitive"},
		Input{Name: "summary", Default: "true"},
		Input{Name: "comment", Default: "false"},
		Input{Name: "comment-tag"},
		Input{Name: "pr-number"},
		Input{Name: "github-token"},
		Input{Name: "allow-pull-request-target", Default: "false"},
	)
}

// EnvironmentNames returns the inputs of the environment action, in the order of its action.yml.
func EnvironmentNames() []Input {
	return append(accessNames(),
		Input{Name: "mode", Default: "present"},
		Input{Name: "name"},
		Input{Name: "environment-id"},
		Input{Name: "rename-to"},
		Input{Name: "account-id"},
		Input{Name: "tags"},
		Input{Name: "tags-mode", Default: "add"},
		Input{Name: "cost-estimation-enabled"},
		Input{Name: "mask-sensitive-output"},
		Input{Name: "remote-backend"},
		Input{Name: "provider-configurations"},
		Input{Name: "default-provider-configurations"},
		Input{Name: "policy-groups"},
		Input{Name: "policy-groups-mode", Default: "add"},
		Input{Name: "query"},
		Input{Name: "filter-tag"},
		Input{Name: "filter-policy-group"},
		Input{Name: "filter-latest-run-date"},
		Input{Name: "sort"},
	)
}

// WorkspaceNames returns the inputs of the workspace action, in the order of its action.yml.
func WorkspaceNames() []Input {
	return append(accessNames(),
		Input{Name: "mode", Default: "present"},
		Input{Name: "workspace-id"},
		Input{Name: "environment"},
		Input{Name: "name"},
		Input{Name: "tags"},
		Input{Name: "tags-mode", Default: "add"},
		Input{Name: "iac-platform"},
		Input{Name: "terraform-version"},
		Input{Name: "working-directory"},
		Input{Name: "auto-apply"},
		Input{Name: "execution-mode"},
		Input{Name: "auto-destroy-days"},
		Input{Name: "environment-type"},
		Input{Name: "deletion-protection"},
		Input{Name: "var-files"},
		Input{Name: "agent-pool"},
		Input{Name: "run-operation-timeout"},
		Input{Name: "force-latest-run"},
		Input{Name: "provider-configurations"},
		Input{Name: "variables"},
		Input{Name: "sensitive-variables"},
		Input{Name: "environment-variables"},
		Input{Name: "sensitive-environment-variables"},
		Input{Name: "query"},
		Input{Name: "filter-tag"},
		Input{Name: "filter-name"},
	)
}

// AffectedNames returns the inputs of the affected action, in the order of its action.yml.
func AffectedNames() []Input {
	return append(accessNames(),
		Input{Name: "workspaces"},
		Input{Name: "environment"},
		Input{Name: "query"},
		Input{Name: "filter-tag"},
		Input{Name: "filter-name"},
		Input{Name: "all", Default: "false"},
		Input{Name: "directories"},
		Input{Name: "affected-by"},
		Input{Name: "base"},
		Input{Name: "when-unknown", Default: "everything"},
		Input{Name: "pr-number"},
		Input{Name: "github-token"},
		Input{Name: "depends-on"},
		Input{Name: "max-affected"},
		Input{Name: "batch-size"},
	)
}

// OverviewNames returns the inputs of the overview action, in the order of its action.yml.
func OverviewNames() []Input {
	return append(accessNames(),
		Input{Name: "workspaces"},
		Input{Name: "needs"},
		Input{Name: "fail-on", Default: "failed\nmissing"},
		Input{Name: "redact"},
		Input{Name: "summary", Default: "true"},
		Input{Name: "comment", Default: "true"},
		Input{Name: "comment-tag"},
		Input{Name: "pr-number"},
		Input{Name: "github-token"},
	)
}

// accessNames returns the inputs that all actions share.
func accessNames() []Input {
	return []Input{
		{Name: "base-url"},
		{Name: "token"},
		{Name: "service-account"},
		{Name: "oidc-audience"},
		{Name: "id-token"},
	}
}
