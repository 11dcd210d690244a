package scalr

import "time"

// Workspace contains the properties of a workspace that a run needs, and those that the workspace action shows and
// sets. Zero fields were not reported. Names, here and below, are unchanged since they are compared: quote them in
// output for people.
type Workspace struct {
	ID, Name                   string
	EnvironmentID, Environment string // Environment is empty if the name was not reported
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
	VCS                        string // name of the connected repository, if any
	Hooks                      bool   // custom hooks run before Terraform and may create files
	Terragrunt                 bool   // Terragrunt is enabled; the configuration may not contain .tf files
	RunAll                     bool   // one run plans several Terragrunt units, or may do so
	ModuleVersionID            string // set if the workspace is based on a module
	Locked                     bool   // also true if the value is not a boolean
	LockReason                 string
	LockedBy                   string // e-mail address or name of a person
	LockedByRun                string // the id of a run, which may have finished
	LockHolder                 LockHolder
	ForceLatestRun             bool     // a new run cancels earlier ones and takes over the lock of a finished run
	VarFiles                   []string // nil if not reported
	AgentPoolID                string   // the workspace's own pool; empty if it uses that of its environment or account
	EnvironmentAgentPoolID     string   // default pool of the environment
	RunTimeout                 *int     // run-operation-timeout, in minutes; 0 for Scalr's default, nil if not reported
	Tags                       []Tag
	Permissions                map[string]bool // those that Scalr reports
	HookCommands               string          // shell commands of all custom hooks, one per line
}

// LockHolder is the run that has locked a workspace, as reported by Scalr. It is zero for a run that the token cannot
// read.
type LockHolder struct {
	Status Status
	Since  time.Time // when the run reached Status
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
	Permissions      []string // permissions of the token that Scalr reports
}

// Tag is a tag of environments and workspaces. The name is empty if only the id was reported.
type Tag struct{ ID, Name string }
