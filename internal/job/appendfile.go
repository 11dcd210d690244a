package job

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"scalr-run-action/internal/lazyregexp"
)

// appendFile appends to a file that the user names for outputs or for the summary. A link below the checkout that points
// out of it is an error, so that the author of a pull request cannot redirect the write to another file.
func (j *Job) appendFile(name, text string) error {
	f, err := j.openForAppend(name)
	if err != nil {
		return err
	}
	_ = f.SetWriteDeadline(time.Now().Add(pipeWriteTimeout)) // an error where writing never blocks
	before := regularSize(f.Stat())
	n, err := f.WriteString(text)
	if after := regularSize(f.Stat()); err != nil && n > 0 && before >= 0 && after == before+int64(n) {
		_ = f.Truncate(before)
	}
	return errors.Join(err, f.Close())
}

// appendOrRestore calls a function that appends to a file by its name. If the function fails, as on a full disk, it removes
// the part that was written: the runner rejects a file with a part of a pair as a whole.
func appendOrRestore(name string, write func() error) error {
	before := regularSize(os.Stat(name))
	err := write()
	if after := regularSize(os.Stat(name)); err != nil && before >= 0 && after > before {
		_ = os.Truncate(name, before)
	}
	return err
}

// regularSize returns the size of a regular file, or a negative number for other and for unknown files.
func regularSize(info os.FileInfo, err error) int64 {
	switch {
	case errors.Is(err, os.ErrNotExist):
		return 0 // it is created
	case err != nil || !info.Mode().IsRegular():
		return -1
	}
	return info.Size()
}

// pipeWriteTimeout limits one write to a pipe whose reader is slow. Without it a blocked write would keep the step from
// handling its timeout and signals.
const pipeWriteTimeout = 10 * time.Second

func (j *Job) openForAppend(name string) (*os.File, error) {
	const flags, mode = os.O_APPEND | os.O_CREATE | os.O_WRONLY | syscall.O_NONBLOCK, 0o644 // later steps may run as another user
	// Without O_NONBLOCK, opening a pipe waits for a reader.
	root, rel, inside := j.inCheckout(name)
	if !inside {
		return os.OpenFile(name, flags, mode)
	}
	checkout, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	defer checkout.Close()
	return checkout.OpenFile(rel, flags, mode)
}

// neverBlocks rejects pipes and sockets, because a write to one may block forever. The runner's own files are regular.
func neverBlocks(name string) error {
	if info, err := os.Stat(name); err == nil && info.Mode()&(os.ModeNamedPipe|os.ModeSocket) != 0 {
		return &os.PathError{Op: "open", Path: name, Err: errors.New("it is a pipe or a socket, not a file")}
	}
	return nil
}

// readFile returns the text of a regular file of at most the given number of bytes. It rejects pipes and devices, which
// could block or never end.
func readFile(name string, most int64) ([]byte, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, fmt.Errorf("%s is not a regular file", name))
	}
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s is larger than %d bytes", name, most)
	}
	return text, err
}

// inCheckout reports whether a name is below the checkout, also when one of the two is given by its physical path. The
// root of the file system does not count as a checkout: it is only the working directory when none was configured.
func (j *Job) inCheckout(name string) (root, rel string, inside bool) {
	file, err := filepath.Abs(name)
	if err != nil {
		return "", "", false
	}
	spellings := []string{j.Root()}
	if physical, err := filepath.EvalSymlinks(j.Root()); err == nil {
		spellings = append(spellings, physical)
	}
	for _, root := range spellings {
		root, err := filepath.Abs(root)
		if err != nil || filepath.Dir(root) == root {
			continue
		}
		if rel, err := filepath.Rel(root, file); err == nil && filepath.IsLocal(rel) {
			return root, rel, true
		}
	}
	return "", "", false
}

// maxOutputsRead is the number of bytes of an existing file that are examined.
const maxOutputsRead = 16 << 20

var assignmentStart = lazyregexp.New(`\ASCALR_[A-Z0-9_]+='`)

// areOutputs reports whether the text consists only of the assignments that SetOutput writes, so that it is safe to source.
func areOutputs(text string) bool {
	for text != "" {
		start := assignmentStart.FindString(text)
		rest, ok := afterValue(text[len(start):])
		if start == "" || !ok {
			return false
		}
		text = rest
	}
	return true
}

// afterValue returns the text after the line in which a value ends.
func afterValue(text string) (rest string, ok bool) {
	for {
		_, rest, found := strings.Cut(text, "'")
		if !found {
			return "", false
		}
		if text, found = strings.CutPrefix(rest, `\''`); !found { // otherwise a quotation mark within the value
			return strings.CutPrefix(rest, "\n")
		}
	}
}

// warnOfExistingLines warns if the file for outputs is below the checkout and already holds other lines: a shell that
// sources the file would execute them. Outputs of earlier steps are expected and cause no warning.
func (j *Job) warnOfExistingLines() {
	name := j.Env("SCALR_OUTPUT_FILE")
	if _, _, inside := j.inCheckout(name); name == "" || j.OnGitHub() || !inside {
		return
	}
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return // it does not exist yet, or SetOutput reports the error
	}
	f, err := os.Open(name)
	if err != nil {
		return
	}
	defer f.Close()
	if text, err := io.ReadAll(io.LimitReader(f, maxOutputsRead)); err == nil && !areOutputs(string(text)) {
		j.Warnf("The file %q, which SCALR_OUTPUT_FILE names, is in the checkout and has lines that are not outputs of this action. "+
			"A shell that sources the file executes them. Set SCALR_OUTPUT_FILE to a new file outside the checkout, such as one in a "+
			"directory that mktemp -d creates.", name)
	}
}
