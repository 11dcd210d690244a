package action_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// reportChanges returns a fault that sets has-changes of the run, regardless of the plan.
func reportChanges(has bool) scalrsim.Fault {
	return scalrsim.Fault{
		Op:     "GET /runs/*",
		Times:  -1,
		Action: scalrsim.Edit,
		Change: func(body string) string {
			for _, kind := range []string{"runs", "plans"} {
				body = editPart(body, kind, func(attributes map[string]any) {
					if attributes["has-changes"] != nil {
						attributes["has-changes"] = has
					}
				})
			}
			return body
		},
	}
}

// TestRefreshOnlyDrift checks that the outputs, the result, the gates and the messages of a refresh-only run depend
// on the drift in the plan, not on the values that Scalr reports. Without JSON, the text of the plan is used.
func TestRefreshOnlyDrift(t *testing.T) {
	t.Parallel()
	drift := []scalrsim.Change{
		{Address: "terraform_data.a", Action: "update"},
		{Address: "terraform_data.b", Action: "delete"},
	}
	none := []scalrsim.Change{}
	for _, c := range []struct {
		name    string
		changes []scalrsim.Change
		json    int // HTTP status of the plan JSON
		log     string
		inputs  []string
		code    int
		outputs []string
		stops   []string
	}{
		{
			name:    "drift",
			changes: drift,
			outputs: []string{"result=planned", "has-changes=true", "has-destroys=false", "additions=0", "changes=0",
				"destructions=0", "summary=drift: 2 objects changed outside of Terraform"},
		},
		{
			name:    "one object",
			changes: drift[1:],
			outputs: []string{"result=planned", "has-changes=true", "summary=drift: 1 object changed outside of Terraform"},
		},
		{
			name:    "no drift",
			changes: none,
			outputs: []string{"result=no-changes", "has-changes=false", "has-destroys=false", "summary=no drift"},
		},
		{
			name:    "drift in text only",
			changes: drift,
			json:    404,
			outputs: []string{"result=planned", "has-changes=true", "summary=drift: 2 objects changed outside of Terraform"},
		},
		{
			name:    "no drift in text only",
			changes: none,
			json:    404,
			outputs: []string{"result=no-changes", "has-changes=false", "summary=no drift"},
		},
		{
			name:    "nothing readable",
			changes: none,
			json:    404,
			log:     "Initializing the backend...\n",
			outputs: []string{"result=planned", "has-changes=", "has-destroys="},
		},
		{
			name:    "nothing readable, with gates",
			changes: none,
			json:    404,
			log:     "Initializing the backend...\n",
			inputs:  []string{"fail-on=changes"},
			code:    1,
			outputs: []string{"result=rejected"},
		},
		{
			name:    "drift meets changes",
			changes: drift,
			inputs:  []string{"fail-on=changes"},
			code:    1,
			outputs: []string{"result=rejected", "has-changes=true"},
		},
		{
			name:    "drift does not meet destroy",
			changes: drift,
			inputs:  []string{"fail-on=destroy"},
			outputs: []string{"result=planned"},
		},
		{
			name:    "no drift passes",
			changes: none,
			inputs:  []string{"fail-on=changes\ndestroy"},
			outputs: []string{"result=no-changes"},
		},
		{
			name:    "normal run with drift",
			changes: drift,
			inputs:  []string{"dry-run=false", "auto-apply=false"},
			outputs: []string{"result=needs-confirmation", "has-changes=true",
				"summary=waits for confirmation, drift: 2 objects changed outside of Terraform"},
		},
		{
			name:    "normal run with drift that passes its gates",
			changes: drift,
			inputs:  []string{"dry-run=false", "auto-apply=true", "fail-on=destroy"},
			outputs: []string{"result=applied", "summary=drift: 2 objects changed outside of Terraform, recorded in the state"},
		},
		{
			name:    "normal run without drift",
			changes: none,
			inputs:  []string{"dry-run=false", "auto-apply=false"},
			outputs: []string{"result=no-changes", "has-changes=false"},
			stops:   []string{"discard 202"},
		},
	} {
		for _, scalr := range []bool{false, true} {
			t.Run(c.name+map[bool]string{true: ", Scalr reports changes", false: ", Scalr reports none"}[scalr],
				func(t *testing.T) {
					t.Parallel()
					s := scenario(t, "plan-changes")
					s.Script.Plan.Changes, s.Script.Plan.Log, s.Script.WaitsWithoutChange, s.Logs.JSON = c.changes, c.log, true, c.json
					r := newStepTest(t, with(s, reportChanges(scalr)), append(c.inputs, "refresh-only=true")...)
					p := r.play().want(c.code, c.outputs...).stops(c.stops...)
					if strings.Contains(p.summary, "matches the configuration") {
						t.Error("the summary mentions the configuration")
					}
				})
		}
	}
}
