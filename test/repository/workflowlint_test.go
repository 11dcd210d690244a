package repository_test

import (
	"fmt"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// workflow is a workflow or a part of one, in which only Steps may be set.
type workflow struct {
	On          yaml.Node      `yaml:"on"`
	Permissions *yaml.Node     `yaml:"permissions"`
	Concurrency yaml.Node      `yaml:"concurrency"`
	Jobs        map[string]job `yaml:"jobs"`
}

type job struct {
	Permissions *yaml.Node        `yaml:"permissions"`
	Concurrency yaml.Node         `yaml:"concurrency"`
	Outputs     map[string]string `yaml:"outputs"`
	Steps       []step            `yaml:"steps"`

	text string // all of it
}

// UnmarshalYAML also stores the text, to find expressions in it.
func (j *job) UnmarshalYAML(n *yaml.Node) error {
	type plain job
	if err := n.Decode((*plain)(j)); err != nil {
		return err
	}
	content, err := yaml.Marshal(n)
	j.text = string(content)
	return err
}

type step struct {
	ID   string               `yaml:"id"`
	Name string               `yaml:"name"`
	Uses yaml.Node            `yaml:"uses"`
	With map[string]yaml.Node `yaml:"with"`
	Run  string               `yaml:"run"`
}

// workflowProblems are the rules that a workflow, or steps of one, break. YAML
// that is neither must only be YAML.
func workflowProblems(content string, actions map[string]actionFile) []string {
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(content), &root); err != nil || len(root.Content) == 0 {
		return []string{fmt.Sprintf("it is not YAML: %v", err)}
	}
	l := &lint{actions: actions}
	var steps []step
	if root.Content[0].Kind == yaml.SequenceNode && root.Decode(&steps) == nil {
		l.job(job{Steps: steps, text: content}, false)
		return l.problems
	}
	var w workflow
	if root.Content[0].Kind == yaml.MappingNode && root.Decode(&w) == nil && w.Jobs != nil {
		l.workflow(w, content)
	}
	return l.problems
}

// lint collects problems.
type lint struct {
	actions  map[string]actionFile
	problems []string
}

func (l *lint) addf(format string, args ...any) {
	l.problems = append(l.problems, fmt.Sprintf(format, args...))
}

func (l *lint) workflow(w workflow, content string) {
	if strings.Contains(content, "pull_request_target:") || w.On.Value == "pull_request_target" {
		l.addf("it runs on pull_request_target")
	}
	for name, j := range w.Jobs {
		if w.Permissions == nil && j.Permissions == nil {
			l.addf("job %q has no permissions", name)
		}
		l.job(j, true)
		for _, s := range j.Steps {
			l.concurrency(name, s, w.Concurrency, j.Concurrency)
		}
	}
	for _, use := range jobOutput.FindAllStringSubmatch(content, -1) {
		if _, ok := w.Jobs[use[1]].Outputs[use[2]]; !ok {
			l.addf("job %q has no output %q", use[1], use[2])
		}
	}
}

// ofOnePull is what keeps pull requests apart in the name of a concurrency group.
var ofOnePull = regexp.MustCompile(
	`github\.(ref|head_ref|event\.pull_request\.number|event\.issue\.number|event\.number)\b`,
)

// concurrency holds a step that comments on pull requests to a group of that
// pull request, whose older runs end. Only dry runs may be canceled for sure.
func (l *lint) concurrency(job string, s step, groups ...yaml.Node) {
	comment, ours := s.With["comment"], ourAction.FindStringSubmatch(s.Uses.Value)
	if ours == nil || ours[1] != "" || comment.Value == "" || comment.Value == "false" {
		return
	}
	dry := s.With["dry-run"]
	for _, g := range groups {
		var c struct {
			Group  string    `yaml:"group"`
			Cancel yaml.Node `yaml:"cancel-in-progress"`
		}
		if g.IsZero() || g.Decode(&c) != nil {
			continue
		}
		switch {
		case dry.Value == "false" && (c.Cancel.Value == "" || c.Cancel.Value == "false"): // applies that run one at a time
			return
		case !ofOnePull.MatchString(c.Group):
		case c.Cancel.Value == "true" && (dry.Value == "" || dry.Value == "true"):
			return
		case strings.Contains(c.Cancel.Value, "${{") && strings.Contains(dry.Value, "${{"):
			return
		}
	}
	l.addf("job %q comments without a concurrency group of its pull request that suits it", job)
}

