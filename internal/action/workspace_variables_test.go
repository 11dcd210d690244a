package action_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

func TestWorkspaceVariables(t *testing.T) {
	t.Parallel()
	atSettings(t, scalrsim.Scenario{}, func(d *settingsTest) {
		region := d.server.AddVariable(scalrsim.WorkspaceID,
			map[string]any{"key": "region", "category": "terraform", "value": "eu"})
		shell := d.server.AddVariable(scalrsim.WorkspaceID, map[string]any{"key": "region", "category": "env", "value": "eu"})
		other := d.server.AddVariable(scalrsim.WorkspaceID,
			map[string]any{"key": "other", "category": "terraform", "value": "stays"})
		d.server.AddVariable(scalrsim.EnvironmentID,
			map[string]any{"key": "shared", "category": "terraform", "value": "everywhere"})
		patch := func(id, attributes string) string {
			return "PATCH /vars/" + id + ` {"data":{"attributes":` + attributes + `,"id":"` + id + `","type":"vars"}}`
		}
		d.network("variables=region=eu", "environment-variables=region=eu").want(0, "changed=false").wantWrites()
		d.network("variables=region=us").want(0, "changed=true").
			wantWrites(patch(region, `{"hcl":false,"sensitive":false,"value":"us"}`)).
			logContains(`Changed Terraform variable "region".`)
		d.network("environment-variables=region=us").want(0, "changed=true").
			wantWrites(patch(shell, `{"sensitive":false,"value":"us"}`)).
			logContains(`Changed environment variable "region".`)
		d.network("variables=region:=us").want(0, "changed=true").
			wantWrites(patch(region, `{"hcl":true,"sensitive":false,"value":"us"}`))
		d.network("variables=region:=us").want(0, "changed=false").wantWrites()
		d.network("variables=region=").want(0, "changed=true").
			wantWrites(patch(region, `{"hcl":false,"sensitive":false,"value":""}`))
		v := d.network("variables=shared=here").want(0, "changed=true").logContains(`Created Terraform variable "shared".`)
		if v.count("POST /vars") != 1 {
			t.Errorf("the environment's variable was used instead of the workspace's: %v", v.requests)
		}
		long := strings.Repeat("é", 65535)
		d.network("variables=long="+long).want(0, "changed=true")
		d.network("variables=long="+long).want(0, "changed=false").wantWrites()
		for _, r := range d.server.Requests() {
			if strings.Contains(r.Path, other) {
				t.Errorf("another variable was changed: %s %s", r.Method, r.Path)
			}
		}
	})
}

func TestSensitiveWorkspaceVariablesAreAlwaysWritten(t *testing.T) {
	t.Parallel()
	const password, token = "correct-horse-battery", "tkn-9d41f7c2a6b3"
	atSettings(t, scalrsim.Scenario{}, func(d *settingsTest) {
		plain := d.server.AddVariable(scalrsim.WorkspaceID,
			map[string]any{"key": "TOKEN", "category": "shell", "value": "old"})
		inputs := []string{
			"sensitive-variables=password=" + password,
			"sensitive-environment-variables=TOKEN=" + token,
			"variables=region=eu",
		}
		steps := []*companionResult{
			d.network(inputs...).want(0, "changed=true").
				logContains(`Created sensitive Terraform variable "password".`, `Wrote environment variable "TOKEN" as sensitive.`),
			d.network(inputs...).want(0, "changed=true").logContains(
				`Wrote sensitive Terraform variable "password": Scalr does not report the stored value, so it cannot be compared.`,
				`Wrote sensitive environment variable "TOKEN": Scalr does not report the stored value`),
			// A sensitive variable stays sensitive if the inputs set it as plain text.
			d.network("environment-variables=TOKEN="+token).want(0, "changed=true").
				logContains(`::warning::Scalr keeps environment variable "TOKEN" sensitive`),
		}
		for i, v := range steps {
			log := strings.NewReplacer("::add-mask::"+password, "", "::add-mask::"+token, "").Replace(v.log)
			if strings.Contains(log, password) || i < 2 && strings.Contains(log, token) {
				t.Errorf("the log shows a secret:\n%s", v.log)
			}
		}
		if got := strings.Join(writes(steps[1]),
			"\n"); !strings.Contains(got, `"sensitive":true,"value":"`+password) ||
			!strings.Contains(got, `"sensitive":true,"value":"`+token) || strings.Contains(got, "region") {
			t.Errorf("the second step wrote\n%s", got)
		}
		steps[2].wantWrites("PATCH /vars/" + plain + ` {"data":{"attributes":{"sensitive":true,"value":"` + token + `"},"id":"` +
			plain + `","type":"vars"}}`)
	})
}

