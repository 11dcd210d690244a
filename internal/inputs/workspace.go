package inputs

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

// WorkspaceMode selects the operation of the workspace action.
type WorkspaceMode string

// The modes of the workspace action.
const (
	WorkspacePresent WorkspaceMode = "present"
	WorkspaceAbsent  WorkspaceMode = "absent"
	WorkspaceShow    WorkspaceMode = "show"
	WorkspaceList    WorkspaceMode = "list"
	WorkspaceOutputs WorkspaceMode = "outputs"
)

// Workspace holds the inputs of the workspace action.
type Workspace struct {
	Access
	Mode WorkspaceMode
	// Either WorkspaceID, or both Environment and Name are set. WorkspaceList needs none of them.
	WorkspaceID string
	// Environment is a name or an id: a name may look like an id.
	Environment, Name string
	Tags              Tags
	// A nil or zero setting keeps the current value. A setting that can be cleared is cleared by a
	// pointer to the zero value, or by an empty list that is not nil. Values are in Scalr's terms.
	IaCPlatform        string
	TerraformVersion   string  // also of OpenTofu
	WorkingDirectory   *string // can be cleared
	AutoApply          *bool
	ExecutionMode      string
	AutoDestroyDays    *int // can be cleared
	EnvironmentType    string
	DeletionProtection *bool
	VarFiles           []string // can be cleared; later files take precedence
	AgentPool          *string  // name or id; can be cleared
	RunTimeout         *int     // in minutes; can be cleared
	ForceLatestRun     *bool
	// ProviderLinks replace those of the workspace; they can be cleared.
	ProviderLinks []ProviderLink
	// Variables are stored in the workspace; keys are unique within a category.
	Variables []Variable
	// Filter is for WorkspaceList.
	Filter WorkspaceFilter
}

// WorkspaceFilter selects the workspaces to list, in addition to Workspace.Environment. The zero value
// selects all.
type WorkspaceFilter struct{ Query, Tag, Name string }

// LoadWorkspace reads the inputs of the workspace action. The error is of type Problems and contains all
// problems.
func LoadWorkspace(src Source) (Workspace, Notes, error) {
	r := newReader(src, WorkspaceNames())
	in := Workspace{
		Access:             r.access(),
		Mode:               enum(r, "mode", WorkspacePresent, WorkspaceAbsent, WorkspaceShow, WorkspaceList, WorkspaceOutputs),
		WorkspaceID:        r.id("workspace-id", "ws"),
		Environment:        r.line("environment", maxName, "production"),
		Name:               r.line("name", maxName, "network"),
		Tags:               r.tags(),
		IaCPlatform:        enum(r, "iac-platform", "terraform", "opentofu"),
		TerraformVersion:   r.terraformVersion(),
		WorkingDirectory:   orNone(r, "working-directory", r.workingDirectory),
		AutoApply:          r.optionalBool("auto-apply"),
		ExecutionMode:      enum(r, "execution-mode", "remote", "local"),
		AutoDestroyDays:    orNone(r, "auto-destroy-days", r.autoDestroyDays),
		EnvironmentType:    enum(r, "environment-type", "production", "staging", "testing", "development", "unmapped"),
		DeletionProtection: r.optionalBool("deletion-protection"),
		VarFiles:           r.listOrNone("var-files", "env/production.tfvars"),
		AgentPool:          orNone(r, "agent-pool", func() string { return r.line("agent-pool", maxName, "private-network") }),
		RunTimeout:         orNone(r, "run-operation-timeout", r.runTimeout),
		ForceLatestRun:     r.optionalBool("force-latest-run"),
		ProviderLinks:      r.providerLinks(),
		Variables:          r.variables(),
		Filter: WorkspaceFilter{
			Query: r.line("query", maxName, "network"),
			Tag:   r.line("filter-tag", maxName, "preview"),
			Name:  r.line("filter-name", maxName, "network"),
		},
	}
	r.whichWorkspace(in)
	notes, err := r.done()
	return in, notes, err
}

