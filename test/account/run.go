package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// configuration creates one resource that exists in the state only.
const configuration = "resource \"terraform_data\" \"example\" {\n  input = \"examination\"\n}\n"

// statuses are those that the Scalr API documents for a run.
var statuses = strings.Fields(`pending pre_plan_queued pre_plan_running pre_plan_finished plan_queued planning planned
	confirmed discarded planned_and_finished planned_and_saved post_plan_running post_plan_finished cost_estimating cost_estimated
	policy_checking policy_override policy_checked pre_apply_queued pre_apply_running pre_apply_finished apply_queued applying applied
	post_apply_running post_apply_finished errored canceled`)

var (
	final   = strings.Fields("planned_and_finished applied errored discarded canceled")
	waiting = strings.Fields("planned cost_estimated policy_checked policy_override post_plan_finished planned_and_saved")
)

// dryRun uploads a configuration and plans it.
func (a *account) dryRun(ctx context.Context) error {
	if a.workspace == "" {
		return nil
	}
	version, err := a.upload(ctx, true)
	if err != nil {
		return err
	}
	run, err := a.createRun(ctx, version, true)
	if err != nil {
		return err
	}
	run, seen, err := a.follow(ctx, run.ID, false)
	if err != nil {
		return err
	}
	a.note("the dry run was %s", strings.Join(seen, ", "))
	unknown := slices.DeleteFunc(seen, func(s string) bool { return slices.Contains(statuses, s) })
	a.see("run-statuses", "%s", listed(unknown, "known", "unknown: "))
	a.see("run-dry-end", "%v", run.Attributes["status"])
	a.see("run-dry-apply", "%s", listed(present(run.related("apply")), "none", ""))
	if err := a.plan(ctx, run.related("plan")); err != nil {
		return err
	}
	var answers []string
	for _, action := range []string{"apply", "cancel", "discard"} {
		got, err := a.api.send(ctx, "POST", "runs/"+run.ID+"/actions/"+action, object{"comment": "examination"})
		if err != nil {
			return err
		}
		answers = append(answers, fmt.Sprintf("%s %d", action, got.status))
	}
	a.see("run-finished-actions", "%s", strings.Join(answers, ", "))
	return nil
}

// waitingRun creates a run that waits for confirmation, and discards it.
func (a *account) waitingRun(ctx context.Context) error {
	if a.workspace == "" {
		return nil
	}
	version, err := a.upload(ctx, false)
	if err != nil {
		return err
	}
	run, err := a.createRun(ctx, version, false)
	if err != nil {
		return err
	}
	run, _, err = a.follow(ctx, run.ID, true)
	if err != nil {
		return err
	}
	status := fmt.Sprint(run.Attributes["status"])
	if !slices.Contains(waiting, status) {
		a.see("run-waits", "%s", status)
		return nil
	}
	a.see("run-waits", "waits for confirmation")
	a.note("a run that waits for confirmation is %s", status)
	got, err := a.api.send(ctx, "POST", "runs/"+run.ID+"/actions/discard", object{"comment": "examination"})
	if err != nil {
		return err
	}
	a.see("run-discard", "%d", got.status)
	if got.status >= 300 {
		return nil
	}
	since := time.Now()
	run, _, err = a.follow(ctx, run.ID, false)
	if err == nil {
		a.see("run-discarded", "%v", run.Attributes["status"])
		a.note("a discard took effect within %s", time.Since(since).Round(time.Second))
	}
	return err
}

func (a *account) upload(ctx context.Context, dry bool) (version string, err error) {
	got, err := a.api.send(ctx, "POST", "configuration-versions", document("configuration-versions",
		object{"auto-queue-runs": false, "is-dry": dry}, object{"workspace": one("workspaces", a.workspace)}))
	if err != nil {
		return "", err
	}
	version = got.data.ID
	address, _ := got.data.Links["upload"].(string)
	with := either(address != "", "with an upload address", "without an upload address")
	a.see("version-create", "%d %v, %s", got.status, got.data.Attributes["status"], with)
	if address == "" {
		return "", unexpected("create a configuration version", got, nil)
	}
	got, err = a.api.send(ctx, "GET", "configuration-versions/"+version, nil)
	if err != nil {
		return "", err
	}
	again, _ := got.data.Links["upload"].(string)
	a.see("version-read", "%s", either(again == "", "no upload address", "an upload address"))
	stored, err := a.api.put(ctx, address, archive())
	if err != nil {
		return "", err
	}
	a.see("upload", "%s, without the token", either(stored.status/100 == 2, "2xx", strconv.Itoa(stored.status)))
	status, since := "", time.Now()
	for status != "uploaded" && status != "errored" {
		if err := pause(ctx, a.poll); err != nil {
			return "", err
		}
		got, err := a.api.send(ctx, "GET", "configuration-versions/"+version, nil)
		if err != nil {
			return "", err
		}
		status = fmt.Sprint(got.data.Attributes["status"])
		if time.Since(since) > a.limit {
			break
		}
	}
	a.see("upload-processed", "%s", status)
	if status != "uploaded" {
		return "", fmt.Errorf("the configuration version is %s", status)
	}
	return version, nil
}

