package plays

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// grants contains the permissions of a job's token. A missing permission is not granted.
type grants map[string]string

// grantsOf returns the permissions of a job: its own, or those of its workflow.
func grantsOf(w *workflow, j *job) (grants, error) {
	n := &j.Permissions
	if n.Kind == 0 {
		n = &w.Permissions
	}
	if n.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("permissions that are not listed are not supported")
	}
	g := grants{}
	for name, level := range pairs(n) {
		g[name] = level.Value
	}
	return g, nil
}

func (g grants) reads(what string) bool  { return g[what] == "read" || g[what] == "write" }
func (g grants) writes(what string) bool { return g[what] == "write" }

// within reports whether a job with the given permissions may call a workflow with these.
func (g grants) within(caller grants) error {
	for what, level := range g {
		if level == "write" && !caller.writes(what) || level == "read" && !caller.reads(what) {
			return fmt.Errorf("the called workflow asks for %s: %s, which its caller does not have", what, level)
		}
	}
	return nil
}
