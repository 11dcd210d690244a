package job

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// appendFile appends to a file that the user names for outputs or for the summary. Whoever writes the checkout does not
// choose another file by a link in it: below the checkout, links that lead out of it are errors.
func (j *Job) appendFile(name, text string) error {
	f, err := j.openForAppend(name)
	if err != nil {
		return err
	}
	_ = f.SetWriteDeadline(time.Now().Add(pipePatience)) // an error where writing never blocks
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// pipePatience is how long a process that reads a pipe may take for one piece. Without a bound the step would be deaf
// to its timeout and to signals.
const pipePatience = 10 * time.Second

func (j *Job) openForAppend(name string) (*os.File, error) {
	const flags, mode = os.O_APPEND | os.O_CREATE | os.O_WRONLY | syscall.O_NONBLOCK, 0o644 // later steps may run as another user
	// Without O_NONBLOCK the opening of a pipe waits for a reader.
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

// neverBlocks refuses what a file of the runner's own cannot be: a pipe or a socket, on which writing may wait forever.
func neverBlocks(name string) error {
	if info, err := os.Stat(name); err == nil && info.Mode()&(os.ModeNamedPipe|os.ModeSocket) != 0 {
		return &os.PathError{Op: "open", Path: name, Err: errors.New("it is a pipe or a socket, not a file")}
	}
	return nil
}

// ReadFile returns the text of a regular file of at most so many bytes. It does not wait for what is none, and does not
// read without end what has no size.
func ReadFile(name string, most int64) ([]byte, error) {
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

// inCheckout reports whether a name is that of a file below the checkout, which may be given by its physical path as
// well. The root of the file system is no checkout: the program is run there if nobody says where.
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

// mostOutputs is how much of an existing file is examined, in bytes.
const mostOutputs = 16 << 20

var assignmentStart = regexp.MustCompile(`\ASCALR_[A-Z0-9_]+='`)

// areOutputs reports whether a shell that sources the text does no more than SetOutput means it to.
func areOutputs(text string) bool {
	text = strings.ReplaceAll(text, `'\''`, "") // a quotation mark within a value
	for text != "" {
		start := assignmentStart.FindString(text)
		_, rest, found := strings.Cut(text[len(start):], "'")
		if start == "" || !found || !strings.HasPrefix(rest, "\n") {
			return false
		}
		text = rest[1:]
	}
	return true
}

// warnOfOthersLines warns if the file for outputs came with the checkout: whoever sources it executes what it holds.
// Without that, several steps may append to one file.
func (j *Job) warnOfOthersLines() {
	name := j.Env("SCALR_OUTPUT_FILE")
	if _, _, inside := j.inCheckout(name); name == "" || j.OnGitHub() || !inside {
		return
	}
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return // there is none yet, or SetOutput reports what is wrong with it
	}
	f, err := os.Open(name)
	if err != nil {
		return
	}
	defer f.Close()
	if text, err := io.ReadAll(io.LimitReader(f, mostOutputs)); err == nil && !areOutputs(string(text)) {
		j.Warnf("The file %q, which SCALR_OUTPUT_FILE names, is in the checkout and has lines that are not outputs of this action. "+
			"A shell that sources the file executes them. Set SCALR_OUTPUT_FILE to a new file outside the checkout, such as one in a directory of mktemp -d.", name)
	}
}
