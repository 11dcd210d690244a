package runner_test

import (
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// The runner's time limits for a canceled container (ProcessInvoker.cs).
var patience = []struct {
	signal syscall.Signal
	wait   time.Duration
}{
	{signal: syscall.SIGINT, wait: 7500 * time.Millisecond},
	{signal: syscall.SIGTERM, wait: 2500 * time.Millisecond},
	{signal: syscall.SIGKILL, wait: 5 * time.Second},
}

// cancel sends the signals of the runner to the docker client when the run has the status, and returns the start time.
func cancel(t *testing.T, server *scalrsim.Server, status string) func(*exec.Cmd, <-chan struct{}) time.Time {
	return func(client *exec.Cmd, ended <-chan struct{}) time.Time {
		awaitSeen(t, server, status)
		began := time.Now()
		for _, p := range patience {
			t.Logf("[%5.2f] %v to the docker client", time.Since(began).Seconds(), p.signal)
			if err := client.Process.Signal(p.signal); err != nil {
				t.Error(err)
			}
			select {
			case <-ended:
				return began
			case <-time.After(p.wait):
			}
		}
		return began
	}
}

// awaitSeen waits until the newest run has the status, and the action has read it.
func awaitSeen(t *testing.T, server *scalrsim.Server, status string) {
	t.Helper()
	await(t, server, status)
	time.Sleep(2 * time.Second)
}

// await waits until the newest run has the status.
func await(t *testing.T, server *scalrsim.Server, status string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if runs := server.Runs(); len(runs) > 0 && runs[len(runs)-1].Status == status {
			return
		}
	}
	t.Errorf("no run came to be %s: %+v", status, server.Runs())
}

func TestCancel(t *testing.T) {
	long := scalrsim.Stage{For: 5 * time.Minute}
	for _, test := range []struct {
		name, status string
		life         scalrsim.RunScript
		inputs       []string
		stop, end    string // the request to Scalr, and the final status
	}{
		{
			name:   "pending behind another",
			status: "pending",
			life:   scalrsim.RunScript{Queue: 5 * time.Minute},
			inputs: []string{"dry-run=false"},
			stop:   "discard",
			end:    "discarded",
		},
		{name: "planning", status: "planning", life: scalrsim.RunScript{Plan: long}, stop: "cancel", end: "canceled"},
		{
			name:   "applying",
			status: "applying",
			life:   scalrsim.RunScript{Apply: long},
			inputs: []string{"dry-run=false", "auto-apply=true"},
			end:    "applying",
		},
		{
			name:   "applying, stop-apply",
			status: "applying",
			life:   scalrsim.RunScript{Apply: long},
			inputs: []string{"dry-run=false", "auto-apply=true", "on-cancel=stop-apply"},
			stop:   "cancel",
			end:    "canceled",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStep(t, test.inputs...)
			server := scalr(t, scalrsim.Scenario{Script: test.life})
			p := s.at(server).playing(cancel(t, server, test.status))
			trace(t, server, p)
			p.want(t, 130, "result=interrupted")
			if took := p.over.Sub(p.signalled); took > 6500*time.Millisecond {
				t.Errorf("the step ended %v after the signal, want 6.5 s at most", took)
			}
			checkStop(t, server, p, test.stop, test.end)
			if p.outputs["run-id"] == "" || !strings.Contains(p.summary, p.outputs["run-url"]) {
				t.Errorf("the run %q is not in the outputs and the summary:\n%s", p.outputs["run-id"], p.summary)
			}
			after := s.post(p).play()
			after.want(t, 0)
		})
	}
}

// checkStop compares the requests to Scalr with the expected ones.
func checkStop(t *testing.T, server *scalrsim.Server, p played, stop, end string) {
	t.Helper()
	run := runOf(t, server, p)
	if stop == "" {
		if len(run.Actions) != 0 {
			t.Errorf("Scalr was asked to %+v, want nothing", run.Actions)
		}
	} else if len(run.Actions) != 1 || run.Actions[0].Verb != stop {
		t.Errorf("Scalr was asked to %+v, want %s once", run.Actions, stop)
	} else if late := run.Actions[0].At.Sub(p.signalled); late > time.Second {
		t.Errorf("Scalr was asked %v after the signal, want a second at most", late)
	}
	if run.Status != end {
		t.Errorf("the run is %s, want %s", run.Status, end)
	}
}

// runOf is the run that the step made.
func runOf(t *testing.T, server *scalrsim.Server, p played) scalrsim.RunRecord {
	t.Helper()
	runs := server.Runs()
	at := slices.IndexFunc(runs, func(r scalrsim.RunRecord) bool { return r.ID == p.outputs["run-id"] })
	if at < 0 {
		t.Fatalf("the run %q is not among %+v", p.outputs["run-id"], runs)
	}
	return runs[at]
}

// trace prints what happened when, in seconds since the signal.
func trace(t *testing.T, server *scalrsim.Server, p played) {
	since := func(at time.Time) float64 { return at.Sub(p.signalled).Seconds() }
	run := runOf(t, server, p)
	for _, m := range run.Transitions {
		t.Logf("[%6.2f] the run becomes %s", since(m.At), m.Status)
	}
	for _, a := range run.Actions {
		t.Logf("[%6.2f] asked to %s while %s: %d", since(a.At), a.Verb, a.In, a.Answer)
	}
	t.Logf("[%6.2f] the step ended with exit code %d", since(p.over), p.code)
}

// If a container is killed during the run, the post step stops the run.
func TestPostAfterKill(t *testing.T) {
	t.Parallel()
	s := newStep(t)
	server := scalr(t, scalrsim.Scenario{Script: scalrsim.RunScript{Plan: scalrsim.Stage{For: 5 * time.Minute}}})
	p := s.at(server).playing(func(*exec.Cmd, <-chan struct{}) time.Time {
		awaitSeen(t, server, "planning")
		now := time.Now()
		docker(t, "kill", "--signal", "KILL", s.name)
		return now
	})
	p.want(t, 137)
	if run := server.Runs()[0]; run.Status != "planning" || p.state["run-id"] != run.ID {
		t.Fatalf("the run %s is %s, the state says %v", run.ID, run.Status, p.state)
	}
	after := s.post(p).play()
	after.want(t, 0)
	p.over = time.Now()
	await(t, server, "canceled")
	trace(t, server, p)
	if run := server.Runs()[0]; run.Status != "canceled" || len(run.Actions) != 1 {
		t.Errorf("after the post step the run is %s after %+v\n%s", run.Status, run.Actions, after.log)
	}
}
