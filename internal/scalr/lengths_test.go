package scalr_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/secret"
)

// TestLengthsInMessages checks that a text of a server or of the caller is shown up to its limit in an error or a warning,
// and then shortened.
func TestLengthsInMessages(t *testing.T) {
	t.Parallel()
	type result struct {
		status int
		header http.Header
		body   string // may contain %s for the text
		err    func(text string) error
	}
	read := func(ctx context.Context, c *scalr.Client, _ string) error {
		_, err := c.ReadRun(ctx, "run-1", scalr.Once)
		return err
	}
	pending := `{"data":{"type":"configuration-versions","id":"cv-1","attributes":{"status":"%s"}}}`
	for name, c := range map[string]struct {
		limit int
		text  string // repeated; x if empty
		reply result
		call  func(ctx context.Context, c *scalr.Client, text string) error
		want  string // contains %s for the text that is shown
	}{
		"content type": {60, "", result{status: 200, header: http.Header{"Content-Type": {"%s"}}, body: "<p>Hello</p>"},
			read, `read run run-1: expected JSON:API, got %s: "Hello"`},
		"page": {200, "", result{status: 502, header: http.Header{"Content-Type": {"text/html"}}, body: "<p>%s</p>"},
			read, "read run run-1: Bad Gateway: %s (HTTP 502)"},
		"request id": {80, "", result{status: 502, header: http.Header{"X-Request-Id": {"%s"}}},
			read, "read run run-1: Bad Gateway (HTTP 502) [request %s]"},
		"type": {40, "", result{status: 200, body: `{"data":{"type":"%s","id":"run-1"}}`},
			read, `read run run-1: the response is of type "%s", not "runs"`},
		"id": {40, "_", result{status: 200, body: `{"data":{"type":"runs","id":"%s"}}`},
			read, `read run run-1: the response has the id "%s"`},
		"name of the proxy": {200, "", result{err: func(text string) error {
			return &net.OpError{Op: "proxyconnect", Err: &net.DNSError{Name: text}}
		}}, read, "read run run-1: the proxy could not be reached: no address of %s"},
		"id that is requested": {80, "!", result{}, func(ctx context.Context, c *scalr.Client, text string) error {
			_, err := c.Environment(ctx, text)
			return err
		}, `"%s" is not an id`},
		"e-mail address": {200, "", result{status: 403}, func(ctx context.Context, c *scalr.Client, text string) error {
			_, _, err := c.Assume(ctx, text, secret.New("proof"))
			return err
		}, "sign in as %s: Forbidden (HTTP 403)"},
		"environment to create": {255, "", result{status: 403}, func(ctx context.Context, c *scalr.Client, text string) error {
			_, _, err := c.CreateEnvironment(ctx, scalr.EnvironmentSettings{Name: text})
			return err
		}, "create environment %s: Forbidden (HTTP 403)"},
		"workspace to create": {255, "", result{status: 403}, func(ctx context.Context, c *scalr.Client, text string) error {
			_, _, err := c.CreateWorkspace(ctx, "env-1", scalr.WorkspaceSettings{Name: text})
			return err
		}, "create workspace %s: Forbidden (HTTP 403)"},
		"variable to create": {128, "", result{status: 403}, func(ctx context.Context, c *scalr.Client, text string) error {
			_, _, err := c.CreateVariable(ctx, "ws-1", scalr.Variable{Key: text})
			return err
		}, "create variable %s: Forbidden (HTTP 403)"},
		"variable to change": {128, "", result{status: 403}, func(ctx context.Context, c *scalr.Client, text string) error {
			_, err := c.UpdateVariable(ctx, "var-1", scalr.Variable{Key: text})
			return err
		}, "change variable %s: Forbidden (HTTP 403)"},
		"tag to create": {255, "", result{status: 200, body: `{"data":[]}`}, func(ctx context.Context, c *scalr.Client, text string) error {
			_, _, err := c.EnsureTag(ctx, text)
			if err == nil {
				return errors.New("created")
			}
			return err
		}, "create tag %s: the response's data is not a resource"},
		"unknown status of an upload": {80, "", result{status: 200, body: pending}, func(ctx context.Context, c *scalr.Client, _ string) error {
			var shown string
			_, _ = c.AwaitUploaded(ctx, "cv-1", time.Second, func(status string) { shown = status })
			return errors.New(shown)
		}, "%s"},
		"last status of an upload": {80, "", result{status: 200, body: pending}, func(ctx context.Context, c *scalr.Client, _ string) error {
			_, err := c.AwaitUploaded(ctx, "cv-1", time.Millisecond, func(string) {})
			return err
		}, `configuration version cv-1 is still "%s" after 0s`},
	} {
		for over := range 2 {
			synctest.Test(t, func(t *testing.T) {
				unit := c.text
				if unit == "" {
					unit = "x"
				}
				text := strings.Repeat(unit, c.limit+over)
				fill := func(s string) string {
					if strings.Contains(s, "%") {
						return fmt.Sprintf(s, text)
					}
					return s
				}
				client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
					if c.reply.err != nil {
						return nil, c.reply.err(text)
					}
					res := respond(r, c.reply.status, fill(c.reply.body))
					for name, values := range c.reply.header {
						res.Header.Set(name, fill(values[0]))
					}
					return res, nil
				}))
				shown := text[:c.limit]
				if over > 0 {
					shown += "…"
				}
				if err := c.call(t.Context(), client, text); err == nil || !strings.Contains(err.Error(), fmt.Sprintf(c.want, shown)) {
					t.Errorf("%s, %d bytes: got %v, want %s", name, c.limit+over, err, fmt.Sprintf(c.want, shown))
				}
			})
		}
	}
}
