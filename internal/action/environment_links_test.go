package action_test

import (
	"net/http"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

func TestPolicyGroups(t *testing.T) {
	t.Parallel()
	atDesk(t, scalrsim.Scenario{}, func(d *desk) {
		guard, cost := d.server.AddPolicyGroup("guard"), d.server.AddPolicyGroup("cost")
		d.server.AddPolicyGroup("guard-old")
		body := ` {"data":[{"type":"environments","id":"` + scalrsim.StagingID + `"}]}`
		link := func(id string) string { return "POST /policy-groups/" + id + "/relationships/environments" + body }
		unlink := func(id string) string {
			return "DELETE /policy-groups/" + id + "/relationships/environments/" + scalrsim.StagingID
		}
		add := []string{"name=staging", "policy-groups=guard\n" + cost}
		d.environment(add...).want(0, "changed=true").wrote(link(guard), link(cost)).says(`Linked policy group "guard"`)
		d.environment(add...).want(0, "changed=false").wrote()
		d.environment("name=production", "policy-groups=guard").want(0, "changed=true")

		remove := []string{"name=staging", "policy-groups=guard", "policy-groups-mode=remove"}
		d.environment(remove...).want(0, "changed=true").wrote(unlink(guard)).says(`Unlinked policy group "guard"`)
		d.environment(remove...).want(0, "changed=false").wrote()
		d.environment("name=production", "policy-groups=guard").want(0, "changed=false").wrote()

		d.environment("name=preview-7", "policy-groups=gurd").want(3, "result=refused", "error-code=policy-group-not-found", "created=false").
			wrote().says(`Did you mean "guard"`)
	})
}

// The unlinking took place although its answer got lost: the next attempt finds
// nothing to unlink.
func TestUnlinkTwice(t *testing.T) {
	t.Parallel()
	lost := scalrsim.Fault{Op: "DELETE /policy-groups/*/relationships/environments/*", Phase: scalrsim.After, Action: scalrsim.EOF}
	atDesk(t, scalrsim.Scenario{Faults: []scalrsim.Fault{lost}}, func(d *desk) {
		d.server.AddPolicyGroup("guard")
		d.environment("name=staging", "policy-groups=guard").want(0)
		v := d.environment("name=staging", "policy-groups=guard", "policy-groups-mode=remove").want(0, "result=done", "changed=true")
		v.answered("DELETE /policy-groups/"+d.id("/policy-groups", "guard")+"/relationships/environments/"+scalrsim.StagingID, http.StatusNotFound)
	})
}

func TestProviderConfigurations(t *testing.T) {
	t.Parallel()
	atDesk(t, scalrsim.Scenario{}, func(d *desk) {
		ids := map[string]string{}
		for _, name := range []string{"aws", "azure", "shared"} {
			ids[name] = d.server.AddProviderConfiguration(name, name)
			d.server.SetAttribute(ids[name], "is-shared", name == "shared")
		}
		environment := func(id string) string { return `{"type":"environments","id":"` + id + `"}` }
		linked := func(name, environments string) string {
			return "PATCH /provider-configurations/" + ids[name] + ` {"data":{"id":"` + ids[name] + `","relationships":{"environments":{"data":[` + environments + `]}},"type":"provider-configurations"}}`
		}
		both := []string{"name=staging", "provider-configurations=aws\nshared", "default-provider-configurations=" + ids["aws"]}
		d.environment(both...).want(0, "changed=true").wrote(linked("aws", environment(scalrsim.StagingID)),
			"PATCH /environments/"+scalrsim.StagingID+` {"data":{"id":"`+scalrsim.StagingID+`","relationships":{"default-provider-configurations":{"data":[{"type":"provider-configurations","id":"`+ids["aws"]+`"}]}},"type":"environments"}}`)
		d.environment(both...).want(0, "changed=false").wrote()

		d.environment("name=production", "provider-configurations=aws").want(0).
			wrote(linked("aws", environment(scalrsim.StagingID)+","+environment(scalrsim.EnvironmentID)))
		other := []string{"name=staging", "provider-configurations=azure"}
		d.environment(other...).want(0, "changed=true").
			wrote(linked("aws", environment(scalrsim.EnvironmentID)), linked("azure", environment(scalrsim.StagingID)))
		d.environment(other...).want(0, "changed=false").wrote()

		d.environment("name=staging", "default-provider-configurations=awz").want(3, "error-code=provider-configuration-not-found").says(`Did you mean "aws"`).wrote()
	})
}

// What is new is made before it is linked, and its default last: only what is
// linked can be one.
func TestNewEnvironmentWithProviderConfigurations(t *testing.T) {
	t.Parallel()
	atDesk(t, scalrsim.Scenario{}, func(d *desk) {
		aws := d.server.AddProviderConfiguration("aws", "aws")
		d.server.SetAttribute(aws, "is-shared", false)
		v := d.environment("name=preview-7", "provider-configurations=aws", "default-provider-configurations=aws").want(0, "created=true")
		id := v.outputs["environment-id"]
		v.wrote(`POST /environments {"data":{"attributes":{"name":"preview-7"},"type":"environments"}}`,
			"PATCH /provider-configurations/"+aws+` {"data":{"id":"`+aws+`","relationships":{"environments":{"data":[{"type":"environments","id":"`+id+`"}]}},"type":"provider-configurations"}}`,
			"PATCH /environments/"+id+` {"data":{"id":"`+id+`","relationships":{"default-provider-configurations":{"data":[{"type":"provider-configurations","id":"`+aws+`"}]}},"type":"environments"}}`)
	})
}
