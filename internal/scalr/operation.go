package scalr

// Operation is an operation of Scalr's API, or several that serve one purpose. String returns its name for messages.
// Properties of an operation, such as the required permission, are looked up by the constant and not by that text.
type Operation int

// Operations that the client uses.
const (
	OpSignIn Operation = iota + 1
	OpListAccounts

	OpCreateConfiguration
	OpReadConfiguration
	OpUpload

	OpCreateRun
	OpReadRun
	OpReadRunPart // plan, apply, cost estimate or policy check
	OpListRuns
	OpApplyRun
	OpCancelRun
	OpDiscardRun
	OpStopRun // cancel or discard, depending on the run's status
	OpOverridePolicyCheck
	OpReadPlanLog
	OpReadApplyLog
	OpReadPlanJSON

	OpListEnvironments
	OpReadEnvironment
	OpCreateEnvironment
	OpUpdateEnvironment
	OpDeleteEnvironment

	OpListWorkspaces
	OpReadWorkspace
	OpCreateWorkspace
	OpUpdateWorkspace
	OpDeleteWorkspace
	OpReadOutputs

	OpListVariables
	OpCreateVariable
	OpUpdateVariable

	OpListTags
	OpCreateTag
	OpListResourceTags
	OpAddTags
	OpReplaceTags
	OpRemoveTags

	OpListProviders
	OpReadProvider
	OpUpdateProvider
	OpListProviderLinks
	OpCreateProviderLink
	OpUpdateProviderLink
	OpDeleteProviderLink

	OpListPolicyGroups
	OpLinkPolicyGroup
	OpUnlinkPolicyGroup

	OpListAgentPools
	OpReadAgentPool

	operationsEnd
)

var operations = [operationsEnd]string{
	OpSignIn:       "sign in as",
	OpListAccounts: "list accounts",

	OpCreateConfiguration: "create a configuration version in workspace",
	OpReadConfiguration:   "read configuration version",
	OpUpload:              "upload to configuration version",

	OpCreateRun:           "create a run in workspace",
	OpReadRun:             "read run",
	OpReadRunPart:         "read",
	OpListRuns:            "list the runs of",
	OpApplyRun:            "apply run",
	OpCancelRun:           "cancel run",
	OpDiscardRun:          "discard run",
	OpStopRun:             "stop run",
	OpOverridePolicyCheck: "override policy check",
	OpReadPlanLog:         "read the plan log",
	OpReadApplyLog:        "read the apply log",
	OpReadPlanJSON:        "read the plan as JSON",

	OpListEnvironments:  "list environments",
	OpReadEnvironment:   "read environment",
	OpCreateEnvironment: "create environment",
	OpUpdateEnvironment: "change environment",
	OpDeleteEnvironment: "delete environment",

	OpListWorkspaces:  "list workspaces",
	OpReadWorkspace:   "read workspace",
	OpCreateWorkspace: "create workspace",
	OpUpdateWorkspace: "change workspace",
	OpDeleteWorkspace: "delete workspace",
	OpReadOutputs:     "read the outputs of workspace",

	OpListVariables:  "list the variables of workspace",
	OpCreateVariable: "create variable",
	OpUpdateVariable: "change variable",

	OpListTags:         "list tags",
	OpCreateTag:        "create tag",
	OpListResourceTags: "list the tags of",
	OpAddTags:          "add tags to",
	OpReplaceTags:      "replace the tags of",
	OpRemoveTags:       "remove tags from",

	OpListProviders:      "list provider configurations",
	OpReadProvider:       "read provider configuration",
	OpUpdateProvider:     "change provider configuration",
	OpListProviderLinks:  "list the provider configurations of workspace",
	OpCreateProviderLink: "link provider configuration",
	OpUpdateProviderLink: "change provider configuration link",
	OpDeleteProviderLink: "delete provider configuration link",

	OpListPolicyGroups:  "list policy groups",
	OpLinkPolicyGroup:   "link policy group",
	OpUnlinkPolicyGroup: "unlink policy group",

	OpListAgentPools: "list agent pools",
	OpReadAgentPool:  "read agent pool",
}

// String returns the operation in words, or "" for a value that is not a constant.
func (o Operation) String() string {
	if o < 0 || o >= operationsEnd {
		return ""
	}
	return operations[o]
}

// IsChange reports whether the operation creates, changes or deletes an environment, a workspace or something that
// belongs to them.
func (o Operation) IsChange() bool {
	switch o {
	case OpCreateEnvironment, OpUpdateEnvironment, OpDeleteEnvironment, OpCreateWorkspace, OpUpdateWorkspace, OpDeleteWorkspace,
		OpCreateVariable, OpUpdateVariable, OpCreateTag, OpAddTags, OpReplaceTags, OpRemoveTags,
		OpUpdateProvider, OpCreateProviderLink, OpUpdateProviderLink, OpDeleteProviderLink, OpLinkPolicyGroup, OpUnlinkPolicyGroup:
		return true
	}
	return false
}

// Operations returns all operations.
func Operations() []Operation {
	var all []Operation
	for o := Operation(1); o < operationsEnd; o++ {
		all = append(all, o)
	}
	return all
}

// Op is an operation and the object that it applies to.
type Op struct {
	Operation Operation
	Object    string // such as "run-1"; may be empty
}

// String returns operation and object, such as "read run run-1".
func (o Op) String() string {
	if o.Object == "" {
		return o.Operation.String()
	}
	return o.Operation.String() + " " + o.Object
}

func (o Operation) on(object string) Op { return Op{o, object} }
