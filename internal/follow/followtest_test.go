package follow_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalrsim"
	"scalr-run-action/internal/secret"
)

// followTest is a run of a simulated Scalr and its follower, in virtual time.
type followTest struct {
	*follow.Follower
	t      *testing.T
	sim    *scalrsim.Server
	client *scalr.Client
	seen   *notes
	run    scalr.Run
	served map[string]int64 // bytes read of each log
	open   int              // logs that were not closed
}

// notes records the calls of an observer.
type notes struct {
	events   []string
	status   scalr.Status
	text     map[scalr.Phase]*bytes.Buffer
	closed   map[scalr.Phase]bool
	troubles []error // LogTrouble
	failed   []error // PollTrouble
}

func newNotes() *notes {
	return &notes{text: map[scalr.Phase]*bytes.Buffer{}, closed: map[scalr.Phase]bool{}}
}

// note records an event unless it equals the last one.
func (n *notes) note(event string) {
	if len(n.events) == 0 || n.events[len(n.events)-1] != event {
		n.events = append(n.events, event)
	}
}

func (n *notes) Polled(r scalr.Run) {
	if r.Status != n.status {
		n.status = r.Status
		n.note("status " + string(r.Status))
	}
}

func (n *notes) Log(p scalr.Phase) io.WriteCloser { return phaseLog{n, p} }

func (n *notes) Restarted(p scalr.Phase) {
	n.note(string(p) + " restarted")
	n.text[p], n.closed[p] = new(bytes.Buffer), false
}

func (n *notes) LogTrouble(p scalr.Phase, err error) {
	n.note(string(p) + " trouble")
	n.troubles = append(n.troubles, err)
}

func (n *notes) PollTrouble(err error) {
	n.note("poll trouble")
	n.failed = append(n.failed, err)
}

type phaseLog struct {
	n *notes
	p scalr.Phase
}

func (l phaseLog) Write(p []byte) (int, error) {
	if l.n.text[l.p] == nil {
		l.n.text[l.p] = new(bytes.Buffer)
	}
	l.n.note(string(l.p) + " log")
	return l.n.text[l.p].Write(p)
}

func (l phaseLog) Close() error { l.n.closed[l.p] = true; return nil }

// play creates a run in the scenario and passes it to then, in a synctest bubble. Afterwards it checks that
// the server has no objections and that every fault was used.
func play(t *testing.T, s scalrsim.Scenario, dry bool, then func(*followTest)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &followTest{t: t, sim: scalrsim.New(s), served: map[string]int64{}}
		r.seen = newNotes()
		r.dial()
		r.create(dry)
		r.Follower = &follow.Follower{
			API: runs.Stopper{Client: r.client}, Observer: r.seen, Timing: follow.DefaultTiming,
			Stopping: &runs.StopOptions{Comment: "enough"},
		}
		then(r)
		if r.open != 0 {
			t.Errorf("%d reads of logs were not closed", r.open)
		}
		for _, o := range r.sim.Objections() {
			t.Errorf("the simulator objects: %s", o)
		}
		for _, f := range r.sim.UnusedFaults() {
			t.Errorf("the fault %s on %s was never used", f.Action, f.Op)
		}
	})
}

func (r *followTest) dial() {
	base, _ := url.Parse(r.sim.URL())
	var err error
	r.client, err = scalr.New(scalr.Config{BaseURL: base, UserAgent: "scalr-run-action/test", Token: secret.New(scalrsim.Token),
		HTTP: &http.Client{Transport: counting{r.sim.Client().Transport, r}}})
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *followTest) create(dry bool) {
	r.t.Helper()
	ctx := r.t.Context()
	v, err := r.client.CreateConfiguration(ctx, scalrsim.WorkspaceID, dry)
	if err == nil {
		err = r.client.Upload(ctx, v, scalr.Upload{Data: bytes.NewReader(archive()), Size: int64(len(archive()))})
	}
	if err == nil {
		_, err = r.client.AwaitUploaded(ctx, v.ID, time.Minute, func(string) {})
	}
	if err == nil {
		r.run, _, err = runs.Create(ctx, r.client, scalr.RunRequest{WorkspaceID: scalrsim.WorkspaceID, ConfigurationID: v.ID, Dry: dry})
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

var archive = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	const text = "resource \"terraform_data\" \"a\" {}\n"
	_ = w.WriteHeader(&tar.Header{Name: "main.tf", Mode: 0o644, Size: int64(len(text))})
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	_ = z.Close()
	return b.Bytes()
})

