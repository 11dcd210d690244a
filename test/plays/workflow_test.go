package plays

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// workflow is a decoded workflow file. Any other key is an error.
type workflow struct {
	Name        string
	On          yaml.Node
	Permissions yaml.Node
	Concurrency concurrency
	Env         map[string]string
	Jobs        map[string]*job
}

type job struct {
	Name        string
	If          string
	Needs       yaml.Node
	RunsOn      string `yaml:"runs-on"`
	Permissions yaml.Node
	Environment yaml.Node
	Concurrency concurrency
	Outputs     map[string]string
	Env         map[string]string
	Strategy    *strategy
	Steps       []step

	// A job may call another workflow.
	Uses    string
	With    map[string]yaml.Node
	Secrets map[string]string
}

type strategy struct {
	FailFast    *bool `yaml:"fail-fast"`
	MaxParallel int   `yaml:"max-parallel"`
	Matrix      yaml.Node
}

type concurrency struct {
	Group            string
	CancelInProgress string `yaml:"cancel-in-progress"`
}

type step struct {
	ID    string
	Name  string
	If    string
	Uses  string
	With  map[string]string
	Run   string
	Shell string
	Env   map[string]string
}

// title is the heading of the step in the log.
func (s step) title() string {
	switch {
	case s.Name != "":
		return s.Name
	case s.Uses != "":
		return s.Uses
	}
	first, _, _ := strings.Cut(s.Run, "\n")
	return "Run " + first
}

// readWorkflow reads a workflow and rejects unsupported features.
func readWorkflow(content []byte) (*workflow, error) {
	var w workflow
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&w); err != nil {
		return nil, err
	}
	for name, j := range w.Jobs {
		if err := j.playable(); err != nil {
			return nil, fmt.Errorf("job %s: %w", name, err)
		}
	}
	_, err := w.order()
	return &w, err
}

func (j *job) playable() error {
	if (j.Uses == "") == (j.Steps == nil) || (j.Uses == "") == (j.RunsOn == "") {
		return fmt.Errorf("it needs either steps and a runner or another workflow")
	}
	if s := j.Strategy; s != nil && (s.FailFast == nil || *s.FailFast) {
		return fmt.Errorf("a matrix that fails fast is not supported")
	}
	for _, s := range j.Steps {
		switch {
		case (s.Uses == "") == (s.Run == ""):
			return fmt.Errorf("step %q neither uses nor runs", s.title())
		case strings.Contains(s.Run, "${{"):
			return fmt.Errorf("step %q has an expression in its script", s.title())
		}
	}
	return nil
}

// needs returns the jobs in `needs:`.
func (j *job) needs() []string {
	if j.Needs.Kind == yaml.ScalarNode {
		return []string{j.Needs.Value}
	}
	return scalars(&j.Needs)
}

// order returns the jobs in an order in which each follows the jobs that it needs.
func (w *workflow) order() ([]string, error) {
	var sorted []string
	left := slices.Sorted(maps.Keys(w.Jobs))
	for len(left) > 0 {
		next := slices.IndexFunc(left, func(name string) bool {
			return !slices.ContainsFunc(w.Jobs[name].needs(), func(need string) bool { return !slices.Contains(sorted, need) })
		})
		if next < 0 {
			return nil, fmt.Errorf("jobs %q need one another, or one that there is not", left)
		}
		sorted = append(sorted, left[next])
		left = slices.Delete(left, next, next+1)
	}
	return sorted, nil
}

// scalars returns the elements of a YAML list.
func scalars(n *yaml.Node) []string {
	var all []string
	for _, each := range n.Content {
		all = append(all, each.Value)
	}
	return all
}

// pairs returns the keys and values of a YAML mapping, in order.
func pairs(n *yaml.Node) func(func(string, *yaml.Node) bool) {
	return func(yield func(string, *yaml.Node) bool) {
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, n.Content[i+1]) {
				return
			}
		}
	}
}

// filledNode returns a part of a workflow as a value, with its expressions evaluated.
func filledNode(n *yaml.Node, in scope) (any, error) {
	switch n.Kind {
	case yaml.MappingNode:
		o := object{}
		for name, value := range pairs(n) {
			v, err := filledNode(value, in)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			o[name] = v
		}
		return o, nil
	case yaml.SequenceNode:
		all := list{}
		for _, each := range n.Content {
			v, err := filledNode(each, in)
			if err != nil {
				return nil, err
			}
			all = append(all, v)
		}
		return all, nil
	case yaml.ScalarNode:
		return filledScalar(n, in)
	}
	return nil, nil
}

func filledScalar(n *yaml.Node, in scope) (any, error) {
	if n.Tag == "!!str" {
		return fillValue(n.Value, in)
	}
	var v any
	if err := n.Decode(&v); err != nil {
		return nil, err
	}
	if i, ok := v.(int); ok {
		return float64(i), nil
	}
	return v, nil
}
