package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
)

// TestWaitForLock compares how long the step waits for the lock of a workspace, what the log says, and how it ends.
func TestWaitForLock(t *testing.T) {
	t.Parallel()
	const (
		limit  = 150 * time.Second
		name   = `Workspace "w" (ws-1) is locked by `
		begins = name + "ada. Waiting for up to 2m30s for the lock to be removed (wait-for-lock).\n"
		never  = "The lock was not removed within 2m30s (wait-for-lock).\n"
		ended  = name + "ada. The step ends after waiting 30s for the lock; nothing was uploaded and no run was created.\n"
	)
	canceled := errors.New("canceled")
	removed := func(after string) string {
		return `The lock of workspace "w" (ws-1) was removed after ` + after + "; continuing.\n"
	}
	still := func(by string, after ...string) (lines string) {
		for _, waited := range after {
			lines += name + by + ". Waited " + waited + " of 2m30s.\n"
		}
		return lines
	}
	for title, c := range map[string]struct {
		until  time.Duration // Scalr reports the lock until then
		taken  time.Duration // from then on another person has the lock; 0 for never
		down   time.Duration // from then on Scalr does not respond; 0 for never
		cancel time.Duration // when the step is canceled; 0 for never
		took   time.Duration
		log    string // after the first line
	}{
		"removed":                     {until: time.Second, took: 1125 * time.Millisecond, log: removed("1.1s")},
		"removed after a minute":      {until: 61 * time.Second, took: 68832519530, log: removed("1m9s")},
		"removed at the limit":        {until: limit, took: limit, log: still("ada", "1m9s", "2m9s") + removed("2m30s")},
		"never":                       {until: time.Hour, took: limit, log: still("ada", "1m9s", "2m9s") + never},
		"another person":              {until: time.Hour, taken: 10 * time.Second, took: limit, log: still("bob", "13s", "1m9s", "2m9s") + never},
		"no response":                 {until: time.Hour, down: 20 * time.Second, took: limit + 5*time.Second},
		"canceled":                    {until: time.Hour, cancel: 30 * time.Second, took: 30 * time.Second, log: ended},
		"canceled without a response": {until: time.Hour, down: 20 * time.Second, cancel: 30 * time.Second, took: 30 * time.Second, log: ended},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			r, log := commandIn(inputs.Run{WaitForLock: limit})
			r.Env.Timing = follow.DefaultTiming
			r.client = scalrtest.NewClient(t, transport(func(q *http.Request) (*http.Response, error) {
				passed, status, by := time.Since(began), 200, "ada"
				if c.taken > 0 && passed >= c.taken {
					by = "bob"
				}
				if c.down > 0 && passed >= c.down {
					status = 503
				}
				body := fmt.Sprintf(`{"data":{"type":"workspaces","id":"ws-1","attributes":{"name":"w","locked":%t},"relationships":{`+
					`"locked-by":{"data":{"id":"user-1"}}}},"included":[{"type":"users","id":"user-1","attributes":{"username":"%s"}}]}`, passed < c.until, by)
				return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Request: q, Header: http.Header{}}, nil
			}))
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			if c.cancel > 0 {
				time.AfterFunc(c.cancel, func() { cancel(canceled) })
			}
			got, err := r.waitForLock(ctx, scalr.Workspace{ID: "ws-1", Name: "w", Locked: true, LockedBy: "ada"})
			stopped := c.cancel > 0
			if errors.Is(err, canceled) != stopped || err != nil && !stopped || got.Locked == (c.until <= c.took) || time.Since(began) != c.took {
				t.Errorf("%s: after %s: locked %v, %v; want the end after %s", title, time.Since(began), got.Locked, err, c.took)
			}
			if log.String() != begins+c.log {
				t.Errorf("%s: logged\n%s, want\n%s", title, log, begins+c.log)
			}
		})
	}
}
