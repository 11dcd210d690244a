package scalr_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/secret"
)

// TestSecretsOfEarlierRequestsAreRedacted checks that a response that quotes a token or an upload address of an earlier
// request is shown without it.
func TestSecretsOfEarlierRequestsAreRedacted(t *testing.T) {
	t.Parallel()
	const first, second, proof, signature = "tok-1f0e9d8c7b6a", "tok-2a3b4c5d6e7f", "e30.abcdefgh.ijklmnop", "fe5f80f77d5fa3be"
	quoting := false
	client, err := scalr.New(scalr.Config{BaseURL: &url.URL{Scheme: "https", Host: "acme.scalr.test"}, Token: secret.New(first),
		Renew: func(context.Context) (secret.Value, error) { return secret.New(second), nil },
		HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			switch {
			case quoting:
				res := respond(r, 400, fmt.Sprintf(`{"errors":[{"code":"%[1]s","title":"%[2]s","detail":"%[3]s %[4]s %[1]s","source":{"pointer":"%[2]s"}}]}`,
					first, second, proof, signature))
				res.Header.Set("X-Request-Id", "r-"+second)
				return res, nil
			case r.Header.Get("Authorization") == "Bearer "+first:
				return respond(r, 401, ""), nil
			case strings.HasSuffix(r.URL.Path, "/assume"):
				return respond(r, 200, `{"access-token":"tok-3"}`), nil
			}
			return respond(r, 200, `{"data":{"type":"configuration-versions","id":"cv-1",`+
				`"links":{"upload":"https://blob.test/a?signature=`+signature+`"}}}`), nil
		})}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := client.Assume(t.Context(), "a@b.test", secret.New(proof)); err != nil {
		t.Fatal(err)
	}
	v, err := client.CreateConfiguration(t.Context(), "ws-1", true)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(v.Secrets()); n == 0 {
		t.Error("the upload address has no secrets")
	}
	quoting = true
	_, err = client.Run(t.Context(), "run-1")
	const want = "read run run-1: *** *** *** (***) (HTTP 400) [request r-***]"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestTokenAtTheEndOfAPage checks that a page that quotes the token is shown without it, even if its text is truncated
// within the token.
func TestTokenAtTheEndOfAPage(t *testing.T) {
	t.Parallel()
	const token = "tok-1f0e9d8c7b6a5948"
	page := ""
	client, err := scalr.New(scalr.Config{BaseURL: &url.URL{Scheme: "https", Host: "acme.scalr.test"}, Token: secret.New(token),
		HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) { return respond(r, 403, page), nil })}})
	if err != nil {
		t.Fatal(err)
	}
	for before := range 250 {
		page = "<p>" + strings.Repeat("x", before) + token + "</p>"
		_, refusedRun := client.Run(t.Context(), "run-1")
		_, refusedLog := client.Log(t.Context(), scalr.Log{ID: "plan-1"}, 10*time.Second)
		for name, err := range map[string]error{"run": refusedRun, "log": refusedLog} {
			if err == nil || strings.Contains(err.Error(), token[:7]) {
				t.Fatalf("%s, after %d characters: got %v", name, before, err)
			}
		}
	}
}

// TestSecretsOfLongLinks checks that a link that is too long to be used is not searched for secrets.
func TestSecretsOfLongLinks(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]bool{8 << 10: true, 8<<10 + 1: false} {
		link := "https://blob.test/" + strings.Repeat("a", size-len("https://blob.test/"))
		client, _ := respondingWith(t, `{"data":{"type":"configuration-versions","id":"cv-1","links":{"upload":"`+link+`"}}}`)
		v, err := client.CreateConfiguration(t.Context(), "ws-1", true)
		if err != nil || len(v.Secrets()) > 0 != want {
			t.Errorf("%d bytes: got %d secrets, %v", size, len(v.Secrets()), err)
		}
	}
}
