package scalr_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

// wireOf returns a client of an in-memory server that responds to every request with the same body, without delay.
func wireOf(t *testing.T, answer func() io.Reader) *scalr.Client {
	t.Helper()
	client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(answer()), Request: r}, nil
	}))
	return client
}

// TestManyReferencesAndResources: 700,000 references and 2.7 million included resources. A linear search for each
// reference would take hours; the client refuses that many and uses a map for fewer.
func TestManyReferencesAndResources(t *testing.T) {
	t.Parallel()
	answer := func(references, resources int) string {
		return `{"data":{"type":"runs","id":"run-1","attributes":{"status":"planning"},"relationships":{"status-transitions":{"data":[` +
			strings.Repeat(`{"id":"a"},`, references) + `{"id":"b"}]}}},"included":[` + strings.Repeat(`{},`, resources) +
			`{"type":"status-transitions","id":"b","attributes":{"status":"planning","reason":"found"}},7]}`
	}
	few, most := answer(100_000, 10_000), answer(700_000, 2_700_000)
	run, err := wireOf(t, func() io.Reader { return strings.NewReader(few) }).Run(t.Context(), "run-1")
	if err != nil || len(run.Transitions) != 1 || run.Transitions[0].Reason != "found" {
		t.Errorf("got %d transitions, %v", len(run.Transitions), err)
	}
	_, err = wireOf(t, func() io.Reader { return strings.NewReader(most) }).Run(t.Context(), "run-1")
	if err == nil || !strings.Contains(err.Error(), "needs more than 8 MiB") {
		t.Errorf("got %v", err)
	}
}

// TestDecodingEndsWithContext: an interrupted step stops decoding an endless response. The server sends without
// delay, so that no wait for data detects the end of the context.
func TestDecodingEndsWithContext(t *testing.T) {
	t.Parallel()
	for name, unit := range map[string]string{"elements": `[],`, "texts": `"x",`, "white space": " ", "one text": ""} {
		ctx, cancel := context.WithCancelCause(t.Context())
		stopped, read := errors.New("stopped"), 0
		client := wireOf(t, func() io.Reader {
			begin := `{"data":{"attributes":{"x":[`
			if unit == "" {
				begin, unit = begin+`"`, "x"
			}
			return io.MultiReader(strings.NewReader(begin), readerFunc(func(p []byte) (int, error) {
				if read += len(p); read > 1<<20 {
					cancel(stopped)
				}
				n := 0
				for n+len(unit) <= len(p) {
					n += copy(p[n:], unit)
				}
				return n, nil
			}))
		})
		if _, err := client.PollRun(ctx, "run-1"); !errors.Is(err, stopped) {
			t.Errorf("%s: got %v", name, err)
		}
		if read > 1<<20+128<<10 {
			t.Errorf("%s: %d bytes were read, although the step was interrupted after %d", name, read, 1<<20)
		}
	}
}

// TestHugeResponseWhileFollowing: a single response above the size limit does not end the monitoring of a run.
func TestHugeResponseWhileFollowing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		client := wireOf(t, func() io.Reader {
			if asked++; asked == 1 {
				return io.MultiReader(strings.NewReader(`{"x":"`), forever("x"))
			}
			return strings.NewReader(`{"data":{"type":"runs","id":"run-1","attributes":{"status":"planning"}}}`)
		})
		if run, err := client.PollRun(t.Context(), "run-1"); err != nil || run.Status != "planning" || asked != 2 {
			t.Errorf("got %q, %v after %d requests", run.Status, err, asked)
		}
		asked = 0
		if _, err := client.Run(t.Context(), "run-1"); err == nil || !strings.Contains(err.Error(), "larger than 16 MiB") || asked != 1 {
			t.Errorf("before a run is followed: got %v after %d requests", err, asked)
		}
	})
}

// TestEndlessLists: the client gives up on a list with endless pages, and the memory for it is bounded.
func TestEndlessLists(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pageOf   int
		resource string // contains one %d, which makes its id unique
		ask      func(*scalr.Client) error
		requests int // maximum
		says     string
	}{
		"long texts": {100, `{"type":"workspaces","id":"ws-%d","attributes":{"working-directory":"` + strings.Repeat("n", 5000) + `"}}`,
			func(c *scalr.Client) error { _, err := c.Workspaces(t.Context(), scalr.WorkspaceFilter{}); return err }, 40, "needs more than 12 MiB"},
		"runs of one configuration version": {1000,
			`{"type":"runs","id":"run-%d","attributes":{"status":"pending"},"relationships":{"configuration-version":{"data":{"id":"cv-1"}}}}`,
			func(c *scalr.Client) error {
				_, _, err := runs.FindByConfiguration(t.Context(), c, "ws-1", "cv-1")
				return err
			}, 102, ""}, // with the request for the run itself
		"unfinished runs": {1000, `{"type":"runs","id":"run-%d","attributes":{"status":"pending"}}`,
			func(c *scalr.Client) error { _, err := c.ActiveRuns(t.Context(), "ws-1"); return err }, 1, ""},
	} {
		requests, id := 0, 0
		client := wireOf(t, func() io.Reader {
			requests++
			var page strings.Builder
			page.WriteString(`{"meta":{"pagination":{"next-page":1000000}},"data":[`)
			for range c.pageOf {
				id++
				fmt.Fprintf(&page, c.resource+",", id)
			}
			return strings.NewReader(strings.TrimSuffix(page.String(), ",") + "]}")
		})
		err := c.ask(client)
		if requests > c.requests || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v after %d requests", name, err, requests)
		}
	}
}

// TestPolicyChecksAreComplete: a run with more policy checks than the limit is invalid, since each check could be the
// failed one.
func TestPolicyChecksAreComplete(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for n, ok := range map[int]bool{100: true, 101: false} {
			refs := make([]string, n)
			for i := range refs {
				refs[i] = fmt.Sprintf(`{"id":"p-%d"}`, i)
			}
			requests := 0
			client := wireOf(t, func() io.Reader {
				requests++
				return strings.NewReader(`{"data":{"type":"runs","id":"run-1","attributes":{"status":"planning"},` +
					`"relationships":{"policy-checks":{"data":[` + strings.Join(refs, ",") + `]}}}}`)
			})
			run, err := client.Run(t.Context(), "run-1")
			if (err == nil) != ok || ok && len(run.Policies) != n || requests > n+1 {
				t.Errorf("%d checks: got %d, %v after %d requests", n, len(run.Policies), err, requests)
			}
		}
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
