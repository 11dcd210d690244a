package scalrsim

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// readRun returns the attributes and relationships of a run in a response.
func readRun(t *testing.T, s *Server, id string) (attributes, relationships object) {
	t.Helper()
	r, err := do(t, s.Client(), "GET", s.URL()+BasePath+"/runs/"+id, "")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var doc struct {
		Data struct{ Attributes, Relationships object }
	}
	if err := json.NewDecoder(r.Body).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	return doc.Data.Attributes, doc.Data.Relationships
}

// TestDeviations checks that a run deviates from its start, and that responses report it later.
func TestDeviations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenario{Script: RunScript{Deviations: object{"is-dry": false, "auto-apply": true}, DeviationsAfter: time.Second}})
		id := start(t, s, s.Client(), example, `{"is-dry":true}`)
		if shown, _ := readRun(t, s, id); shown["is-dry"] != true || shown["auto-apply"] != false {
			t.Errorf("before DeviationsAfter: %v, want the requested attributes", shown)
		}
		time.Sleep(time.Second)
		if shown, _ := readRun(t, s, id); shown["is-dry"] != false || shown["auto-apply"] != true {
			t.Errorf("after DeviationsAfter: %v, want the real attributes", shown)
		}
		time.Sleep(time.Hour)
		if got := statuses(s); !strings.HasSuffix(got, "applying applied") {
			t.Errorf("the statuses are %s, want an apply", got)
		}
		if r := s.Runs()[0]; r.Attributes["is-dry"] != true || r.Deviations["is-dry"] != false {
			t.Errorf("the record is %+v", r)
		}
		wantNoObjections(t, s)
	})
}

// TestMisreport checks that Misreport changes responses but not the run.
func TestMisreport(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		member string
		value  any
		shown  func(attributes, relationships object) bool
	}{
		"another attribute":       {"is-dry", false, func(a, _ object) bool { return a["is-dry"] == false }},
		"an attribute is missing": {"is-dry", nil, func(a, _ object) bool { _, ok := a["is-dry"]; return !ok && a["status"] != nil }},
		"another workspace": {"workspace", EdgeWorkspaceID, func(_, r object) bool {
			return r["workspace"].(object)["data"].(object)["id"] == EdgeWorkspaceID
		}},
		"no workspace": {"workspace", nil, func(_, r object) bool { return r["workspace"] == nil && r["plan"] != nil }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := New(Scenario{Faults: []Fault{{Op: "GET /runs/*", Action: Misreport, Member: c.member, Value: c.value}}})
				id := start(t, s, s.Client(), example, `{"is-dry":true}`)
				if !c.shown(readRun(t, s, id)) {
					t.Error("the first response has the requested attributes")
				}
				if c.shown(readRun(t, s, id)) {
					t.Error("the second response does not have the requested attributes")
				}
				if r := s.Runs()[0]; !r.Dry || r.Workspace != WorkspaceID {
					t.Errorf("the run is %+v", r)
				}
			})
		})
	}
}

// TestMisreportInLists checks that Misreport changes each item of a list.
func TestMisreportInLists(t *testing.T) {
	t.Parallel()
	got := misreport(`{"data":[{"attributes":{"is-dry":true}},{"attributes":{"is-dry":true}}]}`, "is-dry", false)
	if want := `{"data":[{"attributes":{"is-dry":false}},{"attributes":{"is-dry":false}}]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestAddRun checks that an added run follows the script of its workspace.
func TestAddRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenario{Script: RunScript{Deviations: object{"is-destroy": true}}})
		id := s.AddRun(EdgeWorkspaceID, map[string]any{"is-dry": false, "is-destroy": false})
		time.Sleep(time.Hour)
		r := s.Runs()[0]
		if r.ID != id || r.Workspace != EdgeWorkspaceID || r.Status != "planned" || r.Deviations != nil || r.Configuration == "" {
			t.Errorf("got %+v", r)
		}
	})
}
