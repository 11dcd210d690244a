// Package progress tells the progress of a run in the job's log: one fold for
// each stage, the logs in it as they grow, a line when something changed, and
// one a minute while nothing does.
package progress

import (
	"fmt"
	"io"
	"slices"
	"time"

	"scalr-run-action/internal/scalr"
)

// Job is what a narrator needs of the job that it tells in.
type Job interface {
	Infof(format string, args ...any)
	Group(title string) (end func())
}

// Logger tells one run. It serves one goroutine; the zero fields but Job and
// Foreign may be left.
type Logger struct {
	Job Job
	// Untrusted makes a writer for text that is not ours.
	Untrusted func() io.WriteCloser
	// Copy gets each stage's log as well, unfenced; Restart empties it.
	Copy func(scalr.Phase) Copy
	// BlockingRun finds the run that holds the workspace while ours waits.
	BlockingRun func() (scalr.Run, bool)
	// Agents reads the agent pool that the run is queued for; nil, or not ok, if the
	// run is not executed by self-hosted agents or that is unknown.
	Agents func() (pool scalr.AgentPool, ok bool)
	RunURL string

	stage   string // where the run stands
	entered time.Time
	looked  time.Time // the last look
	unseen  bool      // nobody saw it begin
	passing bool      // it was passed into since the last look
	latest  int       // the rank of the latest stage: a run does not go back
	took    []Stage

	told    string // the last line about the run
	since   time.Time
	toldAt  time.Time      // when it, or a piece of a log, was told
	odd     []scalr.Status // not known, and told
	held    holding
	agents  agentQueue
	retried retried
	found   map[string]bool // the estimates and checks that were told

	policiesTold int

	fold   string // that is open
	end    func()
	opened map[string]bool
	logs   map[scalr.Phase]*stageLog
}

// Copy is a second place for a log.
type Copy interface {
	io.Writer
	Restart()
}

// Stage is a stage of the run that was left, and how long it took as seen from here.
type Stage struct {
	Name string
	Took time.Duration
}

// heartbeat is how often something is said although nothing changed.
const heartbeat = time.Minute

// Look tells what is new in a look at the run.
func (n *Logger) Look(r scalr.Run) {
	n.arrive(r)
	n.passing = false
	line := n.line(r)
	n.looked = time.Now()
	switch now := n.looked; {
	case line == "":
	case line != n.told:
		n.told, n.since = line, now
		n.say(line)
	case now.Sub(n.toldAt) >= heartbeat:
		n.say(fmt.Sprintf("%s, for %s now", line, Duration(now.Sub(n.since))))
	}
	n.findings(r, "")
}

// arrive goes over to the stage of a look. What the stages that were passed came
// to is told before.
func (n *Logger) arrive(r scalr.Run) {
	stage, over := n.stageOf(r.Status), r.Status.IsFinal()
	if over {
		n.findings(r, "")
		stage = n.stageOf(r.Status)
	}
	if stage == n.stage {
		return
	}
	n.findings(r, stage)
	n.move(stage)
	n.unseen = over
}

func (n *Logger) say(line string) {
	n.open(n.stage)
	n.Job.Infof("%s", line)
	n.toldAt = time.Now()
}

// Stages gives the stages in their order, each once.
func (n *Logger) Stages() []Stage { return slices.Clone(n.took) }

// Enter goes over to a stage and opens its fold.
func (n *Logger) Enter(stage string) {
	n.move(stage)
	n.open(stage)
}

// Close ends the present stage, and the logs. The narrator may go on after it.
func (n *Logger) Close() {
	for _, p := range []scalr.Phase{scalr.PlanPhase, scalr.ApplyPhase} {
		n.Log(p).Close()
	}
	n.move("")
	n.shut()
}

// move goes over to another stage. The old one's fold is closed, with its time;
// the new one's opens with the first line in it.
func (n *Logger) move(stage string) { n.moveAt(stage, time.Now()) }

func (n *Logger) moveAt(stage string, now time.Time) {
	if stage == n.stage {
		return
	}
	old, took, unseen := n.stage, now.Sub(n.entered), n.unseen
	n.stage, n.entered, n.unseen = stage, now, false
	n.latest = max(n.latest, slices.Index(order, stage))
	if old == "" || unseen {
		return
	}
	n.keep(old, took)
	if n.fold != "" {
		n.shut()
		n.Job.Infof("%s took %s", old, Duration(took))
	}
}

// pass goes over to a stage that is known from its log, or from what it came to:
// it began between the last look and this one. Of several such stages nobody
// knows how long each took.
func (n *Logger) pass(stage string) {
	if n.stage == "" || slices.Index(order, stage) <= slices.Index(order, n.stage) {
		return
	}
	n.unseen = n.unseen || n.passing
	n.moveAt(stage, n.looked)
	n.unseen, n.passing = n.passing, true
}

func (n *Logger) keep(stage string, took time.Duration) {
	i := slices.IndexFunc(n.took, func(s Stage) bool { return s.Name == stage })
	if i < 0 {
		n.took = append(n.took, Stage{stage, took})
		return
	}
	n.took[i].Took += took
}

// open opens a fold, unless it is the one that is open; "" is outside of all.
func (n *Logger) open(fold string) {
	if fold == n.fold {
		return
	}
	n.shut()
	if fold == "" {
		return
	}
	title := fold
	if n.opened[fold] {
		title += " (continued)"
	}
	if n.opened == nil {
		n.opened = map[string]bool{}
	}
	n.fold, n.opened[fold] = fold, true
	n.end = n.Job.Group(title)
}

func (n *Logger) shut() {
	if n.fold != "" {
		n.fold = ""
		n.end()
	}
}
