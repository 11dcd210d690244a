package job

import (
	"io"

	githubactions "github.com/sethvargo/go-githubactions"
)

// console is the one stream that is written to. After an error it swallows what it is given: go-githubactions panics
// when its writer fails, and its reader is gone.
type console struct {
	out    io.Writer
	broken func(error)
	err    error
}

// Write hands p on in one piece. It never fails; see err for that.
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

// command issues a workflow command, outside the fence.
func (j *Job) command(name, message string, properties githubactions.CommandProperties) {
	j.closeFence()
	j.github.IssueCommand(&githubactions.Command{Name: name, Message: message, Properties: properties})
}

// line prints one line of ours, outside the fence.
func (j *Job) line(text string) {
	j.closeFence()
	_, _ = j.console.Write(append(j.harmlessLine(text), '\n'))
}

// foreign prints lines that are not ours and were made harmless, inside the fence.
func (j *Job) foreign(lines []byte) {
	if !j.fenced && j.OnGitHub() {
		j.command("stop-commands", j.token, nil)
		j.fenced = true
	}
	_, _ = j.console.Write(lines)
}

// closeFence makes the runner listen again. The same token serves the whole step: it is known to nobody else, and the
// runner keeps every token as a mask for the rest of the job (ActionCommandManager.cs).
func (j *Job) closeFence() {
	if j.fenced {
		j.fenced = false
		j.github.IssueCommand(&githubactions.Command{Name: j.token})
	}
}
