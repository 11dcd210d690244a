package runs_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/secret"
)

// roundTrip is a function that implements http.RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func respond(r *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/vnd.api+json"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r}
}

func clientOf(t *testing.T, transport roundTrip) *scalr.Client {
	t.Helper()
	c, err := scalr.New(scalr.Config{BaseURL: &url.URL{Scheme: "https", Host: "acme.scalr.test"}, Token: secret.New("tok-8c1e5c1bd0aa4e7f"),
		HTTP: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// manyRuns lists n runs of one configuration version, which were created one second after the other, two at a time.
func manyRuns(n int, newestFirst bool) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		if !strings.HasSuffix(r.URL.Path, "/runs") {
			return respond(r, 404, ""), nil
		}
		page, _ := strconv.Atoi(r.URL.Query().Get("page[number]"))
		var list []string
		for i := (page - 1) * 100; i < min(n, page*100); i++ {
			at := i
			if newestFirst {
				at = n - 1 - i
			}
			list = append(list, fmt.Sprintf(`{"type":"runs","id":"run-%03d","attributes":{"status":"planning","created-at":%q},"relationships":{`+
				`"workspace":{"data":{"id":"ws-1"}},"configuration-version":{"data":{"id":"cv-1"}}}}`,
				at, time.Unix(int64(at/2), 0).UTC().Format(time.RFC3339)))
		}
		next := "null"
		if page*100 < n {
			next = strconv.Itoa(page + 1)
		}
		return respond(r, 200, `{"data":[`+strings.Join(list, ",")+`],"meta":{"pagination":{"next-page":`+next+`}}}`), nil
	}
}

// TestFindAmongManyRuns: the oldest run is found, and of two that were created at the same time the one with the lower id.
func TestFindAmongManyRuns(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 100, 200, 201, 430} {
		for _, newestFirst := range []bool{false, true} {
			got, ok, err := runs.FindByConfiguration(t.Context(), clientOf(t, manyRuns(n, newestFirst)), "ws-1", "cv-1")
			if err != nil || !ok || got.ID != "run-000" {
				t.Errorf("%d runs, newest first %t: got %s, %v, %v", n, newestFirst, got.ID, ok, err)
			}
		}
	}
}

// TestCreateRepeatsOnlyForConfiguration: Create repeats a refused request only if the refusal is about the configuration
// version.
func TestCreateRepeatsOnlyForConfiguration(t *testing.T) {
	t.Parallel()
	const configuration = "/data/relationships/configuration-version"
	for name, c := range map[string]struct {
		status  int
		pointer string
		posts   int
	}{
		"configuration version":            {422, configuration, 2},
		"configuration version, not found": {404, configuration, 2},
		"configuration version, conflict":  {409, configuration, 1},
		"another member":                   {422, "/data/relationships/workspace", 1},
		"no member":                        {404, "", 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			posts, began := 0, time.Now()
			client := clientOf(t, func(r *http.Request) (*http.Response, error) {
				posts++
				return respond(r, c.status, fmt.Sprintf(`{"errors":[{"detail":"other"},{"detail":"no","source":{"pointer":%q}}]}`, c.pointer)), nil
			})
			_, doubtful, err := runs.Create(t.Context(), client, scalr.RunRequest{WorkspaceID: "ws-1", ConfigurationID: "cv-1"})
			if err == nil || doubtful || posts != c.posts || time.Since(began) != time.Duration(posts-1)*2*time.Second {
				t.Errorf("%s: got %v after %d requests in %s", name, err, posts, time.Since(began))
			}
		})
	}
}

// TestRunsErrors: the texts name the object.
func TestRunsErrors(t *testing.T) {
	t.Parallel()
	_, _, err := runs.FindByConfiguration(t.Context(), nil, "", "cv-1")
	if want := "search for a run: its workspace or its configuration version is unknown"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	cause := io.ErrUnexpectedEOF
	lost := &runs.NotConfirmedError{ConfigurationID: "cv-1", Cause: cause}
	if want := "create a run from configuration version cv-1: no valid response was received and no such run was found: unexpected EOF"; lost.Error() != want ||
		lost.Unwrap() != cause {
		t.Errorf("got %v, want %s", lost, want)
	}
}

