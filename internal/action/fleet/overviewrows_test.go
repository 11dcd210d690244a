package fleet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/report"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
	"scalr-run-action/internal/secret"
	"scalr-run-action/internal/tfplan"
)

// rowCase is one run and what the overview reads of it.
type rowCase struct {
	scenario   scalrsim.Scenario
	attributes map[string]any // of the run
	workspace  map[string]any // attributes of the workspace
	after      time.Duration  // age of the run; 0 means an hour
	change     func(*searchTarget)
	redact     bool // the input redact is set
}

func creating(addresses ...string) scalrsim.Stage {
	var stage scalrsim.Stage
	for _, address := range addresses {
		stage.Changes = append(stage.Changes, scalrsim.Change{Address: address, Action: "create"})
	}
	return stage
}

// rowCases returns the cases by name.
func rowCases() map[string]rowCase {
	one := scalrsim.RunScript{Plan: creating("terraform_data.a")}
	nothing := scalrsim.RunScript{Plan: scalrsim.Stage{Changes: []scalrsim.Change{}}}
	failing := scalrsim.RunScript{Plan: scalrsim.Stage{Changes: []scalrsim.Change{}, Fails: "quota exceeded"}}
	applyFails := one
	applyFails.Apply.Fails = "the disk is full"
	soft := one
	soft.Policies = []scalrsim.Policy{{Name: "tags", Result: "soft_failed", Messages: []string{"an owner is missing"}}}
	strange := one
	strange.Steps = []scalrsim.Step{{Status: "planning", For: time.Second}, {Status: "quantum_checking", Plan: "finished"}}
	odd := one
	odd.Steps = []scalrsim.Step{{Status: "planning", For: time.Second}, {Status: "quantum_checking", Plan: "running"}}
	postApply := one
	postApply.Steps = []scalrsim.Step{{Status: "planning", For: time.Second}, {Status: "applying", For: time.Second},
		{Status: "post_apply_finished"}}
	queuedPlan := nothing
	queuedPlan.Steps = []scalrsim.Step{{Status: "plan_queued", For: time.Second}, {Status: "errored", Error: "no agent"}}
	twice := one
	for _, address := range []string{"a", "b"} {
		twice.Plan.Log += strings.ReplaceAll("Terraform will perform the following actions:\n\n  # terraform_data.NAME will be created\n"+
			"  + resource \"terraform_data\" \"NAME\" {\n    }\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n\n", "NAME", address)
	}
	waits := nothing
	waits.WaitsWithoutChange = true
	applied := map[string]any{"is-dry": false, "auto-apply": true}
	real := map[string]any{"is-dry": false}
	plain := scalrsim.Scenario{Script: one}
	fault := func(script scalrsim.RunScript, faults ...scalrsim.Fault) scalrsim.Scenario {
		return scalrsim.Scenario{Script: script, Faults: faults}
	}
	refused := func(op string) scalrsim.Fault {
		return scalrsim.Fault{Op: op, Action: scalrsim.Status, Status: 422, Times: -1}
	}
	const planJSON, planLog, applyLog = "GET /plans/*/sanitized-json-output", "GET /plans/*/output", "GET /applies/*/output"
	return map[string]rowCase{
		"planned":               {scenario: plain},
		"planned, with redact":  {scenario: plain, redact: true},
		"planned, not included": {scenario: scalrsim.Scenario{Script: one, Config: scalrsim.Config{NoIncluded: true}}},
		"planned, cannot be read": {
			scenario: scalrsim.Scenario{Script: one, Config: scalrsim.Config{NoIncluded: true}, Faults: []scalrsim.Fault{refused("GET /runs/*")}},
		},
		"planned, JSON cannot be read": {scenario: fault(one, refused(planJSON))},
		"planned, JSON missing":        {scenario: scalrsim.Scenario{Script: one, Logs: scalrsim.Logs{JSON: 404}}},
		"planned, JSON invalid": {
			scenario: scalrsim.Scenario{Script: one, Logs: scalrsim.Logs{PlanJSON: `{"format_version":"1.2","resource_changes":[{]}`}},
		},
		"planned, JSON invalid, redact": {scenario: scalrsim.Scenario{Script: one, Logs: scalrsim.Logs{PlanJSON: `{"format_version":`}}, redact: true},
		"planned, JSON interrupted":     {scenario: fault(one, scalrsim.Fault{Op: planJSON, Action: scalrsim.Break, Bytes: 20, Times: -1})},
		"planned, log cannot be read":   {scenario: fault(one, refused(planLog))},
		"planned, log interrupted":      {scenario: fault(one, scalrsim.Fault{Op: planLog, Action: scalrsim.Break, Bytes: 20, Times: -1})},
		"planned, nothing can be read":  {scenario: fault(one, refused(planLog), refused(planJSON))},
		"planned, several units":        {scenario: plain, workspace: map[string]any{"terragrunt": map[string]any{"use-run-all": true}}},
		"planned, two units": {
			scenario:  scalrsim.Scenario{Script: twice, Logs: scalrsim.Logs{JSON: 404}},
			workspace: map[string]any{"terragrunt": map[string]any{"use-run-all": true}},
		},
		"planned, plan printed twice":  {scenario: scalrsim.Scenario{Script: twice, Logs: scalrsim.Logs{JSON: 404}}},
		"planned, unsure":              {scenario: plain, change: func(w *searchTarget) { w.unsure = true }},
		"planned, unnamed":             {scenario: plain, change: func(w *searchTarget) { w.Name, w.Environment = "", "" }},
		"planned, no transitions":      {scenario: plain, change: func(w *searchTarget) { w.run.Transitions = nil }},
		"planned, no time":             {scenario: plain, change: func(w *searchTarget) { w.run.CreatedAt = time.Time{} }},
		"planned, no plan":             {scenario: plain, change: func(w *searchTarget) { w.run.Plan = nil }},
		"planned, workspace unnamed":   {scenario: plain, change: func(w *searchTarget) { w.run.Workspace = scalr.Workspace{} }},
		"planned, environment unnamed": {scenario: plain, change: func(w *searchTarget) { w.run.Workspace.Environment = "" }},
		"planned, nothing in the JSON": {scenario: scalrsim.Scenario{Script: nothing}, change: func(w *searchTarget) {
			w.run.HasChanges, w.run.Plan.HasChanges = nil, nil
		}},
		"no changes":                   {scenario: scalrsim.Scenario{Script: nothing}},
		"no changes, refresh only":     {scenario: scalrsim.Scenario{Script: nothing}, attributes: map[string]any{"refresh-only": true}},
		"no changes, but in the JSON":  {scenario: scalrsim.Scenario{Script: nothing}, change: func(w *searchTarget) { w.run.Plan.Additions = nil }},
		"no changes, waiting":          {scenario: scalrsim.Scenario{Script: waits}, attributes: real},
		"waiting":                      {scenario: plain, attributes: real},
		"saved":                        {scenario: plain, attributes: map[string]any{"is-dry": false, "save-plan": true}},
		"applied":                      {scenario: plain, attributes: applied},
		"apply failed":                 {scenario: scalrsim.Scenario{Script: applyFails}, attributes: applied},
		"apply failed, with redact":    {scenario: scalrsim.Scenario{Script: applyFails}, attributes: applied, redact: true},
		"apply failed, log unreadable": {scenario: fault(applyFails, refused(applyLog)), attributes: applied, redact: true},
		"apply failed, not included":   {scenario: scalrsim.Scenario{Script: applyFails, Config: scalrsim.Config{NoIncluded: true}}, attributes: applied},
		"applying":                     {scenario: plain, attributes: applied, after: 4500 * time.Millisecond},
		"planning":                     {scenario: plain, after: 1500 * time.Millisecond},
		"pending":                      {scenario: plain, after: time.Millisecond},
		"post apply finished":          {scenario: scalrsim.Scenario{Script: postApply}, attributes: applied},
		"plan failed":                  {scenario: scalrsim.Scenario{Script: failing}},
		"plan failed, with redact":     {scenario: scalrsim.Scenario{Script: failing}, redact: true},
		"plan failed, not included":    {scenario: scalrsim.Scenario{Script: failing, Config: scalrsim.Config{NoIncluded: true}}},
		"failed before the plan":       {scenario: scalrsim.Scenario{Script: queuedPlan}},
		"soft-mandatory policy":        {scenario: scalrsim.Scenario{Script: soft}},
		"unknown status":               {scenario: scalrsim.Scenario{Script: strange}},
		"unknown status, plan running": {scenario: scalrsim.Scenario{Script: odd}},
		"canceled":                     {scenario: plain, change: func(w *searchTarget) { w.run.Status = "canceled" }},
		"no run":                       {scenario: plain, change: func(w *searchTarget) { w.run, w.absent = nil, true }},
		"unknown":                      {scenario: plain, change: func(w *searchTarget) { w.run = nil }},
		"unknown environment, unknown": {scenario: plain, change: func(w *searchTarget) { w.run, w.Environment, w.EnvironmentID = nil, "", "" }},
	}
}

