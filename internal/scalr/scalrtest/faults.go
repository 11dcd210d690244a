package scalrtest

import (
	"context"
	"net/http"
	"strings"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalrsim"
)

// Status returns a fault that responds with a status; header contains alternating names and values.
func Status(op string, code, times int, header ...string) scalrsim.Fault {
	f := scalrsim.Fault{Op: op, Times: times, Action: scalrsim.Status, Status: code, Header: http.Header{}}
	for i := 0; i+1 < len(header); i += 2 {
		f.Header.Add(header[i], header[i+1])
	}
	return f
}

// Problem returns a fault that responds to every request with a status and a body.
func Problem(op string, code int, body string) scalrsim.Fault {
	return scalrsim.Fault{Op: op, Times: -1, Action: scalrsim.Status, Status: code, Body: body}
}

// Garbage returns a fault that responds with a body that is not a document of the API.
func Garbage(op, kind, body string, times int) scalrsim.Fault {
	return scalrsim.Fault{Op: op, Times: times, Action: scalrsim.Garbage, Body: body, Header: http.Header{"Content-Type": {kind}}}
}

// Edit returns a fault that replaces text in a successful response.
func Edit(op string, times int, pairs ...string) scalrsim.Fault {
	return scalrsim.Fault{Op: op, Times: times, Action: scalrsim.Edit,
		Change: func(body string) string { return strings.NewReplacer(pairs...).Replace(body) }}
}

// WithID returns a fault that replaces the id of the primary data, regardless of the order of members.
func WithID(op, id string) scalrsim.Fault {
	return scalrsim.Fault{Op: op, Action: scalrsim.Edit, Change: func(body string) string {
		at := strings.Index(body, `"id":"run-`)
		end := at + len(`"id":"`) + strings.Index(body[at+len(`"id":"`):], `"`)
		return body[:at] + `"id":"` + id + body[end:]
	}}
}

// CreateAnother creates a second run like the given one.
func CreateAnother(ctx context.Context, r *Harness, run scalr.Run) error {
	_, _, err := runs.Create(ctx, r.Client, scalr.RunRequest{WorkspaceID: run.WorkspaceID, ConfigurationID: run.ConfigurationID, Dry: true})
	return err
}