var (
	stepOutput = regexp.MustCompile(`\bsteps\.([A-Za-z0-9_-]+)\.outputs\.([A-Za-z0-9_-]+)`)
	jobOutput  = regexp.MustCompile(`\bneeds\.([A-Za-z0-9_-]+)\.outputs\.([A-Za-z0-9_-]+)`)
	pinned     = regexp.MustCompile(`^[A-Za-z0-9_.-]+/[A-Za-z0-9_./-]+@[0-9a-f]{40}$`)
	version    = regexp.MustCompile(`^# v[0-9]+\.[0-9]+\.[0-9]+$`)
	// Of a release, the owner is filled in, and the recipes on its branch name a commit.
	ourAction = regexp.MustCompile(`^(?:[A-Za-z0-9-]+/scalr-run-action|\.)(/[a-z./]*)?(?:@v1|@[0-9a-f]{40})?$`)
)

// job checks the steps. If they are only a part of a job, other steps may be missing.
func (l *lint) job(j job, whole bool) {
	steps := map[string]step{}
	for _, s := range j.Steps {
		l.step(s)
		if s.ID != "" {
			steps[s.ID] = s
		}
	}
	for _, use := range stepOutput.FindAllStringSubmatch(j.text, -1) {
		s, ok := steps[use[1]]
		switch {
		case ok:
			l.output(s, use[2])
		case whole:
			l.addf("there is no step %q", use[1])
		}
	}
}

// output checks one use of a step's output.
func (l *lint) output(s step, name string) {
	if s.Run != "" {
		if !strings.Contains(s.Run, name+"=") && !strings.Contains(s.Run, name+"<<") {
			l.addf("the step %q does not set %q", s.ID, name)
		}
		return
	}
	if file, ours := l.ours(s.Uses.Value); ours && !file.hasOutput(name) {
		l.addf("%s has no output %q", s.Uses.Value, name)
	}
}

// ours finds the action.yml of an action of this repository.
func (l *lint) ours(uses string) (actionFile, bool) {
	m := ourAction.FindStringSubmatch(uses)
	if m == nil {
		return actionFile{}, false
	}
	file, ok := l.actions[strings.TrimRight(m[1], "/")]
	if !ok {
		l.addf("%s: there is no such action", uses)
	}
	return file, ok
}

func (l *lint) step(s step) {
	if strings.Contains(s.Run, "${{") {
		l.addf("an expression in a script: %q", s.Run)
	}
	uses := s.Uses.Value
	if uses == "" {
		return
	}
	if ourAction.MatchString(uses) {
		if file, ok := l.ours(uses); ok {
			for name := range s.With {
				if !file.hasInput(name) {
					l.addf("%s has no input %q", uses, name)
				}
			}
		}
		return
	}
	l.foreign(s)
}

// foreign holds the use of another owner's action to what we advise.
func (l *lint) foreign(s step) {
	uses := s.Uses.Value
	switch {
	case !pinned.MatchString(uses):
		l.addf("%s is not pinned to a commit", uses)
	case !version.MatchString(s.Uses.LineComment):
		l.addf("%s has no version beside it", uses)
	}
	if keep := s.With["persist-credentials"]; strings.HasPrefix(uses, "actions/checkout@") && keep.Value != "false" {
		l.addf("%s keeps its credentials: persist-credentials is not false", uses)
	}
}
