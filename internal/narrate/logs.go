package narrate

import (
	"errors"
	"io"

	"scalr-run-action/internal/scalr"
)

// stageLog is the writer for one stage's log while its fold is open.
type stageLog struct {
	io.Writer
	close func()
}

// Log gives the writer for a stage's log; its first bytes open the stage's fold.
func (n *Narrator) Log(p scalr.Phase) io.Writer { return &lazyLog{n, p} }

// Restarted tells that a log begins anew.
func (n *Narrator) Restarted(p scalr.Phase) {
	n.Enter(foldOf(p))
	n.Job.Infof("The %s log was rewritten; here it is from its start.", p)
	if n.Copy != nil {
		n.Copy(p).Restart()
	}
}

// LogTrouble tells that a log cannot be had.
func (n *Narrator) LogTrouble(p scalr.Phase, err error) {
	reason := err.Error()
	var e *scalr.Error
	if errors.As(err, &e) {
		reason = e.Reason()
	}
	n.Job.Infof("The %s log cannot be read just now (%s). The run goes on: %s", p, reason, n.RunURL)
}

func foldOf(p scalr.Phase) string {
	if p == scalr.ApplyPhase {
		return Apply
	}
	return Plan
}

// lazyLog opens the fold only when there is something to put into it.
type lazyLog struct {
	narrator *Narrator
	phase    scalr.Phase
}

func (l *lazyLog) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	return l.narrator.writer(l.phase).Write(p)
}

func (n *Narrator) writer(p scalr.Phase) io.Writer {
	n.Enter(foldOf(p))
	if l, ok := n.logs[p]; ok {
		return l
	}
	foreign := n.Foreign()
	l := &stageLog{Writer: foreign, close: func() { foreign.Close() }}
	if n.Copy != nil {
		l.Writer = io.MultiWriter(n.Copy(p), foreign)
	}
	if n.logs == nil {
		n.logs = map[scalr.Phase]*stageLog{}
	}
	n.logs[p] = l
	return l
}