// TestStopEndsItsRequests: after Stop has returned, the contexts of its requests are ended, so that nothing remains of
// them. Stop sends its comment, and reports each request.
func TestStopEndsItsRequests(t *testing.T) {
	t.Parallel()
	for status, want := range map[string][]string{
		"planning": {"GET runs/run-1", "POST runs/run-1/actions/cancel"},
		"planned":  {"GET runs/run-1", "POST runs/run-1/actions/discard"},
		"applied":  {"GET runs/run-1"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var requests []string
			var sent []*http.Request
			client := clientOf(t, func(r *http.Request) (*http.Response, error) {
				requests = append(requests, r.Method+" "+strings.TrimPrefix(r.URL.Path, "/api/iacp/v3/"))
				sent = append(sent, r)
				if r.Method == http.MethodPost {
					return respond(r, 204, ""), nil
				}
				return respond(r, 200, `{"data":{"type":"runs","id":"run-1","attributes":{"status":"`+status+`"}}}`), nil
			})
			reported := 0
			result, err := runs.Stopper{Client: client}.Stop(t.Context(), scalr.Run{ID: "run-1", Status: "planning"},
				runs.StopOptions{Comment: "stopped", OnSent: func() { reported++ }})
			if err != nil || !slices.Equal(requests, want) || (reported > 0) != (len(want) > 1) || result.AlreadyFinal != (len(want) == 1) {
				t.Errorf("%s: got %+v, %v after the requests %q, of which %d were reported", status, result, err, requests, reported)
			}
			for i, r := range sent {
				if r.Context().Err() == nil {
					t.Errorf("%s: the context of request %d is not ended", status, i+1)
				}
			}
		})
	}
}

// TestStopWithoutResponse: if Scalr does not respond to any request, the error does not claim that it refused.
func TestStopWithoutResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := clientOf(t, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		began := time.Now()
		result, err := runs.Stop(t.Context(), client, scalr.Run{ID: "run-1", Status: "planning"}, runs.StopOptions{})
		if err == nil || strings.Contains(err.Error(), "does not allow") || result.LastKnown.ID != "run-1" || time.Since(began) != 5*time.Second {
			t.Errorf("got %+v, %v after %s", result, err, time.Since(began))
		}
	})
}

// TestCancelManyDuplicates checks that of many runs of one configuration version the oldest hundred are stopped, regardless
// of the order of the list.
func TestCancelManyDuplicates(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{99: 99, 100: 100, 101: 100, 250: 100} {
		for _, newestFirst := range []bool{false, true} {
			list, read := manyRuns(n, newestFirst), 0
			client := clientOf(t, func(r *http.Request) (*http.Response, error) {
				id, single := strings.CutPrefix(r.URL.Path, "/api/iacp/v3/runs/")
				switch {
				case r.Method == http.MethodPost:
					return respond(r, 202, ""), nil
				case single:
					read++
					return respond(r, 200, `{"data":{"type":"runs","id":"`+id+`","attributes":{"status":"planned"},"relationships":{`+
						`"workspace":{"data":{"id":"ws-1"}},"configuration-version":{"data":{"id":"cv-1"}}}}}`), nil
				}
				return list(r)
			})
			stopped, err := runs.CancelDuplicates(t.Context(), client, scalr.Run{ID: "run-x", WorkspaceID: "ws-1", ConfigurationID: "cv-1"}, "")
			if err != nil || len(stopped) != want || read != want || stopped[0] != "run-000" || stopped[want-1] != fmt.Sprintf("run-%03d", want-1) {
				t.Errorf("%d runs, newest first %t: stopped %q, %v", n, newestFirst, stopped, err)
			}
		}
	}
}
