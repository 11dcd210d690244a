package scalrsim

import "time"

// Scenario configures a simulated Scalr: the script of its runs, the behavior of its logs and the requests
// that fail. In the zero scenario, runs plan one new resource.
type Scenario struct {
	Name  string // key in [Scenarios]
	About string // a one-line description for users

	// Pace multiplies every duration of the scenario; 0 means 1.
	Pace float64
	// Seed is the seed of the random numbers for faults with a Chance.
	Seed uint64

	Script RunScript
	Logs   Logs
	Config Config
	Faults []Fault
	// Setup, if set, is called once by [New] to add objects.
	Setup func(*Server)
}

// RunScript describes the course of a run.
type RunScript struct {
	// Steps, if not empty, lists the steps after `pending`, regardless of the attributes of the run.
	// Otherwise the steps follow from the fields below and from the attributes.
	Steps []Step

	// Execute executes the uploaded configuration with terraform or tofu from the PATH. It has no effect if
	// neither is installed.
	Execute bool

	Plan            Stage
	PlanJSON        string // replaces Logs.PlanJSON
	Apply           Stage
	Cost            *Cost            // nil means no cost estimation
	Policies        []Policy         // empty means no policy check
	Hooks           bool             // the run passes pre_plan_*, post_plan_*, pre_apply_* and post_apply_*
	Outputs         []Output         // outputs of the workspace after an apply
	ExternalActions []ExternalAction // actions of other users

	// Deviations are attributes, such as is-dry, that differ from the request. Responses contain the
	// requested attributes until DeviationsAfter has passed since the creation of the run.
	Deviations      map[string]any
	DeviationsAfter time.Duration

	AgentWait          time.Duration // time until an agent starts the plan
	Queue              time.Duration // time for which another run blocks the workspace
	WaitsWithoutChange bool          // a run without changes that is not dry waits in `planned`
	RefuseAutoApply    bool          // Scalr sets the run's auto-apply to false
	DrySoftFinishes    bool          // a dry run finishes after a soft-mandatory policy failure
	StrictCancel       bool          // cancel returns 409 except in `planning` and `applying`
	IgnoreStop         bool          // cancel is accepted and has no effect
	CancelTakes        time.Duration // time from an accepted cancel to `canceled`; 0 means 200 ms
	ConfirmTakes       time.Duration // time from an accepted confirm to the apply
	DiscardTakes       time.Duration // time from an accepted discard to `discarded`
}

// Step is one status of a run.
type Step struct {
	Status string
	For    time.Duration // duration of the step
	Waits  bool          // lasts until a confirm, override, discard or cancel
	By     string        // email address of the user who caused the status
	Reason string
	Error  string // sets the error-message of the run

	// Log is appended during the step to the log of the plan, or of the apply while applying. Size and
	// OneLine append a generated log of that many bytes instead, which is not stored in memory.
	Log     string
	Size    int64
	OneLine bool
	Rewrite bool // Log replaces the previous log

	Plan, Apply string // if set, the new status of the plan or apply

	executes string // "plan" or "apply": the step lasts until the tool exits
}

// Stage describes a plan or an apply.
type Stage struct {
	For     time.Duration // 0 means 2 s
	Changes []Change      // changes of the plan; nil means one new resource, an empty slice no changes
	Log     string        // empty means a log generated from the changes
	Size    int64         // size of a generated log that replaces Log
	OneLine bool          // the generated log is a single line
	Fails   string        // if set, the stage fails with this error-message
}

// Change is the change of one resource in a plan.
type Change struct {
	Address string // type.name
	Action  string // create, update, delete, replace, import or no-op
}

// Cost is a monthly cost estimate in USD.
type Cost struct{ Prior, Proposed, Delta string }

// Policy is the result of one policy: passed, hard_failed, soft_failed or advisory_failed.
type Policy struct {
	Name, Result string
	Messages     []string
}

// Output is an output of a workspace.
type Output struct {
	Name      string
	Value     any
	Sensitive bool
}

// ExternalAction is an action of another user on a run.
type ExternalAction struct {
	When    string        // status of the run
	After   time.Duration // delay after the start of that status
	Verb    string        // confirm, discard, cancel or override
	By      string        // email address of the user
	Comment string
}

// Logs configures the log endpoints.
type Logs struct {
	Mode     LogMode
	HalfLine bool          // logs also grow by partial lines
	Lag      time.Duration // lag of a log behind the status of its stage
	JSON     int           // status of sanitized-json-output: 204, 307, 403, 404 or 413; 0 means 200
	PlanJSON string        // plan in JSON; empty means a generated plan
}

// LogMode determines how Scalr serves the log of a stage.
type LogMode string

// The modes that get_plan_log of openapi.yml allows.
const (
	LogGrows     LogMode = ""         // 200 with the current log
	LogAtEnd     LogMode = "at-end"   // 204 until the stage is final
	LogRedirects LogMode = "redirect" // 302 to the blob host
)

// Config configures the server before the first request.
type Config struct {
	Workspace  map[string]any // attributes of the workspace network that differ from the defaults
	Lock       Lock           // lock of the workspace network
	Old        bool           // older server with cost-estimation-enabled
	Null       bool           // empty included, meta and links.next are null
	NoIncluded bool           // `include` is ignored
	Processing int            // number of reads until an upload is processed; 0 means 2, -1 means none
	ProcessFor time.Duration  // if set, replaces Processing: time until an upload is processed
	NoUpload   bool           // configuration versions have no upload link
	LinkTTL    time.Duration  // validity of signed links; 0 means unlimited
	ListLag    time.Duration  // delay until lists contain a new run
	ReadLag    time.Duration  // delay until a new run can be read
	OldestRun  bool           // runs are listed oldest first
	Identity   Identity
}

// Identity is the service account that an OpenID Connect token can assume.
type Identity struct {
	Email    string            // empty means deployer@acme.scalr.io
	Audience string            // the allowed audience; empty means any
	Claims   map[string]string // required claims of the token
	Uses     int               // number of requests for which a token is valid; 0 means unlimited
	For      time.Duration     // validity of a token; 0 means one hour
}
