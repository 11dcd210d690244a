package action_test

import (
	"net/http"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// TestWorkspaceDeletedMeanwhile checks that the step succeeds if another client deletes the workspace before this step does.
func TestWorkspaceDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		id := d.server.AddWorkspace(scalrsim.StagingID, "app", nil)
		d.http = &beforeRequest{RoundTripper: d.http, op: "GET /workspaces/" + id, nth: 1, then: func() {
			r, err := http.NewRequest("DELETE", d.server.URL()+scalrsim.BasePath+"/workspaces/"+id, nil)
			if err != nil {
				t.Fatal(err)
			}
			d.send(r)
		}}
		v := d.workspace("mode=absent", "environment=staging", "name=app").want(0, "result=done", "changed=false").
			logContains(`Workspace "staging/app" (` + id + `) was already deleted by another client: nothing to delete.`)
		if strings.Contains(v.log, "Checked right before the deletion") {
			t.Errorf("the log reports a check\n%s", v.log)
		}
	})
}

// TestTagsWithoutNames checks that the names of tags are read if Scalr does not include them, and that an error is
// reported.
func TestTagsWithoutNames(t *testing.T) {
	t.Parallel()
	s := scalrsim.Scenario{}
	s.Config.NoIncluded = true
	s.Setup = func(s *scalrsim.Server) { s.AddWorkspace(scalrsim.StagingID, "app", nil, "blue", "eu") }
	show, list := []string{"mode=show", "environment=staging", "name=app"}, []string{"mode=list", "environment=staging"}
	withCompanions(t, s, func(d *companionTest) {
		d.workspace(show...).want(0, `tags=["blue","eu"]`).logContains(`tags: "blue", "eu".`)
		v := d.workspace(list...).want(0, "count=1")
		if !strings.Contains(v.outputs["workspaces"], `"tags":["blue","eu"]`) {
			t.Errorf("the workspaces are %s", v.outputs["workspaces"])
		}
	})
	s.Faults = []scalrsim.Fault{{Op: "GET /tags", Times: -1, Action: scalrsim.Status, Status: 403}}
	for _, inputs := range [][]string{show, list} {
		withCompanions(t, s, func(d *companionTest) {
			d.workspace(inputs...).want(3, "error-code=not-allowed", "tags=", "workspaces=", "count=")
		})
	}
}

// TestVarFilesOfNewWorkspace checks that a new workspace gets the var-files of the input, and none if there are none.
func TestVarFilesOfNewWorkspace(t *testing.T) {
	t.Parallel()
	for input, want := range map[string]string{
		"var-files=eu.tfvars":               `"var-files":["eu.tfvars"]`,
		"var-files=eu.tfvars\nother.tfvars": `"var-files":["eu.tfvars","other.tfvars"]`,
		"var-files=none":                    "",
		"var-files=":                        "",
	} {
		withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
			v := d.workspace("environment=staging", "name=app", input).want(0, "created=true")
			sent := strings.Join(writes(v), "\n")
			if !strings.Contains(sent, want) || strings.Contains(sent, "var-files") != (want != "") {
				t.Errorf("%q: sent %s", input, sent)
			}
		})
	}
}

// TestVariableNotStoredAsSensitive checks the warning if Scalr stores a sensitive variable as plain text.
func TestVariableNotStoredAsSensitive(t *testing.T) {
	t.Parallel()
	const value = "s3cr3t-Xk29-qpLm-77ab"
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		id := d.server.AddVariable(scalrsim.WorkspaceID, map[string]any{"key": "TOKEN", "category": "shell", "value": "old"})
		d.http = answers(d.http, http.MethodPatch, "/vars/"+id, `"sensitive":true`, `"sensitive":false`)
		d.workspace("environment=production", "name=network", "sensitive-environment-variables=TOKEN="+value).
			want(0, "result=done", "changed=true").
			logContains(`::warning::Scalr did not store environment variable "TOKEN" as sensitive: everyone who can read the ` +
				"workspace's variables can read its value.\n")
	})
}

// TestUnknownDefaultProvider checks the error for a default provider configuration that does not exist.
func TestUnknownDefaultProvider(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		d.environment("name=staging", "default-provider-configurations=nowhere").
			want(3, "error-code=provider-configuration-not-found").wantWrites().
			logContains(`Provider configuration "nowhere" not found, or the token cannot read it.`)
	})
}
