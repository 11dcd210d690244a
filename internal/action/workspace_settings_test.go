package action_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// settingsTest has two agent pools, three provider configurations and the workspace network.
type settingsTest struct {
	*companionTest
	pool, spare, aws, backup, google string
}

func atSettings(t *testing.T, s scalrsim.Scenario, play func(*settingsTest)) {
	t.Helper()
	withCompanions(t, s, func(d *companionTest) {
		play(&settingsTest{
			companionTest: d,
			pool:          d.server.AddAgentPool("private"),
			spare:         d.server.AddAgentPool("spare"),
			aws:           d.server.AddProviderConfiguration("aws-production", "aws"),
			backup:        d.server.AddProviderConfiguration("aws-backup", "aws"),
			google:        d.server.AddProviderConfiguration("google", "google"),
		})
	})
}

// network runs the workspace action with `mode: present` on the workspace "network".
func (d *settingsTest) network(inputs ...string) *companionResult {
	d.t.Helper()
	return d.workspace(append([]string{"workspace-id=" + scalrsim.WorkspaceID}, inputs...)...)
}

const networkPath = "/workspaces/" + scalrsim.WorkspaceID

// patched returns the request that changes the workspace network.
func patched(attributes, relationships string) string {
	data := []string{}
	if attributes != "" {
		data = append(data, `"attributes":`+attributes)
	}
	data = append(data, `"id":"`+scalrsim.WorkspaceID+`"`)
	if relationships != "" {
		data = append(data, `"relationships":`+relationships)
	}
	return "PATCH " + networkPath + ` {"data":{` + strings.Join(append(data, `"type":"workspaces"}}`), ",")
}

func linked(provider, alias string) string {
	attributes := ""
	if alias != "" {
		attributes = `"attributes":{"alias":"` + alias + `"},`
	}
	return "POST " + networkPath + `/provider-configuration-links {"data":{` + attributes +
		`"relationships":{"provider-configuration":{"data":{"type":"provider-configurations","id":"` + provider +
		`"}}},"type":"provider-configuration-links"}}`
}

func aliased(link, alias string) string {
	return "PATCH /provider-configuration-links/" + link + ` {"data":{"attributes":{"alias":` + alias + `},"id":"` + link +
		`","type":"provider-configuration-links"}}`
}

func unlinked(link string) string { return "DELETE /provider-configuration-links/" + link }

func TestWorkspaceIsCreatedWithAllSettings(t *testing.T) {
	t.Parallel()
	atSettings(t, scalrsim.Scenario{}, func(d *settingsTest) {
		inputs := []string{
			"environment=staging",
			"name=app",
			"iac-platform=opentofu",
			"terraform-version=1.9.0",
			"working-directory=live",
			"auto-apply=false",
			"execution-mode=remote",
			"auto-destroy-days=7",
			"environment-type=testing",
			"deletion-protection=true",
			"var-files=eu.tfvars\nprod.tfvars",
			"agent-pool=private",
			"run-operation-timeout=90",
			"force-latest-run=true",
			"provider-configurations=aws-production\naws-backup as backup",
			"variables=region=eu\nsizes:=[1,\n  2]",
			"environment-variables=TF_LOG=debug",
		}
		first := d.workspace(inputs...).want(0, "result=done", "error-code=", "created=true", "changed=true")
		id := first.outputs["workspace-id"]
		variable := func(attributes string) string {
			return `POST /vars {"data":{"attributes":` + attributes +
				`,"relationships":{"workspace":{"data":{"type":"workspaces","id":"` + id + `"}}},"type":"vars"}}`
		}
		first.wantWrites(
			`POST /workspaces {"data":{"attributes":{"auto-apply":false,"auto-destroy-days":7,"auto-queue-runs":"never",`+
				`"deletion-protection-enabled":true,`+
				`"environment-type":"testing","execution-mode":"remote","force-latest-run":true,"iac-platform":"opentofu",`+
				`"name":"app","run-operation-timeout":90,`+
				`"terraform-version":"1.9.0","var-files":["eu.tfvars","prod.tfvars"],"working-directory":"live"},`+
				`"relationships":{"agent-pool":{"data":`+
				`{"type":"agent-pools","id":"`+d.pool+`"}},"environment":{"data":{"type":"environments","id":"`+scalrsim.StagingID+
				`"}}},"type":"workspaces"}}`,
			strings.ReplaceAll(linked(d.aws, ""), scalrsim.WorkspaceID, id),
			strings.ReplaceAll(linked(d.backup, "backup"), scalrsim.WorkspaceID, id),
			variable(`{"category":"terraform","hcl":false,"key":"region","sensitive":false,"value":"eu"}`),
			variable(`{"category":"terraform","hcl":true,"key":"sizes","sensitive":false,"value":"[1,\n  2]"}`),
			variable(`{"category":"shell","hcl":false,"key":"TF_LOG","sensitive":false,"value":"debug"}`))
		d.workspace(inputs...).want(0, "created=false", "changed=false", "workspace-id="+id).wantWrites().
			logContains("Nothing to change.")
		inputs[11] = "agent-pool=" + d.pool
		d.workspace(inputs...).want(0, "changed=false").wantWrites()
	})
}

