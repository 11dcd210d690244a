package action_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

func TestWorkspacePresentTwice(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		preview := d.server.AddTag("preview")
		inputs := []string{"environment=staging", "name=network", "tags=preview", "iac-platform=opentofu",
			"terraform-version=1.9.0", "working-directory=live/eu",
			"auto-apply=true", "execution-mode=remote", "auto-destroy-days=7", "environment-type=testing",
			"deletion-protection=false"}
		first := d.workspace(inputs...).
			want(0, "result=done", "error-code=", "created=true", "changed=true", "name=network",
				"environment-id="+scalrsim.StagingID, `tags=["preview"]`).
			wantWrites(`POST /workspaces {"data":{"attributes":{"auto-apply":true,"auto-destroy-days":7,` +
				`"auto-queue-runs":"never","deletion-protection-enabled":false,"environment-type":"testing",` +
				`"execution-mode":"remote","iac-platform":"opentofu","name":"network","terraform-version":"1.9.0",` +
				`"working-directory":"live/eu"},` +
				`"relationships":{"environment":{"data":{"type":"environments","id":"` + scalrsim.StagingID +
				`"}},"tags":{"data":[{"type":"tags","id":"` + preview + `"}]}},"type":"workspaces"}}`)
		id := first.outputs["workspace-id"]
		first.want(0, "workspace-url=https://acme.scalr.test/v2/e/"+scalrsim.StagingID+"/workspaces/"+id)
		d.workspace(inputs...).want(0, "created=false", "changed=false", "workspace-id="+id, `tags=["preview"]`).wantWrites().
			logContains("Nothing to change.")
		inputs[0] = "environment=" + scalrsim.StagingID
		d.workspace(inputs...).want(0, "created=false", "changed=false", "workspace-id="+id).wantWrites()
	})
}

func TestWorkspaceUpdatesOnlyRequestedSettings(t *testing.T) {
	t.Parallel()
	patch := func(attributes string) []string {
		return []string{
			"PATCH /workspaces/" + scalrsim.WorkspaceID + ` {"data":{"attributes":` + attributes + `,"id":"` +
				scalrsim.WorkspaceID + `","type":"workspaces"}}`,
		}
	}
	for name, c := range map[string]struct {
		inputs []string
		wrote  []string
		says   string
	}{
		"nothing": {says: "Nothing to change."},
		"unchanged": {
			inputs: []string{"iac-platform=terraform", "terraform-version=1.11.4", "auto-apply=false", "execution-mode=remote",
				"deletion-protection=true"},
			says: "Nothing to change.",
		},
		"version": {
			inputs: []string{"terraform-version=1.12.0"},
			wrote:  patch(`{"terraform-version":"1.12.0"}`),
			says:   `Set terraform-version to "1.12.0" (was "1.11.4").`,
		},
		"directory": {
			inputs: []string{"working-directory=live"},
			wrote:  patch(`{"working-directory":"live"}`),
			says:   `Set working-directory to "live" (was "").`,
		},
		"same directory": {inputs: []string{"working-directory=./"}, says: "Nothing to change."},
		"auto-destroy": {
			inputs: []string{"auto-destroy-days=2"},
			wrote:  patch(`{"auto-destroy-days":2}`),
			says:   `Set auto-destroy-days to "2" (was "").`,
		},
		"several settings": {
			inputs: []string{"auto-apply=true", "deletion-protection=false"},
			wrote:  patch(`{"auto-apply":true,"deletion-protection-enabled":false}`),
			says:   `Set deletion-protection to "false" (was "true").`,
		},
	} {
		for _, by := range [][]string{{"environment=production", "name=network"}, {"workspace-id=" + scalrsim.WorkspaceID}} {
			t.Run(fmt.Sprintf("%s by %s", name, by[0]), func(t *testing.T) {
				t.Parallel()
				withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
					inputs := append(by, c.inputs...)
					d.workspace(inputs...).
						want(0, "result=done", "created=false", fmt.Sprintf("changed=%t", c.wrote != nil),
							"workspace-id="+scalrsim.WorkspaceID).wantWrites(c.wrote...).logContains(c.says)
					d.workspace(inputs...).want(0, "changed=false").wantWrites()
				})
			})
		}
	}
}

func TestWorkspaceTags(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		path := "/workspaces/" + scalrsim.WorkspaceID + "/relationships/tags"
		blue, red := `{"type":"tags","id":"`+d.server.AddTag("blue")+`"}`, `{"type":"tags","id":"`+d.server.AddTag("red")+`"}`
		network := func(inputs ...string) *companionResult {
			return d.workspace(append([]string{"environment=production", "name=network"}, inputs...)...)
		}
		network("tags=blue\nred").want(0, `tags=["blue","red"]`).
			wantWrites("POST " + path + ` {"data":[` + blue + `,` + red + `]}`)
		network("tags=blue\nred").want(0, "changed=false").wantWrites()
		network("tags=blue", "tags-mode=remove").want(0, `tags=["red"]`).wantWrites("DELETE " + path + ` {"data":[` + blue + `]}`)
		network("tags=blue", "tags-mode=replace").want(0, `tags=["blue"]`).wantWrites("PATCH " + path + ` {"data":[` + blue + `]}`)
		network("tags-mode=clear").want(0, `tags=[]`).wantWrites("PATCH " + path + ` {"data":[]}`)
		network("tags-mode=clear").want(0, "changed=false").wantWrites()
	})
}

func TestWorkspaceIsCreatedOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault scalrsim.Fault
		posts int
	}{
		"lost response":      {fault: scalrsim.Fault{Phase: scalrsim.After, Action: scalrsim.Reset}, posts: 1},
		"lost request":       {fault: scalrsim.Fault{Action: scalrsim.Reset}, posts: 2},
		"created after 25 s": {fault: scalrsim.Fault{Action: scalrsim.LateCommit, Delay: 25 * time.Second}, posts: 1},
		"502 response": {
			fault: scalrsim.Fault{Phase: scalrsim.After, Action: scalrsim.Status, Status: http.StatusBadGateway},
			posts: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.fault.Op = "POST /workspaces"
			withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{c.fault}}, func(d *companionTest) {
				d.server.AddWorkspace(scalrsim.StagingID, "app-2", nil)
				d.server.AddWorkspace(scalrsim.EnvironmentID, "app", nil)
				v := d.workspace("environment=staging", "name=app").
					want(0, "created=true", "name=app", "environment-id="+scalrsim.StagingID)
				if got := v.count("POST /workspaces"); got != c.posts {
					t.Errorf("got %d requests, want %d", got, c.posts)
				}
				if got := d.count("/workspaces", "app"); got != 2 {
					t.Errorf("%d workspaces are named app, want the one in production and the new one", got)
				}
			})
		})
	}
}

func TestWorkspaceRequiresEnvironment(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		d.workspace("environment=stagng", "name=network").
			want(3, "result=not-found", "error-code=environment-not-found", "created=false").
			wantWrites().logContains(`Environment "stagng" not found`, `Did you mean "staging"`)
		d.workspace("workspace-id=ws-v0none", "tags=new").want(3, "result=not-found", "error-code=workspace-not-found").
			wantWrites()
		looksLike := d.server.AddEnvironment("env-like")
		d.workspace("environment=env-like", "name=network").want(0, "created=true", "environment-id="+looksLike)
	})
}

// Scalr rejects versions that are not available for the platform.
func TestWorkspaceVersionRejected(t *testing.T) {
	t.Parallel()
	bare := scalrsim.Fault{
		Op:     "POST /workspaces",
		Action: scalrsim.Status,
		Status: 404,
		Body:   `{"errors":[{"status":"404","title":"Not Found","detail":"Terraform version 1.9.9 not found."}]}`,
	}
	other := scalrsim.Fault{
		Op:     "POST /workspaces",
		Action: scalrsim.Status,
		Status: 422,
		Body: `{"errors":[{"status":"422","title":"Invalid Attribute","detail":"Name is reserved.",` +
			`"source":{"pointer":"/data/attributes/name"}}]}`,
	}
	for name, c := range map[string]struct {
		faults []scalrsim.Fault
		inputs []string
		code   string
		says   string
	}{
		"new": {
			inputs: []string{"name=app", "terraform-version=1.9.99"},
			code:   "terraform-version-unavailable",
			says:   "Scalr rejected the version 1.9.99: Invalid Attribute: Version '1.9.99' of terraform is not available.",
		},
		"new on OpenTofu": {
			inputs: []string{"name=app", "iac-platform=opentofu", "terraform-version=1.5.7"},
			code:   "terraform-version-unavailable",
			says:   "Scalr rejected the version 1.5.7 of opentofu",
		},
		"existing": {
			inputs: []string{"name=old", "terraform-version=2.0.0"},
			code:   "terraform-version-unavailable",
			says:   "Scalr rejected the version 2.0.0",
		},
		"platform only": {
			inputs: []string{"name=old", "iac-platform=opentofu"},
			code:   "terraform-version-unavailable",
			says:   "Scalr rejected the version that the workspace has of opentofu",
		},
		"without pointer": {
			faults: []scalrsim.Fault{bare},
			inputs: []string{"name=app", "terraform-version=1.9.9"},
			code:   "terraform-version-unavailable",
			says:   "Terraform version 1.9.9 not found.",
		},
		"other error": {
			faults: []scalrsim.Fault{other},
			inputs: []string{"name=app", "terraform-version=1.9.0"},
			code:   "request-refused",
			says:   "Name is reserved.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withCompanions(t, scalrsim.Scenario{Faults: c.faults}, func(d *companionTest) {
				d.server.AddWorkspace(scalrsim.StagingID, "old", map[string]any{"terraform-version": "1.5.7"})
				v := d.workspace(append([]string{"environment=staging"}, c.inputs...)...).
					want(3, "result=refused", "error-code="+c.code, "changed=false", "created=false")
				v.logContains(c.says)
				if c.code == "terraform-version-unavailable" {
					v.logContains("Use a version that Scalr lists", "(terraform-version)::")
				}
			})
		})
	}
}
