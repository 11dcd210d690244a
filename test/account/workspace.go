package main

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
)

const workspaceName = "network"

func (a *account) createWorkspace(ctx context.Context) error {
	if a.environment == "" {
		return nil
	}
	got, err := a.api.send(ctx, "POST", "workspaces", a.newWorkspace(workspaceName))
	if err != nil || got.status != http.StatusCreated {
		if err == nil {
			a.see("workspace-create", "%d", got.status)
		}
		return unexpected("create a workspace", got, err)
	}
	a.see("workspace-create", "%d", got.status)
	a.workspace = got.data.ID
	with := got.data.Attributes
	a.see("workspace-defaults", "auto-apply=%v auto-queue-runs=%v execution-mode=%v", with["auto-apply"],
		with["auto-queue-runs"], with["execution-mode"])
	a.note("terraform-version of a new workspace is %v", with["terraform-version"])
	all, err := a.api.list(ctx, "workspaces",
		url.Values{"filter[name]": {workspaceName}, "filter[environment][name]": {a.name}})
	if err != nil {
		return err
	}
	a.see("workspace-by-names", "%d", len(all))
	got, err = a.api.send(ctx, "GET", "workspaces/"+a.workspace+"/outputs", nil)
	if err != nil {
		return err
	}
	var outputs struct{ Data []json.RawMessage }
	_ = json.Unmarshal(got.body, &outputs)
	kind, _, _ := mime.ParseMediaType(got.header.Get("Content-Type"))
	a.see("workspace-outputs-empty", "%d %s %s", got.status, outputs.Data, kind)
	return nil
}

func (a *account) newWorkspace(name string) object {
	return document("workspaces", object{"name": name}, object{"environment": one("environments", a.environment)})
}

// refusals creates workspaces that must be refused. Those that are not are deleted
// with the environment.
func (a *account) refusals(ctx context.Context) error {
	if a.workspace == "" {
		return nil
	}
	for _, refused := range []struct{ row, name string }{
		{row: "workspace-name-taken", name: workspaceName},
		{row: "workspace-name-form", name: "no/slash"},
	} {
		got, err := a.api.send(ctx, "POST", "workspaces", a.newWorkspace(refused.name))
		if err != nil {
			return err
		}
		a.see(refused.row, "%d", got.status)
	}
	body := a.newWorkspace("version")
	body["data"].(object)["attributes"].(object)["terraform-version"] = "0.0.1"
	got, err := a.api.send(ctx, "POST", "workspaces", body)
	if err == nil {
		a.see("workspace-version", "%d", got.status)
	}
	return err
}

func (a *account) locks(ctx context.Context) error {
	if a.workspace == "" {
		return nil
	}
	var status [4]int
	for i, action := range []string{"lock", "lock", "unlock", "unlock"} {
		var body any
		if action == "lock" {
			body = object{"reason": "examination"}
		}
		got, err := a.api.send(ctx, "POST", "workspaces/"+a.workspace+"/actions/"+action, body)
		if err != nil {
			return err
		}
		status[i] = got.status
		if i == 1 {
			got, err := a.api.send(ctx, "GET", "workspaces/"+a.workspace, nil)
			if err != nil {
				return err
			}
			with := got.data.Attributes
			a.see("workspace-locked", "locked=%v %s", with["locked"],
				either(with["lock-reason"] == "examination", "with the reason", "without the reason"))
		}
	}
	a.see("workspace-lock", "%d, then %d", status[0], status[1])
	a.see("workspace-unlock", "%d, then %d", status[2], status[3])
	return nil
}

// deleteAll deletes only objects that this examination has created, by the id in the response to their creation
// and by their unique name.
func (a *account) deleteAll(ctx context.Context) {
	for _, run := range a.runs {
		a.stop(ctx, run)
	}
	ids := []string{a.environment}
	if a.environment == "" {
		ids = nil
	}
	if a.creating {
		all, err := a.api.list(ctx, "environments", url.Values{"filter[name]": {a.name}})
		if err != nil {
			a.left = append(a.left, "perhaps an environment "+a.name)
		}
		for _, e := range all {
			if e.Attributes["name"] == a.name && e.ID != a.environment {
				ids = append(ids, e.ID)
			}
		}
	}
	for _, id := range ids {
		a.deleteEnvironment(ctx, id)
	}
	for _, lost := range a.lostTags {
		all, err := a.api.list(ctx, "tags", url.Values{"filter[name]": {lost}})
		if err != nil {
			a.left = append(a.left, "perhaps a tag "+lost)
		}
		for _, t := range all {
			if t.Attributes["name"] == lost {
				a.tags[t.ID] = lost
			}
		}
	}
	for id, name := range a.tags {
		got, err := a.api.send(ctx, "DELETE", "tags/"+id, nil)
		if err != nil || got.status >= 300 && got.status != http.StatusNotFound {
			a.left = append(a.left, fmt.Sprintf("tag %s (%s)", name, id))
		}
	}
}

func (a *account) deleteEnvironment(ctx context.Context, id string) {
	path := "environments/" + id
	got, err := a.api.send(ctx, "GET", path, nil)
	if err == nil && got.status == http.StatusOK && got.data.Attributes["name"] == a.name {
		fmt.Fprintf(a.log, "Deleting the environment %s (%s).\n", a.name, id)
		first, firstErr := a.api.send(ctx, "DELETE", path, nil)
		if firstErr == nil && id == a.environment && a.workspace != "" {
			inside, insideErr := a.api.send(ctx, "GET", "workspaces/"+a.workspace, nil)
			switch {
			case insideErr != nil:
			case inside.status == http.StatusNotFound:
				a.see("environment-delete", "%d, workspaces too", first.status)
			default:
				a.see("environment-delete", "%d, workspace still there", first.status)
			}
		}
		if firstErr != nil || first.status >= 300 {
			a.deleteWorkspaces(ctx, id)
			_, _ = a.api.send(ctx, "DELETE", path, nil) // the next request shows whether it worked
		}
		got, err = a.api.send(ctx, "GET", path, nil)
	}
	if err != nil || got.status != http.StatusNotFound {
		a.left = append(a.left, fmt.Sprintf("environment %s (%s)", a.name, id))
	}
}

func (a *account) deleteWorkspaces(ctx context.Context, environment string) {
	all, err := a.api.list(ctx, "workspaces", url.Values{"filter[environment]": {environment}})
	if err != nil {
		return // the environment is reported as left behind
	}
	for _, w := range all {
		if w.related("environment") == environment {
			_, _ = a.api.send(ctx, "DELETE", "workspaces/"+w.ID, nil)
		}
	}
}
