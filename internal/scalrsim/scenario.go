package scalrsim

import "time"

// Scenario configures a simulated Scalr: the script of its runs, the behavior of its logs and the
// requests that fail. With the zero value, runs plan one new resource.
type Scenario struct {
	Name  string // as in [Scenarios]
	About string // a one-line description for users

	// Pace multiplies every duration of the scenario; 0 means 1.
	Pace float64
	// Seed is the seed of the random numbers for faults with a Chance.
	Seed uint64

	Script RunScript
	Logs   Logs
	Config Config
	Faults []Fault
	// Setup, if set, is called once by [New], to add objects.
	Setup func(*Server)
}

// RunScript describes the course of a run.
type RunScript struct {
	// Steps, if any, are the steps after `pending`, regardless of the attributes of the run.
	// Otherwise the steps follow from the fields below and from the attributes of the run.
	Steps []Step

	// Execute executes the uploaded configuration with terraform or tofu from the PATH. If
	// neither is installed, it has no effect.
	Execute bool

	Plan            Stage
	PlanJSON        string // replaces Logs.PlanJSON
	Apply           Stage
	Cost            *Cost            // nil means no cost estimation
	Policies        []Policy         // none means no policy check
	Hooks           bool             // the run passes pre_plan_*, post_plan_*, pre_apply_* and post_apply_*
	Outputs         []Output         // of the workspace after an apply
	ExternalActions []ExternalAction // of other people

	// Deviations are attributes, such as is-dry, in which runs differ from the request. Answers
	// show the requested ones until DeviationsAfter has passed since the creation of the run.
	Deviations      map[string]any
	DeviationsAfter time.Duration

	AgentWait          time.Duration // until an agent starts the plan
	Queue              time.Duration // for which another run blocks the workspace
	WaitsWithoutChange bool          // a run without changes that is not dry waits in `planned`
	RefuseAutoApply    bool          // Scalr sets the run's auto-apply to false
	DrySoftFinishes    bool          // a dry run finishes after a soft policy failure
	StrictCancel       bool          // cancel is answered with 409, except in `planning` and `applying`
	IgnoreStop         bool          // cancel is accepted and has no effect
	CancelTakes        time.Duration // from an accepted cancel to `canceled`; 0 means 200 ms
	ConfirmTakes       time.Duration // from an accepted confirm to the apply
	DiscardTakes       time.Duration // from an accepted discard to `discarded`
}

// Step is one status of a run.
type Step struct {
	Status string
	For    time.Duration // until the next step
	Waits  bool          // ends only by a confirm, override, discard or cancel
	By     string        // the e-mail address of the person who caused the status
	Reason string
	Error  string // error-message of the run from here on

	// Log is appended to the log of the plan (while applying, of the apply) during the step.
	// Size and OneLine append a generated log of that many bytes instead, which is not held in
	// memory.
	Log     string
	Size    int64
	OneLine bool
	Rewrite bool // this step replaces the log

	Plan, Apply string // if set, the status of the plan or apply from here on

	executes string // "plan" or "apply": the step lasts until the tool ends
}

// Stage describes a plan or an apply.
type Stage struct {
	For     time.Duration // 0 means 2 s
	Changes []Change      // of the plan; nil means one new resource, an empty slice none
	Log     string        // empty means one composed from the changes
	Size    int64         // bytes of a generated log, instead of Log
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

// ExternalAction is what another person does to a run.
type ExternalAction struct {
	When    string        // the status in which it is done
	After   time.Duration // after the start of that status
	Verb    string        // confirm, discard, cancel or override
	By      string        // the e-mail address of the person
	Comment string
}

// Logs configures the log endpoints.
type Logs struct {
	Mode     LogMode
	HalfLine bool          // a log also grows by partial lines
	Lag      time.Duration // of a log behind the status of its stage
	JSON     int           // status of sanitized-json-output: 204, 307, 403, 404 or 413; 0 means 200
	PlanJSON string        // the plan as JSON; empty means a generated one
}

// LogMode is how Scalr serves the log of a stage.
type LogMode string

// The modes that openapi.yml, get_plan_log allows.
const (
	LogGrows     LogMode = ""         // 200 with the log so far
	LogAtEnd     LogMode = "at-end"   // 204 until the stage is final
	LogRedirects LogMode = "redirect" // 302 to the blob host
)

// Config configures the server before the first request.
type Config struct {
	Workspace  map[string]any // attributes of the workspace network that differ from the defaults
	Lock       Lock           // of the workspace network
	Old        bool           // an older server, which has cost-estimation-enabled
	Null       bool           // empty included, meta and links.next are null
	NoIncluded bool           // `include` is ignored
	Processing int            // reads for which an upload stays pending; 0 means 2, -1 none
	ProcessFor time.Duration  // if set, replaces Processing: the time for which an upload stays pending
	NoUpload   bool           // configuration versions have no upload address
	LinkTTL    time.Duration  // of a signed link; 0 means no limit
	ListLag    time.Duration  // until lists show a new run
	ReadLag    time.Duration  // until a new run can be read
	OldestRun  bool           // runs are listed oldest first
	Identity   Identity
}

// Identity is the service account that an OpenID Connect token can assume.
type Identity struct {
	Email    string            // empty means deployer@acme.scalr.io
	Audience string            // the allowed audience; empty means any
	Claims   map[string]string // required claims of the token
	Uses     int               // requests for which a token is valid; 0 means no limit
	For      time.Duration     // validity of a token; 0 means an hour
}