// writes returns the requests other than GET.
func writes(v *companionResult) (list []string) {
	for _, r := range v.requests {
		if r.Method != http.MethodGet {
			list = append(list, r.Method+" "+r.Path+" "+r.Body)
		}
	}
	return list
}

// A lost response does not lead to a second variable or link.
func TestWorkspaceVariablesAndLinksCreatedOnce(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"POST /vars", "POST /workspaces/*/provider-configuration-links",
		"DELETE /provider-configuration-links/*"} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			atSettings(t, scalrsim.Scenario{Faults: []scalrsim.Fault{{Op: op, Phase: scalrsim.After, Action: scalrsim.Reset}}},
				func(d *settingsTest) {
					d.server.LinkProvider(scalrsim.WorkspaceID, d.google, "")
					inputs := []string{"provider-configurations=aws-production as us", "variables=new=1"}
					d.network(inputs...).want(0, "result=done", "changed=true")
					d.network(inputs...).want(0, "changed=false").wantWrites()
				})
		})
	}
}

// Scalr may store a new variable in plain text although the request is for a sensitive one.
func TestNewVariableNotStoredAsSensitive(t *testing.T) {
	t.Parallel()
	plain := func(op string, times int) scalrsim.Fault {
		return scalrsim.Fault{Op: op, Times: times, Action: scalrsim.Edit, Change: func(body string) string {
			return strings.Replace(body, `"sensitive":true`, `"sensitive":false`, 1)
		}}
	}
	const warning = `::warning::Scalr did not store Terraform variable "password" as sensitive`
	for name, c := range map[string]struct {
		faults []scalrsim.Fault
		warns  bool
	}{
		"at the creation": {faults: []scalrsim.Fault{plain("POST /vars", 1)}},
		"ever":            {faults: []scalrsim.Fault{plain("POST /vars", 1), plain("PATCH /vars/*", -1)}, warns: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			atSettings(t, scalrsim.Scenario{Faults: c.faults}, func(d *settingsTest) {
				v := d.network("sensitive-variables=password=correct-horse-battery").want(0, "changed=true").
					logContains(`Created Terraform variable "password".`)
				if strings.Contains(v.log, warning) != c.warns || strings.Contains(v.log, "Created sensitive") || v.count("PATCH /vars/*") != 1 {
					t.Errorf("warning: %v, %d updates:\n%s", !c.warns, v.count("PATCH /vars/*"), v.log)
				}
			})
		})
	}
}

// changedAnswer is a transport that changes the responses to one operation.
type changedAnswer struct {
	http.RoundTripper
	method, path, from, to string
}

func answers(next http.RoundTripper, method, path, from, to string) http.RoundTripper {
	return changedAnswer{next, method, path, from, to}
}

func (w changedAnswer) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := w.RoundTripper.RoundTrip(r)
	if err != nil || r.Method != w.method || !strings.HasSuffix(r.URL.Path, w.path) {
		return res, err
	}
	body, err := io.ReadAll(res.Body)
	changed := strings.Replace(string(body), w.from, w.to, 1)
	res.Body, res.ContentLength = io.NopCloser(strings.NewReader(changed)), int64(len(changed))
	res.Header.Del("Content-Length")
	return res, err
}

// Scalr may quote a rejected value in its error.
func TestRejectionQuotesSensitiveVariable(t *testing.T) {
	t.Parallel()
	const password = "correct-horse-battery"
	fault := scalrsim.Fault{
		Op:     "POST /vars",
		Action: scalrsim.Status,
		Status: 422,
		Times:  -1,
		Header: http.Header{"Content-Type": {"application/vnd.api+json"}},
		Body: `{"errors":[{"status":"422","title":"Invalid Attribute","detail":"the value ` + password +
			` is not allowed"}]}`,
	}
	atSettings(t, scalrsim.Scenario{Faults: []scalrsim.Fault{fault}}, func(d *settingsTest) {
		v := d.network("sensitive-variables=password="+password).want(3, "error-code=request-refused").logContains("is not allowed")
		if strings.Contains(strings.Replace(v.log, "::add-mask::"+password, "", 1), password) {
			t.Errorf("the log shows the secret:\n%s", v.log)
		}
	})
}
