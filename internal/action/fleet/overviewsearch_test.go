package fleet

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalrsim"
)

// target parses a workspace of the input: "e1/a" by name, "id:e1/a" by id, "in:e1/a" by name in an environment that is
// given by its id, and "full:e1/a" as the affected action lists it.
func (w *listServer) target(text string) *searchTarget {
	kind, name, ok := strings.Cut(text, ":")
	if !ok {
		kind, name = "", text
	}
	environment, workspace, _ := strings.Cut(name, "/")
	in := inputs.OverviewWorkspace{Name: workspace, Environment: environment}
	switch kind {
	case "id":
		in = inputs.OverviewWorkspace{ID: w.ids[name]}
	case "in":
		in.Environment = w.ids[environment]
	case "full":
		in.ID, in.EnvironmentID = w.ids[name], w.ids[environment]
	}
	return &searchTarget{OverviewWorkspace: in}
}

// found describes the result of the search for one workspace: "e1/a: run-1", "e1/a: absent" or "e1/a: unknown", with a
// question mark if the run may not be the newest one.
func (w *listServer) found(s *searchTarget) string {
	text := title(scalr.Workspace{ID: s.ID, Name: s.Name, Environment: s.Environment})
	if s.Name == "" {
		text = "id of " + w.names[s.ID]
	}
	switch {
	case s.run != nil:
		text += ": " + s.run.ID
	case !s.absent:
		text += ": unknown"
	}
	if s.absent {
		text += ": absent"
	}
	if s.unsure {
		text += "?"
	}
	return text
}

// each returns n texts with numbers.
func each(n int, format, separator string) string {
	var list []string
	for i := range n {
		list = append(list, strings.ReplaceAll(format, "#", fmt.Sprint(i+1)))
	}
	return strings.Join(list, separator)
}

// searchCase is a list of runs, oldest first, and the workspaces whose runs are searched.
type searchCase struct {
	further   string // further workspaces
	runs      string
	targets   string
	oldest    bool
	shortened bool
	faults    []scalrsim.Fault

	want     string
	requests string
}

