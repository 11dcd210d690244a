package runner_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// reviews is the recipe's GitHub with the responses about pull request 7 that githubtest does not have.
type reviews struct {
	next    http.Handler
	answers map[string]any // by path after the repository's name
}

func (f *reviews) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, ok := f.answers[strings.TrimPrefix(r.URL.Path, "/repos/acme/infra")]
	if !ok || r.Method != http.MethodGet {
		f.next.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// checkoutByCommit replaces actions/checkout in recipes that set its ref: act copies the repository only if ref is empty.
// The repository is mounted into the job.
const checkoutByCommit = `name: Checkout
inputs:
  ref: {}
  persist-credentials: {}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        REF: ${{ inputs.ref }}
      run: git checkout --quiet --detach "$REF"
`

// checkoutByCommit returns the arguments of act that replace actions/checkout.
func (r *recipe) checkoutByCommit() []string {
	r.t.Helper()
	checkout := r.t.TempDir()
	if err := os.WriteFile(filepath.Join(checkout, "action.yml"), []byte(checkoutByCommit), 0o644); err != nil {
		r.t.Fatal(err)
	}
	return []string{"--bind", "--local-repository", "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1=" + checkout}
}

// TestRecipeCommands plans and applies a pull request by comments, and refuses to apply a commit that is not approved.
func TestRecipeCommands(t *testing.T) {
	t.Parallel()
	server := scalr(t, creates())
	r := newRecipe(t, "issue-comment.yml", server, map[string]string{"infra/network/main.tf": "# network"})
	git(t, r.dir, "checkout", "-q", "-b", "topic")
	first := r.commit(map[string]string{"infra/network/main.tf": "# v2"})

	commands := []string{"/apply"}
	if os.Getenv("SOAK") != "" {
		commands = []string{"/plan", "/apply"}
	}
	for i, command := range commands {
		code, log := r.comment(fmt.Sprint(11+i), command, first, first)
		runs := server.Runs()
		if code != 0 || len(runs) != i+1 || runs[i].Dry != (command == "/plan") {
			t.Fatalf("%s: act ended with %d, the runs are %+v\n%s", command, code, runs, log)
		}
		if comments := r.github.Written(7); len(comments) != 1 || !strings.Contains(comments[0].Body, runs[i].ID) {
			t.Fatalf("%s: the comments are %+v, want one about %s\n%s", command, comments, runs[i].ID, log)
		}
	}

	second := r.commit(map[string]string{"infra/network/main.tf": "# v3"})
	code, log := r.comment("13", "/apply", second, first)
	comments := r.github.Written(7)
	if reply := comments[len(comments)-1].Body; code == 0 || len(server.Runs()) != len(commands) || !strings.Contains(reply, "has no approving review") {
		t.Fatalf("act ended with %d, the reply is %q, the runs are %+v\n%s", code, reply, server.Runs(), log)
	}
}

// comment runs the recipe for a comment on pull request 7 with a head and an approved commit.
func (r *recipe) comment(run, body, head, approved string) (code int, log string) {
	r.t.Helper()
	r.github.Push(7, head)
	type object map[string]any
	repository := object{"full_name": "acme/infra", "default_branch": "main"}
	front := httptest.NewServer(&reviews{next: r.github, answers: map[string]any{
		"/pulls/7": object{"number": 7, "state": "open", "user": object{"login": "ada"},
			"head": object{"ref": "topic", "sha": head, "repo": repository}, "base": object{"ref": "main", "sha": r.base, "repo": repository}},
		"/pulls/7/reviews": []object{{"state": "APPROVED", "commit_id": approved, "user": object{"login": "joe"},
			"author_association": "MEMBER"}},
		"/compare/main..." + head: object{"behind_by": 0},
	}})
	defer front.Close()
	payload, err := json.Marshal(object{
		"action": "created", "repository": repository,
		"issue":   object{"number": 7, "pull_request": object{"url": front.URL + "/repos/acme/infra/pulls/7"}},
		"comment": object{"body": body, "author_association": "MEMBER", "user": object{"login": "joe"}},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.more = append(r.checkoutByCommit(), "--env", "GITHUB_API_URL="+front.URL, "--env", "GITHUB_GRAPHQL_URL="+front.URL+"/graphql")
	return r.play("issue_comment", run, string(payload))
}
