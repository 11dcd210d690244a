package scalr_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
)

// TestRetriesOfOperations checks for how long each kind of operation is retried, by response.
func TestRetriesOfOperations(t *testing.T) {
	t.Parallel()
	type operation func(context.Context, *scalr.Client) error
	poll := func(ctx context.Context, c *scalr.Client) error { _, err := c.PollRun(ctx, "run-1"); return err }
	pollWorkspace := func(ctx context.Context, c *scalr.Client) error { _, err := c.PollWorkspace(ctx, "ws-1"); return err }
	read := func(ctx context.Context, c *scalr.Client) error { _, err := c.Run(ctx, "run-1"); return err }
	configuration := func(ctx context.Context, c *scalr.Client) error { _, err := c.Configuration(ctx, "cv-1"); return err }
	create := func(ctx context.Context, c *scalr.Client) error {
		_, err := c.CreateRun(ctx, scalr.RunRequest{WorkspaceID: "ws-1", ConfigurationID: "cv-1"})
		return err
	}
	pool := func(ctx context.Context, c *scalr.Client) error { _, err := c.AgentPool(ctx, "apool-1"); return err }
	active := func(ctx context.Context, c *scalr.Client) error { _, err := c.ActiveRuns(ctx, "ws-1"); return err }
	inProgress := func(ctx context.Context, c *scalr.Client) error { _, err := c.RunsInProgress(ctx, "ws-1"); return err }
	urgent := func(ctx context.Context, c *scalr.Client) error {
		return c.CancelRun(ctx, "run-1", "", scalr.Urgent, nil)
	}
	tooLarge := "{" + strings.Repeat(" ", 17<<20)
	for name, c := range map[string]struct {
		do          operation
		status      int // 0 means no response
		body        string
		least, most time.Duration
		requests    int // 0 means that only the time is checked
	}{
		"poll, unavailable":              {poll, 503, "", 10 * time.Minute, 10 * time.Minute, 0},
		"poll, unauthorized":             {poll, 401, "", 15 * time.Second, 15 * time.Second, 4},
		"poll, not found":                {poll, 404, "", 30 * time.Second, 45 * time.Second, 0},
		"poll, forbidden":                {poll, 403, "", 0, 0, 1},
		"poll, too large":                {poll, 200, tooLarge, 0, 10 * time.Minute, 0},
		"poll, a page":                   {poll, 200, "<html>", 0, 10 * time.Minute, 0},
		"poll a workspace, unavailable":  {pollWorkspace, 503, "", 10 * time.Minute, 10 * time.Minute, 0},
		"poll a workspace, not found":    {pollWorkspace, 404, "", 30 * time.Second, 45 * time.Second, 0},
		"read, unavailable":              {read, 503, "", 2 * time.Minute, 2 * time.Minute, 0},
		"read, unauthorized":             {read, 401, "", 0, 0, 1},
		"read, not found":                {read, 404, "", 0, 0, 1},
		"read, too large":                {read, 200, tooLarge, 0, 0, 1},
		"a new configuration, not found": {configuration, 404, "", 30 * time.Second, 45 * time.Second, 0},
		"a new configuration, forbidden": {configuration, 403, "", 0, 0, 1},
		"a new configuration, 503":       {configuration, 503, "", 2 * time.Minute, 2 * time.Minute, 0},
		"create, unavailable":            {create, 503, "", 0, 0, 1},
		"create, rate limited":           {create, 429, "", 2 * time.Minute, 2 * time.Minute, 0},
		"create, not found":              {create, 404, "", 0, 0, 1},
		"read for a report":              {pool, 503, "", 0, 0, 1},
		"list active runs":               {active, 503, "", 0, 0, 1},
		"list runs in progress":          {inProgress, 503, "", 2 * time.Minute, 2 * time.Minute, 0},
		"urgent, unavailable":            {urgent, 503, "", 5 * time.Second, 5 * time.Second, 0},
		"urgent, no response":            {urgent, 0, "", 5 * time.Second, 6 * time.Second, 5},
		"urgent, forbidden":              {urgent, 403, "", 0, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				client, retries := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
					requests++
					if c.status == 0 {
						<-r.Context().Done()
						return nil, context.Cause(r.Context())
					}
					if c.body == tooLarge && requests > 2 {
						return respond(r, 403, ""), nil
					}
					return respond(r, c.status, c.body), nil
				}))
				began := time.Now()
				err := c.do(t.Context(), client)
				if took := time.Since(began); err == nil || took < c.least || took > c.most || c.requests > 0 && requests != c.requests {
					t.Errorf("got %v after %s and %d requests, want it after %s to %s and %d", err, took, requests, c.least, c.most, c.requests)
				}
				if len(*retries) != requests-1 {
					t.Errorf("got %d reports of retries for %d requests", len(*retries), requests)
				}
				if strings.HasPrefix(name, "poll, too large") && requests != 3 {
					t.Errorf("got %d requests, want the first two to be retried", requests)
				}
				for i, r := range *retries {
					if r.Attempt != i+1 || r.Wait > 15*time.Second || r.Err == nil || r.Op.Operation == 0 {
						t.Errorf("got the report %+v", r)
					}
				}
			})
		})
	}
}

// TestPagesInPlaceOfResponses checks that an unexpected page is requested three times, and that two pages are shown.
func TestPagesInPlaceOfResponses(t *testing.T) {
	t.Parallel()
	for kind, c := range map[string]struct {
		contentType, body string
		requests          int
		want              string
	}{
		"a page": {"text/html; charset=utf-8", "<h1>Sign in</h1>", 3, `read run run-1: expected JSON:API, got text/html: "Sign in"`},
		"text":   {"text/plain", "OK", 3, `read run run-1: expected JSON:API, got text/plain: "OK"`},
		"JSON without a type": {
			"", `{"data":{"type":"runs","id":"run-1","attributes":{"status":"planned"}}}`, 1, "",
		},
		"JSON of another type": {
			"text/plain", `{"data":{"type":"runs","id":"run-1","attributes":{"status":"planned"}}}`, 1, "",
		},
		"a list of another type": {"text/plain", `[]`, 3, `read run run-1: expected JSON:API, got text/plain: "[]"`},
		"a long type":            {strings.Repeat("x", 70), "x", 3, `read run run-1: expected JSON:API, got ` + strings.Repeat("x", 60) + `…: "x"`},
	} {
		synctest.Test(t, func(t *testing.T) {
			requests := 0
			client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
				requests++
				res := respond(r, 200, c.body)
				res.Header.Set("Content-Type", c.contentType)
				return res, nil
			}))
			_, err := client.Run(t.Context(), "run-1")
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != c.want || requests != c.requests {
				t.Errorf("%s: got %q after %d requests, want %q after %d", kind, got, requests, c.want, c.requests)
			}
		})
	}
}
