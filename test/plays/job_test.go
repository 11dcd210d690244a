package plays

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"scalr-run-action/internal/job/runnertest"

	"gopkg.in/yaml.v3"
)

// jobRun is one job that runs on its own runner.
type jobRun struct {
	*execution
	spec    *job
	matrix  object
	granted grants
	alone   bool // no other combination runs concurrently
	record  *jobRecord
	// life ends when the job is canceled. A job that starts after a cancellation because of always() is not canceled.
	life context.Context

	workspace, temp string
	token           string
	masker          runnertest.Masker
	env             map[string]string
	steps           object // the context
	failed          bool
	posts           []post
}

// post is a post step that runs at the end of the job.
type post struct {
	of  *stepRecord
	run func(*stepRecord) error
}

// scope returns the contexts and functions for expressions of the job.
func (j *jobRun) scope() scope {
	in := j.execution.scope().with("matrix", j.matrix)
	github := maps.Clone(in.contexts["github"].(object))
	github["token"], github["workspace"], github["job"] = j.token, j.workspace, j.record.name
	in = in.with("github", github).with("steps", j.steps).
		with("runner", object{"temp": j.temp, "os": "Linux", "arch": "X64"})
	in.status = j.status
	return in
}

func (j *jobRun) status(asked string) bool {
	switch asked {
	case "always":
		return true
	case "cancelled":
		return j.cut()
	case "failure":
		return j.failed && !j.cut()
	}
	return !j.failed && !j.cut()
}

// cut reports whether the job was canceled.
func (j *jobRun) cut() bool { return j.life.Err() != nil }

// execute runs the job from the review of its environment to its outputs.
func (j *jobRun) execute() error {
	begins, err := j.begin()
	if err != nil || !begins {
		return err
	}
	end, err := j.open()
	if err != nil {
		return err
	}
	defer end()
	for _, st := range j.spec.Steps {
		if err := j.step(st); err != nil {
			return fmt.Errorf("step %q: %w", st.title(), err)
		}
	}
	for _, p := range slices.Backward(j.posts) {
		if err := p.run(p.of); err != nil {
			return fmt.Errorf("post step of %q: %w", p.of.title, err)
		}
	}
	return j.close()
}

// begin evaluates the name of the job and requests the review of its environment.
func (j *jobRun) begin() (bool, error) {
	in := j.execution.scope().with("matrix", j.matrix)
	if j.spec.Name != "" {
		title, err := fill(j.spec.Name, in)
		if err != nil {
			return false, err
		}
		j.record.title = title
	}
	if _, err := fill(j.spec.Concurrency.Group+j.spec.Concurrency.CancelInProgress, in); err != nil {
		return false, err
	}
	name, _, err := j.environment(in)
	if err != nil || name == "" {
		return err == nil, err
	}
	if j.record.result = j.testbed.reviews[name]; j.record.result == "cancelled" {
		j.cancel()
	}
	return j.record.result == "", nil
}

// environment returns the name of the job's GitHub environment and its address as written.
func (j *jobRun) environment(in scope) (name, url string, err error) {
	n := &j.spec.Environment
	if n.Kind == yaml.MappingNode {
		for key, value := range pairs(n) {
			switch key {
			case "name":
				name = value.Value
			case "url":
				url = value.Value
			default:
				return "", "", fmt.Errorf("environment: %s is not supported", key)
			}
		}
	} else {
		name = n.Value
	}
	name, err = fill(name, in)
	return name, url, err
}

// open prepares the runner: empty directories, a token, and the values to mask.
func (j *jobRun) open() (end func(), err error) {
	dir := j.testbed.t.TempDir()
	j.workspace, j.temp = filepath.Join(dir, "work", "infra"), filepath.Join(dir, "temp")
	for _, each := range []string{j.workspace, j.temp, filepath.Join(j.temp, "home"), filepath.Join(j.temp, "files")} {
		if err := os.MkdirAll(each, 0o755); err != nil {
			return nil, err
		}
	}
	j.testbed.opened(j.workspace)
	payload, err := json.Marshal(j.event.payload)
	if err == nil {
		err = os.WriteFile(filepath.Join(j.temp, "event.json"), payload, 0o644)
	}
	if err != nil {
		return nil, err
	}
	j.steps, j.life = object{}, j.ctx
	if j.canceled() {
		j.life = j.testbed.t.Context()
	}
	token, end := j.testbed.github.token(j.granted)
	j.token = token
	j.masker.Add(token)
	for _, secret := range j.secrets {
		j.masker.Add(secret)
	}
	in := j.scope()
	workflow, err := fillAll(j.workflow.Env, in)
	if err != nil {
		return nil, err
	}
	if j.env, err = fillAll(j.spec.Env, in.with("env", texts(workflow))); err != nil {
		return nil, err
	}
	for name, value := range workflow {
		if _, ok := j.env[name]; !ok {
			j.env[name] = value
		}
	}
	return end, nil
}

// close sets the result and the outputs of the job. GitHub drops an output that contains a masked value.
func (j *jobRun) close() error {
	switch {
	case j.cut():
		j.record.result = "cancelled"
	case j.failed:
		j.record.result = "failure"
	default:
		j.record.result = "success"
	}
	in := j.scope().with("env", texts(j.env))
	outputs, err := fillAll(j.spec.Outputs, in)
	if err != nil {
		return err
	}
	for name, value := range outputs {
		if j.masker.Mask(value) == value {
			j.record.outputs[name] = value
		}
	}
	_, url, err := j.environment(j.execution.scope().with("matrix", j.matrix))
	if err == nil {
		j.record.url, err = fill(url, in)
	}
	return err
}

// stepContext returns the context for a step. A step that starts after a cancellation is not canceled.
func (j *jobRun) stepContext() context.Context {
	if j.cut() {
		return j.testbed.t.Context()
	}
	return j.life
}

// texts converts strings to values of a context.
func texts(m map[string]string) object {
	o := object{}
	for name, value := range m {
		o[name] = value
	}
	return o
}
