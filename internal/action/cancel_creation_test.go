package action_test

import (
	"net/http"
	"os"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestCancelBeforeRunIsCreated checks that no run is created after a signal (X01-X03).
func TestCancelBeforeRunIsCreated(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]scalrsim.Fault{
		"X02 configuration version": {Op: "POST /configuration-versions", Action: scalrsim.Stall},
		"X03 upload":                {Op: "PUT /upload/*", Action: scalrsim.Stall},
		"X10 Retry-After": {
			Op:     "GET /workspaces/*",
			Action: scalrsim.Status,
			Status: 429,
			Header: http.Header{"Retry-After": {"60"}},
		},
		"processing": {Op: "GET /configuration-versions/*", Action: scalrsim.Stall},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, with(scenario(t, "plan-changes"), fault))
			r.during = signalAt(os.Interrupt, 5*time.Second)
			p := r.play().want(130, "result=interrupted").requestCount("POST /runs", 0)
			p.endsWithin(p.began.Add(5*time.Second), 2*time.Second)
		})
	}
}

// TestCancelWhileCreating checks that a pending request to create a run is completed after a signal, so that the run
// can be stopped (X04, X05).
func TestCancelWhileCreating(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults []scalrsim.Fault
		says   string
		stops  bool
	}{
		"X04 delayed response": {
			faults: []scalrsim.Fault{{Op: "POST /runs", Phase: scalrsim.After, Action: scalrsim.Delay, Delay: 3 * time.Second}},
			says:   "final status is discarded",
			stops:  true,
		},
		"X05 lost response": {
			faults: []scalrsim.Fault{{Op: "POST /runs", Phase: scalrsim.After, Action: scalrsim.Stall}},
			says:   "final status is discarded",
			stops:  true,
		},
		"X05 lost response and list": {
			faults: []scalrsim.Fault{
				{Op: "POST /runs", Phase: scalrsim.After, Action: scalrsim.Stall},
				{Op: "GET /runs", Action: scalrsim.Stall},
			},
			says: "no such run was found",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, with(slowly(t, "plan-changes"), c.faults...))
			var at time.Time
			r.during = func(p *stepResult) {
				for p.count("POST /runs") == 0 {
					time.Sleep(10 * time.Millisecond)
				}
				time.Sleep(1500 * time.Millisecond)
				at = time.Now()
				p.signals <- os.Interrupt
			}
			p := r.play().want(130, "result=interrupted").logContains(c.says)
			p.endsWithin(at, 6500*time.Millisecond)
			if got := len(p.server.Stops()) > 0; got != c.stops {
				t.Errorf("got requests to stop %v, want %v\n%s", got, c.stops, p.log)
			}
			if !c.stops {
				p.logContains(p.outputs["configuration-version-id"])
			}
			if p.state["configuration-version-id"] == "" {
				t.Error("the post step could not find the run")
			}
		})
	}
}
