package progress

import (
	"errors"
	"io"
	"time"

	"scalr-run-action/internal/scalr"
)

// stageLog writes a stage's log to its group and to the copy. The first bytes open the group; late bytes open
// it again.
type stageLog struct {
	logger     *Logger
	phase      scalr.Phase
	out        io.Writer
	untrusted  io.Closer // nil before the first byte and after Close
	incomplete bool      // the last line has no line break yet
}

// Log returns the writer for a stage's log, the same one for each call. It may be used again after Close.
func (l *Logger) Log(p scalr.Phase) io.WriteCloser {
	if log, ok := l.logs[p]; ok {
		return log
	}
	if l.logs == nil {
		l.logs = map[scalr.Phase]*stageLog{}
	}
	log := &stageLog{logger: l, phase: p}
	l.logs[p] = log
	return log
}

func (l *stageLog) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	l.open()
	l.logger.inferStage(groupOf(l.phase))
	l.logger.openGroup(groupOf(l.phase))
	l.logger.lastOutput = time.Now()
	l.incomplete = p[len(p)-1] != '\n' && p[len(p)-1] != '\r'
	return l.out.Write(p)
}

func (l *stageLog) open() {
	if l.untrusted != nil {
		return
	}
	untrusted := l.logger.Untrusted()
	l.out, l.untrusted = untrusted, untrusted
	if l.logger.Copy != nil {
		l.out = io.MultiWriter(l.logger.Copy(l.phase), untrusted)
	}
}

// Close prints the incomplete last line, if any.
func (l *stageLog) Close() error {
	if l.untrusted == nil {
		return nil
	}
	if l.incomplete {
		l.logger.openGroup(groupOf(l.phase))
	}
	err := l.untrusted.Close()
	l.untrusted, l.incomplete = nil, false
	return err
}

// Restarted logs that the log of a phase was rewritten. The next bytes are printed from its start.
func (l *Logger) Restarted(p scalr.Phase) {
	l.Log(p).Close()
	l.openGroup(groupOf(p))
	l.Job.Infof("The %s log was rewritten. It is printed again from its start.", p)
	if l.Copy != nil {
		l.Copy(p).Restart()
	}
}

// LogTrouble logs that the log of a phase cannot be read.
func (l *Logger) LogTrouble(p scalr.Phase, err error) {
	l.Job.Infof("The %s log cannot be read at the moment (%s). It is available at %s", p, reason(err), l.RunURL)
}

// PollTrouble logs that the run cannot be read and is polled again, at most once per minute.
func (l *Logger) PollTrouble(err error) {
	if time.Since(l.lastTrouble) < heartbeat {
		return
	}
	l.lastTrouble = time.Now()
	l.Job.Infof("The run cannot be read at the moment (%s). The step keeps polling it: %s", reason(err), l.RunURL)
}

// reason returns an error of the client without the operation, and with the target of a redirect.
func reason(err error) string {
	var e *scalr.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	if e.Location != "" {
		return e.Reason() + "; it leads to " + e.Location
	}
	return e.Reason()
}

func groupOf(p scalr.Phase) string {
	if p == scalr.ApplyPhase {
		return Apply
	}
	return Plan
}
