package scalr_test

import (
	"slices"
	"testing"
	"time"

	"scalr-run-action/internal/scalr"
)

// TestTransitions reads who changed the status of a run, and when and why: a user or a service account, by the first
// name that Scalr reports.
func TestTransitions(t *testing.T) {
	t.Parallel()
	const person = `,"relationships":{"user":{"data":{"id":"u-1"}}}`
	of := func(relationships, included string) string {
		return `{"data":{"type":"runs","id":"run-1","attributes":{"status":"confirmed"},"relationships":{"status-transitions":{"data":[{"id":"st-1"},` +
			`{"id":"st-2"}]}}},"included":[{"type":"status-transitions","id":"st-1","attributes":{"status":"confirmed",` +
			`"occurred-at":"2026-11-28T10:00:00Z","reason":"go"}` + relationships + `}` + included + `]}`
	}
	for name, c := range map[string]struct{ relationships, included, by string }{
		"Scalr itself":         {},
		"a user":               {person, `,{"type":"users","id":"u-1","attributes":{"email":"a@b.c","username":"ab","full-name":"A B"}}`, "a@b.c"},
		"without an address":   {person, `,{"type":"users","id":"u-1","attributes":{"username":"ab","full-name":"A B"}}`, "ab"},
		"without a login":      {person, `,{"type":"users","id":"u-1","attributes":{"full-name":"A B","name":"N"}}`, "A B"},
		"a service account":    {person, `,{"type":"service-accounts","id":"u-1","attributes":{"name":"ci"}}`, "ci"},
		"an unknown user":      {person, `,{"type":"users","id":"u-2","attributes":{"email":"a@b.c"}}`, "u-1"},
		"a user without names": {person, `,{"type":"users","id":"u-1","attributes":{}}`, "u-1"},
	} {
		client, _ := respondingWith(t, of(c.relationships, c.included))
		run, err := client.Run(t.Context(), "run-1")
		want := []scalr.Transition{{Status: "confirmed", At: time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC), Reason: "go", By: c.by}}
		if err != nil || !slices.EqualFunc(run.Transitions, want, func(a, b scalr.Transition) bool {
			return a.At.Equal(b.At) && a.Status == b.Status && a.Reason == b.Reason && a.By == b.By
		}) {
			t.Errorf("%s: got %+v, %v; want %+v", name, run.Transitions, err, want)
		}
	}
}
