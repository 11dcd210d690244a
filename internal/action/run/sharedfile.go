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

// maxLogCopy is the maximum size of a log copy, in bytes.
const maxLogCopy = 64 << 20

// sharedFile is a redacted file for later steps. Write errors are ignored, so that a full disk does not end the run.
// A file that reaches limit is shortened to the second half, after a line that reports the omitted bytes. The methods
// of a nil sharedFile do nothing.
type sharedFile struct {
	to    *os.File
	name  string         // base name in RUNNER_TEMP
	clean *secret.Stream // nil if the text is already redacted
	limit int64          // bytes; 0 for no limit

	size         int64
	omitted      int64 // bytes
	noticeLength int64 // length of the line about omitted bytes
	failed       bool
}

// createSharedFile creates a file in RUNNER_TEMP; nil if that fails.
func createSharedFile(s *step.Step, name string, limit int64) *sharedFile {
	file := s.CreateSharedFile(name)
	if file == nil {
		return nil
	}
	return &sharedFile{to: file, name: filepath.Base(file.Name()), clean: s.Redact.ColoredStream(), limit: limit}
}

// jsonFile is a sharedFile with redacted JSON.
type jsonFile struct {
	*sharedFile
	clean *secret.JSON
}

// createJSONFile creates a file for JSON in RUNNER_TEMP. If that fails, it returns a jsonFile that discards its input.
func createJSONFile(s *step.Step, name string) jsonFile {
	file := createSharedFile(s, name, 0)
	if file != nil {
		file.clean = nil
	}
	return jsonFile{file, s.Redact.JSON(file)}
}

// Write never fails.
func (f jsonFile) Write(p []byte) (int, error) { return f.clean.Write(p) }

// keep closes the file. It removes the file if the content could not be written or is not valid JSON, which is an
// error.
func (f jsonFile) keep() error {
	if f.sharedFile == nil {
		return nil
	}
	err := f.clean.End()
	if err != nil || f.failed {
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
	for len(p) > 0 && !f.failed {
		piece := p
		if f.limit > 0 {
			piece = p[:min(int64(len(p)), max(f.limit/4, 1))]
			if f.size+int64(len(piece)) > f.limit {
				f.shorten()
			}
		}
		n, err := f.to.WriteAt(piece, f.size)
		f.size += int64(n)
		f.failed = f.failed || err != nil
		p = p[len(piece):]
	}
}

// shorten removes the first half of the file.
func (f *sharedFile) shorten() {
	from := f.size - f.limit/2
	from += f.lineEnd(from)
	f.omitted += from - f.noticeLength
	line := fmt.Appendf(nil, "[The first %d bytes of this log are left out here. The run in Scalr has the whole log.]\n", f.omitted)
	kept := io.NewSectionReader(f.to, from, f.size-from)
	to := io.NewOffsetWriter(f.to, int64(len(line)))
	n, err := io.Copy(to, kept)
	if err == nil {
		_, err = f.to.WriteAt(line, 0)
	}
	f.noticeLength = int64(len(line))
	f.size = f.noticeLength + n
	f.failed = err != nil || f.to.Truncate(f.size) != nil
}

// lineEnd returns the distance from an offset to the next line, or 0 if there is none within 64 KiB.
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
	f.failed = f.to.Truncate(0) != nil
	f.size, f.omitted, f.noticeLength = 0, 0, 0
}

// close writes the remaining text and closes the file.
func (f *sharedFile) close() {
	if f == nil {
		return
	}
	if f.clean != nil {
		f.put(f.clean.End())
	}
	f.to.Close()
	f.failed = true
}

// remove closes and deletes the file.
func (f *sharedFile) remove() {
	if f != nil {
		f.to.Close()
		os.Remove(f.to.Name())
		f.failed, f.name = true, ""
	}
}

// fileName returns the name of the file for later steps, or "" if there is none.
func (f *sharedFile) fileName() string {
	if f == nil {
		return ""
	}
	return f.name
}
