package run

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/action/step"
)

// TestPost compares what the post step requests and logs, by the state that the main step left and by the status of the
// run.
func TestPost(t *testing.T) {
	t.Parallel()
	const (
		address = "https://acme.scalr.test/v2/e/env-1/workspaces/ws-1/runs/run-1\n"
		read    = "GET runs/run-1"
		list    = "GET runs"
		cancel  = "POST runs/run-1/actions/cancel"
		discard = "POST runs/run-1/actions/discard"

		forbidden = "Forbidden (HTTP 403). Either the token lacks a permission, or the object does not exist: the operation requires "
	)
	known := []string{"STATE_run-id=run-1", "STATE_configuration-version-id=cv-1", "STATE_workspace-id=ws-1"}
	unknown := known[1:]
	failed := func(problem string) string {
		return "warning: The run that the canceled step left behind could not be stopped: " + problem
	}
	for name, c := range map[string]struct {
		state    []string
		onCancel string // stop if empty
		status   string // of the run, or the status of the response to a read
		refused  int    // status of the response to each action; 0 for 202
		requests []string
		log      string
	}{
		"nothing was created": {},
		"it finished":         {state: append(slices.Clone(known), "STATE_finished=true")},
		"it leaves its run":   {state: known, onCancel: "leave"},
		"final":               {state: known, status: "applied", requests: []string{read, list}},
		"saved": {state: known, status: "planned_and_saved", requests: []string{read, list},
			log: "Run run-1 of the canceled step has saved its plan and waits for confirmation: " + address},
		"planning": {state: known, status: "planning", requests: []string{read, read, cancel, list},
			log: "Run run-1 of the canceled step: Scalr accepted the request to cancel it. " + address},
		"waiting": {state: known, status: "policy_override", requests: []string{read, read, discard, list},
			log: "Run run-1 of the canceled step: Scalr accepted the request to discard it. " + address},
		"applying": {state: known, status: "applying", requests: []string{read, read, list},
			log: "Run run-1 of the canceled step is being applied and is still running: " + address},
		"applying, stop-apply": {state: known, onCancel: "stop-apply", status: "applying", requests: []string{read, read, cancel, list},
			log: "Run run-1 of the canceled step: Scalr accepted the request to cancel it. " + address},
		"refused": {state: known, status: "planning", refused: 403, requests: []string{read, read, cancel, list},
			log: failed("Cancel run run-1: " + forbidden + "`runs:cancel` on the workspace, its environment or the account. " + address)},
		"unreadable": {state: known, status: "403", requests: []string{read},
			log: failed("Read run run-1: " + forbidden + "`*:read` on the workspace, its environment or the account. \n")},
		"without an id": {state: unknown, status: "planning", requests: []string{list, read, read, cancel, list},
			log: "Run run-1 of the canceled step: Scalr accepted the request to cancel it. " + address},
		"another run": {state: slices.Concat(known[:1], []string{"STATE_configuration-version-id=cv-2"}, known[2:]), status: "planning",
			requests: []string{read}, log: failed("Run run-1 belongs to configuration version cv-1, not to configuration version cv-2. " + address)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var requests []string
				server := transport(func(q *http.Request) (*http.Response, error) {
					path := strings.TrimPrefix(q.URL.Path, "/api/iacp/v3/")
					requests = append(requests, q.Method+" "+path)
					one := fmt.Sprintf(`{"type":"runs","id":"run-1","attributes":{"status":%q},"relationships":{"workspace":{"data":{"id":"ws-1"}},`+
						`"environment":{"data":{"id":"env-1"}},"configuration-version":{"data":{"id":"cv-1"}}}}`, c.status)
					status, body := 200, `{"data":`+one+`}`
					switch {
					case q.Method == http.MethodPost:
						if status, body = 202, ""; c.refused != 0 {
							status, body = c.refused, fmt.Sprintf(`{"errors":[{"title":%q}]}`, http.StatusText(c.refused))
						}
					case path == "runs":
						body = `{"data":[` + one + `]}`
					case c.status == "403":
						status, body = 403, ""
					}
					return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Request: q, Header: http.Header{}}, nil
				})
				onCancel := c.onCancel
				if onCancel == "" {
					onCancel = "stop"
				}
				environ := slices.Concat(c.state, []string{"STATE_on-cancel=" + onCancel, "INPUT_TOKEN=token-0123456789abcdef",
					"INPUT_BASE-URL=https://acme.scalr.test", "INPUT_WORKSPACE-ID=ws-1"})
				var log bytes.Buffer
				s, ctx, end := step.Begin(context.Background(), step.Env{
					Environ: environ, Stdout: &log, Version: "test", HTTP: &http.Client{Transport: server},
				})
				code := Post(ctx, s)
				end()
				if code != 0 || !slices.Equal(requests, c.requests) || log.String() != c.log {
					t.Errorf("%s: exit code %d after\n%s\nlogged\n%s, want\n%s\nand\n%s", name, code, strings.Join(requests, "\n"), &log,
						strings.Join(c.requests, "\n"), c.log)
				}
			})
		})
	}
}
