package action_test

import (
	"fmt"
	"net/http"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// A workspace with a run is deleted only if the status of the run is final.
func TestWorkspaceWithRunsIsNotDeleted(t *testing.T) {
	t.Parallel()
	finished := map[string]bool{
		"applied":              true,
		"planned_and_finished": true,
		"errored":              true,
		"discarded":            true,
		"canceled":             true,
	}
	for _, status := range []string{"pending", "plan_queued", "planning", "planned", "cost_estimated", "policy_override",
		"policy_checked",
		"planned_and_saved", "confirmed", "applying", "applied", "planned_and_finished", "errored", "discarded", "canceled",
		"some_new_status"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			p := inUse("it has runs that have not finished: run-000 (\"" + status + "\")")
			if finished[status] {
				p = deleted("all its runs have finished")
			}
			withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{runsList(scalrsim.WorkspaceID, 1, status)}},
				func(d *companionTest) {
					p.check(d.workspace("mode=absent", "environment=production", "name=network"),
						"DELETE /workspaces/"+scalrsim.WorkspaceID)
				})
		})
	}
}

// runsList returns a fault that lists n runs of the workspace. The last one has the status; the others have finished.
func runsList(workspaceID string, n int, status string) scalrsim.Fault {
	workspace := map[string]any{"data": map[string]any{"type": "workspaces", "id": workspaceID}}
	return scalrsim.Fault{
		Op:     "GET /runs",
		Times:  -1,
		Action: scalrsim.Edit,
		Change: rewritten(func(doc map[string]any) {
			var list []any
			for i := range n {
				s := "errored"
				if i == n-1 {
					s = status
				}
				list = append(list, map[string]any{"type": "runs", "id": fmt.Sprintf("run-%03d", i),
					"attributes": map[string]any{"status": s}, "relationships": map[string]any{"workspace": workspace}})
			}
			doc["data"] = list
			pagination(doc)["total-count"] = n
		}),
	}
}

// If Scalr does not report a value of the workspace, the workspace is not deleted.
func TestWorkspaceDeletionRequiresProofOfDisuse(t *testing.T) {
	t.Parallel()
	read := func(change func(attributes, relationships map[string]any)) scalrsim.Fault {
		return scalrsim.Fault{
			Op:     "GET /workspaces/*",
			Times:  -1,
			Action: scalrsim.Edit,
			Change: rewritten(func(doc map[string]any) {
				data := doc["data"].(map[string]any)
				change(data["attributes"].(map[string]any), data["relationships"].(map[string]any))
			}),
		}
	}
	resources := func(value any) scalrsim.Fault {
		return read(func(attributes, _ map[string]any) { attributes["has-resources"] = value })
	}
	locked := read(func(_, relationships map[string]any) {
		relationships["locked-by-run"] = map[string]any{"data": map[string]any{"type": "runs", "id": "run-1"}}
	})
	longer := scalrsim.Fault{
		Op:     "GET /runs",
		Times:  -1,
		Action: scalrsim.Edit,
		Change: rewritten(func(doc map[string]any) { pagination(doc)["total-count"] = 3 }),
	}
	holder := func(status string) scalrsim.Fault {
		return scalrsim.Fault{
			Op:     "GET /runs/run-1",
			Action: scalrsim.Status,
			Status: http.StatusOK,
			Body:   `{"data":{"type":"runs","id":"run-1","attributes":{"status":"` + status + `"}}}`,
		}
	}
	type faults = []scalrsim.Fault
	unreported := inUse("Scalr does not report whether it manages resources")
	for name, c := range map[string]struct {
		deletionResult
		faults faults
	}{
		"unreported resources": {
			deletionResult: unreported,
			faults:         faults{read(func(attributes, _ map[string]any) { delete(attributes, "has-resources") })},
		},
		"null resources":      {deletionResult: unreported, faults: faults{resources(nil)}},
		"number as resources": {deletionResult: unreported, faults: faults{resources(0)}},
		"text as resources":   {deletionResult: unreported, faults: faults{resources("no")}},
		"has resources":       {deletionResult: inUse("it manages resources"), faults: faults{resources(true)}},
		"one active run of many": {
			deletionResult: inUse(`not finished: run-099 ("planned")`),
			faults:         faults{runsList(scalrsim.WorkspaceID, 100, "planned")},
		},
		"run without workspace":  {deletionResult: inUse("not finished: run-000"), faults: faults{runsList("", 1, "planned")}},
		"run of other workspace": {deletionResult: deleted(), faults: faults{runsList(scalrsim.EdgeWorkspaceID, 1, "planned")}},
		"runs without status": {
			deletionResult: inUse(`not finished: run-000 ("")`),
			faults:         faults{runsList(scalrsim.WorkspaceID, 1, "")},
		},
		"total count is higher": {
			deletionResult: refusedWith("no-usable-answer", "contradicts its own length"),
			faults:         faults{longer},
		},
		"unreadable runs": {
			deletionResult: refusedWith("not-allowed"),
			faults:         faults{{Op: "GET /runs", Action: scalrsim.Status, Status: http.StatusForbidden}},
		},
		"locked by active run": {
			deletionResult: inUse(`locked by a run that has not finished: run-1 ("applying")`),
			faults:         faults{locked, holder("applying")},
		},
		"locked by person": {deletionResult: inUse("it is locked (\"Database migration\")"),
			faults: faults{read(func(attributes, _ map[string]any) {
				attributes["locked"], attributes["lock-reason"] = true, "Database migration"
			})}},
		"locked by finished run": {deletionResult: deleted(), faults: faults{locked, holder("errored")}},
		"locked by unreadable run": {
			deletionResult: inUse("locked by run run-1, which the token cannot read"),
			faults:         faults{locked},
		},
		"locked by a run that may not be read": {
			deletionResult: refusedWith("not-allowed"),
			faults:         faults{locked, {Op: "GET /runs/run-1", Action: scalrsim.Status, Status: http.StatusForbidden}},
		},
		"renamed in the meantime": {deletionResult: inUse(`it was renamed or moved to "production/live"`),
			faults: faults{read(func(attributes, _ map[string]any) { attributes["name"] = "live" })}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withCompanions(t, scalrsim.Scenario{Faults: c.faults}, func(d *companionTest) {
				c.check(d.workspace("mode=absent", "environment=production", "name=network"),
					"DELETE /workspaces/"+scalrsim.WorkspaceID)
			})
		})
	}
}