// TestSearch checks the run of each workspace and the requests of the search.
func TestSearch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]searchCase{
		"one environment": {
			runs:     "e1/a e1/b e1/a",
			targets:  "full:e1/a full:e1/b",
			want:     "e1/a: run-3, e1/b: run-2",
			requests: "runs e1 1",
		},
		"two environments": {
			runs:     "e1/a e2/a",
			targets:  "full:e1/a full:e2/a",
			want:     "e1/a: run-1, e2/a: run-2",
			requests: "runs e1 1, runs e2 1",
		},
		"no run": {
			further:  "e1/b",
			runs:     "e1/a",
			targets:  "full:e1/a full:e1/b",
			want:     "e1/a: run-1, e1/b: absent",
			requests: "runs e1 1",
		},
		"no run at all": {
			further:  "e1/a",
			targets:  "full:e1/a",
			want:     "e1/a: absent",
			requests: "runs e1 1",
		},
		"run of another workflow run": {
			runs:     "e1/a*1",
			targets:  "full:e1/a",
			want:     "e1/a: absent",
			requests: "runs e1 1",
		},
		"newer runs of others": {
			runs:     "e1/a e1/a*99",
			targets:  "full:e1/a",
			want:     "e1/a: run-1",
			requests: "runs e1 1",
		},
		"two runs in a second": {
			runs:     "e1/a =e1/a",
			targets:  "full:e1/a",
			want:     "e1/a: run-2",
			requests: "runs e1 1",
		},
		"by id": {
			runs:     "e1/a e2/b",
			targets:  "id:e1/a id:e2/b",
			want:     "id of e1/a: run-1, id of e2/b: run-2",
			requests: "runs 1",
		},
		"by id, without a run": {
			further:  "e1/b",
			runs:     "e1/a",
			targets:  "id:e1/a id:e1/b",
			want:     "id of e1/a: run-1, e1/b: absent",
			requests: "runs 1, workspaces e1/b",
		},
		"by id, cannot be read": {
			further:  "e1/b e1/c",
			runs:     "e1/a",
			targets:  "id:e1/b id:e1/c id:e1/a",
			faults:   []scalrsim.Fault{{Op: "GET /workspaces/*", Action: scalrsim.Status, Status: 404}},
			want:     "id of e1/b: absent, e1/c: absent, id of e1/a: run-1",
			requests: "runs 1, workspaces e1/b, workspaces e1/c",
		},
		"with an id and with an environment": {
			runs:     "e1/a e2/b",
			targets:  "id:e2/b full:e1/a",
			want:     "id of e2/b: run-2, e1/a: run-1",
			requests: "runs e1 1, runs 1",
		},
		"eight environments": {
			runs:     each(8, "e#/a", " "),
			targets:  each(8, "full:e#/a", " "),
			want:     each(8, "e#/a: run-#", ", "),
			requests: each(8, "runs e# 1", ", "),
		},
		"nine environments": {
			runs:     each(9, "e#/a", " ") + " e9/b",
			targets:  each(9, "full:e#/a", " ") + " id:e9/b",
			want:     each(9, "e#/a: run-#", ", ") + ", id of e9/b: run-10",
			requests: "runs 1",
		},
		"by name": {
			runs:     "e1/a e2/a e1/b",
			targets:  "e1/a e2/a e1/b",
			want:     "e1/a: run-1, e2/a: run-2, e1/b: run-3",
			requests: "environments e1, environments e1, environments e2, environments e2, runs e1 1, runs e2 1",
		},
		"by the id of the environment": {
			runs:     "e1/a e2/a",
			targets:  "in:e1/a",
			want:     "e1/a: run-1",
			requests: "environments e1, runs e1 1",
		},
		"in an unknown environment": {
			runs:     "e1/a",
			targets:  "e1/a e2/a e2/b",
			want:     "e1/a: run-1, e2/a: absent, e2/b: absent",
			requests: "environments e1, environments e1, environments e2, runs e1 1",
		},
		"by name in three environments": {
			runs:     each(3, "e#/a", " "),
			targets:  each(3, "e#/a", " "),
			want:     each(3, "e#/a: run-#", ", "),
			requests: each(3, "environments e#, environments e#", ", ") + ", " + each(3, "runs e# 1", ", "),
		},
		"by name in four environments": {
			runs:     each(4, "e#/a", " "),
			targets:  "e1/a e2/a e3/a e4/b",
			want:     "e1/a: run-1, e2/a: run-2, e3/a: run-3, e4/b: absent",
			requests: "runs 1",
		},
		"run on the second page": {
			runs:     "e1/a e1/b e1/b*100",
			targets:  "full:e1/a full:e1/b",
			want:     "e1/a: run-1, e1/b: unknown",
			requests: "runs e1 1, runs e1/a 1, runs e1/b 1",
		},
		"run on the second page, by id": {
			runs:     "e1/a e1/b*100",
			targets:  "id:e1/a",
			want:     "id of e1/a: run-1",
			requests: "runs 1, runs e1/a 1",
		},
		"run on the second page, by name": {
			runs:     "e1/a e1/b*100",
			targets:  "e1/a",
			want:     "e1/a: run-1",
			requests: "environments e1, environments e1, runs e1 1, workspaces e1 a, runs e1/a 1",
		},
		"no run on the first page, by name": {
			further: "e1/a e1/c",
			runs:    "e1/b*101",
			targets: "e1/a e1/d e1/c",
			want:    "e1/a: absent, e1/d: absent, e1/c: absent",
			requests: "environments e1, environments e1, runs e1 1, workspaces e1 a, workspaces e1 d, workspaces e1 c, " +
				"runs e1/a 1, runs e1/c 1",
		},
		"run on the second page, in unresolved environments": {
			runs:     each(4, "e#/a", " ") + " e4/b*100",
			targets:  each(4, "e#/a", " ") + " id:e4/a",
			want:     each(4, "e#/a: run-#", ", ") + ", id of e4/a: run-4",
			requests: "runs 1, runs 2",
		},
		"nineteen runs on the second page": {
			runs:     each(19, "e1/w#", " ") + " e1/b*100",
			targets:  each(19, "full:e1/w#", " "),
			want:     each(19, "e1/w#: run-#", ", "),
			requests: "runs e1 1, " + each(19, "runs e1/w# 1", ", "),
		},
		"twenty runs on the second page": {
			runs:     each(20, "e1/w#", " ") + " e1/b*100",
			targets:  each(20, "full:e1/w#", " "),
			want:     each(20, "e1/w#: run-#", ", "),
			requests: "runs e1 1, runs e1 2",
		},
		"eight runs on the second page, by name": {
			runs:    each(8, "e1/w#", " ") + " e1/b*100",
			targets: each(8, "e1/w#", " "),
			want:    each(8, "e1/w#: run-#", ", "),
			requests: "environments e1, environments e1, runs e1 1, " + each(8, "workspaces e1 w#", ", ") + ", " +
				each(8, "runs e1/w# 1", ", "),
		},
		"nine runs on the second page, by name": {
			runs:     each(9, "e1/w#", " ") + " e1/b*100",
			targets:  each(9, "e1/w#", " "),
			want:     each(9, "e1/w#: run-#", ", "),
			requests: "environments e1, environments e1, runs e1 1, runs e1 2",
		},
		"few enough after the second page": {
			runs:     each(20, "e1/w#", " ") + " e1/b*181",
			targets:  each(20, "full:e1/w#", " "),
			want:     each(20, "e1/w#: run-#", ", "),
			requests: "runs e1 1, runs e1 2, runs e1/w1 1",
		},
		"more than twenty pages": {
			runs:     each(20, "e1/w#", " ") + " e1/b*2000",
			targets:  each(20, "full:e1/w#", " "),
			want:     each(20, "e1/w#: unknown", ", "),
			requests: each(20, "runs e1 #", ", "),
		},
		"twenty pages of three environments": {
			runs:    each(30, "e1/w#", " ") + " " + each(30, "e3/w#", " ") + " e2/a e1/b*1100 e3/b*1100",
			targets: each(30, "full:e1/w#", " ") + " full:e2/a " + each(30, "full:e3/w#", " "),
			want:    each(30, "e1/w#: unknown", ", ") + ", e2/a: run-61, " + each(30, "e3/w#: unknown", ", "),
			requests: "runs e1 1, runs e2 1, runs e3 1, runs e1 2, runs e3 2, runs e1 3, runs e3 3, runs e1 4, runs e3 4, " +
				"runs e1 5, runs e3 5, runs e1 6, runs e3 6, runs e1 7, runs e3 7, runs e1 8, runs e3 8, runs e1 9, runs e3 9, runs e1 10",
		},
		"two requests left for names": {
			further: each(20, "e1/w#", " "),
			runs:    "e1/b*1750",
			targets: each(20, "id:e1/w#", " "),
			want: "e1/w1: absent, e1/w2: absent, " +
				strings.TrimPrefix(each(20, "id of e1/w#: absent", ", "), "id of e1/w1: absent, id of e1/w2: absent, "),
			requests: each(18, "runs #", ", ") + ", workspaces e1/w1, workspaces e1/w2",
		},
		"oldest first": {
			runs:     "e1/a e1/a",
			targets:  "full:e1/a",
			oldest:   true,
			want:     "e1/a: run-2",
			requests: "runs e1 1",
		},
		"oldest first, two pages": {
			runs:     "e1/a e1/b e1/b*100 e1/a",
			targets:  "full:e1/a full:e1/b",
			oldest:   true,
			want:     "e1/a: run-103, e1/b: run-2?",
			requests: "runs e1 1, runs e1/a 1, runs e1/b 1",
		},
		"oldest first, list incomplete": {
			runs:     "e1/a e1/a*120 e1/a",
			targets:  "full:e1/a",
			oldest:   true,
			want:     "e1/a: run-1?",
			requests: "runs e1 1, runs e1/a 1",
		},
		"oldest first, no run in an incomplete list": {
			runs:     "e1/a*120 e1/a",
			targets:  "full:e1/a",
			oldest:   true,
			want:     "e1/a: unknown",
			requests: "runs e1 1, runs e1/a 1",
		},
		"oldest first, twenty workspaces": {
			runs:     each(20, "e1/w#", " ") + " e1/b*80 e1/w1",
			targets:  each(20, "full:e1/w#", " "),
			oldest:   true,
			want:     "e1/w1: run-101, " + strings.TrimPrefix(each(20, "e1/w#: run-#", ", "), "e1/w1: run-1, "),
			requests: "runs e1 1, runs e1 2",
		},
		"without included workspaces": {
			runs:      "e1/a",
			targets:   "full:e1/a",
			shortened: true,
			want:      "e1/a: run-1",
			requests:  "runs e1 1",
		},
		"by name without included workspaces": {
			further:   "e1/c",
			runs:      "e1/a e1/b e1/b*200",
			targets:   "e1/a e1/b e1/c full:e1/a",
			shortened: true,
			want:      "e1/a: run-1, e1/b: unknown, e1/c: absent, e1/a: run-1",
			requests: "environments e1, environments e1, runs e1 1, workspaces e1 a, workspaces e1 b, workspaces e1 c, " +
				"runs e1/a 1, runs e1/b 1, runs e1/c 1, runs e1/a 1",
		},
		"by name without included workspaces, all runs read": {
			runs:      "e1/a e1/b*99",
			targets:   "e1/a",
			shortened: true,
			want:      "e1/a: run-1",
			requests:  "environments e1, environments e1, runs e1 1, workspaces e1 a, runs e1/a 1",
		},
		"by name without included workspaces, too many": {
			runs:      each(9, "e1/w#", " "),
			targets:   each(9, "e1/w#", " "),
			shortened: true,
			want:      each(9, "e1/w#: unknown", ", "),
			requests:  "environments e1, environments e1, runs e1 1",
		},
		"by name without included workspaces, in unresolved environments": {
			runs:      each(4, "e#/a", " "),
			targets:   each(4, "e#/a", " "),
			shortened: true,
			want:      each(4, "e#/a: unknown", ", "),
			requests:  "runs 1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, s := c.begin(t)
			if err := s.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			var found []string
			for _, target := range s.all {
				found = append(found, w.found(target))
			}
			if got := strings.Join(found, ", "); got != c.want {
				t.Errorf("got\n%s, want\n%s", got, c.want)
			}
			if got := strings.Join(w.requested, ", "); got != c.requests {
				t.Errorf("requests\n%s, want\n%s", got, c.requests)
			}
		})
	}
}

