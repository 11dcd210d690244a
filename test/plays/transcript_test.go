package plays

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// mark is a position in the writes to Scalr and GitHub.
type mark struct{ scalr, github int }

func (p *execution) marked() mark {
	return mark{p.testbed.writes(), len(p.testbed.github.wrote(0))}
}

// since returns the writes after the mark, as one line.
func (p *execution) since(m mark) string {
	return counted(append(p.testbed.wrote(m.scalr), p.testbed.github.wrote(m.github)...))
}

var anID = regexp.MustCompile(`/[a-z]+-v0[a-z0-9]+`)

// counted joins lines without their ids, with a number for equal lines.
func counted(lines []string) string {
	var order []string
	count := map[string]int{}
	for _, line := range lines {
		line = anID.ReplaceAllString(line, "/*")
		if count[line]++; count[line] == 1 {
			order = append(order, line)
		}
	}
	for i, line := range order {
		if n := count[line]; n > 1 {
			order[i] = fmt.Sprintf("%s ×%d", line, n)
		}
	}
	return strings.Join(order, ", ")
}

// printJob adds a job to the transcript.
func (p *execution) printJob(r *jobRecord) {
	p.testbed.print("  %s: %s%s", r.title, r.result, r.outputList())
	for _, s := range r.steps {
		if s.outcome == "skipped" || s.what == "" || s.what == "post" && s.log == "" {
			continue
		}
		name := s.what // the action, or the title of a script
		if name == "script" {
			name = s.title
		}
		p.testbed.print("    %-26s  %s%s", name, s.word(), prefixed("  ← ", s.wrote))
	}
}

func (r *jobRecord) outputList() string {
	var outputs []string
	for _, name := range sortedKeys(r.outputs) {
		if value := textOf(r.outputs[name]); len(value) < 40 {
			outputs = append(outputs, name+"="+value)
		}
	}
	return prefixed("  → ", strings.Join(outputs, ", "))
}

// word returns a short description of a step's result.
func (r *stepRecord) word() string {
	words := []string{r.outputs["result"]}
	if words[0] == "" {
		words = append([]string{r.outcome}, r.annotations("error")...)
	}
	words = append(words, r.outputs["error-code"], r.outputs["summary"])
	switch {
	case r.outputs["created"] == "true":
		words = append(words, "created")
	case r.outputs["changed"] == "true":
		words = append(words, "changed")
	case r.outputs["count"] != "":
		words = append(words, r.outputs["count"]+" found")
	}
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	return strings.Join(slices.Compact(words), ", ")
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// results returns the results of a job's combinations, in order.
func (p *execution) results(job string) string {
	var all []string
	for _, r := range p.jobs {
		if r.name == job {
			all = append(all, r.result)
		}
	}
	return strings.Join(all, " ")
}

// ended checks the result of each combination of a job, and returns the first one.
func (p *execution) ended(job, results string) *jobRecord {
	p.testbed.t.Helper()
	if got := p.results(job); got != results {
		p.testbed.t.Fatalf("%s: job %s ended as %q, want %q", p.file, job, got, results)
	}
	for _, r := range p.jobs {
		if r.name == job {
			return r
		}
	}
	return nil
}

// step returns the step with the id, title or action and mode.
func (r *jobRecord) step(name string) *stepRecord {
	for _, s := range r.steps {
		if s.id == name || s.title == name || s.what == name {
			return s
		}
	}
	return &stepRecord{outcome: "not there"}
}