// follow follows the run to its end and returns how long after the end Follow returned.
func (r *followTest) follow(status string) (late time.Duration) {
	r.t.Helper()
	ending, err := r.Follow(r.t.Context(), r.run)
	if err != nil || string(ending.Run.Status) != status {
		r.t.Errorf("the run ended as %s (%v), want %s\n%s", ending.Run.Status, err, status, strings.Join(r.seen.events, "\n"))
	}
	moves := r.sim.Runs()[0].Transitions
	return time.Since(moves[len(moves)-1].At)
}

// wantText checks that a log was printed completely, each line once.
func (r *followTest) wantText(p scalr.Phase, want string) {
	r.t.Helper()
	got := r.seen.text[p]
	if got == nil {
		got = new(bytes.Buffer)
	}
	if got.String() != want {
		r.t.Errorf("the %s log has %d bytes, want %d\n%s", p, got.Len(), len(want), cut(got.String()))
	}
}

func cut(s string) string { return s[:min(len(s), 500)] }

// requests returns the number of requests that match op, such as "GET /runs/*".
func (r *followTest) requests(op string) int {
	method, pattern, _ := strings.Cut(op, " ")
	n := 0
	for _, q := range r.sim.Requests() {
		if ok, _ := path.Match(pattern, q.Path); ok && q.Method == method {
			n++
		}
	}
	return n
}

// counting counts the bytes read of logs, and the reads that were not closed.
type counting struct {
	http.RoundTripper
	test *followTest
}

func (c counting) RoundTrip(q *http.Request) (*http.Response, error) {
	res, err := c.RoundTripper.RoundTrip(q)
	if err == nil && res.StatusCode == 200 && (strings.HasSuffix(q.URL.Path, "/output") || strings.HasPrefix(q.URL.Path, "/logs/")) {
		res.Body = &countedBody{res.Body, func(n int) { c.test.served[path.Base(path.Dir(q.URL.Path))] += int64(n) }, func() { c.test.open-- }}
		c.test.open++
	}
	return res, err
}

type countedBody struct {
	io.ReadCloser
	count  func(int)
	closed func()
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.count(n)
	return n, err
}

func (b *countedBody) Close() error {
	b.closed()
	b.closed = func() {}
	return b.ReadCloser.Close()
}

// log returns a Terraform log with the given number of lines before its end.
func log(lines int, end string) string {
	var b strings.Builder
	for i := range lines {
		fmt.Fprintf(&b, "terraform_data.item[%d]: Refreshing state...\n", i)
	}
	return b.String() + end
}

const (
	planned = "Plan: 1 to add, 0 to change, 0 to destroy.\n"
	applied = "Apply complete! Resources: 1 added, 0 changed, 0 destroyed.\n"
)

// planning returns a scenario with a plan of the given duration and log.
func planning(length time.Duration, text string) scalrsim.Scenario {
	return scalrsim.Scenario{Script: scalrsim.RunScript{Plan: scalrsim.Stage{For: length, Log: text}}}
}

func with(s scalrsim.Scenario, faults ...scalrsim.Fault) scalrsim.Scenario {
	s.Faults = append(s.Faults, faults...)
	return s
}

// stopSignal is the cause of a context that a signal canceled.
type stopSignal struct{ s string }

func (e stopSignal) Error() string { return e.s }

func (r *followTest) interruptedAfter(d time.Duration) context.Context {
	ctx, cancel := context.WithTimeoutCause(r.t.Context(), d, stopSignal{"interrupted"})
	r.t.Cleanup(cancel)
	return ctx
}
