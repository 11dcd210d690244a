package scalrsim

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// told is what an answer of the service says of a run.
func told(t *testing.T, s *Server, id string) (attributes, relationships object) {
	t.Helper()
	r, err := try(t, s.Client(), "GET", s.URL()+BasePath+"/runs/"+id, "")
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

// A run that deviates does so from the start, and says so when it is time.
func TestDeviations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenario{Script: RunScript{Deviations: object{"is-dry": false, "auto-apply": true}, DeviationsAfter: time.Second}})
		id := start(t, s, s.Client(), example, `{"is-dry":true}`)
		if says, _ := told(t, s, id); says["is-dry"] != true || says["auto-apply"] != false {
			t.Errorf("at first: %v, want what was requested", says)
		}
		time.Sleep(time.Second)
		if says, _ := told(t, s, id); says["is-dry"] != false || says["auto-apply"] != true {
			t.Errorf("later: %v, want what the run is", says)
		}
		time.Sleep(time.Hour)
		if got := lived(s); !strings.HasSuffix(got, "applying applied") {
			t.Errorf("the run lived %s, want an apply", got)
		}
		if r := s.Runs()[0]; r.Attributes["is-dry"] != true || r.Deviations["is-dry"] != false {
			t.Errorf("the record is %+v", r)
		}
		wantNoObjections(t, s)
	})
}

// Misreport changes answers and nothing else.
func TestMisreport(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		member string
		value  any
		says   func(attributes, relationships object) bool
	}{
		"another attribute":       {"is-dry", false, func(a, _ object) bool { return a["is-dry"] == false }},
		"an attribute is missing": {"is-dry", nil, func(a, _ object) bool { _, there := a["is-dry"]; return !there && a["status"] != nil }},
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
				if !c.says(told(t, s, id)) {
					t.Error("the first answer says what was requested")
				}
				if c.says(told(t, s, id)) {
					t.Error("so does the second answer")
				}
				if r := s.Runs()[0]; !r.Dry || r.Workspace != WorkspaceID {
					t.Errorf("the run is %+v", r)
				}
			})
		})
	}
}

// A list is misreported in each of its items.
func TestMisreportInLists(t *testing.T) {
	t.Parallel()
	got := misreport(`{"data":[{"attributes":{"is-dry":true}},{"attributes":{"is-dry":true}}]}`, "is-dry", false)
	if want := `{"data":[{"attributes":{"is-dry":false}},{"attributes":{"is-dry":false}}]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A run of somebody else lives like any other, in whichever workspace.
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
