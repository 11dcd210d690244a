package scalr_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
)

// countingBody counts the bodies that are open.
type countingBody struct {
	io.Reader
	open *int
	done bool
}

func (b *countingBody) Close() error {
	if !b.done {
		b.done = true
		*b.open--
	}
	return nil
}

// TestResponsesAreClosed: the body of every response is closed, also of redirects and refusals; otherwise the connection
// could not be reused.
func TestResponsesAreClosed(t *testing.T) {
	t.Parallel()
	const created = `{"data":{"type":"configuration-versions","id":"cv-1","links":{"upload":"https://blob.test/a"}}}`
	upload := func(c *scalr.Client) error {
		v, err := c.CreateConfiguration(t.Context(), "ws-1", true)
		if err != nil {
			return err
		}
		return c.Upload(t.Context(), v, scalr.Upload{Data: strings.NewReader("abc"), Size: 3})
	}
	readLog := func(c *scalr.Client) error {
		body, err := c.Log(t.Context(), scalr.Log{Phase: scalr.PlanPhase, ID: "plan-1"}, 10*time.Second)
		if body != nil {
			_, err = io.Copy(io.Discard, body)
			body.Close()
		}
		return err
	}
	read := func(c *scalr.Client) error { _, err := c.Environment(t.Context(), "env-1"); return err }
	for name, c := range map[string]struct {
		call     func(*scalr.Client) error
		statuses []int
		body     string
		fails    bool
	}{
		"a read":                   {read, []int{200}, environmentAnswer, false},
		"a refused read":           {read, []int{403}, "", true},
		"an upload":                {upload, []int{201, 200}, created, false},
		"a redirected upload":      {upload, []int{201, 307, 308, 201}, created, false},
		"a refused upload":         {upload, []int{201, 403}, created, true},
		"a log":                    {readLog, []int{200}, "text", false},
		"an empty log":             {readLog, []int{204}, "", false},
		"a refused log":            {readLog, []int{404}, "", true},
		"a redirected log":         {readLog, []int{302, 307, 200}, "text", false},
		"a redirected empty log":   {readLog, []int{302, 204}, "", false},
		"a refused redirected log": {readLog, []int{302, 403}, "", true},
		"a log that is not gzip":   {readLog, []int{200}, "\x1f\x8bno", true},
		"an endless redirection":   {readLog, []int{302, 302, 302, 302, 302, 302}, "", true},
	} {
		open, requests := 0, 0
		client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
			requests++
			open++
			if requests > len(c.statuses) {
				t.Fatalf("%s: %d requests", name, requests)
			}
			if r.Body != nil {
				r.Body.Close()
			}
			res := respond(r, c.statuses[requests-1], "")
			res.Body = &countingBody{Reader: strings.NewReader(c.body), open: &open}
			res.Header.Set("Location", "https://blob.test/b?sig=1")
			return res, nil
		}))
		if err := c.call(client); (err != nil) != c.fails {
			t.Errorf("%s: got %v", name, err)
		}
		if open != 0 || requests != len(c.statuses) {
			t.Errorf("%s: %d bodies are open after %d requests", name, open, requests)
		}
	}
}

// TestClosedLogEndsItsContext: after a log is closed, or if it cannot be read, the context of its request ends.
func TestClosedLogEndsItsContext(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"a log": "text", "a log that is not gzip": "\x1f\x8bno"} {
		synctest.Test(t, func(t *testing.T) {
			var request *http.Request
			client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
				request = r
				return respond(r, 200, body), nil
			}))
			log, err := client.Log(t.Context(), scalr.Log{Phase: scalr.PlanPhase, ID: "plan-1"}, 10*time.Second)
			if err == nil {
				if request.Context().Err() != nil {
					t.Errorf("%s: the context ended before the log is closed", name)
				}
				log.Close()
			}
			if request.Context().Err() == nil {
				t.Errorf("%s: the context is not ended", name)
			}
		})
	}
}