func TestWorkspaceSettingsAreChangedAndCleared(t *testing.T) {
	t.Parallel()
	pool := func(d *settingsTest) string {
		return `{"agent-pool":{"data":{"type":"agent-pools","id":"` + d.spare + `"}}}`
	}
	for name, c := range map[string]struct {
		set, change, clear       string // inputs
		changed, cleared         string // attributes
		changedLink, clearedLink func(*settingsTest) string
		says                     []string
	}{
		"var-files": {
			set:     "var-files=a.tfvars\nb.tfvars",
			change:  "var-files=b.tfvars\na.tfvars",
			clear:   "var-files=none",
			changed: `{"var-files":["b.tfvars","a.tfvars"]}`,
			cleared: `{"var-files":[]}`,
			says: []string{
				`Set var-files to "b.tfvars a.tfvars" (was "a.tfvars b.tfvars").`,
				`Cleared var-files (was "b.tfvars a.tfvars").`,
			},
		},
		"run-operation-timeout": {
			set:     "run-operation-timeout=10",
			change:  "run-operation-timeout=720",
			clear:   "run-operation-timeout=none",
			changed: `{"run-operation-timeout":720}`,
			cleared: `{"run-operation-timeout":null}`,
			says:    []string{`Set run-operation-timeout to "720" (was "10").`, `Cleared run-operation-timeout (was "720").`},
		},
		"working-directory": {
			set:     "working-directory=live/eu",
			change:  "working-directory=live/us",
			clear:   "working-directory=none",
			changed: `{"working-directory":"live/us"}`,
			cleared: `{"working-directory":null}`,
			says: []string{`Set working-directory to "live/us" (was "live/eu").`,
				`Cleared working-directory (was "live/us").`},
		},
		"auto-destroy-days": {
			set:     "auto-destroy-days=2",
			change:  "auto-destroy-days=14",
			clear:   "auto-destroy-days=none",
			changed: `{"auto-destroy-days":14}`,
			cleared: `{"auto-destroy-days":null}`,
			says:    []string{`Set auto-destroy-days to "14" (was "2").`, `Cleared auto-destroy-days (was "14").`},
		},
		"force-latest-run": {
			set:     "force-latest-run=false",
			change:  "force-latest-run=true",
			clear:   "force-latest-run=false",
			changed: `{"force-latest-run":true}`,
			cleared: `{"force-latest-run":false}`,
			says:    []string{`Set force-latest-run to "true" (was "false").`, `Set force-latest-run to "false" (was "true").`},
		},
		"agent-pool": {
			set:         "agent-pool=private",
			change:      "agent-pool=spare",
			clear:       "agent-pool=none",
			changedLink: pool,
			clearedLink: func(*settingsTest) string { return `{"agent-pool":{"data":null}}` },
			says:        []string{`Set agent-pool to "spare" (was "private").`, `Cleared agent-pool (was "`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			atSettings(t, scalrsim.Scenario{}, func(d *settingsTest) {
				relation := func(of func(*settingsTest) string) string {
					if of == nil {
						return ""
					}
					return of(d)
				}
				d.network(c.set).want(0, "result=done")
				d.network(c.set).want(0, "changed=false").wantWrites()
				d.network(c.change).want(0, "changed=true").wantWrites(patched(c.changed, relation(c.changedLink))).logContains(c.says[0])
				d.network(c.change).want(0, "changed=false").wantWrites()
				d.network(c.clear).want(0, "changed=true").wantWrites(patched(c.cleared, relation(c.clearedLink))).logContains(c.says[1])
				d.network(c.clear).want(0, "changed=false").wantWrites().logContains("Nothing to change.")
			})
		})
	}
}

