package action_test

import (
	"net/http"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

func TestPolicyGroups(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		guard, cost := d.server.AddPolicyGroup("guard"), d.server.AddPolicyGroup("cost")
		d.server.AddPolicyGroup("guard-old")
		body := ` {"data":[{"type":"environments","id":"` + scalrsim.StagingID + `"}]}`
		link := func(id string) string { return "POST /policy-groups/" + id + "/relationships/environments" + body }
		unlink := func(id string) string {
			return "DELETE /policy-groups/" + id + "/relationships/environments/" + scalrsim.StagingID
		}
		add := []string{"name=staging", "policy-groups=guard\n" + cost}
		d.environment(add...).want(0, "changed=true").wantWrites(link(guard), link(cost)).logContains(`Linked policy group "guard"`)
		d.environment(add...).want(0, "changed=false").wantWrites()
		d.environment("name=production", "policy-groups=guard").want(0, "changed=true")

		remove := []string{"name=staging", "policy-groups=guard", "policy-groups-mode=remove"}
		d.environment(remove...).want(0, "changed=true").wantWrites(unlink(guard)).logContains(`Unlinked policy group "guard"`)
		d.environment(remove...).want(0, "changed=false").wantWrites()
		d.environment("name=production", "policy-groups=guard").want(0, "changed=false").wantWrites()

		d.environment("name=preview-7", "policy-groups=gurd").
			want(3, "result=refused", "error-code=policy-group-not-found", "created=false").
			wantWrites().logContains(`Did you mean "guard"`)
	})
}

// The response to the request that unlinks a policy group is lost; the second attempt finds nothing to unlink.
func TestUnlinkTwice(t *testing.T) {
	t.Parallel()
	lost := scalrsim.Fault{
		Op:     "DELETE /policy-groups/*/relationships/environments/*",
		Phase:  scalrsim.After,
		Action: scalrsim.EOF,
	}
	withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{lost}}, func(d *companionTest) {
		d.server.AddPolicyGroup("guard")
		d.environment("name=staging", "policy-groups=guard").want(0)
		v := d.environment("name=staging", "policy-groups=guard", "policy-groups-mode=remove").
			want(0, "result=done", "changed=true")
		v.wantStatus("DELETE /policy-groups/"+d.id("/policy-groups", "guard")+"/relationships/environments/"+scalrsim.StagingID,
			http.StatusNotFound)
	})
}

// setLinks returns the request that replaces the environments of a provider configuration.
func setLinks(id, name, provider string, environments ...string) string {
	var refs []string
	for _, e := range environments {
		refs = append(refs, `{"type":"environments","id":"`+e+`"}`)
	}
	return "PATCH /provider-configurations/" + id + ` {"data":{"attributes":{"name":"` + name + `","provider-name":"` +
		provider + `"},"id":"` + id +
		`","relationships":{"environments":{"data":[` + strings.Join(refs, ",") + `]}},"type":"provider-configurations"}}`
}

// setDefaults returns the request that sets the default provider configurations.
func setDefaults(environment string, ids ...string) string {
	var refs []string
	for _, id := range ids {
		refs = append(refs, `{"type":"provider-configurations","id":"`+id+`"}`)
	}
	return "PATCH /environments/" + environment + ` {"data":{"id":"` + environment +
		`","relationships":{"default-provider-configurations":{"data":[` +
		strings.Join(refs, ",") + `]}},"type":"environments"}}`
}

// private creates a provider configuration that is not shared with all environments.
func (d *companionTest) private(name, provider string) string {
	id := d.server.AddProviderConfiguration(name, provider)
	d.server.SetAttribute(id, "is-shared", false)
	return id
}

func TestProviderConfigurations(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		aws, azure := d.private("aws", "aws"), d.private("azure", "azurerm")
		d.server.AddProviderConfiguration("shared", "google")
		both := []string{"name=staging", "provider-configurations=aws\nshared", "default-provider-configurations=" + aws}
		d.environment(both...).want(0, "changed=true").
			wantWrites(setLinks(aws, "aws", "aws", scalrsim.StagingID), setDefaults(scalrsim.StagingID, aws))
		d.environment(both...).want(0, "changed=false").wantWrites()

		d.environment("name=production", "provider-configurations=aws").want(0).
			wantWrites(setLinks(aws, "aws", "aws", scalrsim.StagingID, scalrsim.EnvironmentID))
		other := []string{"name=staging", "provider-configurations=azure", "default-provider-configurations=azure"}
		d.environment(other...).want(0, "changed=true").
			wantWrites(setLinks(azure, "azure", "azurerm", scalrsim.StagingID), setDefaults(scalrsim.StagingID, azure),
				setLinks(aws, "aws", "aws", scalrsim.EnvironmentID))
		d.environment(other...).want(0, "changed=false").wantWrites()

		d.environment("name=staging", "default-provider-configurations=awz").
			want(3, "error-code=provider-configuration-not-found").logContains(`Did you mean "aws"`).wantWrites()
	})
}

