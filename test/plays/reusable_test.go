package plays

import (
	"strings"
	"testing"
)

// TestExampleReusable calls the workflow as described in its header, for a pull request and, with one more line, to apply.
func TestExampleReusable(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, withTerraform(t))
	s.commit("first", network("a"))
	call := caller(t)

	plan := s.runText("caller of reusable.yml", call, pull(7, "opened", "first", networkFile), nil)
	if got := plan.ended("plan", "success"); got.outputs["result"] != "planned" || got.outputs["run-url"] == "" {
		t.Errorf("got the outputs %v", got.outputs)
	}
	if got := s.github.bodies(7); len(got) != 1 || !strings.Contains(got[0], "1 to add") {
		t.Errorf("got the comments %q", got)
	}
	call = strings.Replace(call, "path: infra/network", "path: infra/network\n      dry-run: false", 1)
	apply := s.runText("caller of reusable.yml", call, push("first", networkFile), nil)
	if got := apply.ended("plan", "success").outputs["result"]; got != "applied" {
		t.Errorf("got the result %v", got)
	}
	if runs := s.scalr.Runs(); len(runs) != 2 || !runs[0].Dry || runs[1].Dry || !runs[1].AutoApply {
		t.Errorf("got the runs %v", runs)
	}
}

// caller returns the workflow in the header comment of the example.
func caller(t *testing.T) string {
	t.Helper()
	content, err := document("examples/reusable.yml")
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{"name: Caller", "on: {pull_request: {}, push: {}}", "permissions: {contents: read}"}
	for line := range strings.Lines(string(content)) {
		if text, ok := strings.CutPrefix(line, "#   "); ok {
			lines = append(lines, strings.TrimRight(text, "\n"))
		}
	}
	return strings.Join(lines, "\n") + "\n"
}
