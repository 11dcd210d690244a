package action_test

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestCompanionsInterruptedDuringChange checks the error of a step that is interrupted before Scalr responds to a change:
// Scalr makes the change, so the outputs about it are empty.
func TestCompanionsInterruptedDuringChange(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		op, action string
		inputs     []string
		says       string // empty if the error does not name a change
	}{
		"create environment": {"POST /environments", "environment", []string{"name=preview-7"}, "create environment preview-7"},
		"change environment": {"PATCH /environments/*", "environment", []string{"name=staging", "rename-to=stage"}, "change environment env-"},
		"delete environment": {"DELETE /environments/*", "environment", []string{"name=staging", "mode=absent"}, "delete environment env-"},
		"create workspace":   {"POST /workspaces", "workspace", []string{"environment=staging", "name=app"}, "create workspace app"},
		"change workspace": {
			"PATCH /workspaces/*", "workspace", []string{"environment=production", "name=network", "auto-apply=true"}, "change workspace ws-",
		},
		"delete workspace": {
			"DELETE /workspaces/*", "workspace", []string{"environment=production", "name=network", "mode=absent"}, "delete workspace ws-",
		},
		"create variable": {
			"POST /vars", "workspace", []string{"environment=production", "name=network", "variables=a=b"}, "create variable a",
		},
		"create tag": {"POST /tags", "environment", []string{"name=staging", "tags=blue"}, "create tag blue"},
		"read":       {"GET /environments", "environment", []string{"name=staging"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fault := scalrsim.Fault{Op: c.op, Phase: scalrsim.After, Action: scalrsim.Stall}
			withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{fault}}, func(d *companionTest) {
				signals := make(chan os.Signal, 1)
				go func() {
					time.Sleep(10 * time.Second)
					signals <- syscall.SIGTERM
				}()
				unknown := []string{"changed=", "created=false"}
				switch {
				case c.says == "":
					unknown[0] = "changed=false"
				case strings.HasPrefix(name, "create environment"), strings.HasPrefix(name, "create workspace"):
					unknown[1] = "created="
				}
				v := d.play("scalr-"+c.action, signals, c.inputs...).want(143, append(unknown, "result=interrupted", "error-code=")...)
				if v.took != 10*time.Second {
					t.Errorf("ended after %s, want 10s: immediately after the signal", v.took)
				}
				if c.says != "" {
					v.logContains("Scalr had not responded to the request to "+c.says, "it is unknown whether it takes effect")
				} else if strings.Contains(v.log, "had not responded to the request") {
					t.Errorf("the error names a change, but none was requested\n%s", v.log)
				}
				if strings.Contains(v.log, "checking for up to") {
					t.Errorf("the log announces a search that an interrupted step does not make\n%s", v.log)
				}
			})
		})
	}
}

// TestCompanionsWithLostChange checks the error and the outputs of a step whose change has no usable response at any attempt.
func TestCompanionsWithLostChange(t *testing.T) {
	t.Parallel()
	fault := scalrsim.Fault{Op: "PATCH /environments/*", Phase: scalrsim.After, Action: scalrsim.Reset, Times: -1}
	withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{fault}}, func(d *companionTest) {
		d.play("scalr-environment", nil, "name=staging", "rename-to=stage").want(3, "error-code=no-usable-answer", "changed=", "created=false").
			logContains("It is unknown whether the request takes effect. Re-run the job to complete it.")
	})
}

// TestCompanionsWithoutPendingChange checks that the error of a step names no change to which Scalr had not responded if
// Scalr refused it.
func TestCompanionsWithoutPendingChange(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault     scalrsim.Fault
		interrupt bool
		code      int
		output    string
	}{
		"refused, then interrupted": {scalrsim.Fault{Action: scalrsim.Status, Status: 429}, true, 143, "result=interrupted"},
		"refused, not interrupted":  {scalrsim.Fault{Action: scalrsim.Status, Status: 403}, false, 3, "error-code=not-allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.fault.Op, c.fault.Times = "PATCH /environments/*", -1
			withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{c.fault}}, func(d *companionTest) {
				signals := make(chan os.Signal, 1)
				if c.interrupt {
					go func() {
						time.Sleep(10 * time.Second)
						signals <- syscall.SIGTERM
					}()
				}
				v := d.play("scalr-environment", signals, "name=staging", "rename-to=stage").want(c.code, c.output, "changed=false")
				if strings.Contains(v.log, "unknown whether it takes effect") {
					t.Errorf("the error names a change\n%s", v.log)
				}
			})
		})
	}
}
