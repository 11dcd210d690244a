package plays

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

func yamlNode(t *testing.T, text string) *yaml.Node {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(text), &n); err != nil {
		t.Fatal(err)
	}
	return n.Content[0]
}

func TestCombinations(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		matrix string
		want   []object
		wrong  string
	}{
		"one axis": {matrix: "{n: [1, 2]}", want: []object{{"n": 1.0}, {"n": 2.0}}},
		"two axes": {
			matrix: "{n: [1, 2], m: [a, b]}",
			want:   []object{{"n": 1.0, "m": "a"}, {"n": 1.0, "m": "b"}, {"n": 2.0, "m": "a"}, {"n": 2.0, "m": "b"}},
		},
		"from a job": {
			matrix: "{n: \"${{ fromJSON(matrix.many) }}\"}",
			want:   []object{{"n": object{"id": "env-1"}}, {"n": "x"}},
		},
		"include alone": {
			matrix: "{include: [{a: 1}, {a: 2, b: x}]}",
			want:   []object{{"a": 1.0}, {"a": 2.0, "b": "x"}},
		},
		"include extends": {
			matrix: "{n: [1, 2], include: [{n: 1, b: x}, {c: y}]}",
			want:   []object{{"n": 1.0, "b": "x", "c": "y"}, {"n": 2.0, "c": "y"}},
		},
		"include adds": {
			matrix: "{n: [1], include: [{n: 3, b: x}]}",
			want:   []object{{"n": 1.0}, {"n": 3.0, "b": "x"}},
		},
		"include of no object": {matrix: "{include: [1]}", wrong: "not a mapping"},
		"empty axis":           {matrix: "{n: []}", wrong: "no values"},
		"not a list":           {matrix: "{n: x}", wrong: "not a list"},
		"exclude":              {matrix: "{n: [1], exclude: [{n: 1}]}", wrong: "not supported"},
		"bad expression":       {matrix: "{n: \"${{ none }}\"}", wrong: "no context"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := scope{contexts: object{"matrix": object{"many": `[{"id":"env-1"},"x"]`}}}
			got, err := combinations(yamlNode(t, c.matrix), in)
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) {
					t.Errorf("got the error %v, want one with %q", err, c.wrong)
				}
				return
			}
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Errorf("error %v, (-want +got)\n%s", err, diff)
			}
		})
	}
}

func TestTriggered(t *testing.T) {
	t.Parallel()
	on := yamlNode(t,
		`{pull_request: {paths: ["infra/app/**", "live/**"]}, push: {branches: [main]}, schedule: [{cron: "1 2 * * *"}],
  repository_dispatch: {types: [newrelic-alert]}, merge_group: }`)
	elsewhere := push("x")
	elsewhere.ref = "refs/heads/topic"
	for _, c := range []struct {
		event event
		want  bool
	}{
		{event: pull(7, "opened", "x", "infra/app/main.tf"), want: true},
		{event: pull(7, "opened", "x", "README.md", "live/x"), want: true},
		{event: pull(7, "opened", "x", "infra/apple")},
		{event: pull(7, "closed", "x", "infra/app/main.tf")},
		{event: pull(7, "opened", "x")},
		{event: push("x"), want: true},
		{event: elsewhere},
		{event: schedule(), want: true},
		{event: dispatch("newrelic-alert", nil), want: true},
		{event: dispatch("else", nil)},
		{event: queued(7, "x"), want: true},
		{event: event{name: "release"}},
	} {
		if got, err := triggered(on, c.event); got != c.want || err != nil {
			t.Errorf("%s: got %v, %v, want %v", c.event.about, got, err, c.want)
		}
	}
	for _, e := range []event{pull(7, "opened", "x"), pull(7, "closed", "x"), push("x")} {
		if got, err := triggered(yamlNode(t, "pull_request"), e); got != (e.action == "opened") || err != nil {
			t.Errorf("%s: got %v, %v", e.about, got, err)
		}
	}
	for _, bad := range []string{"{push: {tags: [v1]}}", `{push: {paths: ["*.tf"]}}`} {
		if _, err := triggered(yamlNode(t, bad), push("x", "a.tf")); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

// TestUnsupportedWorkflows checks that unsupported features are errors.
func TestUnsupportedWorkflows(t *testing.T) {
	t.Parallel()
	const start = "on: push\njobs:\n  a:\n    runs-on: x\n"
	for workflow, wrong := range map[string]string{
		start + "    timeout-minutes: 5\n    steps: [{run: x}]\n":           "timeout-minutes",
		start + "    steps: [{run: x, working-directory: y}]\n":             "working-directory",
		start + "    steps: [{run: \"echo ${{ github.actor }}\"}]\n":        "expression in its script",
		start + "    steps: [{name: x}]\n":                                  "neither uses nor runs",
		start + "    steps: [{run: x, uses: y}]\n":                          "neither uses nor runs",
		start + "    uses: y\n":                                             "either steps and a runner",
		start:                                                               "either steps and a runner",
		start + "    strategy: {matrix: {n: [1]}}\n    steps: [{run: x}]\n": "fails fast",
		start + "    needs: b\n    steps: [{run: x}]\n":                     "need one another",
		start + "    needs: [b]\n    steps: [{run: x}]\n  b:\n    needs: a\n    runs-on: x\n    steps: " +
			"[{run: x}]\n": "need one another",
	} {
		if _, err := readWorkflow([]byte(workflow)); err == nil || !strings.Contains(err.Error(), wrong) {
			t.Errorf("got the error %v, want one with %q, for\n%s", err, wrong, workflow)
		}
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	w, err := readWorkflow([]byte("on: push\njobs:\n  a: {needs: [c, b], runs-on: x, steps: [{run: x}]}\n  b: " +
		"{needs: c, runs-on: x, steps: [{run: x}]}\n  c: {runs-on: x, steps: [{run: x}]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := w.order(); fmt.Sprint(got) != "[c b a]" || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestGrants(t *testing.T) {
	t.Parallel()
	w := &workflow{Permissions: *yamlNode(t, "{contents: read}")}
	for text, want := range map[string]grants{"{}": {}, "{issues: write}": {"issues": "write"}} {
		if got, err := grantsOf(w, &job{Permissions: *yamlNode(t, text)}); !cmp.Equal(got, want) || err != nil {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
	inherited, err := grantsOf(w, &job{})
	if err != nil || !inherited.reads("contents") || inherited.writes("contents") || inherited.reads("issues") {
		t.Errorf("got %v, %v", inherited, err)
	}
	if _, err := grantsOf(&workflow{}, &job{}); err == nil {
		t.Error("permissions that are not in the workflow were given")
	}
	if err := (grants{"issues": "write"}).within(grants{"issues": "read"}); err == nil {
		t.Error("a called workflow got more than its caller has")
	}
	if err := (grants{"issues": "read"}).within(grants{"issues": "write"}); err != nil {
		t.Error(err)
	}
}
