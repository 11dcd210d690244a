package github_test

import (
	"context"
	"crypto/x509"
	"net/http"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/secret"
)

// TestRedaction checks that requests contain no secrets. The runner only masks its log.
func TestRedaction(t *testing.T) {
	t.Parallel()
	const canary = "tok-4hG7kQ2vZr9LxWm1"
	s, thread := play(t, githubtest.Options{})
	redactor := new(secret.Redactor)
	redactor.Add(secret.New(canary), secret.New(s.Token()))
	thread.Redact = redactor.String
	post := github.Post{Marker: github.Marker("scalr-run", "ws-1", canary), Body: "long " + canary, Shorter: "short " + canary + s.Token(), HasChanges: true}
	s.Fail(githubtest.Fault{Operation: githubtest.CreateComment, Status: 422, Body: `{"message":"too long: ` + canary + `"}`})
	publish(t, thread, github.Update, post)
	publish(t, thread, github.Update, post)
	if got := len(s.Written(7)); got != 1 {
		t.Errorf("comments: got %d, want 1", got)
	}
	s.Fail(githubtest.Fault{Operation: githubtest.ListComments, Status: 400, Body: `{"message":"echo ` + s.Token() + `"}`})
	_, err := thread.Publish(context.Background(), github.Update, post)
	wantKind(t, err, github.Rejected)
	said := err.Error()
	broken := thread
	broken.HTTP = &http.Client{Transport: flaky{time.Now().Add(time.Hour), x509.HostnameError{Host: canary, Certificate: new(x509.Certificate)}, new(int), nil}}
	_, err = broken.Publish(context.Background(), github.Update, post)
	wantKind(t, err, github.Unreachable)
	if !strings.HasSuffix(err.Error(), "but wanted to match ***") {
		t.Errorf("got %v, want the redacted reason", err)
	}
	said += err.Error()
	for _, r := range s.Requests() {
		r.Header.Del("Authorization")
		said += r.URL + r.Body
		for _, values := range r.Header {
			said += strings.Join(values, " ")
		}
	}
	for _, hidden := range []string{canary, s.Token()} {
		if strings.Contains(said, hidden) {
			t.Errorf("a request to %s contains a secret: %s", hidden, said)
		}
	}
}