func present(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func (a *account) createRun(ctx context.Context, version string, dry bool) (resource, error) {
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.limit)
	defer cancel()
	got, err := a.api.send(whole, "POST", "runs", document("runs",
		object{"is-dry": dry, "auto-apply": false, "message": "examination"},
		object{"workspace": one("workspaces", a.workspace), "configuration-version": one("configuration-versions", version)}))
	if err != nil || got.status != http.StatusCreated {
		if err == nil {
			a.see("run-create", "%d", got.status)
		}
		return resource{}, unexpected("create a run", got, err)
	}
	a.runs = append(a.runs, got.data.ID)
	a.see("run-create", "%d %v", got.status, got.data.Attributes["status"])
	return got.data, nil
}

// follow polls a run until it is final, or waits for a person in two polls.
func (a *account) follow(ctx context.Context, id string, waits bool) (run resource, seen []string, err error) {
	for since := time.Now(); time.Since(since) < a.limit; {
		got, err := a.api.send(ctx, "GET", "runs/"+id+"?include=plan", nil)
		if err != nil || got.status != http.StatusOK {
			return run, seen, unexpected("read the run", got, err)
		}
		run = got.data
		status := fmt.Sprint(run.Attributes["status"])
		stays := len(seen) > 0 && seen[len(seen)-1] == status
		if !stays {
			seen = append(seen, status)
		}
		if slices.Contains(final, status) || waits && stays && slices.Contains(waiting, status) {
			return run, seen, nil
		}
		if err := pause(ctx, a.poll); err != nil {
			return run, seen, err
		}
	}
	return run, seen, fmt.Errorf("the run is still %v after %s", run.Attributes["status"], a.limit)
}

func (a *account) plan(ctx context.Context, id string) error {
	got, err := a.api.send(ctx, "GET", "plans/"+id, nil)
	if err != nil {
		return err
	}
	with := got.data.Attributes
	a.see("plan-counts", "%s to add, %s to change, %s to destroy",
		count(with["resource-additions"]), count(with["resource-changes"]), count(with["resource-destructions"]))
	got, err = a.download(ctx, "plans/"+id+"/output?clean=true")
	if err != nil {
		return err
	}
	escapes := either(bytes.ContainsRune(got.body, '\x1b'), "escape sequences", "no escape sequences")
	if len(bytes.TrimSpace(got.body)) == 0 {
		escapes = "empty"
	}
	a.see("plan-log", "%d, %s", got.status, escapes)
	got, err = a.download(ctx, "plans/"+id+"/sanitized-json-output")
	if err != nil {
		return err
	}
	var changes struct {
		Changes []json.RawMessage `json:"resource_changes"`
	}
	_ = json.Unmarshal(got.body, &changes)
	a.see("plan-json", "%d, %d resource change", got.status, len(changes.Changes))
	return nil
}

// download follows one redirect to storage, without the token. A redirect within
// the API is shown as it is.
func (a *account) download(ctx context.Context, path string) (answer, error) {
	got, err := a.api.send(ctx, "GET", path, nil)
	if err != nil || got.status != http.StatusFound {
		return got, err
	}
	a.note("GET %s redirects to storage", strings.SplitN(path, "/", 3)[2])
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, got.header.Get("Location"), nil)
	if err != nil {
		return got, fmt.Errorf("the redirect has no valid address")
	}
	return do(a.api.http, r)
}

// stop cancels or discards a run that is not final, before its environment is deleted.
func (a *account) stop(ctx context.Context, id string) {
	for _, action := range []string{"cancel", "discard"} {
		got, err := a.api.send(ctx, "GET", "runs/"+id, nil)
		if err != nil || got.status != http.StatusOK || slices.Contains(final, fmt.Sprint(got.data.Attributes["status"])) {
			return
		}
		_, _ = a.api.send(ctx, "POST", "runs/"+id+"/actions/"+action, object{"comment": "examination ended"})
	}
}

// archive is the configuration as it is uploaded.
func archive() []byte {
	var b bytes.Buffer
	compressed := gzip.NewWriter(&b)
	files := tar.NewWriter(compressed)
	_ = files.WriteHeader(&tar.Header{
		Name: "main.tf",
		Mode: 0o644,
		Size: int64(len(configuration)),
	}) // to memory: cannot fail
	_, _ = files.Write([]byte(configuration))
	_ = files.Close()
	_ = compressed.Close()
	return b.Bytes()
}
