package run

import (
	"fmt"
	"io"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/progress"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// stageLogs read the stages' logs as they come, and keep a copy of the plan's for
// later steps.
type stageLogs struct {
	step  *step.Step
	runID string
	// severalUnits is set for a workspace that plans several units in one run.
	severalUnits bool
	logs         map[scalr.Phase]*stageLog
}

// of returns a stage's log.
func (l *stageLogs) of(p scalr.Phase) *stageLog {
	if log, ok := l.logs[p]; ok {
		return log
	}
	log := &stageLog{Log: tfplan.NewLog(l.step.Redact)}
	if l.severalUnits {
		log.SeveralUnits()
	}
	if l.logs == nil {
		l.logs = map[scalr.Phase]*stageLog{}
	}
	l.logs[p] = log
	return log
}

// writer returns the destination of a stage's log.
func (l *stageLogs) writer(p scalr.Phase) progress.Copy {
	log := l.of(p)
	if p == scalr.PlanPhase && log.copy == nil {
		log.copy = planFile(l.step, fmt.Sprintf("scalr-%s-%s.log", l.runID, p), longestLogCopy)
	}
	return log
}

func (l *stageLogs) close() {
	for _, log := range l.logs {
		log.copy.close()
	}
}

// stageLog is the log of one stage.
type stageLog struct {
	*tfplan.Log             // which gets it unchanged
	copy        *sharedFile // which gets it without our secrets; nil for none
}

// Write takes the next piece. It never fails.
func (l *stageLog) Write(p []byte) (int, error) {
	l.copy.Write(p)
	return l.Log.Write(p)
}

// Restart begins the log again.
func (l *stageLog) Restart() {
	l.Log.Restart()
	l.copy.restart()
}

var _ io.Writer = (*stageLog)(nil)
