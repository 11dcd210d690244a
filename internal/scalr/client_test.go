package scalr_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
	"scalr-run-action/internal/secret"
)

func TestNewRequiresHTTPS(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://acme.scalr.io": true, "https://acme.scalr.io:8443/path": true, "http://127.0.0.1:8080": true, "http://127.8.9.1": true,
		"http://[::1]:80":  true,
		"http://localhost": true, "http://acme.scalr.io": false, "http://10.0.0.1": false, "ftp://acme.scalr.io": false, "acme.scalr.io": false, "": false,
		"http://localhost.evil.test": false, "http://127.0.0.1.evil.test": false, "http://[::ffff:127.0.0.1]": true,
	} {
		base, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := scalr.New(scalr.Config{BaseURL: base}); (err == nil) != want {
			t.Errorf("%s: got %v", address, err)
		}
	}
	if _, err := scalr.New(scalr.Config{}); err == nil {
		t.Error("no base URL was accepted")
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	base := &url.URL{Scheme: "https", Host: "acme.scalr.io", Path: "/odd/"}
	c, err := scalr.New(scalr.Config{BaseURL: base})
	if err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		c.RunURL("env-1", "ws-1", "run-1"): "https://acme.scalr.io/v2/e/env-1/workspaces/ws-1/runs/run-1",
		c.WorkspaceURL("env-1", "ws-1"):    "https://acme.scalr.io/v2/e/env-1/workspaces/ws-1",
		c.EnvironmentURL("env-1"):          "https://acme.scalr.io/v2/e/env-1/workspaces",
		c.RunURL("", "ws-1", "run-1"):      "",
		c.RunURL("env-1", "ws-1", ""):      "",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// T22: an id from any source is checked before it is used in an address.
func TestInvalidIDs(t *testing.T) {
	t.Parallel()
	r := scalrtest.New(t, scalrsim.Scenario{})
	for _, id := range []string{"", ".", "..", "../runs", "a/b", "a?b", "a%2fb", "a b", "a\n", strings.Repeat("a", 129), "-a"} {
		_, err := r.Workspace(t.Context(), id)
		var e *scalr.Error
		if !errors.As(err, &e) || !e.Permanent {
			t.Errorf("%q: got %v", id, err)
		}
	}
	if got := r.Sim.Requests(); len(got) != 0 {
		t.Errorf("%d requests were sent", len(got))
	}
}

// An expired session is renewed once for each token, by the first request that detects it, and the request is repeated.
func TestTokenIsRenewed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := scalrtest.New(t, scalrsim.Scenario{Config: scalrsim.Config{Identity: scalrsim.Identity{For: time.Hour}}})
		const email = "deployer@acme.scalr.io"
		proof := secret.New("e30.e30.e30")
		token, until, err := r.Assume(t.Context(), email, proof)
		if err != nil || time.Until(until) != time.Hour {
			t.Fatalf("until %s, %v", until, err)
		}
		var mu sync.Mutex
		renewals := 0
		client := r.Dial(scalr.Config{HTTP: r.Sim.Client(), Token: token, Renew: func(ctx context.Context) (secret.Value, error) {
			mu.Lock()
			renewals++
			mu.Unlock()
			time.Sleep(time.Second)
			token, _, err := r.Assume(ctx, email, proof)
			return token, err
		}})
		time.Sleep(61 * time.Minute)
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if _, err := client.Workspace(t.Context(), scalrsim.WorkspaceID); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if renewals != 1 {
			t.Errorf("renewed %d times, want once", renewals)
		}
		for _, q := range r.Received("POST /service-accounts/assume") {
			if q.Header.Get("Authorization") != "" {
				t.Error("the sign-in request contains a token")
			}
		}
	})
}

func TestTokenCannotBeRenewed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := scalrtest.New(t, scalrsim.Scenario{Faults: []scalrsim.Fault{scalrtest.Status(readPlace, 401, -1)}})
		broken := errors.New("no proof")
		client := r.Dial(scalr.Config{HTTP: r.Sim.Client(), Renew: func(context.Context) (secret.Value, error) { return secret.Value{}, broken }})
		if _, err := client.Workspace(t.Context(), scalrsim.WorkspaceID); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		renewals := 0
		client = r.Dial(scalr.Config{HTTP: r.Sim.Client(), Renew: func(context.Context) (secret.Value, error) {
			renewals++
			return secret.New(scalrsim.Token), nil
		}})
		if _, err := client.Workspace(t.Context(), scalrsim.WorkspaceID); !errors.Is(err, scalr.ErrUnauthorized) || renewals != 1 {
			t.Errorf("got %v after %d renewals", err, renewals)
		}
	})
}

// Parts of a run that the response does not include are read one by one.
func TestServerWithoutIncludedResources(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, world := range []scalrsim.Config{{}, {NoIncluded: true}, {Null: true}} {
			r := scalrtest.New(t, scalrsim.Scenario{Config: world, Script: scalrsim.RunScript{
				Cost:     &scalrsim.Cost{Prior: "1.000", Proposed: "2.500", Delta: "1.500"},
				Policies: []scalrsim.Policy{{Name: "tags", Result: "soft_failed"}}}})
			run := r.MustStartRun(false)
			time.Sleep(time.Minute)
			run, err := r.PollRun(t.Context(), run.ID)
			if err != nil || run.Plan == nil || run.Apply == nil || run.Cost == nil || len(run.Policies) != 1 {
				t.Fatalf("%+v: got %+v, %v", world, run, err)
			}
			if run.Plan.Status != "finished" || run.Apply.Status != "pending" || run.Cost.Delta != "1.500" ||
				run.Policies[0].Status != "soft_failed" || run.Policies[0].Soft != 1 {
				t.Errorf("%+v: got plan %+v, apply %+v, cost %+v, policies %+v", world, run.Plan, run.Apply, run.Cost, run.Policies)
			}
		}
	})
}

// A list ends even if the server returns the same page repeatedly.
func TestListWithRepeatedPage(t *testing.T) {
	t.Parallel()
	requests := 0
	client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
		requests++
		return page(r, `{"data":[{"type":"workspaces","id":"ws-1","attributes":{"name":"a"}}],"meta":{"pagination":{"current-page":1,"next-page":2}}}`), nil
	}))
	list, err := client.Workspaces(t.Context(), scalr.WorkspaceFilter{})
	if err != nil || len(list) != 1 || requests != 3 {
		t.Errorf("got %d workspaces after %d requests, %v; want one after three", len(list), requests, err)
	}
}

func page(r *http.Request, body string) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/vnd.api+json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(body))}
}
