package action_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/action"
	"scalr-run-action/internal/dirtest"
	"scalr-run-action/internal/scalrsim"
)

// companionTest runs companion actions one after the other against one Scalr server, in virtual time.
type companionTest struct {
	t      *testing.T
	server *scalrsim.Server
	// http is the transport of the requests.
	http http.RoundTripper
	// anyObjection allows requests that the simulator considers invalid.
	anyObjection bool
	// environ is added to the environment variables of each step.
	environ []string
}

// companionResult is the result of one step, with its requests.
type companionResult struct {
	*stepResult
	requests []scalrsim.Request
}

// withCompanions starts a simulator and calls play.
func withCompanions(t *testing.T, s scalrsim.Scenario, play func(*companionTest)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server := scalrsim.New(s)
		d := &companionTest{t: t, server: server, http: server.Client().Transport}
		play(d)
		if objections := server.Objections(); len(objections) > 0 && !d.anyObjection {
			t.Errorf("invalid requests to Scalr: %s", strings.Join(objections, "; "))
		}
		for _, f := range server.UnusedFaults() {
			t.Errorf("this fault was never used: %+v", f)
		}
	})
}

// environment runs the environment action with inputs as name=value.
func (d *companionTest) environment(inputs ...string) *companionResult {
	d.t.Helper()
	return d.play("scalr-environment", nil, inputs...)
}

// workspace runs the workspace action with inputs as name=value.
func (d *companionTest) workspace(inputs ...string) *companionResult {
	d.t.Helper()
	return d.play("scalr-workspace", nil, inputs...)
}

// play runs a step. Signals can interrupt it.
func (d *companionTest) play(name string, signals chan os.Signal, inputs ...string) *companionResult {
	d.t.Helper()
	p := &stepResult{t: d.t, dir: dirtest.InMemory(d.t), server: d.server, began: time.Now()}
	environ := []string{
		"GITHUB_ACTIONS=true",
		"GITHUB_OUTPUT=" + filepath.Join(p.dir, "output"),
		"INPUT_BASE-URL=https://acme.scalr.test",
		"INPUT_TOKEN=" + scalrsim.Token,
		"ACTIONS_RUNTIME_TOKEN=" + canaryRuntime,
		"HTTPS_PROXY=http://ci:" + canaryProxyInURL + "@proxy.test:3128",
	}
	environ = append(environ, d.environ...)
	for _, in := range inputs {
		name, value, _ := strings.Cut(in, "=")
		environ = append(environ, "INPUT_"+strings.ToUpper(name)+"="+value)
	}
	before, log := len(d.server.Requests()), &lockedBuffer{}
	p.record = &record{to: d.http}
	p.code = action.Main(context.Background(), action.Env{
		Args:    []string{"/" + name},
		Environ: environ,
		Stdout:  log,
		HTTP:    &http.Client{Transport: p.record},
		Signals: signals,
		Version: "test",
	})
	p.took, p.log = time.Since(p.began), log.String()
	p.outputs = pairs(d.t, filepath.Join(p.dir, "output"))
	v := &companionResult{stepResult: p, requests: d.server.Requests()[before:]}
	v.check(name, environ)
	return v
}

// check checks what must be true after every step.
func (v *companionResult) check(name string, environ []string) {
	v.t.Helper()
	r := &stepTest{t: v.t, name: name, env: map[string]string{"GITHUB_ACTIONS": "true"}, inputs: map[string]string{}}
	if slices.Contains(environ, "INPUT_MODE=outputs") {
		r.inputs["terraform-outputs"] = "all" // written to the outputs, masked
	}
	r.leaks(v.stepResult)
	v.checkFormats()
	for _, check := range []func(*stepResult) error{tokenScope, requestRate, r.exitCodeMatches} {
		if err := check(v.stepResult); err != nil {
			v.t.Errorf("%v\n%s", err, v.log)
		}
	}
	want := 1
	if v.code == 0 {
		want = 0
	}
	if got := strings.Count(v.log, "::error title=Scalr"); got != want {
		v.t.Errorf("exit %d with %d headline errors, want %d\n%s", v.code, got, want, v.log)
	}
}

// want checks the exit code and the outputs.
func (v *companionResult) want(code int, outputs ...string) *companionResult {
	v.t.Helper()
	v.stepResult.want(code, outputs...)
	return v
}

// logContains checks that the log contains each text.
func (v *companionResult) logContains(texts ...string) *companionResult {
	v.t.Helper()
	v.stepResult.logContains(texts...)
	return v
}

// wantWrites checks the requests other than GET, each as "METHOD /path body".
func (v *companionResult) wantWrites(want ...string) *companionResult {
	v.t.Helper()
	var got []string
	for _, r := range v.requests {
		if r.Method != "GET" {
			got = append(got, strings.TrimSpace(r.Method+" "+r.Path+" "+r.Body))
		}
	}
	if !slices.Equal(got, want) {
		v.t.Errorf("wrote:\n%s\nwant:\n%s\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"), v.log)
	}
	return v
}

// wantStatus checks that a request received this status at least once.
func (v *companionResult) wantStatus(op string, status int) {
	v.t.Helper()
	for _, r := range v.requests {
		if r.Method+" "+r.Path == op && r.Status == status {
			return
		}
	}
	v.t.Errorf("%s was never answered with status %d", op, status)
}

// queries returns the queries of the GET requests to a path.
func (v *companionResult) queries(path string) []string {
	var queries []string
	for _, r := range v.requests {
		if r.Method == "GET" && r.Path == path {
			queries = append(queries, r.Query)
		}
	}
	return queries
}

// ids returns the ids of the objects with exactly this name.
func (d *companionTest) ids(path, name string) []string {
	d.t.Helper()
	r, err := http.NewRequest("GET", d.server.URL()+scalrsim.BasePath+path+"?page[size]=100", nil)
	if err != nil {
		d.t.Fatal(err)
	}
	for key, value := range map[string]string{
		"Authorization": "Bearer " + scalrsim.Token,
		"Accept":        "application/vnd.api+json",
		"Prefer":        "profile=preview",
		"User-Agent":    "test",
	} {
		r.Header.Set(key, value)
	}
	response, err := d.server.Client().Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	var doc struct {
		Data []struct {
			ID         string
			Attributes struct{ Name string }
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&doc); err != nil {
		d.t.Fatal(err)
	}
	var ids []string
	for _, one := range doc.Data {
		if one.Attributes.Name == name {
			ids = append(ids, one.ID)
		}
	}
	return ids
}

// id returns the id of the only object with this name.
func (d *companionTest) id(path, name string) string {
	d.t.Helper()
	ids := d.ids(path, name)
	if len(ids) != 1 {
		d.t.Fatalf("%d of %s are named %q, want 1", len(ids), path, name)
	}
	return ids[0]
}

func (d *companionTest) count(path, name string) int {
	d.t.Helper()
	return len(d.ids(path, name))
}
