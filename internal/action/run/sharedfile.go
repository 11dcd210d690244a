package run

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/secret"
)

// longestLogCopy is how large a copy of a log may get, in bytes.
const longestLogCopy = 64 << 20

// sharedFile is a file for later steps, without our secrets. What cannot be
// written is left out: a full disk must not end the run. Of more than limit bytes
// it keeps the end, at least half of limit, behind a line that says so. A nil
// sharedFile takes everything and keeps nothing.
type sharedFile struct {
	to    *os.File
	name  string         // in RUNNER_TEMP
	clean *secret.Stream // nil for what is redacted already
	limit int64          // 0 for none

	size    int64
	omitted int64 // bytes left out
	notice  int64 // length of the line that reports them
	broken  bool
}

// planFile creates a file in RUNNER_TEMP; nil if that fails.
func planFile(s *step.Step, name string, limit int64) *sharedFile {
	file := s.CreateSharedFile(name)
	if file == nil {
		return nil
	}
	return &sharedFile{to: file, name: filepath.Base(file.Name()), clean: s.Redact.Stream(), limit: limit}
}

// jsonFile is a sharedFile of JSON, which it redacts as such.
type jsonFile struct {
	*sharedFile
	clean *secret.JSON
}

// planJSONFile makes one in RUNNER_TEMP, or one that keeps nothing.
func planJSONFile(s *step.Step, name string) jsonFile {
	file := planFile(s, name, 0)
	if file != nil {
		file.clean = nil
	}
	return jsonFile{file, s.Redact.JSON(file)}
}

// Write never fails.
func (f jsonFile) Write(p []byte) (int, error) { return f.clean.Write(p) }

// keep ends the file, which is removed if it is not JSON or could not be written. It
// is an error that it is not JSON.
func (f jsonFile) keep() error {
	if f.sharedFile == nil {
		return nil
	}
	err := f.clean.End()
	if err != nil || f.broken {
		f.remove()
		return err
	}
	f.close()
	return nil
}

// Write never fails.
func (f *sharedFile) Write(p []byte) (int, error) {
	switch {
	case f == nil:
	case f.clean == nil:
		f.put(p)
	default:
		f.put(f.clean.Next(p))
	}
	return len(p), nil
}

func (f *sharedFile) put(p []byte) {
	for len(p) > 0 && !f.broken {
		piece := p
		if f.limit > 0 {
			piece = p[:min(int64(len(p)), max(f.limit/4, 1))]
			if f.size+int64(len(piece)) > f.limit {
				f.shorten()
			}
		}
		n, err := f.to.WriteAt(piece, f.size)
		f.size += int64(n)
		f.broken = f.broken || err != nil
		p = p[len(piece):]
	}
}

// shorten drops the first half.
func (f *sharedFile) shorten() {
	from := f.size - f.limit/2
	from += f.lineEnd(from)
	f.omitted += from - f.notice
	line := fmt.Appendf(nil, "[The first %d bytes of this log are left out here. The run in Scalr has the whole log.]\n", f.omitted)
	kept := io.NewSectionReader(f.to, from, f.size-from)
	to := io.NewOffsetWriter(f.to, int64(len(line)))
	n, err := io.Copy(to, kept)
	if err == nil {
		_, err = f.to.WriteAt(line, 0)
	}
	f.notice = int64(len(line))
	f.size = f.notice + n
	f.broken = err != nil || f.to.Truncate(f.size) != nil
}

// lineEnd is how far behind a place the next line begins; 0 where none does soon.
func (f *sharedFile) lineEnd(at int64) int64 {
	next := make([]byte, 64<<10)
	n, _ := f.to.ReadAt(next, at)
	return int64(bytes.IndexByte(next[:n], '\n') + 1)
}

// restart empties the file.
func (f *sharedFile) restart() {
	if f == nil {
		return
	}
	f.clean.End()
	f.broken = f.to.Truncate(0) != nil
	f.size, f.omitted, f.notice = 0, 0, 0
}

// close ends the text; the file stays.
func (f *sharedFile) close() {
	if f == nil {
		return
	}
	if f.clean != nil {
		f.put(f.clean.End())
	}
	f.to.Close()
	f.broken = true
}

// remove takes the file away.
func (f *sharedFile) remove() {
	if f != nil {
		f.to.Close()
		os.Remove(f.to.Name())
		f.broken, f.name = true, ""
	}
}

// shown is the file's name for later steps; "" if there is none.
func (f *sharedFile) shown() string {
	if f == nil {
		return ""
	}
	return f.name
}
