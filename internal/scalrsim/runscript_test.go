package scalrsim

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var example = map[string]string{"main.tf": `resource "terraform_data" "example" {}`}

// statuses returns all statuses of the newest run.
func statuses(s *Server) string {
	var statuses []string
	runs := s.Runs()
	for _, m := range runs[len(runs)-1].Transitions {
		statuses = append(statuses, m.Status)
	}
	return strings.Join(statuses, " ")
}

func TestScenarioStatuses(t *testing.T) {
	t.Parallel()
	const dry, real, auto = `{"is-dry":true}`, `{"is-dry":false,"auto-apply":false}`, `{"is-dry":false,"auto-apply":true}`
	tests := map[string]struct{ scenario, attributes, want string }{
		"dry run":                   {"plan-changes", dry, "pending plan_queued planning planned planned_and_finished"},
		"real run waits":            {"plan-changes", real, "pending plan_queued planning planned"},
		"real run applies":          {"plan-changes", auto, "pending plan_queued planning planned confirmed apply_queued applying applied"},
		"workspace applies":         {"applied", `{}`, "pending plan_queued planning planned confirmed apply_queued applying applied"},
		"no changes":                {"no-changes", real, "pending plan_queued planning planned planned_and_finished"},
		"no changes, waits":         {"waits-without-changes", real, "pending plan_queued planning planned"},
		"saved plan":                {"saved-plan", `{"save-plan":true}`, "pending plan_queued planning planned planned_and_saved"},
		"plan error":                {"plan-error", dry, "pending plan_queued planning errored"},
		"apply error":               {"apply-error", auto, "pending plan_queued planning planned confirmed apply_queued applying errored"},
		"advisory policy":           {"policy-advisory", dry, "pending plan_queued planning planned policy_checking policy_checked planned_and_finished"},
		"soft-mandatory policy":     {"policy-soft", auto, "pending plan_queued planning planned policy_checking policy_override"},
		"hard-mandatory policy":     {"policy-hard", auto, "pending plan_queued planning planned policy_checking errored"},
		"cost":                      {"cost-increase", real, "pending plan_queued planning planned cost_estimating cost_estimated"},
		"canceled by another user":  {"canceled-by-other", dry, "pending plan_queued planning canceled"},
		"discarded by another user": {"discarded-by-other", real, "pending plan_queued planning planned discarded"},
		"confirmed by another user": {"confirmed-by-other", real, "pending plan_queued planning planned confirmed apply_queued applying applied"},
		"unknown status":            {"unknown-status", dry, "pending plan_queued planning quantum_checking"},
		"auto-apply is refused":     {"auto-apply-refused", auto, "pending plan_queued planning planned"},
		"queued":                    {"queued", auto, "pending plan_queued planning planned confirmed apply_queued applying applied"},
		"hooks": {"hooks", auto, "pending pre_plan_queued pre_plan_running pre_plan_finished plan_queued planning planned" +
			" post_plan_running post_plan_finished confirmed pre_apply_queued pre_apply_running pre_apply_finished" +
			" apply_queued applying applied post_apply_running post_apply_finished"},
		"passes statuses in which others wait": {"passes-planned", auto, "pending pre_plan_queued pre_plan_running pre_plan_finished" +
			" plan_queued planning planned post_plan_running post_plan_finished cost_estimating cost_estimated policy_checking policy_checked confirmed" +
			" pre_apply_queued pre_apply_running pre_apply_finished apply_queued applying applied post_apply_running post_apply_finished"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := New(Scenarios()[test.scenario])
				start(t, s, s.Client(), example, test.attributes)
				time.Sleep(time.Hour)
				if got := statuses(s); got != test.want {
					t.Errorf("\ngot  %s\nwant %s", got, test.want)
				}
				wantNoObjections(t, s)
			})
		})
	}
}

