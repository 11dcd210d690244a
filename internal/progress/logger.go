// Package progress logs the progress of a run: a group for each stage with the stage's log, a line for each
// change of the status, and a line every minute while nothing changes.
package progress

import (
	"fmt"
	"io"
	"slices"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/units"
)

// Job is the part of the job's log that a Logger uses.
type Job interface {
	Infof(format string, args ...any)
	Group(title string) (end func())
}

// Logger logs the progress of one run. It must not be used concurrently. Only Job and Untrusted are required.
type Logger struct {
	Job Job
	// Untrusted returns a writer for text from other programs.
	Untrusted func() io.WriteCloser
	// Copy returns a writer that receives each stage's log unchanged.
	Copy func(scalr.Phase) Copy
	// BlockingRun returns the run that blocks the workspace while this run is pending.
	BlockingRun func() (scalr.Run, bool)
	// Agents returns the agent pool that the run is queued for. ok is false if self-hosted agents do not
	// execute the run or if the pool is unknown. It may be nil.
	Agents func() (pool scalr.AgentPool, ok bool)
	// Note returns what to append to the line that a run has not changed for a while. It may be nil.
	Note   func(scalr.Run) string
	RunURL string

	stage        string // current stage
	entered      time.Time
	lastPoll     time.Time // time of the previous poll
	startUnknown bool      // the start of the stage was not observed
	inferred     bool      // a stage was inferred since the previous poll
	latest       int       // index of the latest stage; a run does not return to an earlier one
	durations    []Stage

	lastLine        string         // the last line about the run
	since           time.Time      // time of the first poll with lastLine
	lastOutput      time.Time      // time of the last line or log output
	unknownStatuses []scalr.Status // unknown statuses that were explained
	blocking        blockingRun
	agents          agentQueue
	lastRetry       retryNotice
	lastTrouble     time.Time       // time of the last line about a failed poll
	logged          map[string]bool // estimates and checks that were logged

	policiesLogged int

	group        string // the open group
	endGroup     func()
	openedGroups map[string]bool
	logs         map[scalr.Phase]*stageLog
}

// Copy is a second destination of a log. Restart discards the written text.
type Copy interface {
	io.Writer
	Restart()
}

// Stage is a completed stage of the run with its observed duration.
type Stage struct {
	Name string
	Took time.Duration
}

// heartbeat is the interval of log lines while nothing changes.
const heartbeat = time.Minute

// Polled logs the changes of the run since the previous poll.
func (l *Logger) Polled(r scalr.Run) {
	l.changeStage(r)
	l.inferred = false
	line := l.statusLine(r)
	l.lastPoll = time.Now()
	switch now := l.lastPoll; {
	case line != l.lastLine:
		l.lastLine, l.since = line, now
		l.log(line)
	case now.Sub(l.lastOutput) >= heartbeat:
		note := ""
		if l.Note != nil {
			note = l.Note(r)
		}
		l.log(fmt.Sprintf("%s, for %s now%s", line, units.Duration(now.Sub(l.since)), note))
	}
	l.results(r, "")
}

// changeStage logs the results of the previous stages and enters the stage of r.
func (l *Logger) changeStage(r scalr.Run) {
	stage, final := l.stageOf(r.Status), r.Status.IsFinal()
	if final {
		l.results(r, "")
		stage = l.stageOf(r.Status)
	}
	if stage == l.stage {
		return
	}
	l.results(r, stage)
	l.setStage(stage)
	l.startUnknown = final
}

func (l *Logger) log(line string) {
	l.openGroup(l.stage)
	l.Job.Infof("%s", line)
	l.lastOutput = time.Now()
}

// Stages returns the durations of the completed stages in chronological order.
func (l *Logger) Stages() []Stage { return slices.Clone(l.durations) }

// Enter enters a stage and opens its group.
func (l *Logger) Enter(stage string) {
	l.setStage(stage)
	l.openGroup(stage)
}

// Close ends the current stage and closes the logs. The Logger may be used again afterwards.
func (l *Logger) Close() {
	for _, p := range []scalr.Phase{scalr.PlanPhase, scalr.ApplyPhase} {
		l.Log(p).Close()
	}
	l.setStage("")
	l.closeGroup()
}

// setStage enters a stage now. It closes the group of the previous stage and logs its duration. The first
// line of the new stage opens its group.
func (l *Logger) setStage(stage string) { l.setStageAt(stage, time.Now()) }

func (l *Logger) setStageAt(stage string, now time.Time) {
	if stage == l.stage {
		return
	}
	old, took, unseen := l.stage, now.Sub(l.entered), l.startUnknown
	l.stage, l.entered, l.startUnknown = stage, now, false
	l.latest = max(l.latest, slices.Index(order, stage))
	if old == "" || unseen {
		return
	}
	l.addDuration(old, took)
	if l.group != "" {
		l.closeGroup()
		l.Job.Infof("%s took %s", old, units.Duration(took))
	}
}

// inferStage enters a stage whose log or result has arrived before its status; it counts the stage from the
// previous poll. If several stages began since that poll, their individual durations are unknown.
func (l *Logger) inferStage(stage string) {
	if l.stage == "" || slices.Index(order, stage) <= slices.Index(order, l.stage) {
		return
	}
	l.startUnknown = l.startUnknown || l.inferred
	l.setStageAt(stage, l.lastPoll)
	l.startUnknown, l.inferred = l.inferred, true
}

func (l *Logger) addDuration(stage string, took time.Duration) {
	i := slices.IndexFunc(l.durations, func(s Stage) bool { return s.Name == stage })
	if i < 0 {
		l.durations = append(l.durations, Stage{stage, took})
		return
	}
	l.durations[i].Took += took
}

// openGroup opens a group unless it is already open. An empty name closes the open group.
func (l *Logger) openGroup(name string) {
	if name == l.group {
		return
	}
	l.closeGroup()
	if name == "" {
		return
	}
	title := name
	if l.openedGroups[name] {
		title += " (continued)"
	}
	if l.openedGroups == nil {
		l.openedGroups = map[string]bool{}
	}
	l.group, l.openedGroups[name] = name, true
	l.endGroup = l.Job.Group(title)
}

func (l *Logger) closeGroup() {
	if l.group != "" {
		l.group = ""
		l.endGroup()
	}
}
