package action

import (
	"fmt"
	"io"
	"os"

	"scalr-run-action/internal/narrate"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/secret"
)

// logFiles keep the stages' logs on disk: for the report, and the plan's for
// later steps as well.
type logFiles struct {
	step  *step
	runID string
	files map[scalr.Phase]*logFile
}

// of gives the file for a stage's log, and makes it when it is first asked for.
func (l *logFiles) of(p scalr.Phase) narrate.Copy {
	if f, ok := l.files[p]; ok {
		return f
	}
	if l.files == nil {
		l.files = map[scalr.Phase]*logFile{}
	}
	f := &logFile{cleaned: cleaned{clean: l.step.redact.Stream()}}
	f.to, f.name = l.step.spool(p == scalr.PlanPhase, fmt.Sprintf("scalr-%s-%s.log", l.runID, p))
	if f.to == nil {
		l.step.job.Warnf("There is no room for a copy of the %s log: the report will say less.", p)
	}
	l.files[p] = f
	return f
}

// read gives what there is of a stage's log; nil if there is nothing.
func (l *logFiles) read(p scalr.Phase) *io.SectionReader {
	f, ok := l.files[p]
	if !ok || f.to == nil {
		return nil
	}
	f.end()
	return io.NewSectionReader(f.to, 0, f.n)
}

// name is the file's name for later steps; "" if it has none.
func (l *logFiles) name(p scalr.Phase) string {
	if f, ok := l.files[p]; ok {
		return f.name
	}
	return ""
}

func (l *logFiles) close() {
	for _, f := range l.files {
		if f.to != nil {
			f.to.Close()
		}
	}
}

// logFile is one log on disk. What cannot be written is left out: a full disk
// must not end the run.
type logFile struct {
	cleaned
	name string
}

// Restart empties the file.
func (f *logFile) Restart() {
	f.clean.End()
	if f.to != nil && f.to.Truncate(0) == nil {
		f.to.Seek(0, io.SeekStart)
		f.n = 0
	}
}

// cleaned writes to a file without our secrets. A file that cannot be written
// any more drops the rest.
type cleaned struct {
	to    *os.File
	clean *secret.Stream
	n     int64
	full  bool
}

// Write never fails.
func (c *cleaned) Write(p []byte) (int, error) {
	c.put(c.clean.Next(p))
	return len(p), nil
}

func (c *cleaned) end() { c.put(c.clean.End()) }

func (c *cleaned) put(p []byte) {
	if c.to == nil || c.full {
		return
	}
	n, err := c.to.Write(p)
	c.n += int64(n)
	c.full = err != nil
}
