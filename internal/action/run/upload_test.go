package run

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/bundle"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr/scalrtest"
)

// transport is a function that responds to requests.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(q *http.Request) (*http.Response, error) { return f(q) }

// TestUploadMessages checks from which size on the log says that an upload begins.
func TestUploadMessages(t *testing.T) {
	t.Parallel()
	for size, want := range map[int64]string{
		20<<20 - 1: "Uploaded 20.0 MiB as configuration version cv-1 in 2s\n",
		20 << 20:   "Uploading 20.0 MiB\nUploaded 20.0 MiB as configuration version cv-1 in 2s\n",
	} {
		synctest.Test(t, func(t *testing.T) {
			r, log := commandIn(inputs.Run{})
			r.client = scalrtest.NewClient(t, transport(func(q *http.Request) (*http.Response, error) {
				body := `{"data":{"type":"configuration-versions","id":"cv-1","links":{"upload":"https://blob.test/a"}}}`
				if q.Method == http.MethodPut {
					time.Sleep(2 * time.Second)
					body = ""
				}
				return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Request: q, Header: http.Header{}}, nil
			}))
			v, err := r.client.CreateConfiguration(t.Context(), "ws-1", true)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.upload(t.Context(), v, &bundle.Archive{Compressed: size}); err != nil || log.String() != want {
				t.Errorf("%d bytes: %v, logged %q, want %q", size, err, log, want)
			}
		})
	}
}
