package scalr_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf16"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// httpFault is one case of docs/faults.md, executed in virtual time.
type httpFault struct {
	faults []scalrsim.Fault
	// do is the call that meets the faults, for an existing run; if nil, the run is read.
	do func(context.Context, *scalrtest.Harness, scalr.Run) error
	is error // expected error; nil means that the call succeeds

	requests    int           // requests to the operation of the first fault; 0: not counted
	least, most time.Duration // duration of the call; 0: not measured
	says, not   []string      // expected and forbidden parts of the error's text
}

const (
	readRun    = "GET /runs/*"
	readPlace  = "GET /workspaces/*"
	createRun  = "POST /runs"
	createCV   = "POST /configuration-versions"
	everything = "* /**"
)

func atStart(ctx context.Context, r *scalrtest.Harness, _ scalr.Run) error {
	_, err := r.Workspace(ctx, scalrsim.WorkspaceID)
	return err
}

func oneMoreVersion(ctx context.Context, r *scalrtest.Harness, _ scalr.Run) error {
	_, err := r.CreateConfiguration(ctx, scalrsim.WorkspaceID, true)
	return err
}

func redirect(op string, code int, target string) scalrsim.Fault {
	return scalrsim.Fault{Op: op, Times: -1, Action: scalrsim.Redirect, Status: code, Target: target}
}

func httpFaults() map[string]httpFault {
	return merge(badAnswers(), busyServers(), refusals(), redirects(), oddDocuments())
}

func merge(tables ...map[string]httpFault) map[string]httpFault {
	all := map[string]httpFault{}
	for _, table := range tables {
		for name, c := range table {
			all[name] = c
		}
	}
	return all
}

func same(body string) string { return body }

func outage(op string, d time.Duration) scalrsim.Fault {
	return scalrsim.Fault{Op: op, During: d, Action: scalrsim.Status, Status: 503}
}

// confirm confirms a real run that waits for confirmation.
func confirm(ctx context.Context, r *scalrtest.Harness, _ scalr.Run) error {
	run, err := r.StartRun(ctx, false)
	if err != nil {
		return err
	}
	time.Sleep(time.Hour)
	err = r.Confirm(ctx, run.ID, "go", nil)
	time.Sleep(time.Minute)
	for _, record := range r.Sim.Runs() {
		if record.ID == run.ID && record.Status != "applied" {
			return fmt.Errorf("the run is %s", record.Status)
		}
	}
	return err
}

func utf16le(s string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func planJSON(ctx context.Context, r *scalrtest.Harness, run scalr.Run) error {
	_, err := r.PlanJSON(ctx, run.Plan.ID)
	return err
}

func TestHTTPFaults(t *testing.T) {
	t.Parallel()
	for name, c := range httpFaults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { c.play(t) })
		})
	}
}

func (c httpFault) play(t *testing.T) {
	r := scalrtest.New(t, scalrsim.Scenario{Script: scalrsim.RunScript{Plan: scalrsim.Stage{For: 10 * time.Minute}}})
	if c.do == nil {
		c.do = func(ctx context.Context, r *scalrtest.Harness, run scalr.Run) error {
			_, err := r.PollRun(ctx, run.ID)
			return err
		}
	}
	run := r.MustStartRun(true)
	for _, f := range c.faults {
		r.Sim.AddFault(f)
	}
	began := time.Now()
	err := c.do(t.Context(), r, run)
	took := time.Since(began)
	c.judge(t, r, err)
	if c.least > 0 && took < c.least || c.most > 0 && took > c.most {
		t.Errorf("it took %s, want %s to %s", took, c.least, c.most)
	}
}

func (c httpFault) judge(t *testing.T, r *scalrtest.Harness, err error) {
	t.Helper()
	if c.is == nil && err != nil {
		t.Fatalf("got %v, want success", err)
	}
	if c.is != nil {
		if !errors.Is(err, c.is) {
			t.Fatalf("got %v, want an error that is %q", err, c.is)
		}
		c.wantText(t, err)
		r.WantNoLeak(err)
	}
	if got := len(r.Received(c.faults[0].Op)); c.requests > 0 && got != c.requests {
		t.Errorf("got %d requests, want %d", got, c.requests)
	}
	if slices.ContainsFunc(r.Sim.Requests(), func(q scalrsim.Request) bool { return q.Elsewhere }) {
		t.Error("a request went to another host")
	}
	if c.faults[0].During == time.Minute {
		if got := len(r.Received(c.faults[0].Op)); got > 40 {
			t.Errorf("%d requests in a minute, want at most 40", got)
		}
	}
}

func (c httpFault) wantText(t *testing.T, err error) {
	t.Helper()
	var e *scalr.Error
	if !errors.As(err, &e) {
		t.Fatalf("%T is not a *scalr.Error", err)
	}
	text := err.Error()
	for _, want := range c.says {
		if !strings.Contains(text, want) {
			t.Errorf("%.600q does not contain %q", text, want)
		}
	}
	for _, not := range c.not {
		if strings.Contains(text, not) {
			t.Errorf("%.600q contains %q", text, not)
		}
	}
	if len(text) > 21<<10 {
		t.Errorf("the text has %d bytes", len(text))
	}
	target := c.faults[0].Target
	if want := "https://" + strings.Split(strings.TrimPrefix(target, "https://"), "/")[0]; strings.HasPrefix(target, "https://acme") && e.Location != want {
		t.Errorf("the location is %q, want %q", e.Location, want)
	}
}
