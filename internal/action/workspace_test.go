package action_test

import (
	"net/http"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

func TestWorkspaceShow(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		shown := []string{
			"result=done",
			"workspace-id=" + scalrsim.WorkspaceID,
			"environment-id=" + scalrsim.EnvironmentID,
			"name=network",
			"tags=[]",
			"changed=false",
			"workspace-url=https://acme.scalr.test/v2/e/" + scalrsim.EnvironmentID + "/workspaces/" + scalrsim.WorkspaceID,
		}
		d.workspace("mode=show", "environment=production", "name=network").want(0, shown...).wantWrites()
		d.workspace("mode=show", "workspace-id="+scalrsim.WorkspaceID).want(0, shown...).wantWrites()
		d.workspace("mode=show", "environment=production", "name=networ").
			want(3, "result=not-found", "error-code=workspace-not-found", "workspace-id=").
			logContains(`Environment "production" has no workspace "networ"`, `Did you mean "network"`)
	})
}

func TestWorkspaceOutputs(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		d.server.SetOutputs(scalrsim.WorkspaceID,
			scalrsim.Output{Name: "url", Value: "https://preview.example"},
			scalrsim.Output{Name: "ports", Value: []any{80, 443}},
			scalrsim.Output{
				Name:      "login",
				Value:     map[string]any{"user": "administrator", "password": "correct horse"},
				Sensitive: true,
			})
		v := d.workspace("mode=outputs", "environment=production", "name=network").
			want(0, "result=done", `terraform-outputs={"ports":[80,443],"url":"https://preview.example"}`).wantWrites().
			logContains("Outputs: 2; left out since they are sensitive: 1.")
		for _, secret := range []string{"correct horse", "administrator"} {
			if strings.Contains(v.log, secret) {
				t.Errorf("the log contains or masks %q, which is not an output:\n%s", secret, v.log)
			}
		}
		d.workspace("mode=outputs", "environment=production", "name=local").want(0, "terraform-outputs={}")
		d.workspace("mode=outputs", "workspace-id=ws-v0none").
			want(3, "result=not-found", "error-code=workspace-not-found", "terraform-outputs=")
	})
}

func TestWorkspaceList(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		app := d.server.AddWorkspace(scalrsim.StagingID, "app", nil, "blue")
		d.server.AddWorkspace(scalrsim.EnvironmentID, "app-2", nil, "blue-green")
		one := `workspaces=[{"id":"` + app + `","name":"app","environment-id":"` + scalrsim.StagingID +
			`","environment":"staging","tags":["blue"]}]`
		d.workspace("mode=list").want(0, "result=done", "count=7").wantWrites()
		d.workspace("mode=list", "environment=staging").want(0, "count=1", one)
		d.workspace("mode=list", "filter-tag=blue").want(0, "count=1", one)
		d.workspace("mode=list", "filter-name=app").want(0, "count=1", one)
		d.workspace("mode=list", "filter-name=like:app").want(0, "count=2")
		d.workspace("mode=list", "query=app").want(0, "count=2")
		d.workspace("mode=list", "filter-tag=green").want(0, "count=0", "workspaces=[]").logContains(`Tag "green" not found`)
		d.workspace("mode=list", "environment=stag").want(3, "result=not-found", "error-code=environment-not-found")
	})
}

func TestWorkspaceAbsent(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		d.workspace("mode=absent", "environment=production", "name=net").want(0, "result=done", "changed=false").wantWrites()
		d.workspace("mode=absent", "environment=nowhere", "name=network").want(0, "result=done", "changed=false").wantWrites()
		d.workspace("mode=absent", "environment=prodcution", "name=network").want(0, "result=done", "changed=false").wantWrites().
			logContains(`::warning::Environment "prodcution" not found, or the token cannot read it. Did you mean "production"? ` +
				`Workspace "network" was not found either: nothing to delete.`)
		d.workspace("mode=absent", "environment=production", "name=network").
			want(0, "result=done", "changed=true", "workspace-id="+scalrsim.WorkspaceID).
			wantWrites("DELETE /workspaces/" + scalrsim.WorkspaceID)
		d.workspace("mode=absent", "environment=production", "name=network").want(0, "result=done", "changed=false").wantWrites().
			logContains("nothing to delete")
		d.workspace("mode=absent", "workspace-id="+scalrsim.WorkspaceID).want(0, "result=done", "changed=false").wantWrites()
		d.workspace("mode=show", "environment=production", "name=network-edge").want(0)
	})
}

// A workspace with resources is never deleted, whether or not it is protected.
func TestWorkspaceWithResourcesIsNotDeleted(t *testing.T) {
	t.Parallel()
	for _, protected := range []bool{true, false} {
		withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
			id := d.server.AddWorkspace(scalrsim.StagingID, "app",
				map[string]any{"has-resources": true, "deletion-protection-enabled": protected})
			v := d.workspace("mode=absent", "environment=staging", "name=app").
				want(3, "result=refused", "error-code=in-use", "changed=false", "workspace-id="+id).wantWrites().
				logContains("it manages resources", "`destroy: true`")
			if got := strings.Contains(v.log, "It is protected against deletion."); got != protected {
				t.Errorf("reports the protection: %t, want %t\n%s", got, protected, v.log)
			}
		})
	}
}

func TestWorkspaceDeletionErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   scalrsim.Fault
		code    int
		outputs []string
	}{
		"lost response": {
			fault:   scalrsim.Fault{Phase: scalrsim.After, Action: scalrsim.EOF},
			outputs: []string{"result=done", "changed=true"},
		},
		"resources created in the meantime": {
			fault:   scalrsim.Fault{Action: scalrsim.Status, Status: http.StatusConflict},
			code:    3,
			outputs: []string{"result=refused", "error-code=in-use", "changed=false"},
		},
		"not found": {
			fault:   scalrsim.Fault{Action: scalrsim.Status, Status: http.StatusNotFound},
			code:    3,
			outputs: []string{"result=refused", "error-code=not-allowed", "changed=false"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.fault.Op = "DELETE /workspaces/*"
			withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{c.fault}}, func(d *companionTest) {
				d.workspace("mode=absent", "environment=production", "name=network").want(c.code, c.outputs...)
			})
		})
	}
}
