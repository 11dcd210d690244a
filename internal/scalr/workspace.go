package scalr

import "time"

// Workspace is what a run needs to know of a workspace, and what the workspace
// action shows and sets. Zero fields were not reported. Names are unchanged,
// here and below, since they are compared: quote them where people read them.
type Workspace struct {
	ID, Name                   string
	EnvironmentID, Environment string // the name is empty if it was not reported
	EnvironmentLocked          bool
	EnvironmentLockReason      string
	CostEstimation             *bool // of the environment; nil if not reported
	AutoApply                  bool
	ExecutionMode              string // remote or local
	Platform                   string // terraform or opentofu
	Version                    string // of the platform
	WorkingDirectory           string
	EnvironmentType            string
	AutoDestroyDays            *int
	DeletionProtection         *bool
	HasResources               *bool
	VCS                        string // the repository's name, when the workspace is bound to one
	Hooks                      bool   // scripts run before Terraform does, which may make files
	Terragrunt                 bool   // Terragrunt runs in it, which needs no .tf files of its own
	RunAll                     bool   // one run plans several Terragrunt units, or may do so
	ModuleVersionID            string // set when the workspace is driven by a module
	Locked                     bool   // also if it is reported as something else than a boolean
	LockReason                 string
	LockedBy                   string // a person, in words
	LockedByRun                string // the id of a run, which may have finished
	LockHolder                 LockHolder
	ForceLatestRun             bool     // a new run cancels the earlier ones, and takes over the lock of a finished run
	VarFiles                   []string // nil if not reported
	AgentPoolID                string   // of the workspace itself; empty if it uses that of its environment or account
	EnvironmentAgentPoolID     string   // the environment's default
	RunTimeout                 *int     // run-operation-timeout, in minutes; 0 for Scalr's default, nil if not reported
	Tags                       []Tag
	Permissions                map[string]bool // as far as the service reports them
}

// LockHolder is what Scalr reports of the run that has locked a workspace. All
// of it is zero for a run that the token cannot see.
type LockHolder struct {
	Status Status
	Since  time.Time // when the run came to Status
}

// Environment is a Scalr environment.
type Environment struct {
	ID, Name, Status string
	AccountID        string
	Locked           bool
	LockReason       string
	MaskSensitive    *bool
	RemoteBackend    *bool
	CostEstimation   *bool // reported by older servers only
	Tags             []Tag
	Policies         []string // ids of the policy groups
	Providers        []string // ids of the provider configurations
	DefaultProviders []string
	Permissions      []string // of the token, as far as the service reports them
}

// Tag is a name that environments and workspaces carry. The name is empty
// if only the id was reported.
type Tag struct{ ID, Name string }