// TestOverviewRows compares the row of each run, and the requests for it, with testdata/rows.txt.
func TestOverviewRows(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	cases := rowCases()
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		fmt.Fprintf(&got, "=== %s\n", name)
		synctest.Test(t, func(t *testing.T) { cases[name].play(t, &got) })
		fmt.Fprintln(&got)
	}
	goldentest.Compare(t, filepath.Join("testdata", "rows.txt"), got.String())
}

func (c rowCase) play(t *testing.T, out *strings.Builder) {
	sim := scalrsim.New(c.scenario)
	id := sim.AddWorkspace(scalrsim.StagingID, "app", c.workspace)
	attributes := map[string]any{"is-dry": true}
	maps.Copy(attributes, c.attributes)
	run := sim.AddRun(id, attributes)
	time.Sleep(max(c.after, time.Duration(map[bool]int{true: 1}[c.after == 0])*time.Hour))
	client := scalrtest.NewClient(t, sim.Client().Transport)
	page, err := client.RunsPage(t.Context(), scalr.RunScope{WorkspaceID: id}, 1)
	if err != nil || len(page.Runs) != 1 {
		t.Fatalf("got %d runs and %v", len(page.Runs), err)
	}
	w := &searchTarget{run: &page.Runs[0], OverviewWorkspace: inputs.OverviewWorkspace{
		ID: id, Name: "given", EnvironmentID: "env-v0given", Environment: "given-environment", Because: "app/main.tf",
	}}
	if c.change != nil {
		c.change(w)
	}
	before := len(sim.Requests())
	o := &overviewCommand{Step: &step.Step{Redact: new(secret.Redactor)}, client: client}
	if c.redact {
		o.in.Redact = []secret.Value{secret.New("a-secret-value")}
	}
	names := strings.NewReplacer(id, "WS", run, "RUN", scalrsim.StagingID, "STAGING", "https://acme.scalr.test", "")
	printRow(out, o.row(t.Context(), w), names)
	for _, q := range sim.Requests()[before:] {
		fmt.Fprintf(out, "GET %s: %d\n", q.Path, q.Status)
	}
}

