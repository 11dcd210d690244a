package runs_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

// TestCreateAgainAfterRefusal checks which refusals mean that the configuration version is not ready yet: the request is
// repeated once after two seconds.
func TestCreateAgainAfterRefusal(t *testing.T) {
	t.Parallel()
	const pointer = `{"errors":[{"detail":"first"},{"detail":"second","source":{"pointer":%q}}]}`
	for name, c := range map[string]struct {
		status   int
		pointer  string
		requests int
		err      error
	}{
		"invalid configuration version":  {422, "/data/relationships/configuration-version", 2, scalr.ErrInvalid},
		"unknown configuration version":  {404, "/data/relationships/configuration-version", 2, scalr.ErrNotFound},
		"configuration version conflict": {409, "/data/relationships/configuration-version", 1, scalr.ErrConflict},
		"invalid workspace":              {422, "/data/relationships/workspace", 1, scalr.ErrInvalid},
		"unknown workspace":              {404, "/data/relationships/workspace", 1, scalr.ErrNotFound},
		"part of the pointer":            {422, "/data/relationships/configuration-version/data", 1, scalr.ErrInvalid},
		"no pointer":                     {422, "", 1, scalr.ErrInvalid},
	} {
		synctest.Test(t, func(t *testing.T) {
			requests, began := 0, time.Now()
			client := clientOf(t, func(r *http.Request) (*http.Response, error) {
				requests++
				return respond(r, c.status, fmt.Sprintf(pointer, c.pointer)), nil
			})
			run, doubtful, err := runs.Create(t.Context(), client, scalr.RunRequest{WorkspaceID: "ws-1", ConfigurationID: "cv-1"})
			if run.ID != "" || doubtful || !errors.Is(err, c.err) || requests != c.requests || time.Since(began) != time.Duration(requests-1)*2*time.Second {
				t.Errorf("%s: got %q, %t, %v after %d requests and %s", name, run.ID, doubtful, err, requests, time.Since(began))
			}
		})
	}
}

// TestNotConfirmedRun checks the error if each response to a creation is lost and no run appears.
func TestNotConfirmedRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began, posts := time.Now(), []time.Duration{}
		client := clientOf(t, func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				posts = append(posts, time.Since(began))
				return respond(r, 502, ""), nil
			}
			return respond(r, 200, `{"data":[]}`), nil
		})
		run, doubtful, err := runs.Create(t.Context(), client, scalr.RunRequest{WorkspaceID: "ws-1", ConfigurationID: "cv-1"})
		const want = "create a run from configuration version cv-1: no valid response was received and no such run was found: " +
			"create a run in workspace ws-1: Bad Gateway (HTTP 502)"
		var unconfirmed *runs.NotConfirmedError
		if run.ID != "" || !doubtful || !errors.As(err, &unconfirmed) || !errors.Is(err, scalr.ErrUnavailable) || err.Error() != want {
			t.Errorf("got %q, %t, %v", run.ID, doubtful, err)
		}
		if got := fmt.Sprint(posts, time.Since(began)); got != "[0s 1m0s 2m0s] 3m0s" {
			t.Errorf("got requests at %s", got)
		}
	})
}

// TestRefusalAfterLostResponse checks that a refusal does not hide the run of an earlier request whose response was lost: the
// run appears after the second request, or may still exist.
func TestRefusalAfterLostResponse(t *testing.T) {
	t.Parallel()
	const listed = `{"data":[{"type":"runs","id":"run-1","attributes":{"status":"planning"},"relationships":{
		"configuration-version":{"data":{"type":"configuration-versions","id":"cv-1"}}}}]}`
	for name, c := range map[string]struct {
		appears time.Duration // 0 for never
		run     string
	}{
		"the run appears":         {75 * time.Second, "run-1"},
		"the run does not appear": {0, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			began, posts := time.Now(), 0
			client := clientOf(t, func(r *http.Request) (*http.Response, error) {
				switch appeared := c.appears > 0 && time.Since(began) >= c.appears; {
				case r.Method == http.MethodPost:
					posts++
					if posts == 1 {
						return respond(r, 502, ""), nil
					}
					return respond(r, 409, `{"errors":[{"detail":"the workspace is locked"}]}`), nil
				case appeared:
					return respond(r, 200, listed), nil
				}
				return respond(r, 200, `{"data":[]}`), nil
			})
			run, doubtful, err := runs.Create(t.Context(), client, scalr.RunRequest{WorkspaceID: "ws-1", ConfigurationID: "cv-1"})
			var unconfirmed *runs.NotConfirmedError
			if run.ID != c.run || !doubtful || posts != 2 || (err == nil) != (c.run != "") || err != nil && !errors.As(err, &unconfirmed) {
				t.Errorf("%s: got %q, %t, %v after %d requests", name, run.ID, doubtful, err, posts)
			}
		})
	}
}

// TestBlockingOfSeveralRuns checks that dry runs and the waiting run itself do not block, and that the oldest run does.
func TestBlockingOfSeveralRuns(t *testing.T) {
	t.Parallel()
	one := func(id, created string, dry bool) string {
		return fmt.Sprintf(`{"type":"runs","id":%q,"attributes":{"status":"planning","created-at":"2026-01-01T00:00:0%sZ","is-dry":%t}}`, id, created, dry)
	}
	for name, c := range map[string]struct{ list, want string }{
		"the oldest first": {one("run-1", "1", false) + "," + one("run-2", "2", false), "run-1"},
		"the oldest last":  {one("run-2", "2", false) + "," + one("run-1", "1", false), "run-1"},
		"of the same time": {one("run-2", "1", false) + "," + one("run-1", "1", false), "run-1"},
		"a dry run":        {one("run-1", "1", true) + "," + one("run-2", "2", false), "run-2"},
		"the waiting run":  {one("run-x", "1", false) + "," + one("run-2", "2", false), "run-2"},
		"only these":       {one("run-1", "1", true) + "," + one("run-x", "2", false), ""},
		"none":             {"", ""},
	} {
		client := clientOf(t, func(r *http.Request) (*http.Response, error) { return respond(r, 200, `{"data":[`+c.list+`]}`), nil })
		if got, ok := runs.Blocking(t.Context(), client, "ws-1", "run-x"); got.ID != c.want || ok != (c.want != "") {
			t.Errorf("%s: got %q, %t, want %q", name, got.ID, ok, c.want)
		}
	}
}
