// Package scalrtest connects the client to the simulated Scalr, for the tests of both packages that send requests.
package scalrtest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalrsim"
	"scalr-run-action/internal/secret"
)

// UserAgent is the user agent of the clients.
const UserAgent = "scalr-run-action/test"

// Harness is a client and the simulated Scalr that it sends requests to. Tests that depend on time create it within
// synctest.Test.
type Harness struct {
	*scalr.Client
	T   *testing.T
	Sim *scalrsim.Server

	mu      sync.Mutex
	retries []scalr.Retry
}

// New serves the scenario in memory. At the end of the test it fails the test if the simulator has an objection, a
// fault was not used, or a retry contains a secret.
func New(t *testing.T, scenario scalrsim.Scenario) *Harness {
	t.Helper()
	r := &Harness{T: t, Sim: scalrsim.New(scenario)}
	r.Client = r.Dial(scalr.Config{HTTP: r.Sim.Client()})
	t.Cleanup(func() {
		r.Sim.Close()
		for _, o := range r.Sim.Objections() {
			t.Errorf("invalid requests to the simulator: %s", o)
		}
		for _, f := range r.Sim.UnusedFaults() {
			t.Errorf("the fault %s on %s was never used", f.Action, f.Op)
		}
		for _, q := range r.Sim.Requests() { // T30
			if q.Header.Get("User-Agent") != UserAgent || q.Header.Get("Referer") != "" {
				t.Errorf("%s %s: User-Agent %q, Referer %q", q.Method, q.Path, q.Header.Get("User-Agent"), q.Header.Get("Referer"))
			}
		}
		for _, again := range r.retries {
			r.WantNoLeak(again.Err)
			r.WantNoLeak(again)
		}
	})
	return r
}

// Retries returns the retries that the clients have reported so far.
func (r *Harness) Retries() []scalr.Retry {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.retries)
}

// Dial returns a client of the simulator and fills in missing parts of the configuration.
func (r *Harness) Dial(c scalr.Config) *scalr.Client {
	r.T.Helper()
	base, err := url.Parse(r.Sim.URL())
	if err != nil {
		r.T.Fatal(err)
	}
	c.BaseURL, c.UserAgent = base, UserAgent
	if c.Token.Empty() {
		c.Token = secret.New(scalrsim.Token)
	}
	c.Retrying = func(again scalr.Retry) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.retries = append(r.retries, again)
	}
	client, err := scalr.New(c)
	if err != nil {
		r.T.Fatal(err)
	}
	return client
}

// NewClient returns a client that sends its requests to a transport, such as that of a simulated Scalr.
func NewClient(t *testing.T, transport http.RoundTripper) *scalr.Client {
	t.Helper()
	client, err := scalr.New(scalr.Config{BaseURL: &url.URL{Scheme: "https", Host: "acme.scalr.test"}, UserAgent: UserAgent,
		Token: secret.New(scalrsim.Token), HTTP: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// LongPlan returns a script whose plan takes an hour, so that the run is in progress during the test.
func LongPlan() scalrsim.RunScript { return scalrsim.RunScript{Plan: scalrsim.Stage{For: time.Hour}} }

// Archive returns the archive of a small configuration.
var Archive = sync.OnceValue(func() []byte { return Pack("main.tf", "resource \"terraform_data\" \"a\" {}\n") })

// Pack returns an archive of one file.
func Pack(name, content string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	_ = w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))})
	_, _ = w.Write([]byte(content))
	_ = w.Close()
	_ = z.Close()
	return b.Bytes()
}

// Upload returns an upload of Archive.
func Upload() scalr.Upload {
	return scalr.Upload{Data: bytes.NewReader(Archive()), Size: int64(len(Archive()))}
}

// UploadConfiguration creates a configuration version that is ready for a run.
func (r *Harness) UploadConfiguration(ctx context.Context, dry bool) (scalr.Configuration, error) {
	v, err := r.CreateConfiguration(ctx, scalrsim.WorkspaceID, dry)
	if err != nil {
		return v, err
	}
	if err := r.Upload(ctx, v, Upload()); err != nil {
		return v, err
	}
	return r.AwaitUploaded(ctx, v.ID, 5*time.Minute, func(string) {})
}

// StartRun creates a configuration version and a run of it.
func (r *Harness) StartRun(ctx context.Context, dry bool) (scalr.Run, error) {
	v, err := r.UploadConfiguration(ctx, dry)
	if err != nil {
		return scalr.Run{}, err
	}
	run, _, err := runs.Create(ctx, r.Client, scalr.RunRequest{WorkspaceID: scalrsim.WorkspaceID, ConfigurationID: v.ID, Dry: dry})
	return run, err
}

// MustStartRun is like StartRun but fails the test on an error.
func (r *Harness) MustStartRun(dry bool) scalr.Run {
	r.T.Helper()
	run, err := r.StartRun(r.T.Context(), dry)
	if err != nil {
		r.T.Fatal(err)
	}
	return run
}

// Received returns the received requests of the operation, such as "POST /runs/*/actions/apply".
func (r *Harness) Received(op string) []scalrsim.Request {
	method, pattern, _ := strings.Cut(op, " ")
	var found []scalrsim.Request
	for _, q := range r.Sim.Requests() {
		if ok, _ := path.Match(pattern, q.Path); ok && q.Method == method {
			found = append(found, q)
		}
	}
	return found
}
