package scalr

// Status is Scalr's own word for where a run stands, kept as it came. Words
// that this package does not know are legal: new ones appear over time.
type Status string

// Stage is what a status means to somebody who follows a run.
type Stage int

// The stages of a run's life.
const (
	Unknown   Stage = iota // a word that is not in the table; never a success
	Queued                 // waits for its turn or for capacity
	Working                // Scalr is at it and will go on by itself
	Pausing                // passed through, or rested in until a person confirms
	Override               // a soft policy failed; waits for a person to override
	Saved                  // a saved plan waits to be applied
	Succeeded              // over, well
	Failed                 // over, with an error
	Stopped                // over, discarded or canceled by somebody
)

// meaning is one row of the table of statuses.
type meaning struct {
	stage Stage
	// order is the place in a run's life. A look with a lower order than one
	// seen before is an old answer of a lagging server.
	order int
	// applying is set from the moment at which changes were agreed to.
	applying bool
	// cancelable tells where Scalr takes a cancel rather than a discard.
	cancelable bool
}

// meanings holds every status of the vendor's document (openapi.yml, schema
// Run, attribute status, of 2026-04-14): 28 words.
var meanings = map[Status]meaning{
	"pending":              {stage: Queued, order: 0},
	"pre_plan_queued":      {stage: Queued, order: 10, cancelable: true},
	"pre_plan_running":     {stage: Working, order: 11, cancelable: true},
	"pre_plan_finished":    {stage: Working, order: 12, cancelable: true},
	"plan_queued":          {stage: Queued, order: 20, cancelable: true},
	"planning":             {stage: Working, order: 21, cancelable: true},
	"planned":              {stage: Pausing, order: 22},
	"post_plan_running":    {stage: Working, order: 30, cancelable: true},
	"post_plan_finished":   {stage: Pausing, order: 30},
	"cost_estimating":      {stage: Working, order: 30, cancelable: true},
	"cost_estimated":       {stage: Pausing, order: 30},
	"policy_checking":      {stage: Working, order: 30, cancelable: true},
	"policy_override":      {stage: Override, order: 30},
	"policy_checked":       {stage: Pausing, order: 30},
	"planned_and_saved":    {stage: Saved, order: 40},
	"confirmed":            {stage: Working, order: 50, applying: true, cancelable: true},
	"pre_apply_queued":     {stage: Queued, order: 60, applying: true, cancelable: true},
	"pre_apply_running":    {stage: Working, order: 60, applying: true, cancelable: true},
	"pre_apply_finished":   {stage: Working, order: 60, applying: true, cancelable: true},
	"apply_queued":         {stage: Queued, order: 60, applying: true, cancelable: true},
	"applying":             {stage: Working, order: 61, applying: true, cancelable: true},
	"post_apply_running":   {stage: Working, order: 62, applying: true, cancelable: true},
	"post_apply_finished":  {stage: Working, order: 62, applying: true, cancelable: true},
	"applied":              {stage: Succeeded, order: 70, applying: true},
	"planned_and_finished": {stage: Succeeded, order: 70},
	"errored":              {stage: Failed, order: 70},
	"discarded":            {stage: Stopped, order: 70},
	"canceled":             {stage: Stopped, order: 70},
}

// Known reports whether the word is one of the vendor's document.
func (s Status) Known() bool {
	_, ok := meanings[s]
	return ok
}

// Stage gives the word's meaning.
func (s Status) Stage() Stage { return meanings[s].stage }

// Over reports whether a run in this status has ended for good.
func (s Status) Over() bool {
	st := s.Stage()
	return st == Succeeded || st == Failed || st == Stopped
}

// Applying reports whether the run's changes were confirmed: from here on, to
// stop it would interrupt an apply.
func (s Status) Applying() bool { return meanings[s].applying && !s.Over() }

// Before reports whether s is surely an earlier moment of a run's life than t.
// Unknown words are never before anything.
func (s Status) Before(t Status) bool {
	a, known := meanings[s]
	b, knownToo := meanings[t]
	return known && knownToo && a.order < b.order
}

func (s Stage) String() string {
	return [...]string{"unknown", "queued", "working", "pausing", "override", "saved", "succeeded", "failed", "stopped"}[s]
}
