// Package sdk_test runs Scalr's own SDK against the simulated Scalr: the simulator must accept its requests, and
// the SDK must be able to decode the responses.
package sdk_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/scalr/go-scalr/v2/scalr"
	"github.com/scalr/go-scalr/v2/scalr/client"

	"scalr-run-action/internal/scalrsim"
)

// tenant is a simulated Scalr with its SDK client and the number of operations that passed.
type tenant struct {
	t          *testing.T
	ctx        context.Context
	sim        *scalrsim.Server
	sdk        *scalr.Client
	run, calls int
}

// overPlainHTTP changes https requests to http, because the SDK supports only https and the simulator only http.
type overPlainHTTP struct{ http.RoundTripper }

func (o overPlainHTTP) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme = "http"
	return o.RoundTripper.RoundTrip(r)
}

func newSDK(t *testing.T, address string) *scalr.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return scalr.NewClient(address[len("http://"):], scalrsim.Token,
		client.WithHTTPClient(&http.Client{Transport: overPlainHTTP{transport}}))
}

func newTenant(t *testing.T, scenario string) *tenant {
	t.Helper()
	s, ok := scalrsim.Scenarios()[scenario]
	if !ok {
		t.Fatalf("no scenario %q", scenario)
	}
	s.Pace = 0.1
	s.Script.Plan.For = 10 * time.Second // so that its cancel finds a running plan
	sim := scalrsim.New(s)
	address, stop, err := sim.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	ctx, cancel := context.WithTimeout(t.Context(), 80*time.Second)
	t.Cleanup(cancel)
	return &tenant{t: t, ctx: ctx, sim: sim, sdk: newSDK(t, address)}
}

// passed counts an operation, and reports its name if it failed.
func (a *tenant) passed(operation string, err error) {
	a.t.Helper()
	a.run++
	if err != nil {
		a.t.Errorf("%s: %v", operation, err)
		return
	}
	a.calls++
}

// want is like passed, for an operation whose result must satisfy right.
func want[T any](a *tenant, operation string, right func(T) bool) func(T, error) T {
	a.t.Helper()
	return func(answer T, err error) T {
		a.t.Helper()
		a.passed(operation, err)
		if err == nil && right != nil && !right(answer) {
			a.calls--
			a.t.Errorf("%s: got %+v", operation, answer)
		}
		return answer
	}
}

func TestScenarios(t *testing.T) {
	t.Parallel()
	for _, scenario := range []string{"plan-changes", "cost-increase", "hooks", "policy-soft", "rate-limited", "log-redirects"} {
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			a := newTenant(t, scenario)
			a.reads()
			a.environments()
			a.workspaces()
			a.runs(scenario)
			t.Logf("%d of %d operations passed", a.calls, a.run)
			for _, objection := range a.sim.Objections() {
				t.Errorf("objection: %s", objection)
			}
			if t.Failed() {
				for _, r := range a.sim.PublicRequests() {
					t.Logf("%d %s %s?%s %s", r.Status, r.Method, r.Path, r.Query, r.Body)
				}
			}
		})
	}
}
