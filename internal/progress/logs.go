package progress

import (
	"errors"
	"io"
	"time"

	"scalr-run-action/internal/scalr"
)

// stageLog is where a stage's log goes: into its fold, which the first bytes
// open, and to the copy. A log may come late, when the run has moved on; then
// its fold is opened again.
type stageLog struct {
	narrator *Logger
	phase    scalr.Phase
	to       io.Writer
	foreign  io.Closer // nil before the first byte, and after the end
	half     bool      // the last line has no end yet
}

// Log gives the writer for a stage's log, which is the same at each call. After
// Close it may be written to again.
func (n *Logger) Log(p scalr.Phase) io.WriteCloser {
	if l, ok := n.logs[p]; ok {
		return l
	}
	if n.logs == nil {
		n.logs = map[scalr.Phase]*stageLog{}
	}
	l := &stageLog{narrator: n, phase: p}
	n.logs[p] = l
	return l
}

func (l *stageLog) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	l.begin()
	l.narrator.pass(foldOf(l.phase))
	l.narrator.open(foldOf(l.phase))
	l.narrator.toldAt = time.Now()
	l.half = p[len(p)-1] != '\n' && p[len(p)-1] != '\r'
	return l.to.Write(p)
}

func (l *stageLog) begin() {
	if l.foreign != nil {
		return
	}
	foreign := l.narrator.Untrusted()
	l.to, l.foreign = foreign, foreign
	if l.narrator.Copy != nil {
		l.to = io.MultiWriter(l.narrator.Copy(l.phase), foreign)
	}
}

// Close tells the last half line, if the log ends with one.
func (l *stageLog) Close() error {
	if l.foreign == nil {
		return nil
	}
	if l.half {
		l.narrator.open(foldOf(l.phase))
	}
	err := l.foreign.Close()
	l.foreign, l.half = nil, false
	return err
}

// Restarted tells that a log begins anew.
func (n *Logger) Restarted(p scalr.Phase) {
	n.Log(p).Close()
	n.open(foldOf(p))
	n.Job.Infof("The %s log was rewritten; here it is from its start.", p)
	if n.Copy != nil {
		n.Copy(p).Restart()
	}
}

// LogTrouble tells that a log cannot be had.
func (n *Logger) LogTrouble(p scalr.Phase, err error) {
	reason := err.Error()
	var e *scalr.Error
	if errors.As(err, &e) {
		reason = e.Reason()
	}
	n.Job.Infof("The %s log cannot be read just now (%s). It is at %s", p, reason, n.RunURL)
}

func foldOf(p scalr.Phase) string {
	if p == scalr.ApplyPhase {
		return Apply
	}
	return Plan
}