// begin returns the search of a case.
func (c searchCase) begin(t *testing.T) (*listServer, *search) {
	w := newListServer(t, c.faults...)
	w.oldest, w.shortened = c.oldest, c.shortened
	w.add(c.further)
	w.addRuns(c.runs)
	s := &search{client: w.client, address: thisRun, requestsLeft: maxListRequests}
	for _, text := range strings.Fields(c.targets) {
		s.all = append(s.all, w.target(text))
	}
	return w, s
}

// TestSupersedes checks that the newer run counts, unless it is a duplicate that was stopped.
func TestSupersedes(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	run := func(status scalr.Status, configuration string, age int) scalr.Run {
		return scalr.Run{Status: status, ConfigurationID: configuration, CreatedAt: began.Add(-time.Duration(age) * time.Second)}
	}
	for name, c := range map[string]struct {
		newer, older scalr.Run
		want         bool // newer counts
	}{
		"another run":               {run("canceled", "cv-2", 1), run("applied", "cv-1", 2), true},
		"canceled duplicate":        {run("canceled", "cv-1", 1), run("applied", "cv-1", 2), false},
		"discarded duplicate":       {run("discarded", "cv-1", 1), run("errored", "cv-1", 2), false},
		"the older one was stopped": {run("planned", "cv-1", 1), run("canceled", "cv-1", 2), true},
		"both were stopped":         {run("canceled", "cv-1", 1), run("discarded", "cv-1", 2), true},
		"started again in Scalr":    {run("applied", "cv-1", 1), run("errored", "cv-1", 2), true},
		"not reported":              {run("canceled", "", 1), run("applied", "", 2), true},
	} {
		if got := supersedes(c.newer, c.older); got != c.want {
			t.Errorf("%s: the newer run counts: %t, want %t", name, got, c.want)
		}
		if got := supersedes(c.older, c.newer); got == c.want {
			t.Errorf("%s: the older run counts: %t, want %t", name, got, !c.want)
		}
	}
}

