package job

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"

	"scalr-run-action/internal/lazyregexp"

	githubactions "github.com/sethvargo/go-githubactions"
)

// ErrNoSummary means that no file for the summary is set.
var ErrNoSummary = errors.New("GITHUB_STEP_SUMMARY is not set")

// SummaryLimit is the maximum size of a summary in bytes. The runner drops a summary above 1,048,576 bytes as a whole,
// and some just below.
const SummaryLimit = 1_000_000

// namePattern restricts names of outputs and states, so that the runner cannot mistake a name for part of a value.
var namePattern = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// SetOutput writes an output of the step immediately, so that it survives a later crash. On GitHub a value is a single
// line. Elsewhere it is appended to the file that SCALR_OUTPUT_FILE names, as SCALR_NAME='value' for a shell to
// source. Without a file the output is printed. Tokens in the value are redacted, other secrets are not.
func (j *Job) SetOutput(name, value string) error {
	return j.SetSensitiveOutput(name, j.credentials.String(value))
}

// SetSensitiveOutput is like SetOutput for a value that is meant to contain secrets.
func (j *Job) SetSensitiveOutput(name, value string) error {
	j.examined.Do(j.warnOfExistingLines)
	j.mu.Lock()
	defer j.mu.Unlock()
	var err error
	switch {
	case !namePattern.MatchString(name):
		err = errors.New("the name is not made of letters, digits, - and _")
	case strings.ContainsRune(value, 0):
		err = errors.New("the value contains a NUL character")
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
		file := "SCALR_OUTPUT_FILE"
		if j.OnGitHub() {
			file = "GITHUB_OUTPUT"
		}
		j.line("warning: " + file + " is not set; the outputs are printed here instead")
	}
	j.line(name + ": " + value)
}

// shellAssignment quotes any value for a POSIX shell.
func shellAssignment(name, value string) string {
	key := "SCALR_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	return key + "='" + strings.ReplaceAll(value, "'", `'\''`) + "'\n"
}

// RedactJSON redacts tokens in a JSON document, as SetOutput does in other values.
func (j *Job) RedactJSON(document string) string {
	var out strings.Builder
	redacted := j.credentials.JSON(&out)
	_, _ = redacted.Write([]byte(document))
	if redacted.End() != nil {
		return j.credentials.String(document)
	}
	return out.String()
}

// SaveState saves a single line for the post step. It refuses a value that contains a token. Outside GitHub there is no
// post step, and SaveState does nothing.
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
	case j.credentials.String(value) != value:
		err = errors.New("the value contains a token")
	case j.Env("GITHUB_STATE") != "":
		err = j.appendPair("state", name, value)
	}
	if err != nil {
		return fmt.Errorf("save state %s: %w", name, err)
	}
	return nil
}

// State returns a value that the main step saved. It works in the post step only.
func (j *Job) State(name string) string { return j.Env("STATE_" + name) }

// appendPair appends a pair to the file of the given kind. SetOutput and SaveState of go-githubactions use a constant
// delimiter, so a value could forge further pairs. appendPair therefore uses a random delimiter, and the library only
// appends the text. It rejects line ends nevertheless, because no value of the action has one.
func (j *Job) appendPair(kind, name, value string) error {
	delimiter := "end_" + rand.Text()
	if strings.ContainsAny(value, "\r\n") || strings.Contains(value, delimiter) {
		return errors.New("the value is more than one line")
	}
	value = strings.ToValidUTF8(value, "\uFFFD")
	return j.appendCommand(kind, name+"<<"+delimiter+"\n"+value+"\n"+delimiter)
}

// appendCommand appends to one of the runner's files.
func (j *Job) appendCommand(kind, message string) error {
	name := j.Env("GITHUB_" + strings.ToUpper(strings.ReplaceAll(kind, "-", "_")))
	if err := neverBlocks(name); err != nil {
		return err
	}
	return appendOrRestore(name, func() error { return j.issueFileCommand(kind, message) })
}

// issueFileCommand appends with go-githubactions, and converts its panic to an error.
func (j *Job) issueFileCommand(kind, message string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
			if wrapped, ok := p.(error); ok && errors.Unwrap(wrapped) != nil {
				err = errors.Unwrap(wrapped)
			}
		}
	}()
	j.github.IssueFileCommand(&githubactions.Command{Name: kind, Message: message})
	return nil
}

// WriteSummary appends Markdown to the job's summary. The parts are redacted already; WriteSummary redacts the whole again,
// except for short declared secrets. Markdown that would exceed SummaryLimit is rejected, not truncated. Without a file
// WriteSummary returns ErrNoSummary.
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
		return fmt.Errorf("%d bytes exceed GitHub's limit of %d", size, SummaryLimit)
	case j.OnGitHub():
		return j.appendCommand("step-summary", markdown)
	default:
		return j.appendFile(path, markdown+"\n")
	}
}