// A new environment is created first, then the provider configurations are linked, then the default is set: only a
// linked provider configuration can be a default.
func TestNewEnvironmentWithProviderConfigurations(t *testing.T) {
	t.Parallel()
	for _, inputs := range [][]string{
		{"provider-configurations=aws", "default-provider-configurations=aws"},
		{"default-provider-configurations=aws"},
	} {
		withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
			aws := d.private("aws", "aws")
			inputs := append([]string{"name=preview-7"}, inputs...)
			v := d.environment(inputs...).want(0, "created=true")
			id := v.outputs["environment-id"]
			v.wantWrites(`POST /environments {"data":{"attributes":{"name":"preview-7"},"type":"environments"}}`,
				setLinks(aws, "aws", "aws", id), setDefaults(id, aws))
			d.environment(inputs...).want(0, "created=false", "changed=false").wantWrites()
		})
	}
}

// A default provider configuration is first shared with the environment, if Scalr reports that it is not shared. It
// stays shared with the other environments.
func TestDefaultProviderConfigurationsAreShared(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		aws, azure, all := d.private("aws", "aws"), d.private("azure", "azurerm"),
			d.server.AddProviderConfiguration("all", "google")
		for _, e := range []string{scalrsim.EnvironmentID, scalrsim.StagingID} {
			name := map[string]string{scalrsim.EnvironmentID: "production", scalrsim.StagingID: "staging"}[e]
			inputs := []string{"name=" + name, "default-provider-configurations=aws\nall"}
			linked := []string{scalrsim.EnvironmentID, scalrsim.StagingID}[:map[string]int{"production": 1, "staging": 2}[name]]
			d.environment(inputs...).want(0, "changed=true").
				wantWrites(setLinks(aws, "aws", "aws", linked...), setDefaults(e, aws, all)).
				logContains(`Shared provider configuration "aws" (` + aws + `) with the environment`)
			d.environment(inputs...).want(0, "changed=false").wantWrites().logContains("Nothing to change.")
		}
		// Provider configurations are unlinked after the defaults have been changed.
		d.environment("name=staging", "provider-configurations=azure", "default-provider-configurations=azure").want(0).wantWrites(
			setLinks(azure, "azure", "azurerm", scalrsim.StagingID), setDefaults(scalrsim.StagingID, azure),
			setLinks(aws, "aws", "aws", scalrsim.EnvironmentID))
		// A default stays linked even if the list does not contain it.
		mixed := []string{"name=staging", "provider-configurations=azure", "default-provider-configurations=aws"}
		d.environment(mixed...).want(0).
			wantWrites(setLinks(aws, "aws", "aws", scalrsim.EnvironmentID, scalrsim.StagingID), setDefaults(scalrsim.StagingID, aws))
		d.environment(mixed...).want(0, "changed=false").wantWrites()
	})
}

// A list of provider configurations that omits a current default is an error before the first write, since a default
// must be shared with the environment.
func TestProviderConfigurationsOmitDefault(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		aws, gcp := d.private("aws", "aws"), d.private("gcp", "google")
		d.server.AddProviderConfiguration("all", "google")
		d.environment("name=staging", "provider-configurations=aws\ngcp", "default-provider-configurations=gcp\nall").want(0)
		d.environment("name=staging", "provider-configurations=aws", "tags=new", "rename-to=stage").
			want(2, "result=invalid", "error-code=input-invalid", "changed=false").wantWrites().
			logContains("::error title=Scalr%3A input-invalid (provider-configurations)::",
				`The input provider-configurations omits "gcp", a default of environment "staging" (`+scalrsim.StagingID+`)`,
				"set default-provider-configurations to the new defaults")
		d.environment("name=staging", "provider-configurations=gcp").want(0, "changed=true").
			wantWrites(setLinks(aws, "aws", "aws"))
		d.environment("name=staging", "provider-configurations=aws", "default-provider-configurations=aws").want(0).wantWrites(
			setLinks(aws, "aws", "aws", scalrsim.StagingID), setDefaults(scalrsim.StagingID, aws), setLinks(gcp, "gcp", "google"))
	})
}

