package run

import (
	"fmt"
	"io"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/progress"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// stageLogs parses the logs of the stages while they arrive, and saves a copy of the plan log for later steps.
type stageLogs struct {
	step  *step.Step
	runID string
	// severalUnits is set if the workspace plans several units in one run.
	severalUnits bool
	logs         map[scalr.Phase]*stageLog
}

// of returns the log of a stage, and creates it on first use.
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

// writer returns the destination for the log of a stage.
func (l *stageLogs) writer(p scalr.Phase) progress.Copy {
	log := l.of(p)
	if p == scalr.PlanPhase && log.copy == nil {
		log.copy = createSharedFile(l.step, fmt.Sprintf("scalr-%s-%s.log", l.runID, p), maxLogCopy)
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
	*tfplan.Log             // receives the unmodified log
	copy        *sharedFile // receives the redacted log; nil for none
}

// Write adds a piece of the log. It never fails.
func (l *stageLog) Write(p []byte) (int, error) {
	l.copy.Write(p)
	return l.Log.Write(p)
}

// Restart discards the log written so far.
func (l *stageLog) Restart() {
	l.Log.Restart()
	l.copy.restart()
}

var _ io.Writer = (*stageLog)(nil)
