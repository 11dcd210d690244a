package action_test

import (
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

func TestEnvironmentShow(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		shown := []string{
			"result=done",
			"environment-id=" + scalrsim.StagingID,
			"environment-url=https://acme.scalr.test/v2/e/" + scalrsim.StagingID + "/workspaces",
			"name=staging",
			"status=Active",
			"tags=[]",
			"created=false",
			"changed=false",
		}
		d.environment("mode=show", "name=staging").want(0, shown...).wantWrites()
		d.environment("mode=show", "environment-id="+scalrsim.StagingID).want(0, shown...).wantWrites()
		d.environment("mode=show", "name=prod").
			want(3, "result=not-found", "error-code=environment-not-found", "environment-id=").logContains(`Did you mean "production"`)
		d.environment("mode=show", "environment-id=env-v0none").
			want(3, "result=not-found", "error-code=environment-not-found").logContains("env-v0none")
		d.environment("environment-id=env-v0none", "tags=new").
			want(3, "result=not-found", "error-code=environment-not-found", "created=false").wantWrites()
	})
}

// Scalr's filter also returns environments with similar names. They are never changed.
func TestEnvironmentNamesAreExact(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		d.environment("mode=absent", "name=stag").want(0, "result=done", "changed=false").wantWrites()
		d.environment("name=stag").want(0, "created=true", "name=stag")
		d.environment("mode=absent", "name=like:stag").want(0, "result=done", "changed=false").wantWrites()
		d.environment("mode=absent", "name=in:staging,stag").want(0, "result=done", "changed=false").wantWrites()
		d.environment("name=in:staging,stag").want(0, "created=true")
		d.environment("name=in:staging,stag").want(0, "created=false").wantWrites()
		d.server.AddEnvironment("app\u200B")
		d.environment("mode=absent", "name=app").want(0, "result=done", "changed=false").wantWrites()
		hostile := d.server.AddEnvironment("app\nresult=done")
		d.environment("mode=show", "environment-id="+hostile).want(0, "name=app result=done")
	})
}

func TestEnvironmentNameIsAmbiguous(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		d.server.AddEnvironment("staging")
		for _, mode := range []string{"present", "absent", "show"} {
			d.environment("mode="+mode, "name=staging").want(3, "result=refused", "error-code=environment-ambiguous").
				logContains(scalrsim.StagingID).wantWrites()
		}
	})
}

func TestEnvironmentAbsent(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		d.environment("mode=absent", "name=staging").
			want(0, "result=done", "changed=true", "environment-id="+scalrsim.StagingID).
			wantWrites("DELETE /environments/" + scalrsim.StagingID)
		d.environment("mode=absent", "name=staging").want(0, "result=done", "changed=false", "environment-id=").wantWrites().
			logContains("nothing to delete")
		d.environment("mode=absent", "environment-id="+scalrsim.StagingID).want(0, "result=done", "changed=false").wantWrites()
	})
}

func TestEnvironmentWithWorkspacesIsNotDeleted(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		d.environment("mode=absent", "name=production").want(3, "result=refused", "error-code=in-use", "changed=false").
			wantWrites().
			logContains(`It has 5: "network", "network-edge"`, "which Scalr would delete with it", "Remove what the message names")
		many := d.server.AddEnvironment("many")
		for i := range 120 {
			d.server.AddWorkspace(many, fmt.Sprintf("w%d", i), nil)
		}
		d.environment("mode=absent", "name=many").want(3, "error-code=in-use").logContains("It has 120", `"w9" and 110 more`)
	})
}

func TestEnvironmentDeletionErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   scalrsim.Fault
		code    int
		outputs []string
	}{
		"lost response": {
			fault:   scalrsim.Fault{Phase: scalrsim.After, Action: scalrsim.Reset},
			outputs: []string{"result=done", "changed=true"},
		},
		"500 response": {
			fault:   scalrsim.Fault{Phase: scalrsim.After, Action: scalrsim.Status},
			outputs: []string{"result=done", "changed=true"},
		},
		"forbidden": {
			fault:   scalrsim.Fault{Action: scalrsim.Status, Status: 403},
			code:    3,
			outputs: []string{"result=refused", "error-code=not-allowed", "changed=false"},
		},
		"not found": {
			fault:   scalrsim.Fault{Action: scalrsim.Status, Status: 404},
			code:    3,
			outputs: []string{"result=refused", "error-code=not-allowed", "changed=false"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.fault.Op = "DELETE /environments/*"
			withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{c.fault}}, func(d *companionTest) {
				d.environment("mode=absent", "name=staging").want(c.code, c.outputs...)
			})
		})
	}
}

// The check right before a deletion is made for each attempt and logged once.
func TestDeletionCheckIsLoggedOnce(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"DELETE /environments/*", "DELETE /workspaces/*"} {
		outage := scalrsim.Fault{Op: op, Times: 5, Action: scalrsim.Status, Status: 503}
		withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{outage}}, func(d *companionTest) {
			play, inputs, path := d.environment, []string{"mode=absent", "name=staging"}, "/environments/"+scalrsim.StagingID
			if op == "DELETE /workspaces/*" {
				id := d.server.AddWorkspace(scalrsim.StagingID, "app", nil)
				play, inputs, path = d.workspace, []string{"mode=absent", "workspace-id=" + id}, "/workspaces/"+id
			}
			v := play(inputs...).want(0, "changed=true")
			if got := strings.Count(v.log, "Checked right before the deletion"); got != 1 {
				t.Errorf("%s: %d checks are logged, want 1\n%s", op, got, v.log)
			}
			if deletions, reads := v.count("DELETE "+path), v.count("GET "+path); deletions != 6 || reads < 6 {
				t.Errorf("%s: %d attempts and %d reads, want 6, each after a read", op, deletions, reads)
			}
		})
	}
}

// Scalr refuses the deletion of an object that is in use with 409, which both actions report alike.
func TestDeletionConflict(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{
		{Op: "DELETE /environments/*", Action: scalrsim.Status, Status: 409},
		{Op: "DELETE /workspaces/*", Action: scalrsim.Status, Status: 409},
	}}, func(d *companionTest) {
		want := []string{"result=refused", "error-code=in-use", "changed=false"}
		d.environment("mode=absent", "name=staging").want(3, want...).
			logContains(`Environment "staging" (`+scalrsim.StagingID+`) cannot be deleted: `, "(HTTP 409)", "Remove what the message names")
		d.workspace("mode=absent", "workspace-id="+scalrsim.WorkspaceID).want(3, want...).
			logContains(`Workspace "production/network" (`+scalrsim.WorkspaceID+`) cannot be deleted: `, "(HTTP 409)", "Remove what the message names")
	})
}
