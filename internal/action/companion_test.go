package action_test

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

func TestCompanionsRejectInvalidInputs(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		d.environment("mode=presentt", "environment-id=ws-1").want(2, "result=invalid", "error-code=input-invalid").
			logContains("presentt", "environment-id").wantWrites()
		d.workspace("name=network").want(2, "result=invalid", "error-code=input-invalid").logContains("environment").wantWrites()
		if got := len(d.server.Requests()); got != 0 {
			t.Errorf("got %d requests before the inputs were valid, want none", got)
		}
	})
}

func TestCompanionsReportRejections(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   scalrsim.Fault
		outputs []string
	}{
		"rejected token": {
			fault:   scalrsim.Fault{Op: "GET /environments", Status: 401, Action: scalrsim.Status},
			outputs: []string{"result=refused", "error-code=token-rejected"},
		},
		"not allowed": {
			fault:   scalrsim.Fault{Op: "GET /environments", Status: 403, Action: scalrsim.Status},
			outputs: []string{"result=refused", "error-code=not-allowed"},
		},
		"server error": {
			fault:   scalrsim.Fault{Op: "GET /environments", Status: 503, Action: scalrsim.Status, Times: -1},
			outputs: []string{"result=unreachable", "error-code=no-usable-answer"},
		},
		"page of a proxy": {
			fault:   scalrsim.Fault{Op: "GET /environments", Action: scalrsim.HTML, Times: -1},
			outputs: []string{"result=unreachable", "error-code=not-scalr"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{c.fault}}, func(d *companionTest) {
				d.environment("name=staging").want(3, append(c.outputs, "created=false", "changed=false")...).wantWrites()
			})
		})
	}
}

func TestCompanionsInterrupted(t *testing.T) {
	t.Parallel()
	for signal, code := range map[os.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{{Op: "POST /environments", Action: scalrsim.Stall}}},
				func(d *companionTest) {
					signals := make(chan os.Signal, 1)
					go func() {
						time.Sleep(10 * time.Second)
						signals <- signal
					}()
					v := d.play("scalr-environment", signals, "name=preview-7").
						want(code, "result=interrupted", "error-code=", "created=", "changed=")
					if v.took != 10*time.Second {
						t.Errorf("ended after %s, want 10s: immediately after the signal", v.took)
					}
				})
		})
	}
}

// Each request is slow but succeeds before its own time limit, so the time limit of the step ends the step.
func TestCompanionsTimeLimit(t *testing.T) {
	t.Parallel()
	groups := []string{}
	withCompanions(t, scalrsim.Scenario{
		Setup: func(s *scalrsim.Server) {
			for range 30 {
				groups = append(groups, s.AddPolicyGroup("guard"))
			}
		},
		Faults: []scalrsim.Fault{{Op: "* /**", Action: scalrsim.Delay, Delay: 25 * time.Second, Times: -1}},
	}, func(d *companionTest) {
		v := d.environment("name=staging", "policy-groups="+strings.Join(groups, "\n")).
			want(5, "result=timed-out", "error-code=timed-out", "changed=true", "environment-id="+scalrsim.StagingID).
			logContains("10m0s")
		if v.took != 10*time.Minute {
			t.Errorf("ended after %s, want 10m", v.took)
		}
		if strings.Contains(v.log, "`timeout`") {
			t.Errorf("the advice is about a nonexistent input\n%s", v.log)
		}
	})
}