// printRow prints the fields of a row that the report shows.
func printRow(out *strings.Builder, r report.Row, names *strings.Replacer) {
	line := func(format string, args ...any) { names.WriteString(out, fmt.Sprintf(format+"\n", args...)) }
	line("%s %s %q", r.Result, r.ErrorCode, r.Problem)
	line("because of %s, took %s", r.Because, r.Took)
	line("workspace %s %s/%s in %s, run-all %t: %s", r.Workspace.ID, r.Workspace.Environment, r.Workspace.Name, r.Workspace.EnvironmentID,
		r.Workspace.RunAll, r.WorkspaceURL)
	line("run %s %s: %s", r.Run.ID, r.Run.Status, r.RunURL)
	for _, change := range r.Plan.Changes {
		line("change %s %s, diff %q", change.Action, change.Address, change.Diff)
	}
	line("JSON %s, text %s, problem %q", totals(r.Plan.JSON), totals(r.Plan.Text), r.Plan.JSONProblem)
	for _, d := range slices.Concat(r.Plan.Diagnostics, r.Apply.Diagnostics) {
		line("%s: %s", d.Level, d.Title)
	}
	line("quotes the log of the plan: %t, of the apply: %t", r.Plan.Tail != "", r.Apply.Tail != "")
}

func totals(t tfplan.Totals) string {
	return fmt.Sprintf("complete %t, %d to add", t.Complete, t.Additions)
}

// TestOverviewDiffsAreLimited checks that the diffs beyond 4 MiB are removed, and only those, and that a plan without diffs
// does not count as shortened.
func TestOverviewDiffsAreLimited(t *testing.T) {
	t.Parallel()
	with := func(output, change, drift int) tfplan.Plan {
		diff := func(n int) []tfplan.Change {
			return []tfplan.Change{{Address: "a.a", Diff: strings.Repeat("+", n)}, {Address: "a.b"}}
		}
		return tfplan.Plan{OutputDiff: strings.Repeat("+", output), Changes: diff(change), Drift: diff(drift)}
	}
	var size atomic.Int64
	for i, c := range []struct {
		plan    tfplan.Plan
		want    int
		omitted bool
	}{
		{with(1<<20, 2<<20, 3), 3<<20 + 3, false},
		{with(1<<20-5, 1, 1), 1<<20 - 3, false}, // 4 MiB in total
		{with(0, 0, 0), 0, false},
		{with(1, 2, 3), 0, true},
		{with(0, 0, 0), 0, false},
	} {
		if omitted := limitDiffs(&c.plan, &size); omitted != c.omitted {
			t.Errorf("plan %d: got omitted %t", i+1, omitted)
		}
		got := len(c.plan.OutputDiff)
		for _, change := range slices.Concat(c.plan.Changes, c.plan.Drift) {
			got += len(change.Diff)
		}
		if got != c.want || len(c.plan.Changes) != 2 || len(c.plan.Drift) != 2 {
			t.Errorf("plan %d has %d bytes of diffs, want %d", i+1, got, c.want)
		}
	}
}