// whichWorkspace checks that the inputs identify the workspace, and warns about inputs that the mode does
// not use.
func (r *reader) whichWorkspace(in Workspace) {
	changes := []string{"tags", "iac-platform", "terraform-version", "working-directory", "auto-apply",
		"execution-mode", "auto-destroy-days", "environment-type", "deletion-protection", "var-files", "agent-pool", "run-operation-timeout",
		"force-latest-run", "provider-configurations", "variables", "sensitive-variables", "environment-variables", "sensitive-environment-variables"}
	filters := []string{"query", "filter-tag", "filter-name"}
	switch in.Mode {
	case "":
		return
	case WorkspaceList:
		r.unused("mode: list changes nothing and lists by filters", append([]string{"workspace-id", "name"}, changes...)...)
		return
	case WorkspacePresent:
		r.unused("mode: present acts on one workspace", filters...)
		r.newName(in.Name)
	default:
		r.unused("mode: "+string(in.Mode)+" acts on one workspace and sets nothing in it", slices.Concat(changes, filters)...)
	}
	r.eitherWay()
}

// eitherWay checks that the workspace is given either by its id or by its name and environment.
func (r *reader) eitherWay() {
	id, environment, name := r.value("workspace-id"), r.value("environment"), r.value("name")
	switch {
	case id != "" && name != "":
		r.badf("workspace-id", "cannot be combined with name: %s and %s. "+
			"Remove one of the two and keep the other, such as workspace-id: ws-v0abc123", r.quote(id), r.quote(name))
	case id != "" && environment != "":
		r.badf("workspace-id", "cannot be combined with environment, which an id does not need: %s and %s. Remove environment, "+
			"or set name instead of workspace-id, such as name: network", r.quote(id), r.quote(environment))
	case id != "":
	case name == "" && environment == "":
		r.badf("workspace-id", "is empty, and so are environment and name. Set workspace-id or both of the others, such as "+
			"workspace-id: ws-v0abc123, or environment: production and name: network")
	case name == "":
		r.badf("name", "is empty, but environment is set: %s. Write the workspace's name too, such as name: network", r.quote(environment))
	case environment == "":
		r.badf("environment", "is empty, but name is set: %s. Write the name or id of its environment too, such as environment: production",
			r.quote(name))
	}
}

var workspaceName = lazyregexp.New(`^[\p{L}\p{N}_-]*$`)

// newName checks the name of a workspace that may be created (openapi.yml, Workspace). An existing
// workspace may have any name.
func (r *reader) newName(v string) {
	if !workspaceName.MatchString(v) {
		r.badf("name", "contains a character that a workspace's name cannot have: %s. Use letters, digits, - and _, such as name: network-eu", r.quote(v))
	}
}

var softwareVersion = lazyregexp.New(`^[0-9A-Za-z.+~<>=!, -]{0,64}$`)

// terraformVersion reads a version. Scalr checks whether it exists.
func (r *reader) terraformVersion() string {
	v := r.value("terraform-version")
	if !r.requireEvaluated("terraform-version", v) {
		return ""
	}
	switch {
	case !softwareVersion.MatchString(v):
		r.badf("terraform-version", "is not a version: %s. Write it as Scalr lists it, such as terraform-version: 1.9.8", r.quote(v))
	case len(v) > 1 && v[0] == 'v' && v[1] >= '0' && v[1] <= '9':
		r.badf("terraform-version", "begins with a v: %s. Set terraform-version: %s", r.quote(v), v[1:])
	default:
		return v
	}
	return ""
}

// workingDirectory reads the directory within the configuration in which Terraform runs.
func (r *reader) workingDirectory() string {
	v := r.line("working-directory", maxName, "infra/network")
	clean := path.Clean(v)
	switch {
	case v == "":
		return ""
	case path.IsAbs(v):
		r.badf("working-directory", "is absolute: %s. Write it relative to the uploaded directory, such as working-directory: infra/network", r.quote(v))
	case clean == ".." || strings.HasPrefix(clean, "../"):
		r.badf("working-directory", "points outside the uploaded directory: %s. Write a directory within, such as working-directory: infra/network", r.quote(v))
	default:
		return v
	}
	return ""
}

func (r *reader) autoDestroyDays() int {
	days, _ := strconv.Atoi(enum(r, "auto-destroy-days", "1", "2", "7", "14"))
	return days
}
