package scalrsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/goldentest"
)

// transcript sends requests and records them with their responses.
type transcript struct {
	t      *testing.T
	client *http.Client
	api    string
	text   bytes.Buffer
	values map[string]string
}

// play sends the requests of a script. A line is "METHOD /path body", "METHOD /path body -> name" to name the id in the
// response, or "wait 30s". $name in a line is an id.
func (r *transcript) play(script string) {
	r.t.Helper()
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		if d, ok := strings.CutPrefix(line, "wait "); ok {
			pause, err := time.ParseDuration(d)
			if err != nil {
				r.t.Fatal(err)
			}
			time.Sleep(pause)
			continue
		}
		if line == "" {
			continue
		}
		request, name, _ := strings.Cut(line, " -> ")
		r.send(request, name)
	}
}

func (r *transcript) send(request, name string) {
	r.t.Helper()
	real := request
	for name, id := range r.values {
		real = strings.ReplaceAll(real, "$"+name, id)
	}
	method, rest, _ := strings.Cut(real, " ")
	path, body, _ := strings.Cut(rest, " ")
	address := r.api + path
	if !strings.HasPrefix(path, "/") {
		address = path
	}
	response, answer := send(r.t, r.client, method, strings.ReplaceAll(address, "|", "%7C"), body, func(h *http.Request) {
		if strings.Contains(path, "/actions/") || strings.Contains(path, "/assume") {
			h.Header.Set("Content-Type", plain)
			h.Header.Set("Accept", plain)
		}
	})
	if name != "" {
		id, ok := get(r.t, answer, "data.id").(string)
		if !ok {
			r.t.Fatalf("%s: no id in %s", request, answer)
		}
		r.values[name] = id
	}
	fmt.Fprintf(&r.text, "> %s\n< %d %s %s\n", request, response.StatusCode, response.Header.Get("Content-Type"), response.Header.Get("Location"))
	if json.Valid([]byte(answer)) {
		var indented bytes.Buffer
		if err := json.Indent(&indented, []byte(answer), "", "  "); err != nil {
			r.t.Fatal(err)
		}
		answer = indented.String()
	}
	fmt.Fprintf(&r.text, "%s\n\n", strings.TrimSuffix(answer, "\n"))
}

// inside returns the document of a resource in JSON:API.
func inside(kind, id, attributes, relationships string) string {
	text := `{"data":{"type":"` + kind + `"`
	if id != "" {
		text += `,"id":"` + id + `"`
	}
	if attributes != "" {
		text += `,"attributes":{` + attributes + `}`
	}
	if relationships != "" {
		text += `,"relationships":{` + relationships + `}`
	}
	return text + `}}`
}

func relation(name, kind, id string) string {
	return `"` + name + `":{"data":{"type":"` + kind + `","id":"` + id + `"}}`
}

func identifiers(kind string, ids ...string) string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = `{"type":"` + kind + `","id":"` + id + `"}`
	}
	return `{"data":[` + strings.Join(list, ",") + `]}`
}