// TestLimitedReader checks how much is read, and whether the text is known to be incomplete.
func TestLimitedReader(t *testing.T) {
	t.Parallel()
	broken := iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("abcd"))) // the second read fails
	for name, c := range map[string]struct {
		from       io.Reader
		left       int64
		want       string
		incomplete bool
	}{
		"shorter":    {strings.NewReader("abcd"), 5, "abcd", false},
		"as long":    {strings.NewReader("abcd"), 4, "abcd", true},
		"longer":     {strings.NewReader("abcd"), 3, "abc", true},
		"in pieces":  {iotest.OneByteReader(strings.NewReader("abcd")), 2, "ab", true},
		"no room":    {strings.NewReader("abcd"), 0, "", true},
		"data + EOF": {iotest.DataErrReader(strings.NewReader("abcd")), 4, "abcd", false},
		"broken":     {broken, 5, "a", true},
	} {
		r := &limitedReader{from: c.from, left: c.left}
		got, err := io.ReadAll(r)
		if string(got) != c.want || r.incomplete != c.incomplete || (err != nil) != c.incomplete {
			t.Errorf("%s: %q, incomplete %v, %v; want %q, %v", name, got, r.incomplete, err, c.want, c.incomplete)
		}
	}
}

// TestRowsAreReadConcurrently checks the number of concurrent requests, the order of the rows, and the log.
func TestRowsAreReadConcurrently(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]time.Duration{0: 0, 1: time.Second, 4: time.Second, 5: 2 * time.Second, 9: 3 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			sim := scalrsim.New(scalrsim.Scenario{Faults: []scalrsim.Fault{{Op: "GET /runs/*", Action: scalrsim.Delay, Delay: time.Second, Times: -1}}})
			var log, wanted bytes.Buffer
			fmt.Fprintf(&wanted, "Workspaces: %d\n", n)
			o := &overviewCommand{client: scalrtest.NewClient(t, sim.Client().Transport), Step: &step.Step{Job: job.New(job.Options{Stdout: &log})}}
			var all []*searchTarget
			for i := range n {
				w := &searchTarget{run: &scalr.ListedRun{Run: scalr.Run{ID: "run-unknown"}}}
				w.Name, w.Environment = fmt.Sprint("w", i), "prod"
				all = append(all, w)
				fmt.Fprintf(&wanted, "prod/w%d: unknown\n", i)
			}
			began := time.Now()
			rows, err := o.rows(t.Context(), all)
			if took := time.Since(began); err != nil || len(rows) != n || took != want {
				t.Errorf("%d rows after %s, %v; want %d after %s", len(rows), took, err, n, want)
			}
			if log.String() != wanted.String() {
				t.Errorf("got the log\n%s, want\n%s", log.String(), wanted.String())
			}
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			if _, err := o.rows(ctx, all); n > 0 && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v after the deadline", err)
			}
			if strings.Count(log.String(), "Workspaces: ") > 1 && n > 0 {
				t.Errorf("got the log\n%s", log.String())
			}
		})
	}
}

// largeTexts serves the JSON and the log of a plan.
type largeTexts struct{ json, log func() io.Reader }

func (l largeTexts) RoundTrip(r *http.Request) (*http.Response, error) {
	body := l.json
	if strings.HasSuffix(r.URL.Path, "/output") {
		body = l.log
	}
	return &http.Response{StatusCode: 200, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(body())}, nil
}

// filler is an endless text of one character.
type filler byte

func (f filler) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(f)
	}
	return len(p), nil
}

// TestOverviewReadsLargePlans checks that the JSON and the log of a plan are incomplete if they are larger than 64 MiB.
func TestOverviewReadsLargePlans(t *testing.T) {
	t.Parallel()
	const limit = 64 << 20
	const document = `{"format_version":"1.2","resource_changes":[{"address":"a.a","mode":"managed","type":"a","name":"a","change":{"actions":["create"]}}]}`
	const text = "\nTerraform will perform the following actions:\n\n  # a.a will be created\n  + resource \"a\" \"a\" {\n    }\n\n" +
		"Plan: 1 to add, 0 to change, 0 to destroy.\n"
	padded := func(text string, by byte, size int) func() io.Reader {
		return func() io.Reader {
			return io.MultiReader(io.LimitReader(filler(by), int64(size-len(text))), strings.NewReader(text))
		}
	}
	client := scalrtest.NewClient(t, largeTexts{json: padded(document, ' ', limit), log: padded(text, '-', limit+20)})
	o := &overviewCommand{Step: &step.Step{Redact: new(secret.Redactor)}, client: client}
	run := planWith(1, 0, 0)
	run.Plan.ID = "plan-1"
	plan := o.plan(t.Context(), &report.Row{Report: report.Report{Run: run}}, true, true)
	if plan.JSON.Complete || plan.Text.Complete || plan.JSON.Additions != 1 || len(plan.Changes) != 1 {
		t.Errorf("got %+v, the JSON %+v and the text %+v", plan, plan.JSON, plan.Text)
	}
}
