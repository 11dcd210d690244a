package scalr

// Operation is an operation of Scalr's API, or a few that serve one purpose. Its
// string is how messages word it; what belongs to an operation, such as the
// permission that it takes, is found by the constant and not by that text.
type Operation int

// The operations that the client uses.
const (
	OpSignIn Operation = iota + 1
	OpListAccounts

	OpCreateConfiguration
	OpReadConfiguration
	OpUpload

	OpCreateRun
	OpReadRun
	OpReadRunPart // its plan, apply, cost estimate or policy check
	OpListRuns
	OpApplyRun
	OpCancelRun
	OpDiscardRun
	OpStopRun // either of both, as the run's status asks for
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

// String is the operation in words; empty for a value that is not a constant.
func (o Operation) String() string {
	if o < 0 || o >= operationsEnd {
		return ""
	}
	return operations[o]
}

// Operations lists all operations.
func Operations() []Operation {
	var all []Operation
	for o := Operation(1); o < operationsEnd; o++ {
		all = append(all, o)
	}
	return all
}

// Op is an operation and the object that it is for.
type Op struct {
	Operation Operation
	Object    string // "run-1"; empty if there is none to name
}

// String is both in words: "read run run-1".
func (o Op) String() string {
	if o.Object == "" {
		return o.Operation.String()
	}
	return o.Operation.String() + " " + o.Object
}

func (o Operation) on(object string) Op { return Op{o, object} }
