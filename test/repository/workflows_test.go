package repository_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark/ast"
)

// TestExamples holds every workflow under examples to the rules that the
// documents preach.
func TestExamples(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("examples/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("got no examples: %v", err)
	}
	actions := actionFiles(t)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range workflowProblems(string(content), actions) {
			t.Errorf("%s: %s", file, problem)
		}
		if !strings.Contains(string(content), "\njobs:\n") {
			t.Errorf("%s is not a workflow", file)
		}
	}
}

// TestDocumentedYAML does the same for the YAML in the documents.
func TestDocumentedYAML(t *testing.T) {
	t.Parallel()
	actions := actionFiles(t)
	seen := 0
	for _, file := range documents(t) {
		for _, block := range codeBlocks(t, file, "yaml", "yml") {
			seen++
			for _, problem := range workflowProblems(block, actions) {
				t.Errorf("%s: %s in\n%s", file, problem, block)
			}
		}
	}
	if seen < 5 {
		t.Errorf("found only %d blocks of YAML: does the search still work?", seen)
	}
}

// TestWorkflowProblems makes sure that the rules can be broken.
func TestWorkflowProblems(t *testing.T) {
	t.Parallel()
	actions := actionFiles(t)
	commenting := func(group, dry string) string {
		return "on: pull_request\npermissions: {}\n" + group +
			"jobs:\n  a:\n    steps:\n      - uses: OWNER/scalr-run-action@v1\n        with: {comment: true, dry-run: " + dry +
			"}\n"
	}
	const job = "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: x\n    steps:\n"
	for name, c := range map[string]struct{ yaml, want string }{
		"not YAML":        {yaml: "a: [", want: "is not YAML"},
		"unpinned action": {yaml: job + "      - uses: actions/checkout@v7\n", want: "not pinned"},
		"pinned without version": {
			yaml: job + "      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1\n",
			want: "no version beside it",
		},
		"unknown input": {
			yaml: job + "      - uses: OWNER/scalr-run-action@v1\n        with: {workspace_id: ws-1}\n",
			want: `no input "workspace_id"`,
		},
		"input of another action": {
			yaml: job + "      - uses: OWNER/scalr-run-action/environment@v1\n        with: {path: x}\n",
			want: `no input "path"`,
		},
		"unknown companion": {yaml: job + "      - uses: OWNER/scalr-run-action/team@v1\n", want: "no such action"},
		"unknown output": {
			yaml: job + "      - uses: OWNER/scalr-run-action@v1\n        id: b\n      - run: echo\n        env: {X: '${{ " +
				"steps.b.outputs.url }}'}\n",
			want: `no output "url"`,
		},
		"output of a script": {
			yaml: job + "      - run: echo c=1\n        id: b\n      - run: echo\n        env: {X: '${{ " +
				"steps.b.outputs.d }}'}\n",
			want: `does not set "d"`,
		},
		"unknown step": {
			yaml: job + "      - run: echo\n        env: {X: '${{ steps.b.outputs.d }}'}\n",
			want: `no step "b"`,
		},
		"output of a job": {
			yaml: job + "      - run: echo\n  b:\n    needs: a\n    steps: []\n    if: needs.a.outputs.x == '1'\n",
			want: `job "a" has no output "x"`,
		},
		"expression in run": {yaml: job + "      - run: echo ${{ github.actor }}\n", want: "expression in a script"},
		"no permissions":    {yaml: "on: push\njobs:\n  a:\n    steps: []\n", want: "no permissions"},
		"kept credentials": {
			yaml: job + "      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1\n",
			want: "persist-credentials",
		},
		"pull_request_target": {
			yaml: strings.Replace(job, "push", "pull_request_target", 1) + "      - run: x\n",
			want: "pull_request_target",
		},
		"comments without a group": {yaml: commenting("", "true"), want: "concurrency group"},
		"comments in one group": {
			yaml: commenting("concurrency: {group: plan, cancel-in-progress: true}\n", "true"),
			want: "concurrency group",
		},
		"comments, none ends": {
			yaml: commenting("concurrency: {group: 'plan-${{ github.ref }}'}\n", "true"),
			want: "concurrency group",
		},
		"an apply that is ended": {
			yaml: commenting("concurrency: {group: 'plan-${{ github.ref }}', cancel-in-progress: true}\n", "false"),
			want: "concurrency group",
		},
		"applies in one group": {yaml: commenting("concurrency: {group: apply, cancel-in-progress: false}\n", "false")},
		"applies that end others": {
			yaml: commenting("concurrency: {group: apply, cancel-in-progress: true}\n", "false"),
			want: "concurrency group",
		},
		"comments in order": {
			yaml: commenting("concurrency: {group: 'plan-${{ github.ref }}', cancel-in-progress: true}\n", "true"),
		},
		"no problem": {yaml: job + "      - uses: OWNER/scalr-run-action@v1\n        with: {path: x}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := strings.Join(workflowProblems(c.yaml, actions), "; ")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got the problems %q, want %q among them", got, c.want)
			}
		})
	}
}

// documents are the Markdown files that users and developers read.
func documents(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.md", "*/README.md", "docs/*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, files...)
	}
	return all
}

// codeBlocks returns the fenced blocks of a document in one of the languages.
func codeBlocks(t *testing.T, file string, languages ...string) []string {
	t.Helper()
	var blocks []string
	walk(t, file, func(n ast.Node, source []byte) {
		if b, ok := n.(*ast.FencedCodeBlock); ok && slices.Contains(languages, string(b.Language(source))) {
			blocks = append(blocks, string(b.Lines().Value(source)))
		}
	})
	return blocks
}
