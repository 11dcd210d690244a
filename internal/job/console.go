package job

import (
	"io"

	githubactions "github.com/sethvargo/go-githubactions"
)

// console writes to the job's log. After the first error it discards all output, because the reader is gone and
// go-githubactions panics when its writer fails.
type console struct {
	out    io.Writer
	broken func(error)
	err    error
}

// Write passes p on in one call. It always succeeds; the err field holds the first error.
func (c *console) Write(p []byte) (int, error) {
	if c.err != nil || c.out == nil {
		return len(p), nil
	}
	n, err := c.out.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	if err != nil {
		c.err = err
		if c.broken != nil {
			c.broken(err)
		}
	}
	return len(p), nil
}

// The methods below are called with the mutex held.

// command prints a workflow command, outside the fence.
func (j *Job) command(name, message string, properties githubactions.CommandProperties) {
	j.closeFence()
	j.github.IssueCommand(&githubactions.Command{Name: name, Message: message, Properties: properties})
}

// line prints one line of the action, outside the fence.
func (j *Job) line(text string) {
	j.closeFence()
	_, _ = j.console.Write(append(j.sanitizeLine(text), '\n'))
}

// printUntrusted prints sanitized lines, inside the fence.
func (j *Job) printUntrusted(lines []byte) {
	if !j.fenced && j.OnGitHub() {
		j.command("stop-commands", j.token, nil)
		j.fenced = true
	}
	_, _ = j.console.Write(lines)
}

// closeFence makes the runner accept commands again. One random token serves the whole step, because the runner keeps
// every token as a mask for the rest of the job (ActionCommandManager.cs).
func (j *Job) closeFence() {
	if j.fenced {
		j.fenced = false
		j.github.IssueCommand(&githubactions.Command{Name: j.token})
	}
}
