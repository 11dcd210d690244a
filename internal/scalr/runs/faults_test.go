package runs_test

import (
	"context"
	"net/http"
	"strings"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalrsim"
)

// What faults are for.
const (
	readRun    = "GET /runs/*"
	createRun  = "POST /runs"
	everything = "* /**"
)

func oneMore(ctx context.Context, r *rig, run scalr.Run) error {
	_, _, err := runs.Create(ctx, r.Client, scalr.RunRequest{WorkspaceID: run.WorkspaceID, ConfigurationID: run.ConfigurationID, Dry: true})
	return err
}

func status(op string, code, times int, header ...string) scalrsim.Fault {
	f := scalrsim.Fault{Op: op, Times: times, Action: scalrsim.Status, Status: code, Header: http.Header{}}
	for i := 0; i+1 < len(header); i += 2 {
		f.Header.Add(header[i], header[i+1])
	}
	return f
}

func problem(op string, code int, body string) scalrsim.Fault {
	return scalrsim.Fault{Op: op, Times: -1, Action: scalrsim.Status, Status: code, Body: body}
}

func garbage(op, kind, body string, times int) scalrsim.Fault {
	return scalrsim.Fault{Op: op, Times: times, Action: scalrsim.Garbage, Body: body, Header: http.Header{"Content-Type": {kind}}}
}

// edited replaces text in a good answer.
func edited(op string, times int, pairs ...string) scalrsim.Fault {
	return scalrsim.Fault{Op: op, Times: times, Action: scalrsim.Edit,
		Change: func(body string) string { return strings.NewReplacer(pairs...).Replace(body) }}
}

// changed sets the id of the primary data, whatever the order of members.
func changed(op, _, id string) scalrsim.Fault {
	return scalrsim.Fault{Op: op, Action: scalrsim.Edit, Change: func(body string) string {
		at := strings.Index(body, `"id":"run-`)
		end := at + len(`"id":"`) + strings.Index(body[at+len(`"id":"`):], `"`)
		return body[:at] + `"id":"` + id + body[end:]
	}}
}