// A provider configuration stays linked if Scalr keeps it as a default.
func TestKeptDefaultStaysLinked(t *testing.T) {
	t.Parallel()
	var gcp string
	kept := scalrsim.Fault{Op: "PATCH /environments/*", Nth: 2, Action: scalrsim.Edit, Change: rewritten(func(doc map[string]any) {
		links := doc["data"].(map[string]any)["relationships"].(map[string]any)
		links["default-provider-configurations"] = map[string]any{"data": []any{map[string]any{"type": "provider-configurations", "id": gcp}}}
	})}
	withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{kept}}, func(d *companionTest) {
		aws := d.private("aws", "aws")
		gcp = d.private("gcp", "google")
		d.environment("name=staging", "default-provider-configurations=gcp").want(0)
		d.environment("name=staging", "provider-configurations=aws", "default-provider-configurations=aws").want(0).
			wantWrites(setLinks(aws, "aws", "aws", scalrsim.StagingID), setDefaults(scalrsim.StagingID, aws)).
			logContains(`Provider configuration "gcp" (` + gcp + `) stays linked to environment "staging"`)
	})
}

// The error for a default provider configuration that cannot be shared names it.
func TestDefaultProviderConfigurationNotShared(t *testing.T) {
	t.Parallel()
	named := `Provider configuration "aws" (`
	unreported := func(member string) scalrsim.Fault {
		return scalrsim.Fault{
			Op:     "GET /provider-configurations",
			Times:  -1,
			Action: scalrsim.Edit,
			Change: rewritten(func(doc map[string]any) {
				delete(doc["data"].([]any)[0].(map[string]any)["attributes"].(map[string]any), member)
			}),
		}
	}
	for name, c := range map[string]struct {
		fault scalrsim.Fault
		says  []string
	}{
		"missing permission": {fault: scalrsim.Fault{Op: "PATCH /provider-configurations/*", Action: scalrsim.Status, Status: 404},
			says: []string{named, "is not shared with environment \"staging\"", "(HTTP 404)", "cloud-credentials:update"}},
		"refused": {
			fault: scalrsim.Fault{
				Op:     "PATCH /provider-configurations/*",
				Action: scalrsim.Status,
				Status: 422,
				Body:   `{"errors":[{"status":"422","title":"Invalid","detail":"Not owned by your team."}]}`,
			},
			says: []string{named, "Not owned by your team."},
		},
		"unreported links": {
			fault: scalrsim.Fault{
				Op:     "GET /provider-configurations/*",
				Times:  -1,
				Action: scalrsim.Edit,
				Change: rewritten(func(doc map[string]any) {
					delete(doc["data"].(map[string]any)["relationships"].(map[string]any), "environments")
				}),
			},
			says: []string{named, "is not shared with environment \"staging\""},
		},
		"unreported sharing": {fault: unreported("is-shared"),
			says: []string{`Scalr rejected the default provider configurations "aws"`, "is not shared with the environment"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{c.fault}}, func(d *companionTest) {
				d.private("aws", "aws")
				v := d.environment("name=staging", "default-provider-configurations=aws").
					want(3, "result=refused", "error-code=provider-configuration-not-shared")
				v.logContains(c.says...).
					logContains("::error title=Scalr%3A provider-configuration-not-shared (default-provider-configurations)::")
			})
		})
	}
}

// Scalr requires some attributes in each request for a provider configuration. They are sent unchanged. If one
// exceeds the maximum length, it is an error.
func TestLinkingSendsUnchangedAttributes(t *testing.T) {
	t.Parallel()
	const odd = "café \u200b<aws>"
	long := strings.Repeat("n", 100_000)
	for name, c := range map[string]struct{ name, attributes string }{
		"odd": {
			name:       odd,
			attributes: "\"attributes\":{\"name\":\"café \u200b\\u003caws\\u003e\",\"provider-name\":\"aws\"},",
		},
		"longest": {
			name:       strings.Repeat("ü", 255),
			attributes: `"attributes":{"name":"` + strings.Repeat("ü", 255) + `","provider-name":"aws"},`,
		},
		"long name":    {name: long, attributes: `"attributes":{"provider-name":"aws"},`},
		"missing name": {attributes: `"attributes":{"provider-name":"aws"},`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
				id := d.private(c.name, "aws")
				d.environment("name=staging", "provider-configurations="+id).want(0, "changed=true").
					wantWrites("PATCH /provider-configurations/" + id +
						` {"data":{` + c.attributes + `"id":"` + id +
						`","relationships":{"environments":{"data":[{"type":"environments","id":"` + scalrsim.StagingID +
						`"}]}},"type":"provider-configurations"}}`)
			})
		})
	}
}
