package runs_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"net/url"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalrsim"
	"scalr-run-action/internal/secret"
)

const userAgent = "scalr-run-action/test"

// rig is a client and the simulated Scalr that it speaks to. It is made within
// synctest.Test wherever time passes.
type rig struct {
	*scalr.Client
	t   *testing.T
	sim *scalrsim.Server

	mu      sync.Mutex
	retries []scalr.Retry
}

// newRig serves the scenario in memory. At the end of the test the simulator must have
// no objection, every fault must be used, and no retry may hold a secret.
func newRig(t *testing.T, scenario scalrsim.Scenario) *rig {
	t.Helper()
	r := &rig{t: t, sim: scalrsim.New(scenario)}
	r.Client = r.dial(scalr.Config{HTTP: r.sim.Client()})
	t.Cleanup(func() {
		r.sim.Close()
		for _, o := range r.sim.Objections() {
			t.Errorf("the simulator objects: %s", o)
		}
		for _, f := range r.sim.UnusedFaults() {
			t.Errorf("the fault %s on %s was never used", f.Action, f.Op)
		}
		for _, q := range r.sim.Requests() { // T30
			if q.Header.Get("User-Agent") != userAgent || q.Header.Get("Referer") != "" {
				t.Errorf("%s %s: User-Agent %q, Referer %q", q.Method, q.Path, q.Header.Get("User-Agent"), q.Header.Get("Referer"))
			}
		}
		for _, again := range r.retries {
			r.wantNoLeak(again.Err)
			r.wantNoLeak(again)
		}
	})
	return r
}

// dial makes a client of the simulator out of a half-filled configuration.
func (r *rig) dial(c scalr.Config) *scalr.Client {
	r.t.Helper()
	base, err := url.Parse(r.sim.URL())
	if err != nil {
		r.t.Fatal(err)
	}
	c.BaseURL, c.UserAgent = base, userAgent
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
		r.t.Fatal(err)
	}
	return client
}

// archive is a small configuration, packed.
var archive = sync.OnceValue(func() []byte { return packed("main.tf", "resource \"terraform_data\" \"a\" {}\n") })

func packed(name, content string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	_ = w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))})
	_, _ = w.Write([]byte(content))
	_ = w.Close()
	_ = z.Close()
	return b.Bytes()
}

func upload() scalr.Upload {
	return scalr.Upload{Data: bytes.NewReader(archive()), Size: int64(len(archive()))}
}

// configuration makes a configuration version that is ready for a run.
func (r *rig) configuration(ctx context.Context, dry bool) (scalr.Configuration, error) {
	v, err := r.CreateConfiguration(ctx, scalrsim.WorkspaceID, dry)
	if err != nil {
		return v, err
	}
	if err := r.Upload(ctx, v, upload()); err != nil {
		return v, err
	}
	return r.AwaitUploaded(ctx, v.ID, 5*time.Minute, func(string) {})
}

// run takes a configuration to a run of it.
func (r *rig) run(ctx context.Context, dry bool) (scalr.Run, error) {
	v, err := r.configuration(ctx, dry)
	if err != nil {
		return scalr.Run{}, err
	}
	run, _, err := runs.Create(ctx, r.Client, scalr.RunRequest{WorkspaceID: scalrsim.WorkspaceID, ConfigurationID: v.ID, Dry: dry})
	return run, err
}

// mustRun is run without trouble.
func (r *rig) mustRun(dry bool) scalr.Run {
	r.t.Helper()
	run, err := r.run(r.t.Context(), dry)
	if err != nil {
		r.t.Fatal(err)
	}
	return run
}

// arrived gives the requests of the operation, as "POST /runs/*/actions/apply".
func (r *rig) arrived(op string) []scalrsim.Request {
	method, pattern, _ := strings.Cut(op, " ")
	var found []scalrsim.Request
	for _, q := range r.sim.Requests() {
		if ok, _ := path.Match(pattern, q.Path); ok && q.Method == method {
			found = append(found, q)
		}
	}
	return found
}