// A setting that Scalr does not change is reported, and a setting that it does not report is not sent.
func TestWorkspaceSettingsIgnoredByScalr(t *testing.T) {
	t.Parallel()
	atSettings(t, scalrsim.Scenario{}, func(d *settingsTest) {
		d.http = answers(d.http, http.MethodPatch, networkPath, `"run-operation-timeout":90`, `"run-operation-timeout":60`)
		d.network("run-operation-timeout=90").want(0, "changed=false").
			logContains(`::warning::Scalr did not change run-operation-timeout: requested "90", still "60".`)
	})
	atSettings(t, scalrsim.Scenario{}, func(d *settingsTest) {
		d.http = answers(d.http, http.MethodGet, networkPath, `"var-files":[],`, "")
		d.network("var-files=a.tfvars").want(0, "changed=false").wantWrites().logContains("var-files is unsupported")
	})
}

func TestProviderConfigurationsOfAWorkspace(t *testing.T) {
	t.Parallel()
	atSettings(t, scalrsim.Scenario{}, func(d *settingsTest) {
		d.environment("environment-id="+scalrsim.EnvironmentID, "default-provider-configurations=google").
			want(0, "result=done")
		own := d.server.LinkProvider(scalrsim.WorkspaceID, d.aws, "eu")
		d.network().want(0, "changed=false").wantWrites()
		d.network("provider-configurations=aws-production as eu").want(0, "changed=false").wantWrites()
		d.network("provider-configurations="+d.aws+" as eu\naws-production as eu").want(0, "changed=false").wantWrites()
		d.network("provider-configurations=aws-production as us").want(0, "changed=true").wantWrites(aliased(own, `"us"`)).
			logContains(`Set the alias of provider configuration "aws-production" (` + d.aws + `) to "us" (was "eu").`)
		d.network("provider-configurations=aws-production").want(0, "changed=true").wantWrites(aliased(own, "null")).
			logContains(`Removed the alias "us" of provider configuration "aws-production"`)
		d.network("provider-configurations=aws-production\naws-backup as backup").want(0, "changed=true").
			wantWrites(linked(d.backup, "backup")).
			logContains(`Linked provider configuration "aws-backup" (` + d.backup + `) with the alias "backup".`)
		// Links are removed first, so that their aliases can be reused.
		d.network("provider-configurations=aws-backup").want(0, "changed=true").
			logContains(`Unlinked provider configuration "aws-production"`)
		d.network("provider-configurations=aws-backup\ngoogle as g").want(0, "changed=true").wantWrites(linked(d.google, "g"))
		d.network("provider-configurations=none").want(0, "changed=true").
			logContains(`Unlinked provider configuration ` + d.google + ` with the alias "g".`)
		d.network("provider-configurations=none").want(0, "changed=false").wantWrites().logContains("Nothing to change.")
	})
}

