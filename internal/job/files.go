package job

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	githubactions "github.com/sethvargo/go-githubactions"
)

// ErrNoSummary says that no file for the summary is set.
var ErrNoSummary = errors.New("no file for a summary is named")

// SummaryLimit is the most bytes that a summary may have. The runner drops one above 1,048,576 bytes as a whole, and
// some just below.
const SummaryLimit = 1_000_000

// namePattern is what names of outputs and states look like, so that no name can be read as part of a value.
var namePattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// SetOutput sets an output of the step, for good at once: it survives whatever happens to us later. On GitHub a value
// is a single line. Elsewhere it is appended to the file that SCALR_OUTPUT_FILE names, as SCALR_NAME='value' for a
// shell to source. Without a file the output is printed. A value is written as it is, secrets included.
func (j *Job) SetOutput(name, value string) error {
	j.examined.Do(j.warnOfOthersLines)
	j.mu.Lock()
	defer j.mu.Unlock()
	var err error
	switch {
	case !namePattern.MatchString(name):
		err = errors.New("the name is not made of letters, digits, - and _")
	case strings.ContainsRune(value, 0):
		err = errors.New("the value holds a NUL character")
	case j.OnGitHub() && j.Env("GITHUB_OUTPUT") != "":
		err = j.appendPair("output", name, value)
	case !j.OnGitHub() && j.Env("SCALR_OUTPUT_FILE") != "":
		err = j.appendFile(j.Env("SCALR_OUTPUT_FILE"), shellAssignment(name, value))
	default:
		j.printOutput(name, value)
	}
	if err != nil {
		return fmt.Errorf("set output %s: %w", name, err)
	}
	return nil
}

func (j *Job) printOutput(name, value string) {
	if !j.warned {
		j.warned = true
		j.line("warning: no file for outputs is named; they are printed here instead")
	}
	j.line(name + ": " + value)
}

// shellAssignment returns a line that a POSIX shell reads as the value, whatever is in it.
func shellAssignment(name, value string) string {
	key := "SCALR_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	return key + "='" + strings.ReplaceAll(value, "'", `'\''`) + "'\n"
}

// SaveState keeps a single line for the post step. Outside GitHub there is none, and nothing is kept.
func (j *Job) SaveState(name, value string) error {
	if !j.OnGitHub() {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	err := errors.New("GITHUB_STATE is not set")
	switch {
	case !namePattern.MatchString(name):
		err = errors.New("the name is not made of letters, digits, - and _")
	case j.Env("GITHUB_STATE") != "":
		err = j.appendPair("state", name, value)
	}
	if err != nil {
		return fmt.Errorf("save state %s: %w", name, err)
	}
	return nil
}

// State returns what the main step kept, in the post step only.
func (j *Job) State(name string) string { return j.Env("STATE_" + name) }

// appendPair appends a pair to the file of the given kind. SetOutput and SaveState of go-githubactions end each value
// with the same word, so that a value can forge further pairs: the pair is made here, with a word that nobody knows,
// and the library only appends it. Line ends are refused all the same: none of our values has one.
func (j *Job) appendPair(kind, name, value string) error {
	delimiter := "end_" + rand.Text()
	if strings.ContainsAny(value, "\r\n") || strings.Contains(value, delimiter) {
		return errors.New("the value is more than one line")
	}
	value = strings.ToValidUTF8(value, "\uFFFD")
	return j.appendCommand(kind, name+"<<"+delimiter+"\n"+value+"\n"+delimiter)
}

// appendCommand has go-githubactions append to one of the runner's files, and turns its panic into an error.
func (j *Job) appendCommand(kind, message string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
			if wrapped, ok := p.(error); ok && errors.Unwrap(wrapped) != nil {
				err = errors.Unwrap(wrapped)
			}
		}
	}()
	if err := neverBlocks(j.Env("GITHUB_" + strings.ToUpper(strings.ReplaceAll(kind, "-", "_")))); err != nil {
		return err
	}
	j.github.IssueFileCommand(&githubactions.Command{Name: kind, Message: message})
	return nil
}

// WriteSummary appends Markdown to the job's summary. What it is made of is redacted already, and the whole is once more,
// but for short declared secrets. What does not fit with what is there already
// is refused, not cut. It returns ErrNoSummary if there is no file for it.
func (j *Job) WriteSummary(markdown string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	path := j.Env("SCALR_SUMMARY_FILE")
	if j.OnGitHub() {
		path = j.Env("GITHUB_STEP_SUMMARY")
	}
	if path == "" {
		return ErrNoSummary
	}
	if err := j.writeSummary(path, j.redact.Rendered(markdown)); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	return nil
}

func (j *Job) writeSummary(path, markdown string) error {
	size := int64(len(markdown)) + 1
	if info, err := os.Stat(path); err == nil && j.OnGitHub() {
		size += info.Size()
	}
	switch {
	case size > SummaryLimit:
		return fmt.Errorf("%d bytes are more than the %d that GitHub takes", size, SummaryLimit)
	case j.OnGitHub():
		return j.appendCommand("step-summary", markdown)
	default:
		return j.appendFile(path, markdown+"\n")
	}
}
