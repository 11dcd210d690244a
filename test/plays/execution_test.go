package plays

import (
	"context"
	"fmt"
	"sync"
)

// execution is one run of a workflow, with its inputs and its results.
type execution struct {
	testbed  *testbed
	file     string
	workflow *workflow
	event    event

	// For a workflow that another one calls.
	inputs  object
	secrets map[string]string
	caller  grants

	// cancelWhen is called after each write of a step; if it returns true, the workflow run is canceled.
	cancelWhen func(step, log string) bool

	ctx    context.Context
	cancel context.CancelFunc

	started bool   // the event starts this workflow
	group   string // of its concurrency
	needs   object // result and outputs by job
	jobs    []*jobRecord
}

// jobRecord is the result of a job, or of one combination of its matrix.
type jobRecord struct {
	name, title string
	result      string // success, failure, `cancelled` or skipped
	outputs     object
	url         string // of its GitHub environment
	steps       []*stepRecord
}

// run runs an example for an event. An unsupported feature fails the test.
func (s *testbed) run(file string, e event) *execution {
	s.t.Helper()
	return s.runUntil(file, e, nil)
}

// runUntil runs an example and cancels it when the function returns true.
func (s *testbed) runUntil(file string, e event, cancelWhen func(step, log string) bool) *execution {
	s.t.Helper()
	content, err := document("examples/" + file)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.runText(file, string(content), e, cancelWhen)
}

// runText is runUntil for a workflow that is not an example.
func (s *testbed) runText(file, content string, e event, cancelWhen func(step, log string) bool) *execution {
	s.t.Helper()
	p := &execution{testbed: s, file: file, event: e, secrets: s.secrets, cancelWhen: cancelWhen}
	if err := p.execute([]byte(content)); err != nil {
		s.t.Fatalf("%s cannot be run: %v", file, err)
	}
	return p
}

func (p *execution) execute(content []byte) (err error) {
	if p.workflow, err = readWorkflow(content); err != nil {
		return err
	}
	if p.started, err = triggered(&p.workflow.On, p.event); err != nil || !p.started && p.caller == nil {
		p.testbed.print("%s · %s: not started", p.file, p.event.about)
		return err
	}
	p.testbed.github.saw(p.event)
	p.ctx, p.cancel = context.WithCancel(p.testbed.t.Context())
	defer p.cancel()
	p.needs = object{}
	if given, ok := p.event.payload["inputs"].(object); ok && p.caller == nil {
		p.inputs = given
	}
	if p.group, err = fill(p.workflow.Concurrency.Group, p.scope().only("github", "inputs", "vars")); err != nil {
		return err
	}
	p.testbed.print("%s · %s", p.file, p.event.about)
	order, err := p.workflow.order()
	if err != nil {
		return err
	}
	for _, name := range order {
		if err := p.job(name); err != nil {
			return fmt.Errorf("job %s: %w", name, err)
		}
	}
	return nil
}

// canceled reports whether the workflow run was canceled.
func (p *execution) canceled() bool { return p.ctx.Err() != nil }

// scope returns the contexts for all expressions of the workflow.
func (p *execution) scope() scope {
	e := p.event
	branch := func(side string) any {
		return member(member(member(e.payload, "pull_request"), side), "ref")
	}
	contexts := object{"vars": object{}, "needs": p.needs, "github": object{
		"event":      e.payload,
		"event_name": e.name,
		"repository": repository,
		"ref":        e.ref,
		"sha":        e.sha,
		"actor":      "octocat",
		"head_ref":   branch("head"),
		"base_ref":   branch("base"),
		"workflow":   p.workflow.Name,
		"run_id":     "1",
		"server_url": "https://github.com",
	}}
	for name, value := range p.testbed.vars {
		contexts["vars"].(object)[name] = value
	}
	if p.inputs != nil {
		contexts["inputs"] = p.inputs
	}
	return scope{contexts: contexts}
}

// job runs or skips a job.
func (p *execution) job(name string) error {
	j := p.workflow.Jobs[name]
	in := p.scope()
	in.status = func(asked string) bool { return p.status(asked, j) }
	if ok, err := evalIf(j.If, in); err != nil || !ok {
		p.end(&jobRecord{name: name, title: name, result: "skipped", outputs: object{}})
		return err
	}
	in.status = nil
	combined := []object{nil}
	if j.Strategy != nil {
		var err error
		if combined, err = combinations(&j.Strategy.Matrix, in); err != nil {
			return err
		}
	}
	mark := p.marked()
	records, err := p.runAll(name, combined)
	if err != nil {
		return err
	}
	p.end(records...)
	if len(records) > 1 {
		p.testbed.print("    all of them together %s", p.since(mark))
	}
	return nil
}

// runAll runs every combination of a job, some concurrently.
func (p *execution) runAll(name string, combined []object) ([]*jobRecord, error) {
	limit := p.workflow.Jobs[name].limit(len(combined))
	records, problems := make([]*jobRecord, len(combined)), make([]error, len(combined))
	var all sync.WaitGroup
	slots := make(chan struct{}, limit)
	for i, matrix := range combined {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			records[i], problems[i] = p.one(name, matrix, len(combined) == 1)
		})
	}
	all.Wait()
	for _, err := range problems {
		if err != nil {
			return nil, err
		}
	}
	return records, nil
}

func (j *job) limit(combinations int) int {
	if j.Strategy != nil && j.Strategy.MaxParallel > 0 {
		return min(j.Strategy.MaxParallel, combinations)
	}
	return combinations
}

// one runs one combination of a job.
func (p *execution) one(name string, matrix object, alone bool) (*jobRecord, error) {
	spec := p.workflow.Jobs[name]
	granted, err := grantsOf(p.workflow, spec)
	if err == nil && p.caller != nil {
		err = granted.within(p.caller)
	}
	if err != nil {
		return nil, err
	}
	j := &jobRun{
		execution: p,
		spec:      spec,
		matrix:    matrix,
		granted:   granted,
		alone:     alone,
		record:    &jobRecord{name: name, title: name, outputs: object{}},
	}
	if spec.Uses != "" {
		return j.record, j.call()
	}
	return j.record, j.execute()
}

// end records and prints the result of a job, which is that of the worst combination.
func (p *execution) end(records ...*jobRecord) {
	result := object{"result": "success", "outputs": object{}}
	for _, worse := range []string{"skipped", "cancelled", "failure"} {
		for _, r := range records {
			if r.result == worse {
				result["result"] = worse
			}
		}
	}
	for _, r := range records {
		for name, value := range r.outputs {
			result["outputs"].(object)[name] = value
		}
		p.printJob(r)
	}
	p.needs[records[0].name] = result
	p.jobs = append(p.jobs, records...)
}

// status evaluates the status functions in the `if:` of a job.
func (p *execution) status(asked string, j *job) bool {
	switch asked {
	case "always":
		return true
	case "cancelled":
		return p.canceled()
	}
	failed, succeeded := false, true
	for _, name := range p.ancestors(j) {
		result := member(p.needs[name], "result")
		failed = failed || result == "failure"
		succeeded = succeeded && result == "success"
	}
	if asked == "failure" {
		return failed && !p.canceled()
	}
	return succeeded && !p.canceled()
}

func (p *execution) ancestors(j *job) []string {
	var all []string
	for _, name := range j.needs() {
		all = append(append(all, name), p.ancestors(p.workflow.Jobs[name])...)
	}
	return all
}