// Two provider configurations of the same type never have the same alias, not even temporarily.
func TestProviderConfigurationsSwapAliases(t *testing.T) {
	t.Parallel()
	atSettings(t, scalrsim.Scenario{}, func(d *settingsTest) {
		first, second := d.server.LinkProvider(scalrsim.WorkspaceID, d.aws, "a"),
			d.server.LinkProvider(scalrsim.WorkspaceID, d.backup, "b")
		d.network("provider-configurations=aws-production as b\naws-backup as c").want(0, "changed=true").
			wantWrites(aliased(second, `"c"`), aliased(first, `"b"`))
		d.network("provider-configurations=aws-production as c\naws-backup as b").want(0, "changed=true").
			wantWrites(unlinked(first), aliased(second, `"b"`), linked(d.aws, "c"))
		d.network("provider-configurations=aws-production as c\naws-backup as b").want(0, "changed=false").wantWrites()
	})
}

// All objects that the inputs name are looked up before the first write.
func TestWorkspaceSettingsNameMissingObjects(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		input, code string
		says        []string
	}{
		"agent pool": {
			input: "agent-pool=privat",
			code:  "agent-pool-not-found",
			says: []string{
				`Agent pool "privat" not found, or the token cannot read it.`,
				`Did you mean "private"`,
				"agent pools",
			},
		},
		"agent pool by id": {
			input: "agent-pool=apool-none",
			code:  "agent-pool-not-found",
			says:  []string{`Agent pool "apool-none" not found`},
		},
		"provider configuration": {
			input: "provider-configurations=aws-prodution as eu",
			code:  "provider-configuration-not-found",
			says:  []string{`Provider configuration "aws-prodution" not found`, `Did you mean "aws-production"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			atSettings(t, scalrsim.Scenario{}, func(d *settingsTest) {
				d.workspace("environment=staging", "name=app", "variables=a=1", c.input).
					want(3, "result=refused", "error-code="+c.code, "created=false", "changed=false").
					wantWrites().logContains(c.says...)
			})
		})
	}
	atSettings(t, scalrsim.Scenario{}, func(d *settingsTest) {
		d.server.AddAgentPool("private")
		d.network("agent-pool=private").want(3, "error-code=agent-pool-not-found").wantWrites().
			logContains(`2 agent pools are named "private": use the id.`)
	})
}

// Each operation may be rejected. The outputs report the changes made before.
func TestWorkspaceSettingsRejected(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		op      string
		changed bool // changed by the previous operations
	}{
		{"GET /agent-pools", false}, {"GET /provider-configurations", false}, {"PATCH /workspaces/*", false},
		{"GET /workspaces/*/provider-configuration-links", true}, {"DELETE /provider-configuration-links/*", true},
		{"PATCH /provider-configuration-links/*", true}, {"POST /workspaces/*/provider-configuration-links", true},
		{"GET /vars", true}, {"POST /vars", true}, {"PATCH /vars/*", true},
	} {
		for status, code := range map[int]string{
			400: "request-refused",
			401: "token-rejected",
			403: "not-allowed",
			404: "not-allowed",
			409: "conflict",
			422: "request-refused",
		} {
			t.Run(fmt.Sprintf("%s %d", c.op, status), func(t *testing.T) {
				t.Parallel()
				fault := scalrsim.Fault{Op: c.op, Action: scalrsim.Status, Status: status, Times: -1}
				atSettings(t, scalrsim.Scenario{Faults: []scalrsim.Fault{fault}}, func(d *settingsTest) {
					d.server.LinkProvider(scalrsim.WorkspaceID, d.aws, "eu")
					d.server.LinkProvider(scalrsim.WorkspaceID, d.google, "")
					d.server.AddVariable(scalrsim.WorkspaceID, map[string]any{"key": "old", "category": "terraform", "value": "1"})
					v := d.network("agent-pool=private", "provider-configurations=aws-production as us\naws-backup",
						"variables=new=1\nold=2", "sensitive-variables=password=correct-horse").
						want(3, "result=refused", "error-code="+code, fmt.Sprintf("changed=%t", c.changed))
					if log := strings.Replace(v.log, "::add-mask::correct-horse", "", 1); strings.Contains(log, "correct-horse") {
						t.Errorf("the log shows a secret:\n%s", v.log)
					}
				})
			})
		}
	}
}
