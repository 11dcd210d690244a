package runner_test

import (
	"fmt"
	"net/http"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// TestRecipePreviewEnd closes a pull request: the resources of its preview are destroyed, then its environment is deleted.
func TestRecipePreviewEnd(t *testing.T) {
	t.Parallel()
	server := scalr(t, scalrsim.Scenario{Script: scalrsim.RunScript{
		Plan: scalrsim.Stage{Changes: []scalrsim.Change{{Address: "terraform_data.app", Action: "delete"}}},
	}})
	preview, other := server.AddEnvironment("preview-7", "preview"), server.AddEnvironment("preview-8", "preview")
	app := server.AddWorkspace(preview, "app", nil, "preview")
	server.AddWorkspace(other, "app", nil, "preview")
	r := newRecipe(t, "preview-end.yml", server, map[string]string{"infra/app/main.tf": "# app"}, "preview-teardown.yml")
	git(t, r.dir, "checkout", "-q", "-b", "topic")
	head := r.commit(map[string]string{"infra/app/main.tf": "# v2"})
	r.more = r.checkoutByCommit()
	code, log := r.play("pull_request", "11", fmt.Sprintf(`{
		"action": "closed",
		"number": 7,
		"pull_request": {
			"number": 7,
			"user": {"login": "ada"},
			"head": {"ref": "topic", "sha": %q, "repo": {"full_name": "acme/infra"}},
			"base": {"ref": "main", "sha": %q, "repo": {"full_name": "acme/infra"}}
		},
		"repository": {"full_name": "acme/infra", "default_branch": "main"}
	}`, head, r.base))
	runs := server.Runs()
	if code != 0 || len(runs) != 1 || runs[0].Workspace != app || runs[0].Status != "applied" || runs[0].Attributes["is-destroy"] != true {
		t.Fatalf("act ended with %d, the runs are %+v\n%s", code, runs, log)
	}
	for id, want := range map[string]int{preview: http.StatusNotFound, other: http.StatusOK} {
		if status := statusOf(t, server, "environments/"+id); status != want {
			t.Errorf("environment %s: got status %d, want %d\n%s", id, status, want, log)
		}
	}
}

// statusOf returns the HTTP status of the simulator's response to a read of an object.
func statusOf(t *testing.T, server *scalrsim.Server, path string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL()+"/api/iacp/v3/"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{
		"Authorization": {"Bearer " + scalrsim.Token},
		"Accept":        {"application/vnd.api+json"},
		"User-Agent":    {"test"},
	}
	res, err := server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode
}
