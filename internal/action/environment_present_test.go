package action_test

import (
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

func TestEnvironmentPresentTwice(t *testing.T) {
	t.Parallel()
	for name, world := range map[string]scalrsim.Config{
		"today":                      {},
		"nulls":                      {Null: true},
		"older":                      {Old: true},
		"without included resources": {NoIncluded: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			presentTwice(t, world)
		})
	}
}

func presentTwice(t *testing.T, world scalrsim.Config) {
	t.Helper()
	withCompanions(t, scalrsim.Scenario{Config: world}, func(d *companionTest) {
		blue, cloud := d.server.AddTag("blue"), d.server.AddProviderConfiguration("cloud", "aws")
		inputs := []string{"name=preview-7", "tags=blue\npreview", "mask-sensitive-output=false",
			"default-provider-configurations=cloud"}
		first := d.environment(inputs...).
			want(0, "result=done", "error-code=", "created=true", "changed=true", "name=preview-7", "status=Active",
				`tags=["blue","preview"]`)
		id := first.outputs["environment-id"]
		preview := d.id("/tags", "preview")
		first.wantWrites(`POST /tags {"data":{"attributes":{"name":"preview"},"type":"tags"}}`,
			`POST /environments {"data":{"attributes":{"mask-sensitive-output":false,"name":"preview-7"},"relationships":{`+
				`"default-provider-configurations":{"data":[{"type":"provider-configurations","id":"`+cloud+`"}]},`+
				`"tags":{"data":[{"type":"tags","id":"`+blue+`"},{"type":"tags","id":"`+preview+`"}]}},"type":"environments"}}`)
		first.want(0, "environment-url=https://acme.scalr.test/v2/e/"+id+"/workspaces")
		d.environment(inputs...).
			want(0, "result=done", "created=false", "changed=false", "environment-id="+id, `tags=["blue","preview"]`).
			wantWrites().logContains("Nothing to change.")
	})
}

func TestEnvironmentUpdatesOnlyRequestedSettings(t *testing.T) {
	t.Parallel()
	staging := "PATCH /environments/" + scalrsim.StagingID + " "
	for name, c := range map[string]struct {
		inputs []string
		wrote  []string
		says   string
	}{
		"nothing": {says: "Nothing to change."},
		"mask": {
			inputs: []string{"mask-sensitive-output=false"},
			wrote: []string{
				staging + `{"data":{"attributes":{"mask-sensitive-output":false},"id":"` + scalrsim.StagingID +
					`","type":"environments"}}`,
			},
			says: `Set mask-sensitive-output to "false" (was "true").`,
		},
		"unchanged": {inputs: []string{"mask-sensitive-output=true", "remote-backend=true"}, says: "Nothing to change."},
		"backend": {
			inputs: []string{"remote-backend=false", "mask-sensitive-output=true"},
			says:   `::warning::Environment "staging" keeps remote-backend: true`,
		},
		"backend and mask": {inputs: []string{"remote-backend=false", "mask-sensitive-output=false"},
			wrote: []string{
				staging + `{"data":{"attributes":{"mask-sensitive-output":false},"id":"` + scalrsim.StagingID +
					`","type":"environments"}}`,
			},
			says: `Set mask-sensitive-output to "false" (was "true").`},
		"rename": {
			inputs: []string{"rename-to=stage"},
			wrote: []string{
				staging + `{"data":{"attributes":{"name":"stage"},"id":"` + scalrsim.StagingID + `","type":"environments"}}`,
			},
			says: `Set name to "stage" (was "staging").`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
				inputs := append([]string{"name=staging"}, c.inputs...)
				d.environment(inputs...).want(0, "result=done", "created=false", fmt.Sprintf("changed=%t", c.wrote != nil)).
					wantWrites(c.wrote...).logContains(c.says)
				d.environment(inputs...).
					want(0, "result=done", "created=false", "changed=false", "environment-id="+scalrsim.StagingID).wantWrites()
			})
		})
	}
}

func TestEnvironmentRename(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		d.environment("environment-id="+scalrsim.StagingID, "rename-to=stage").want(0, "name=stage", "changed=true")
		d.environment("name=fresh", "rename-to=final").want(0, "name=final", "created=true")
		d.environment("name=fresh", "rename-to=final").want(0, "name=final", "created=false", "changed=false").wantWrites()
		d.environment("name=final", "rename-to=production").want(3, "result=refused", "error-code=request-refused").
			logContains("already been taken", "::error title=Scalr%3A request-refused (rename-to)::")
	})
}

// An error about a name refers to the input that sets it.
func TestInputOfRefusedName(t *testing.T) {
	t.Parallel()
	const body = `{"errors":[{"status":"422","title":"Invalid","detail":"No.","source":{"pointer":"/data/attributes/name"}}]}`
	for _, c := range []struct{ op, input, want string }{
		{"POST /environments", "name=fresh", "name"},
		{"POST /environments", "name=fresh\nrename-to=final", "rename-to"},
		{"PATCH /environments/*", "name=staging\nrename-to=final", "rename-to"},
		{"POST /tags", "name=staging\ntags=new", "tags"},
		{"PATCH /provider-configurations/*", "name=staging\nprovider-configurations=aws", "provider-configurations"},
	} {
		refused := scalrsim.Fault{Op: c.op, Action: scalrsim.Status, Status: 422, Body: body}
		withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{refused}}, func(d *companionTest) {
			d.private("aws", "aws")
			d.environment(strings.Split(c.input, "\n")...).want(3, "error-code=request-refused").
				logContains("::error title=Scalr%3A request-refused (" + c.want + ")::")
		})
	}
}
