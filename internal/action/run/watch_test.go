package run

import (
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
)

// TestTimeToStop checks how long the step waits for the end of a run that it stops: the grace period of five seconds less
// the time since the signal, but at least a second.
func TestTimeToStop(t *testing.T) {
	t.Parallel()
	for since, want := range map[time.Duration]time.Duration{
		0:                       5 * time.Second,
		3 * time.Second:         2 * time.Second,
		4 * time.Second:         time.Second,
		4500 * time.Millisecond: time.Second,
		time.Minute:             time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			signals := make(chan os.Signal, 1)
			s, ctx, end := step.Begin(context.Background(), step.Env{Signals: signals, Stdout: io.Discard, Version: "test"})
			defer end()
			signals <- syscall.SIGTERM
			synctest.Wait()
			time.Sleep(since)
			r := newCommand(s, inputs.Run{OnCancel: inputs.OnCancelStop})
			stops := 0
			r.client = scalrtest.NewClient(t, transport(func(q *http.Request) (*http.Response, error) {
				body := `{"data":{"type":"runs","id":"run-1","attributes":{"status":"planning"}}}`
				if q.Method == http.MethodPost {
					stops++
				}
				return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Request: q, Header: http.Header{}}, nil
			}))
			began := time.Now()
			ending, err := r.follow(ctx, scalr.Run{ID: "run-1", Status: scalr.StatusPlanning}, "")
			if took := time.Since(began); err != nil || ending.StopCause == nil || stops != 1 || took != want {
				t.Errorf("%s after the signal: waited %s after %d requests to stop (%v), want %s", since, took, stops, err, want)
			}
		})
	}
}
