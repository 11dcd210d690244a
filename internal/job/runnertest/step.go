package runnertest

import (
	"slices"
	"strings"
)

// Step is the runner's interpretation of a step's output.
type Step struct {
	Commands []Command // that took effect, in order, without those that stop and resume commands
	Log      []string  // the lines of the log, with the masks at that time
	Fences   int       // the number of times that commands were stopped
	Stopped  bool      // commands are still stopped
	Problems []string  // errors of the runner; each makes the step fail
}

// Read parses the output of a step, as OutputManager.cs and ActionCommandManager.cs do.
func Read(output string) Step {
	r := reader{names: slices.Clone(registered)}
	for _, line := range Lines(strings.ToValidUTF8(output, "\uFFFD")) {
		if !r.process(line) {
			r.step.Log = append(r.step.Log, r.masker.Mask(line))
		}
	}
	r.step.Stopped = r.token != ""
	return r.step
}

// Names returns the names of the commands, in order.
func (s Step) Names() []string {
	var names []string
	for _, c := range s.Commands {
		names = append(names, c.Name)
	}
	return names
}

// reader is the runner's state for a step.
type reader struct {
	step   Step
	names  []string
	token  string // resumes commands; empty while they are not stopped
	masker Masker
}

// process reports whether the line is a command, and executes it.
func (r *reader) process(line string) bool {
	c, ok := parse(line, r.names)
	switch {
	case !ok:
		return false
	case r.token != "":
		return r.resume(c)
	case strings.EqualFold(c.Name, "stop-commands"):
		r.stop(c.Data)
	default:
		r.step.Commands = append(r.step.Commands, c)
		r.carryOut(c)
	}
	return true
}

func (r *reader) resume(c Command) bool {
	if !strings.EqualFold(c.Name, r.token) {
		return false
	}
	r.names = slices.DeleteFunc(r.names, func(name string) bool { return strings.EqualFold(name, r.token) })
	r.token = ""
	return true
}

// stop is ValidateStopToken and its callers.
func (r *reader) stop(token string) {
	known := slices.ContainsFunc(r.names, func(name string) bool { return strings.EqualFold(name, token) })
	if token == "" || known || strings.EqualFold(token, "pause-logging") {
		r.step.Problems = append(r.step.Problems, "invalid stop token "+token)
		return
	}
	r.token = token
	r.names = append(r.names, token)
	r.step.Fences++
	if len(units(token)) > 6 {
		r.masker.Add(token)
	}
}

func (r *reader) carryOut(c Command) {
	switch strings.ToLower(c.Name) {
	case "add-mask":
		r.mask(c.Data)
	case "set-env", "add-path":
		r.step.Problems = append(r.step.Problems, "the command "+c.Name+" is disabled")
	}
}

func (r *reader) mask(value string) {
	if strings.TrimSpace(value) == "" {
		r.step.Log = append(r.step.Log, "Can't add secret mask for empty string in ##[add-mask] command.")
		return
	}
	r.masker.Add(value)
	for line := range strings.FieldsFuncSeq(value, func(c rune) bool { return c == '\r' || c == '\n' }) {
		r.masker.Add(strings.TrimSpace(line))
	}
}
