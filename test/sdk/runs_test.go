package sdk_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/scalr/go-scalr/v2/scalr/ops/configuration_version"
	"github.com/scalr/go-scalr/v2/scalr/ops/run"
	"github.com/scalr/go-scalr/v2/scalr/schemas"
	"github.com/scalr/go-scalr/v2/scalr/value"

	"scalr-run-action/internal/scalrsim"
)

// upload creates a configuration version and uploads an archive to its URL, which is missing in the SDK's type.
func (a *tenant) upload(dry bool) string {
	a.t.Helper()
	r, err := a.sdk.ConfigurationVersion.CreateConfigurationVersionRaw(a.ctx, &schemas.ConfigurationVersionRequest{Type: "configuration-versions",
		Attributes: schemas.ConfigurationVersionAttributesRequest{AutoQueueRuns: value.Set(false), IsDry: value.Set(dry)},
		Relationships: schemas.ConfigurationVersionRelationshipsRequest{
			Workspace: value.Set(schemas.Workspace{ID: scalrsim.WorkspaceID})}})
	a.passed("CreateConfigurationVersion", err)
	if err != nil {
		a.t.FailNow()
	}
	defer r.Body.Close()
	var doc struct {
		Data struct {
			schemas.ConfigurationVersion
			Links struct{ Upload string }
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&doc); err != nil {
		a.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(a.ctx, http.MethodPut, doc.Data.Links.Upload, archive())
	if err != nil {
		a.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/octet-stream")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		a.t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		a.t.Fatalf("upload: %s", answer.Status)
	}
	for a.ctx.Err() == nil {
		v := want[*schemas.ConfigurationVersion](a, "GetConfigurationVersion", nil)(
			a.sdk.ConfigurationVersion.GetConfigurationVersion(a.ctx, doc.Data.ID, nil))
		if v == nil || v.Attributes.Status == "uploaded" {
			break
		}
		time.Sleep(50 * time.Millisecond)
		a.run, a.calls = a.run-1, a.calls-1 // the same operation again
	}
	return doc.Data.ID
}

func archive() *bytes.Reader {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	const text = "resource \"terraform_data\" \"network\" {}\n"
	_ = w.WriteHeader(&tar.Header{Name: "main.tf", Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg})
	_, _ = w.Write([]byte(text))
	_, _ = w.Close(), z.Close()
	return bytes.NewReader(b.Bytes())
}

// newRun creates a run and follows it to one of the statuses.
func (a *tenant) newRun(version string, dry bool, statuses ...schemas.RunStatus) *schemas.Run {
	a.t.Helper()
	r := want(a, "CreateRun", func(r *schemas.Run) bool { return r.Attributes.IsDry == dry })(a.sdk.Run.CreateRun(a.ctx,
		&schemas.RunRequest{Type: "runs",
			Attributes: schemas.RunAttributesRequest{IsDry: value.Set(dry), Message: value.Set("by the vendor's client")},
			Relationships: schemas.RunRelationshipsRequest{
				Workspace:            value.Set(schemas.Workspace{ID: scalrsim.WorkspaceID}),
				ConfigurationVersion: value.Set(schemas.ConfigurationVersion{ID: version})}}, nil))
	if r == nil {
		a.t.FailNow()
	}
	if len(statuses) == 0 {
		return r
	}
	return a.follow(r.ID, statuses...)
}

func (a *tenant) follow(id string, statuses ...schemas.RunStatus) *schemas.Run {
	a.t.Helper()
	r, err := &schemas.Run{}, error(nil)
	for a.ctx.Err() == nil {
		r, err = a.sdk.Run.GetRun(a.ctx, id, &run.GetRunOptions{Include: []string{"plan", "apply", "workspace"}})
		if err != nil || slices.Contains(statuses, r.Attributes.Status) {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err == nil {
		err = a.ctx.Err()
	}
	a.passed("GetRun", err)
	if err != nil {
		a.t.FailNow()
	}
	return r
}

// runs calls the operations on configuration versions, runs and their stages.
func (a *tenant) runs(scenario string) {
	c, ctx, of := a.sdk, a.ctx, filter{"workspace": scalrsim.WorkspaceID}
	ended := []schemas.RunStatus{"planned_and_finished", "errored"}
	version := a.upload(true)
	dry := a.newRun(version, true, append(ended, "policy_override")...)
	want(a, "GetConfigurationVersions", func(l []*schemas.ConfigurationVersion) bool { return len(l) == 1 && l[0].ID == version })(
		c.ConfigurationVersion.GetConfigurationVersions(ctx, &configuration_version.GetConfigurationVersionsOptions{Filter: of}))
	want(a, "DownloadConfigurationVersion", func(s string) bool { return strings.HasPrefix(s, "\x1f\x8b") })(
		c.ConfigurationVersion.DownloadConfigurationVersion(ctx, version))
	want(a, "GetRuns", func(l []*schemas.Run) bool { return len(l) == 1 && l[0].ID == dry.ID })(
		c.Run.GetRuns(ctx, &run.GetRunsOptions{Filter: of}))
	want[[]*schemas.Run](a, "GetRunsQueue", nil)(c.Run.GetRunsQueue(ctx, &run.GetRunsQueueOptions{}))
	a.stages(dry, scenario)
	if scenario == "hooks" { // is applied automatically
		a.applied(a.newRun(a.upload(false), false, "post_apply_finished", "errored"))
		return
	}
	a.decisions(a.upload(false), scenario)
}

// stages calls the operations on the stages of a run.
func (a *tenant) stages(r *schemas.Run, scenario string) {
	c, ctx, plan := a.sdk, a.ctx, r.Relationships.Plan.ID
	want(a, "GetPlan", func(p *schemas.Plan) bool { return p.Attributes.Status == "finished" })(c.Plan.GetPlan(ctx, plan))
	want(a, "GetPlanLog", func(s string) bool { return strings.Contains(s, "to destroy.") })(c.Plan.GetPlanLog(ctx, plan, nil))
	document := func(s string) bool { return json.Valid([]byte(s)) }
	want(a, "GetJsonOutput", document)(c.Plan.GetJsonOutput(ctx, plan, nil))
	want(a, "GetSanitizedJsonOutput", document)(c.Plan.GetSanitizedJsonOutput(ctx, plan, nil))
	if cost := r.Relationships.CostEstimate; scenario == "cost-increase" {
		want[*schemas.CostEstimate](a, "GetCostEstimate", nil)(c.CostEstimate.GetCostEstimate(ctx, cost.ID))
		want[string](a, "GetCostEstimateLog", nil)(c.CostEstimate.GetCostEstimateLog(ctx, cost.ID))
	}
	policies := scenario == "policy-soft"
	checks := want(a, "ListPolicyChecks", func(l []*schemas.PolicyCheck) bool { return (len(l) == 1) == policies })(
		c.PolicyCheck.ListPolicyChecks(ctx, r.ID))
	for _, check := range checks {
		want(a, "GetPolicyCheck", func(p *schemas.PolicyCheck) bool { return p.ID == check.ID })(c.PolicyCheck.GetPolicyCheck(ctx, check.ID))
		a.passed("GetPolicyChecksLog", c.PolicyCheck.GetPolicyChecksLog(ctx, check.ID, nil))
	}
}

// decisions calls the operations that end a wait or a running stage.
func (a *tenant) decisions(version, scenario string) {
	c, ctx := a.sdk, a.ctx
	rests := []schemas.RunStatus{"planned"}
	switch scenario { // passes planned
	case "cost-increase":
		rests = []schemas.RunStatus{"cost_estimated"}
	case "policy-soft":
		rests = []schemas.RunStatus{"policy_override"}
	}
	refused := a.newRun(version, false, rests...)
	a.passed("DiscardRun", c.Run.DiscardRun(ctx, refused.ID, &schemas.Comment{Comment: "no"}))
	a.follow(refused.ID, "discarded")
	stopped := a.newRun(version, false, "planning")
	a.passed("CancelRun", c.Run.CancelRun(ctx, stopped.ID, &schemas.Comment{Comment: "stop"}))
	a.follow(stopped.ID, "canceled")
	first := a.newRun(version, false, rests...)
	second := a.newRun(version, false)
	a.passed("ForceRun", c.Run.ForceRun(ctx, second.ID, &schemas.Comment{Comment: "urgent"}))
	a.follow(first.ID, "canceled", "discarded")
	a.follow(second.ID, rests...)
	if scenario == "policy-soft" { // waits for an override, which the client cannot send
		return
	}
	a.passed("ConfirmRun", c.Run.ConfirmRun(ctx, second.ID, &schemas.ConfirmRequest{Comment: "go"}))
	a.applied(a.follow(second.ID, "applied", "errored"))
}

func (a *tenant) applied(r *schemas.Run) {
	apply := r.Relationships.Apply.ID
	want(a, "GetApply", func(p *schemas.Apply) bool { return p.Attributes.Status == "finished" })(a.sdk.Apply.GetApply(a.ctx, apply))
	want(a, "GetApplyLog", func(s string) bool { return strings.Contains(s, "Apply complete") })(a.sdk.Apply.GetApplyLog(a.ctx, apply, nil))
}
