// Package narrate tells the progress of a run in the job's log: one fold for
// each stage, the logs in it as they grow, a line when something changed, and
// one a minute while nothing does.
package narrate

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

// Narrator tells one run. It serves one goroutine; the zero fields but Job and
// Foreign may be left.
type Narrator struct {
	Job Job
	// Foreign makes a writer for text that is not ours.
	Foreign func() io.WriteCloser
	// Copy gets each stage's log as well, unfenced; Restart empties it.
	Copy func(scalr.Phase) Copy
	// Holder finds the run that holds the workspace while ours waits.
	Holder func() (scalr.Run, bool)
	RunURL string

	stage   string
	entered time.Time
	end     func()
	told    string
	toldAt  time.Time
	held    holding
	logs    map[scalr.Phase]*stageLog
	took    []Stage
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
func (n *Narrator) Look(r scalr.Run) {
	n.Enter(stageOf(r.Status, n.stage))
	line := n.line(r)
	switch now := time.Now(); {
	case line == "":
	case line != n.told:
		n.say(line)
	case now.Sub(n.toldAt) >= heartbeat:
		n.say(fmt.Sprintf("%s, for %s now", line, Duration(now.Sub(n.entered))))
		n.told = line
	}
}

func (n *Narrator) say(line string) {
	n.Job.Infof("%s", line)
	n.told, n.toldAt = line, time.Now()
}

// Stages gives the stages in their order. A stage that was entered again, for a
// log that came late, counts once.
func (n *Narrator) Stages() []Stage {
	var stages []Stage
	for _, s := range n.took {
		i := slices.IndexFunc(stages, func(t Stage) bool { return t.Name == s.Name })
		if i < 0 {
			stages = append(stages, s)
			continue
		}
		stages[i].Took += s.Took
	}
	return stages
}

// Close ends the present fold. The narrator may go on after it.
func (n *Narrator) Close() { n.Enter("") }

// Enter goes over to another stage: the old one's fold is closed, with its time.
// It does nothing in the stage itself.
func (n *Narrator) Enter(stage string) {
	if stage == n.stage {
		return
	}
	if n.stage != "" {
		n.leave()
	}
	n.stage, n.entered = stage, time.Now()
	if stage != "" {
		n.end = n.Job.Group(stage)
	}
}

func (n *Narrator) leave() {
	for _, l := range n.logs {
		l.close()
	}
	n.logs = nil
	n.end()
	took := time.Since(n.entered)
	n.took = append(n.took, Stage{n.stage, took})
	n.Job.Infof("%s took %s", n.stage, Duration(took))
}

// Duration is a time as people say it: 12ms, 4.2s, 12s, 3m10s.
func Duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
