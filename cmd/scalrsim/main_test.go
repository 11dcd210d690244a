package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestServesAndRecords(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	file := filepath.Join(t.TempDir(), "requests.json")
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"-scenario", "no-changes", "-record", file}, w)
		w.CloseWithError(err)
		ended <- err
	}()
	env := map[string]string{}
	lines := bufio.NewScanner(r)
	for len(env) < 3 && lines.Scan() {
		if name, value, ok := strings.Cut(strings.TrimPrefix(lines.Text(), "export "), "="); ok && strings.HasPrefix(lines.Text(), "export ") {
			env[name] = value
		}
	}
	go func() { _, _ = io.Copy(io.Discard, r) }()

	get := func(path, token string) (int, string) {
		request, err := http.NewRequestWithContext(ctx, "GET", env["SCALR_HOSTNAME"]+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{"Authorization": "Bearer " + token, "Accept": "application/vnd.api+json",
			"Prefer": "profile=preview", "User-Agent": "test/1"} {
			request.Header.Set(name, value)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(body)
	}
	if status, body := get("/api/iacp/v3/workspaces/"+env["INPUT_WORKSPACE_ID"], env["SCALR_TOKEN"]); status != 200 {
		t.Errorf("the workspace: got %d %s", status, body)
	}
	get("/api/iacp/v3/runs", "wrong-token")
	if _, body := get("/_sim/objections", ""); !strings.Contains(body, "GET /runs: the token is unknown") {
		t.Errorf("objections: %s", body)
	}
	for _, name := range []string{"runs", "stops", "unused-faults"} {
		if status, body := get("/_sim/"+name, ""); status != 200 || body != "[]\n" {
			t.Errorf("%s: got %d %q", name, status, body)
		}
	}
	if status, _ := get("/_sim/unknown", ""); status != 404 {
		t.Errorf("an unknown record: got %d", status)
	}

	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var requests []struct{ Path, Time string }
	if err := json.Unmarshal(body, &requests); err != nil || len(requests) != 2 || requests[1].Path != "/runs" || requests[1].Time == "" {
		t.Errorf("recorded %s, %v", body, err)
	}
	if strings.Contains(string(body), env["SCALR_TOKEN"]) {
		t.Error("the record contains the token")
	}
}

func TestUnknownScenarioAndList(t *testing.T) {
	t.Parallel()
	if err := run(t.Context(), []string{"-scenario", "none"}, io.Discard); err == nil || !strings.Contains(err.Error(), `unknown scenario "none"`) {
		t.Errorf("got %v", err)
	}
	var out strings.Builder
	if err := run(t.Context(), []string{"-list"}, &out); err != nil || !strings.Contains(out.String(), "plan-changes") {
		t.Errorf("got %v, %s", err, out.String())
	}
}
