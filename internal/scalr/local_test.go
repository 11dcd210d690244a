package scalr_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
	"scalr-run-action/internal/secret"
)

// TestLocalScalrLinksToItself: a Scalr on this machine, as in trials, may use plain http for itself only.
func TestLocalScalrLinksToItself(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]string{
		"http://127.0.0.1:9/a":  "",
		"http://localhost:9/a":  "",
		"https://127.0.0.1:9/a": "",
		"https://blob.test/a":   "",
		"http://blob.test/a":    "the link is not https: blob.test",
		"ftp://127.0.0.1:9/a":   "the link is not https: 127.0.0.1:9",
	} {
		client, _ := dialed(t, "http://127.0.0.1:8", roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPut {
				return respond(r, 200, ""), nil
			}
			return respond(r, 201, fmt.Sprintf(`{"data":{"type":"configuration-versions","id":"cv-1","links":{"upload":%q}}}`, link)), nil
		}))
		v, err := client.CreateConfiguration(t.Context(), "ws-1", true)
		if err != nil {
			t.Fatal(err)
		}
		err = client.Upload(t.Context(), v, scalr.Upload{Data: strings.NewReader("abc"), Size: 3})
		if got := fmt.Sprint(err); want == "" && err != nil || !strings.HasSuffix(got, want) && want != "" {
			t.Errorf("%s: got %v, want %s", link, err, want)
		}
	}
}

// TestRetriesWithoutObserver: a client retries even if Config.Retrying is nil.
func TestRetriesWithoutObserver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		client, err := scalr.New(scalr.Config{BaseURL: &url.URL{Scheme: "https", Host: "acme.scalr.test"}, Token: secret.New(scalrsim.Token),
			UserAgent: scalrtest.UserAgent, HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				if attempts++; attempts == 1 {
					return respond(r, 503, ""), nil
				}
				return respond(r, 200, `{"data":{"type":"runs","id":"run-1","attributes":{"status":"planned"}}}`), nil
			})}})
		if err != nil {
			t.Fatal(err)
		}
		if run, err := client.Run(t.Context(), "run-1"); err != nil || run.Status != "planned" || attempts != 2 {
			t.Errorf("got %+v, %v after %d attempts", run, err, attempts)
		}
	})
}