// TestStepsOfEveryStatus checks that each status of openapi.yml can be a step.
func TestStepsOfEveryStatus(t *testing.T) {
	t.Parallel()
	statuses := strings.Fields("pending pre_plan_queued pre_plan_running pre_plan_finished plan_queued planning planned confirmed" +
		" discarded planned_and_finished planned_and_saved post_plan_running post_plan_finished cost_estimating cost_estimated" +
		" policy_checking policy_override policy_checked pre_apply_queued pre_apply_running pre_apply_finished apply_queued applying" +
		" applied post_apply_running post_apply_finished errored canceled")
	for _, status := range statuses {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := New(Scenario{Script: RunScript{Steps: []Step{{Status: status}}}})
				run := start(t, s, s.Client(), example, `{}`)
				time.Sleep(time.Second)
				_, body := send(t, s.Client(), "GET", s.URL()+BasePath+"/runs/"+run, "")
				if got := get(t, body, "data.attributes.status"); got != status {
					t.Errorf("got %v", got)
				}
			})
		})
	}
}

func TestDryConfigurationVersion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenario{})
		api := s.URL() + BasePath
		_, body := send(t, s.Client(), "POST", api+"/configuration-versions", `{"data":{"type":"configuration-versions",
			"attributes":{"auto-queue-runs":false,"is-dry":true},"relationships":{"workspace":{"data":{"type":"workspaces","id":"`+WorkspaceID+`"}}}}}`)
		version := get(t, body, "data.id").(string)
		_, body = send(t, s.Client(), "POST", api+"/runs", `{"data":{"type":"runs","attributes":{"is-dry":false},"relationships":{
			"workspace":{"data":{"type":"workspaces","id":"`+WorkspaceID+`"}},
			"configuration-version":{"data":{"type":"configuration-versions","id":"`+version+`"}}}}}`)
		if get(t, body, "data.attributes.is-dry") != true || get(t, body, "data.relationships.apply.data") != nil {
			t.Errorf("got %s, want a dry run without an apply", body)
		}
		if got := s.Objections(); len(got) != 1 || !strings.Contains(got[0], "not reported as uploaded") {
			t.Errorf("got the objections %q, want one about the missing upload", got)
		}
		time.Sleep(time.Hour)
		if got := statuses(s); got != "pending" {
			t.Errorf("the statuses are %s, want a pending run", got)
		}
	})
}

func TestQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenarios()["plan-changes"])
		client, api := s.Client(), s.URL()+BasePath
		first := start(t, s, client, example, `{"is-dry":false}`)
		second := start(t, s, client, example, `{"is-dry":false}`)
		start(t, s, client, example, `{"is-dry":true}`)
		time.Sleep(time.Minute)
		_, body := send(t, client, "GET", api+"/runs/"+second, "")
		if got := get(t, body, "data.attributes.position-in-queue"); got != 1.0 {
			t.Errorf("position-in-queue: got %v, want 1", got)
		}
		if got := statuses(s); !strings.HasSuffix(got, "planned_and_finished") {
			t.Errorf("the statuses are %s, want a finished dry run", got)
		}
		send(t, client, "POST", api+"/runs/"+first+"/actions/discard", `{"comment":"make room"}`)
		discarded := time.Now()
		time.Sleep(time.Minute)
		transitions := s.Runs()[1].Transitions
		if len(transitions) != 4 || transitions[1].At.Sub(discarded) != passing {
			t.Errorf("the transitions are %v, want a start of the second run after the discard", transitions)
		}
		_, body = send(t, client, "GET", api+"/runs/"+second, "")
		if got := get(t, body, "data.attributes.position-in-queue"); got != nil {
			t.Errorf("position-in-queue: got %v, want null", got)
		}
		wantNoObjections(t, s)
	})
}

func TestLockedWorkspaceBlocksRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenarios()["locked"])
		start(t, s, s.Client(), example, `{"is-dry":false}`)
		time.Sleep(time.Hour)
		if got := statuses(s); got != "pending" {
			t.Errorf("the statuses are %s, want a pending run", got)
		}
		s.SetAttribute(WorkspaceID, "locked", false)
		time.Sleep(time.Second)
		if got := statuses(s); got != "pending plan_queued planning" {
			t.Errorf("one second after the unlock, the statuses are %s, want a run that is planning", got)
		}
	})
}

func TestPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		scenario := Scenarios()["plan-changes"]
		scenario.Pace = 0.1
		s := New(scenario)
		start(t, s, s.Client(), example, `{"is-dry":true}`)
		time.Sleep(500 * time.Millisecond)
		if got := statuses(s); !strings.HasSuffix(got, "planned_and_finished") {
			t.Errorf("with a pace of 0.1, the statuses are %s, want a finished run", got)
		}
	})
}