// TestSearchFails checks that the search ends with the first request that fails.
func TestSearchFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]searchCase{
		"by name":       {runs: "e1/a e1/b*100", targets: "e1/a in:e1/a"},
		"by id":         {further: "e1/a", runs: "e1/b", targets: "id:e1/a"},
		"several pages": {runs: each(20, "e1/w#", " ") + " e1/b*181", targets: each(20, "full:e1/w#", " ")},
	} {
		whole, s := c.begin(t)
		if err := s.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for n := range whole.requested {
			w, s := c.begin(t)
			w.fails = n + 1
			err := s.run(t.Context())
			if err == nil || len(w.requested) != n+1 || !strings.Contains(err.Error(), "Refused (HTTP 422)") {
				t.Errorf("%s, request %d of %v: got %v", name, n+1, w.requested, err)
			}
		}
	}
}

// TestSearchMatches checks whether a run belongs to a workspace of the input.
func TestSearchMatches(t *testing.T) {
	t.Parallel()
	run := scalr.ListedRun{Run: scalr.Run{WorkspaceID: "ws-1", EnvironmentID: "env-1"}, Workspace: scalr.Workspace{Name: "a", Environment: "e1"}}
	for name, c := range map[string]struct {
		w    inputs.OverviewWorkspace
		want bool
	}{
		"id":                         {inputs.OverviewWorkspace{ID: "ws-1", Name: "b", Environment: "e2", EnvironmentID: "env-2"}, true},
		"another id":                 {inputs.OverviewWorkspace{ID: "ws-2", Name: "a", Environment: "e1", EnvironmentID: "env-1"}, false},
		"name":                       {inputs.OverviewWorkspace{Name: "a", Environment: "e1"}, true},
		"another name":               {inputs.OverviewWorkspace{Name: "b", Environment: "e1"}, false},
		"another environment":        {inputs.OverviewWorkspace{Name: "a", Environment: "e2"}, false},
		"id of the environment":      {inputs.OverviewWorkspace{Name: "a", Environment: "env-1"}, true},
		"id of another environment":  {inputs.OverviewWorkspace{Name: "a", Environment: "env-2"}, false},
		"resolved environment":       {inputs.OverviewWorkspace{Name: "a", Environment: "e2", EnvironmentID: "env-1"}, true},
		"other resolved environment": {inputs.OverviewWorkspace{Name: "a", Environment: "e1", EnvironmentID: "env-2"}, false},
	} {
		if got := (&searchTarget{OverviewWorkspace: c.w}).matches(run); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	other := scalr.ListedRun{Run: scalr.Run{EnvironmentID: "e1"}, Workspace: scalr.Workspace{Name: "a"}}
	if (&searchTarget{OverviewWorkspace: inputs.OverviewWorkspace{Name: "a", Environment: "e1"}}).matches(other) {
		t.Error("the name of an environment matches an id")
	}
}
