package job

import (
	"fmt"

	"scalr-run-action/internal/secret"
)

// Infof prints one line. Arguments may be untrusted: line ends in them become spaces.
func (j *Job) Infof(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.line(fmt.Sprintf(format, args...))
}

// Debugf prints one line if debug messages are enabled.
func (j *Job) Debugf(format string, args ...any) {
	if !j.Debugging() {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	text := fmt.Sprintf(format, args...)
	if j.OnGitHub() {
		j.command("debug", cutUTF16(j.plain(oneLine(text)), messageKept), nil)
	} else {
		j.line("debug: " + text)
	}
}

// Noticef annotates the job with a notice.
func (j *Job) Noticef(format string, args ...any) {
	j.Annotate(Annotation{Level: LevelNotice, Message: fmt.Sprintf(format, args...)})
}

// Warnf annotates the job with a warning.
func (j *Job) Warnf(format string, args ...any) {
	j.Annotate(Annotation{Level: LevelWarning, Message: fmt.Sprintf(format, args...)})
}

// Group starts a collapsed section, which lasts until end is called, or until the next Group or error. Groups do not
// nest, because the runner supports one at a time. Calling end twice, or late, has no effect.
func (j *Job) Group(title string) (end func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.endGroup()
	if j.OnGitHub() {
		j.command("group", cutUTF16(j.plain(oneLine(title)), titleKept), nil)
	} else {
		j.line(title)
	}
	j.groups++
	j.grouped = true
	mine := j.groups
	return func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		if mine == j.groups {
			j.endGroup()
		}
	}
}

// endGroup closes the open group, if there is one. The caller holds the mutex.
func (j *Job) endGroup() {
	if j.grouped && j.OnGitHub() {
		j.command("endgroup", "", nil)
	}
	j.grouped = false
}

// MaskToken is like Mask for a token, which outputs and states never contain either.
func (j *Job) MaskToken(v secret.Value) {
	j.credentials.Add(v)
	j.Mask(v)
}

// Mask redacts v in all later output and adds it to the Redactor. Call it before v can be printed. Mask ignores a value
// that is not Hideable. It passes the runner the Lines of v one by one: for a value of several lines the runner would mask
// each line regardless of length (ActionCommandManager.cs, AddMaskCommandExtension), and a line of just "}" would mask
// every brace from then on. It passes each line once. Mask reports whether the Redactor had room for v.
func (j *Job) Mask(v secret.Value) (all bool) {
	all = j.redact.Add(v)
	if !j.OnGitHub() {
		return all
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, line := range v.Lines() {
		if !j.masked[line] {
			j.masked[line] = true
			j.command("add-mask", line, nil)
		}
	}
	return all
}
