package scalrsim

import "time"

// Scenario says what happens in a simulated Scalr: how the runs created in it
// live, how its logs behave and which requests go wrong. The zero value plays
// a run that plans one new resource.
type Scenario struct {
	Name  string // as in [Scenarios]
	About string // one sentence for a person who chooses

	// Pace multiplies every duration of the scenario; 0 means 1.
	Pace float64
	// Seed feeds the dice of faults that have a Chance.
	Seed uint64

	Script RunScript
	Logs   Logs
	Config Config
	Faults []Fault
	// Setup is called once by [New], to add to the world.
	Setup func(*Server)
}

// RunScript is what every run created by a request goes through.
type RunScript struct {
	// Steps, if any, are played as they stand after `pending`, whatever the
	// run asked for. Otherwise the life follows from the fields below and from
	// the attributes of the run.
	Steps []Step

	// Execute runs the uploaded configuration with the terraform or tofu of
	// the PATH. Where neither is, the life is played from the script.
	Execute bool

	Plan            Stage
	PlanJSON        string // in place of Logs.PlanJSON
	Apply           Stage
	Cost            *Cost            // nil means that the environment has no cost estimation
	Policies        []Policy         // none means no policy check
	Hooks           bool             // pre_plan_*, post_plan_*, pre_apply_* and post_apply_* are passed
	Outputs         []Output         // what the workspace has after an apply
	ExternalActions []ExternalAction // what people do to the run

	// Deviations are attributes that runs have in place of those they were asked
	// for, such as is-dry. Answers show them so long after the creation, and until
	// then what was asked for.
	Deviations      map[string]any
	DeviationsAfter time.Duration

	AgentWait         time.Duration // no agent takes the plan for so long
	Queue             time.Duration // another run holds the workspace for so long
	RestWithoutChange bool          // a real run without changes rests in `planned`
	RefuseAutoApply   bool          // the run's auto-apply comes back as false
	DrySoftFinishes   bool          // a dry run goes on after a soft policy failure
	StrictCancel      bool          // cancel is a 409 but for `planning` and `applying`
	IgnoreStop        bool          // cancel is accepted and nothing comes of it
	CancelTakes       time.Duration // from an accepted cancel to `canceled`, in which the stage stays at work; 0 means 200 ms
	ConfirmTakes      time.Duration // from an accepted confirm to the apply; 0 means at once
	DiscardTakes      time.Duration // from an accepted discard to `discarded`; 0 means at once
}

// Step is one status of a run.
type Step struct {
	Status string
	For    time.Duration // how long until the next step
	Rest   bool          // stays until somebody confirms, overrides, discards or cancels
	By     string        // the e-mail of the person who brought it about
	Reason string
	Error  string // error-message of the run from here on

	// Log is what the plan's (or, while applying, the apply's) log grows by
	// during the step. Size and OneLine make a log of that many bytes instead,
	// which is never held in memory.
	Log     string
	Size    int64
	OneLine bool
	Rewrite bool // the log starts anew with this step

	Plan, Apply string // if set, the status of the plan or apply from here on

	executes string // "plan" or "apply": the step lasts until the tool ends
}

// Stage describes a plan or an apply.
type Stage struct {
	For     time.Duration // 0 means 2 s
	Changes []Change      // of the plan; nil means one new resource, an empty slice none
	Log     string        // empty means one composed from the changes
	Size    int64         // bytes of a generated log, in place of Log
	OneLine bool          // the generated log is a single line
	Fails   string        // error-message of the run that ends here
}

// Change is what a plan does to one resource.
type Change struct {
	Address string // of the form type.name
	Action  string // create, update, delete, replace, import, no-op
}

// Cost is a monthly estimate in USD.
type Cost struct{ Prior, Proposed, Delta string }

// Policy is the result of one policy: passed, hard_failed, soft_failed or
// advisory_failed.
type Policy struct {
	Name, Result string
	Messages     []string
}

// Output is one output of a workspace.
type Output struct {
	Name      string
	Value     any
	Sensitive bool
}

// ExternalAction is what somebody else does to a run.
type ExternalAction struct {
	When    string        // the status in which it is done
	After   time.Duration // after that status began
	Verb    string        // confirm, discard, cancel or override
	By      string        // the e-mail of the person
	Comment string
}

// Logs says how the log endpoints behave.
type Logs struct {
	Mode     LogMode
	HalfLine bool          // a log grows in the middle of its lines too
	Lag      time.Duration // a log is so far behind the status of its stage
	JSON     int           // the answer to sanitized-json-output: 0 is 200; 204, 307, 403, 404, 413
	PlanJSON string        // the plan as JSON; empty means one composed from the changes
}

// LogMode is one of the ways in which Scalr may serve the log of a stage.
type LogMode string

// The ways that openapi.yml, get_plan_log allows.
const (
	LogGrows     LogMode = ""         // 200, more each time
	LogAtEnd     LogMode = "at-end"   // 204 until the stage is final
	LogRedirects LogMode = "redirect" // 302 to the blob host
)

// Config says what is there before the first request.
type Config struct {
	Workspace  map[string]any // attributes of the workspace network that differ
	Lock       Lock           // of the workspace network
	Old        bool           // a server that still knows cost-estimation-enabled
	Null       bool           // included, meta and links.next are null where there is nothing
	NoIncluded bool           // `include` is ignored
	Processing int            // reads for which an upload stays pending; 0 means 2, -1 none
	ProcessFor time.Duration  // how long an upload stays pending, in place of Processing; 0 means unset
	NoUpload   bool           // configuration versions have no upload address
	LinkLife   time.Duration  // of a signed link; 0 means for ever
	ListLag    time.Duration  // until a run is in a list
	ReadLag    time.Duration  // until a run can be read
	OldestRun  bool           // runs are listed oldest first
	Identity   Identity
}

// Identity is the service account that a token of OpenID Connect may assume.
type Identity struct {
	Email    string            // empty means deployer@acme.scalr.io
	Audience string            // the audience that is allowed; empty means any
	Claims   map[string]string // that must hold
	Uses     int               // requests for which a token is good; 0 means no limit
	For      time.Duration     // for how long it is; 0 means an hour
}
