package pacing_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/action"
	"scalr-run-action/internal/scalrsim"
)

const (
	fleet     = 80 // concurrent steps
	perSecond = 20 // requests that Scalr accepts; others receive 429
)

// TestFleet starts many steps at the same time against a Scalr that limits requests. All of them succeed, and hardly
// later than the limit requires for the requests that each of them sends when it is alone.
func TestFleet(t *testing.T) {
	t.Parallel()
	alone, requests, _ := playFleet(t, 1)
	took, _, refused := playFleet(t, fleet)
	dictated := max(alone, time.Duration(fleet*requests)*time.Second/perSecond)
	ratio := took.Seconds() / dictated.Seconds()
	t.Logf("one step: %s, %d requests; %d steps: %s, %d answers 429; the limit alone dictates %s: %.2f times as long",
		alone, requests, fleet, took, refused, dictated, ratio)
	if ratio > 1.2 {
		t.Errorf("it took %.2f times as long as the limit alone dictates, want 1.2 at most", ratio)
	}
}

// playFleet runs steps concurrently, and returns the time until the last one has ended and the numbers of accepted
// and refused requests.
func playFleet(t *testing.T, steps int) (took time.Duration, answered, refused int) {
	checkout := t.TempDir()
	if err := os.WriteFile(filepath.Join(checkout, "main.tf"), []byte(`resource "terraform_data" "network" {}`), 0o644); err != nil {
		t.Fatal(err)
	}
	var dirs []string
	for range steps {
		dirs = append(dirs, t.TempDir())
	}
	synctest.Test(t, func(t *testing.T) {
		server := scalrsim.New(scalrsim.Scenario{Script: scalrsim.RunScript{Plan: scalrsim.Stage{For: 20 * time.Second}}})
		limit := &limited{to: &slow{to: server.Client().Transport}}
		began := time.Now()
		var group sync.WaitGroup
		for _, dir := range dirs {
			group.Go(func() {
				if code, log := step(limit, dir, checkout); code != 0 {
					t.Errorf("exit %d\n%s", code, log)
				}
			})
		}
		group.Wait()
		took, answered, refused = time.Since(began), int(limit.answered.Load()), int(limit.refused.Load())
		if runs := len(server.Runs()); runs != steps {
			t.Errorf("%d runs, want %d", runs, steps)
		}
	})
	return took, answered, refused
}

func step(transport http.RoundTripper, dir, checkout string) (int, string) {
	var log strings.Builder
	code := action.Main(context.Background(), action.Env{
		Args: []string{"/scalr-run"}, Environ: environment(dir, checkout), Stdout: &log, HTTP: &http.Client{Transport: transport}, Version: "test",
	})
	return code, log.String()
}

// limited accepts a number of requests per second, and refuses the others.
type limited struct {
	to                http.RoundTripper
	answered, refused atomic.Int64

	mu   sync.Mutex
	last []time.Time // the requests of the last second
}

func (l *limited) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.passes(time.Now()) {
		l.answered.Add(1)
		return l.to.RoundTrip(r)
	}
	l.refused.Add(1)
	if r.Body != nil {
		r.Body.Close()
	}
	time.Sleep(roundTrip)
	return &http.Response{StatusCode: http.StatusTooManyRequests, ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/vnd.api+json"}}, Body: io.NopCloser(strings.NewReader(`{"errors":[{"status":"429"}]}`))}, nil
}

func (l *limited) passes(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = slices.DeleteFunc(l.last, func(at time.Time) bool { return now.Sub(at) >= time.Second })
	if len(l.last) == perSecond {
		return false
	}
	l.last = append(l.last, now)
	return true
}