// TestTranscripts compares complete responses to a sequence of requests, including refused ones, with golden files.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	inEnvironment := relation("environment", "environments", EnvironmentID)
	variable := func(key, more string) string {
		return inside("vars", "", `"key":"`+key+`","category":"terraform"`+more, relation("workspace", "workspaces", WorkspaceID))
	}
	link := func(provider, alias string) string {
		return inside("provider-configuration-links", "", alias, relation("provider-configuration", "provider-configurations", provider))
	}
	for name, script := range map[string]string{
		"objects": `
			GET /ping
			GET /accounts
			GET /accounts/` + AccountID + `
			GET /accounts/acc-none
			GET /users/` + botID + `
			GET /users/user-none
			GET /service-accounts
			GET /permissions?page[size]=2
			GET /environments
			GET /environments?filter[name]=staging
			GET /environments?page[number]=2&page[size]=1
			GET /environments/` + EnvironmentID + `?include=account,tags
			GET /environments/env-none
			GET /workspaces?page[size]=2
			GET /workspaces?filter[environment]=` + StagingID + `
			GET /workspaces?filter[name]=network&fields[workspaces]=name,environment
			GET /workspaces?query=net&sort=-name&fields[workspaces]=name
			GET /workspaces/` + LockedWorkspaceID + `?include=environment,locked-by
			GET /workspaces/` + VCSWorkspaceID + `
			GET /workspaces/` + LocalWorkspaceID + `
			GET /workspaces/ws-none
			GET /workspaces/` + WorkspaceID + `/outputs
			GET /workspaces/ws-none/outputs
			GET /nowhere`,
		"environments": `
			POST /tags ` + inside("tags", "", `"name":"eu"`, "") + ` -> eu
			POST /tags ` + inside("tags", "", `"name":"eu"`, "") + `
			POST /tags ` + inside("tags", "", `"name":"us"`, "") + ` -> us
			GET /tags?filter[name]=eu
			GET /tags?sort=-name
			GET /tags/$us
			PATCH /tags/$us ` + inside("tags", "$us", `"name":"usa"`, "") + `
			PATCH /tags/tag-none ` + inside("tags", "tag-none", `"name":"usa"`, "") + `
			POST /environments ` + inside("environments", "", `"name":"dev","mask-sensitive-output":false`, `"tags":`+identifiers("tags", "$eu")) + ` -> dev
			POST /environments ` + inside("environments", "", `"name":"dev"`, "") + `
			POST /environments ` + inside("environments", "", `"name":""`, "") + `
			POST /environments ` + inside("environments", "", `"name":"x"`, relation("account", "accounts", "acc-none")) + `
			POST /environments ` + inside("environments", "", `"name":"x"`, `"tags":`+identifiers("tags", "tag-none")) + `
			PATCH /environments/$dev ` + inside("environments", "$dev", `"name":"development"`, "") + `
			PATCH /environments/env-none ` + inside("environments", "env-none", `"name":"development"`, "") + `
			GET /environments?filter[tag]=$eu
			GET /environments/$dev/relationships/tags
			POST /environments/$dev/relationships/tags ` + identifiers("tags", "$us", "$eu") + `
			GET /environments/$dev/relationships/tags?page[size]=1
			POST /environments/$dev/relationships/tags ` + identifiers("tags", "tag-none") + `
			PATCH /environments/$dev/relationships/tags ` + identifiers("tags", "$us") + `
			DELETE /environments/$dev/relationships/tags ` + identifiers("tags", "$eu") + `
			DELETE /environments/$dev/relationships/tags ` + identifiers("tags", "$us") + `
			POST /environments/env-none/relationships/tags ` + identifiers("tags", "$us") + `
			POST /environments/$dev/actions/lock {"reason":"audit"}
			POST /environments/$dev/actions/lock {"reason":"audit"}
			POST /environments/$dev/actions/unlock
			POST /environments/$dev/actions/unlock
			POST /environments/env-none/actions/lock {}
			GET /policy-groups
			POST /policy-groups/$group/relationships/environments ` + identifiers("environments", "$dev", EnvironmentID) + `
			GET /environments?filter[policy-group]=$group&fields[environments]=name,policy-groups
			PATCH /policy-groups/$group/relationships/environments ` + identifiers("environments", EnvironmentID) + `
			DELETE /policy-groups/$group/relationships/environments/$dev
			POST /policy-groups/$group/relationships/environments ` + identifiers("environments", "$dev") + `
			POST /policy-groups/$group/relationships/environments ` + identifiers("environments", "env-none") + `
			POST /policy-groups/pgrp-none/relationships/environments ` + identifiers("environments", "$dev") + `
			DELETE /policy-groups/pgrp-none/relationships/environments/$dev
			GET /policy-groups/$group
			GET /provider-configurations?filter[name]=aws
			PATCH /provider-configurations/$provider ` + inside("provider-configurations", "$provider", `"name":"aws","provider-name":"aws"`,
			`"environments":`+identifiers("environments", "$dev")) + `
			GET /provider-configurations/$provider
			PATCH /environments/$dev ` + inside("environments", "$dev", "", `"default-provider-configurations":`+
			identifiers("provider-configurations", "$provider")) + `
			DELETE /environments/$dev
			DELETE /environments/$dev
			GET /policy-groups/$group
			DELETE /tags/$eu
			DELETE /tags/$eu`,
		"workspaces": `
			POST /workspaces ` + inside("workspaces", "", `"name":"app","auto-apply":true,"var-files":["a"],"auto-destroy-days":7`, inEnvironment) + ` -> app
			POST /workspaces ` + inside("workspaces", "", `"name":"app"`, inEnvironment) + `
			POST /workspaces ` + inside("workspaces", "", `"name":"a b"`, inEnvironment) + `
			POST /workspaces ` + inside("workspaces", "", `"name":"x"`, relation("environment", "environments", "env-none")) + `
			POST /workspaces ` + inside("workspaces", "", `"name":"x","run-operation-timeout":9`, inEnvironment) + `
			POST /workspaces ` + inside("workspaces", "", `"name":"x","run-operation-timeout":721`, inEnvironment) + `
			PATCH /workspaces/$app ` + inside("workspaces", "$app", `"run-operation-timeout":10,"working-directory":"x"`, relation("agent-pool", "agent-pools",
			"$pool")) + `
			PATCH /workspaces/$app ` + inside("workspaces", "$app", `"run-operation-timeout":720`, `"agent-pool":{"data":null}`) + `
			PATCH /workspaces/ws-none ` + inside("workspaces", "ws-none", `"name":"y"`, "") + `
			GET /agent-pools
			GET /agent-pools/$pool?include=agents
			POST /workspaces/$app/actions/lock {"reason":"audit"}
			POST /workspaces/$app/actions/unlock
			POST /workspaces/` + LockedWorkspaceID + `/actions/unlock
			POST /vars ` + variable("region", `,"value":"eu","hcl":false`) + ` -> region
			POST /vars ` + variable("region", "") + `
			POST /vars ` + variable("", "") + `
			POST /vars ` + variable("secret", `,"value":"s","sensitive":true`) + ` -> secret
			GET /vars?filter[workspace]=` + WorkspaceID + `&sort=key
			GET /vars?filter[workspace]=ws-none
			GET /vars/$secret
			GET /vars/var-none
			PATCH /vars/$region ` + inside("vars", "$region", `"value":"us","sensitive":true`, "") + `
			PATCH /vars/var-none ` + inside("vars", "var-none", `"value":"us"`, "") + `
			DELETE /vars/$region
			DELETE /vars/$region
			POST /workspaces/$app/provider-configuration-links ` + link("$provider", `"alias":"eu"`) + ` -> link
			POST /workspaces/$app/provider-configuration-links ` + link("$provider", `"alias":"eu"`) + `
			POST /workspaces/$app/provider-configuration-links ` + link("pcfg-none", "") + `
			GET /workspaces/$app/provider-configuration-links
			GET /workspaces/ws-none/provider-configuration-links
			GET /provider-configuration-links/$link
			PATCH /provider-configuration-links/$link ` + inside("provider-configuration-links", "$link", `"alias":"us"`, "") + `
			DELETE /provider-configuration-links/$link
			DELETE /provider-configuration-links/$link
			DELETE /workspaces/$app
			DELETE /workspaces/$app`,
		"runs": `
			POST /configuration-versions ` + inside("configuration-versions", "", `"auto-queue-runs":false,"is-dry":false`,
			relation("workspace", "workspaces", WorkspaceID)) + ` -> version
			POST /configuration-versions ` + inside("configuration-versions", "", `"auto-queue-runs":false`, relation("workspace", "workspaces", "ws-none")) + `
			GET /configuration-versions?filter[workspace]=` + WorkspaceID + `
			GET /configuration-versions?filter[workspace]=ws-none
			GET /configuration-versions/cv-none
			GET /configuration-versions/$version/download
			upload
			GET /configuration-versions/$version
			GET /configuration-versions/$version
			GET /configuration-versions/$version
			POST /runs ` + inside("runs", "", `"message":"go","is-dry":false,"source":"api"`, relation("workspace", "workspaces", WorkspaceID)+","+
			relation("configuration-version", "configuration-versions", "$version")) + ` -> run
			GET /runs-queue
			wait 1m
			GET /runs/$run?include=plan,apply,cost-estimate,policy-checks,status-transitions,created-by
			GET /runs/$run/policy-checks
			POST /runs/$run/actions/cancel {"comment":"no"}
			POST /runs/$run/actions/apply {"comment":"reviewed"}
			POST /runs/$run/actions/apply {"comment":"reviewed"}
			wait 1m
			GET /runs/$run?include=apply,status-transitions
			GET /runs?filter[workspace]=` + WorkspaceID + `
			GET /runs?filter[status]=applied&fields[runs]=status
			GET /runs?filter[status]=planning&fields[runs]=status
			POST /runs/$run/actions/discard {"comment":"no"}
			POST /runs/run-none/actions/cancel {}
			GET /runs/run-none/policy-checks
			GET /workspaces/` + WorkspaceID + `?include=current-run,latest-run
			GET /plans/plan-none/output
			GET /plans/plan-none/sanitized-json-output
			GET /applies/apply-none/output
			GET /cost-estimates/ce-none/output
			GET /policy-checks/polchk-none/output
			POST /policy-checks/polchk-none/actions/override`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := New(Scenario{Script: RunScript{Cost: &Cost{"1.000", "3.500", "2.500"},
					Policies: []Policy{{"tags", "advisory_failed", []string{"no owner"}}}}})
				r := &transcript{t: t, client: s.Client(), api: s.URL() + BasePath, values: map[string]string{
					"group": s.AddPolicyGroup("base"), "provider": s.AddProviderConfiguration("aws", "aws"), "pool": s.AddAgentPool("private")}}
				for part, rest, more := strings.Cut(script, "upload\n"); ; part, rest, more = strings.Cut(rest, "upload\n") {
					r.play(part)
					if !more {
						break
					}
					_, body := send(t, r.client, "POST", r.api+"/configuration-versions", inside("configuration-versions", "", `"auto-queue-runs":false`,
						relation("workspace", "workspaces", WorkspaceID)))
					r.values["version"] = get(t, body, "data.id").(string)
					address := get(t, body, "data.links.upload").(string)
					if response, _ := send(t, r.client, "PUT", address, pack(t, example), upload); response.StatusCode != 200 {
						t.Fatal(response.Status)
					}
				}
				fmt.Fprintf(&r.text, "objections:\n%s\n", strings.Join(s.Objections(), "\n"))
				goldentest.Compare(t, filepath.Join("testdata", "transcripts", name+".txt"), r.text.String())
			})
		})
	}
}
