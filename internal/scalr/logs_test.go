package scalr_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// logFault is one read of a faulty log.
type logFault struct {
	mode   scalrsim.LogMode
	faults []scalrsim.Fault

	body   string        // text read; including its error
	none   bool          // the log is still empty
	is     error         // error of opening the log
	broken scalr.Network // error of reading the log
	took   time.Duration // 0: not measured
	says   string
}

const planLog = "GET /plans/*/output"

func logFaults() map[string]logFault {
	const text = "first line\nsecond line\n"
	blob := "GET /logs/*"
	hop := func(op, target string) scalrsim.Fault {
		return scalrsim.Fault{Op: op, Times: -1, Action: scalrsim.Redirect, Target: target}
	}
	return map[string]logFault{
		"unchanged":      {body: text},
		"L01 204":        {mode: scalrsim.LogAtEnd, none: true},
		"L01 empty":      {faults: []scalrsim.Fault{{Op: planLog, Action: scalrsim.Empty}}},
		"L02 404":        {faults: []scalrsim.Fault{scalrtest.Status(planLog, 404, 1)}, is: scalr.ErrNotFound},
		"L03 other host": {mode: scalrsim.LogRedirects, body: text},
		"L03 expired link": {
			mode: scalrsim.LogRedirects, faults: []scalrsim.Fault{{Op: blob, Action: scalrsim.Expired}},
			is: scalr.ErrInvalid, says: "Request has expired",
		},
		"L03 error with address": {
			mode:   scalrsim.LogRedirects,
			faults: []scalrsim.Fault{{Op: blob, Action: scalrsim.Edit, Status: 500, Change: same}}, body: text,
		},
		"L03 no response from storage": {
			mode: scalrsim.LogRedirects, faults: []scalrsim.Fault{{Op: blob, Action: scalrsim.Stall}},
			is: scalr.ErrUnavailable, took: 10 * time.Second,
		},
		"L03 storage unavailable": {
			mode: scalrsim.LogRedirects, faults: []scalrsim.Fault{{Op: blob, Action: scalrsim.Refuse}},
			is: scalr.ErrUnavailable, says: "blob.scalr.test",
		},
		"L04 500":                {faults: []scalrsim.Fault{scalrtest.Status(planLog, 500, 1)}, is: scalr.ErrUnavailable},
		"L05 truncated":          {faults: []scalrsim.Fault{{Op: planLog, Action: scalrsim.Break, Bytes: 15}}, body: text[:15], broken: scalr.BrokenOff},
		"L15 stalls immediately": {faults: []scalrsim.Fault{{Op: planLog, Action: scalrsim.Stall}}, is: scalr.ErrUnavailable, took: 10 * time.Second},
		"L15 stalls during body": {
			faults: []scalrsim.Fault{{Op: planLog, Action: scalrsim.Hang, Bytes: 15}}, body: text[:15],
			broken: scalr.TimedOut, took: 10 * time.Second,
		},
		"L15 slow body": {faults: []scalrsim.Fault{{Op: planLog, Action: scalrsim.Trickle, Bytes: 4, Delay: 9 * time.Second}}, body: text},
		"L16 gzip": {
			faults: []scalrsim.Fault{{Op: planLog, Action: scalrsim.Garbage, Body: zipped(text), Header: http.Header{"Content-Encoding": {"gzip"}}}},
			body:   text,
		},
		"L16 gzip, unannounced": {faults: []scalrsim.Fault{{Op: planLog, Action: scalrsim.Garbage, Body: zipped(text)}}, body: text},
		"L16 broken gzip": {
			faults: []scalrsim.Fault{{Op: planLog, Action: scalrsim.Garbage, Body: "\x1f\x8bx"}},
			is:     scalr.ErrUnavailable, says: "not valid gzip",
		},
		"H28 redirect loop": {
			mode:   scalrsim.LogRedirects,
			faults: []scalrsim.Fault{hop(blob, "https://blob.scalr.test/logs/x?signature="+scalrtest.CanarySignature)},
			is:     scalr.ErrRedirected, says: "too many redirects",
		},
		"T09 metadata service": {
			faults: []scalrsim.Fault{hop(planLog, "https://169.254.169.254/latest/meta-data/?signature="+scalrtest.CanarySignature)},
			is:     scalr.ErrUnavailable, says: "169.254.169.254",
		},
		"T09 name of metadata service over http": {
			faults: []scalrsim.Fault{hop(planLog, "http://metadata.google.internal/?signature="+scalrtest.CanarySignature)},
			is:     scalr.ErrUnavailable, says: "not https",
		},
		"T09 loopback address": {faults: []scalrsim.Fault{hop(planLog, "https://[::1]:2375/")}, is: scalr.ErrUnavailable, says: "this machine"},
		"U02 file":             {faults: []scalrsim.Fault{hop(planLog, "file:///etc/passwd")}, is: scalr.ErrUnavailable},
		"U02 userinfo": {
			faults: []scalrsim.Fault{hop(planLog, "https://u:"+scalrtest.CanaryUserinfo+"@blob.scalr.test/")},
			is:     scalr.ErrUnavailable, says: "credentials",
		},
		"U02 missing address": {faults: []scalrsim.Fault{hop(planLog, "https://[::1?signature="+scalrtest.CanarySignature)}, is: scalr.ErrUnavailable},
	}
}

func zipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, text)
	_ = z.Close()
	return b.String()
}

func TestLogFaults(t *testing.T) {
	t.Parallel()
	for name, c := range logFaults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { c.play(t) })
		})
	}
}

func (c logFault) play(t *testing.T) {
	r := scalrtest.New(t, scalrsim.Scenario{Logs: scalrsim.Logs{Mode: c.mode}, Script: scalrsim.RunScript{
		Steps: []scalrsim.Step{{Status: "planning", For: time.Hour, Log: "first line\nsecond line\n", Plan: "running"}, {Status: "errored"}}}})
	run := r.MustStartRun(true)
	time.Sleep(59 * time.Minute)
	if c.mode != scalrsim.LogAtEnd {
		time.Sleep(time.Hour)
	}
	for _, f := range c.faults {
		r.Sim.AddFault(f)
	}
	began := time.Now()
	body, err := r.Log(t.Context(), scalr.Log{Phase: scalr.PlanPhase, ID: run.Plan.ID}, 10*time.Second)
	if !errors.Is(err, c.is) || (err == nil) != (c.is == nil) {
		t.Fatalf("got %v, want %v", err, c.is)
	}
	if (body == nil) != (c.none || c.is != nil) {
		t.Fatalf("got the body %v", body)
	}
	if body != nil {
		err = c.read(t, body)
	}
	if took := time.Since(began); c.took != 0 && took != c.took {
		t.Errorf("it took %s, want %s", took, c.took)
	}
	if err != nil {
		r.WantNoLeak(err)
		if !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q does not contain %q", err, c.says)
		}
	}
	for _, q := range r.Received("GET /logs/*") {
		for name := range q.Header {
			if name != "User-Agent" && name != "Accept-Encoding" {
				t.Errorf("storage got the header %s", name)
			}
		}
	}
}

func (c logFault) read(t *testing.T, body *scalr.LogBody) error {
	t.Helper()
	defer body.Close()
	text, err := io.ReadAll(body)
	if string(text) != c.body {
		t.Errorf("got %q, want %q", text, c.body)
	}
	var e *scalr.Error
	if c.broken != scalr.NoTrouble && (!errors.As(err, &e) || e.Network != c.broken) || c.broken == scalr.NoTrouble && err != nil {
		t.Errorf("got %v, want trouble %d", err, c.broken)
	}
	return err
}

func TestLogReportsSize(t *testing.T) {
	t.Parallel()
	const text = "one line\n"
	for name, c := range map[string]struct {
		header http.Header
		body   string
		want   int64
	}{
		"given":  {http.Header{"Content-Length": {strconv.Itoa(len(text))}}, text, int64(len(text))},
		"chunks": {http.Header{}, text, -1},
		"gzip":   {http.Header{"Content-Length": {strconv.Itoa(len(zipped(text)))}}, zipped(text), -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				for name, values := range c.header {
					w.Header()[name] = values
				}
				_, _ = io.WriteString(w, c.body)
				http.NewResponseController(w).Flush()
			}))
			defer s.Close()
			client, _ := dialed(t, s.URL, productTransport())
			body, err := client.Log(t.Context(), scalr.Log{Phase: scalr.ApplyPhase, ID: "apply-1"}, 10*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			defer body.Close()
			got, err := io.ReadAll(body)
			if body.Size != c.want || string(got) != text || err != nil {
				t.Errorf("got the length %d, %q, %v; want %d", body.Size, got, err, c.want)
			}
		})
	}
}

// L17: a slow reader does not count as a silent server.
func TestLogWithSlowReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := scalrtest.New(t, scalrsim.Scenario{Script: scalrsim.RunScript{Plan: scalrsim.Stage{Size: 1 << 20}}})
		run := r.MustStartRun(true)
		time.Sleep(time.Minute)
		body, err := r.Log(t.Context(), scalr.Log{Phase: scalr.PlanPhase, ID: run.Plan.ID}, 10*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer body.Close()
		var n int64
		for {
			got, err := io.CopyN(io.Discard, body, 300<<10)
			n += got
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("after %d bytes: %v", n, err)
			}
			time.Sleep(5 * time.Minute) // the output of the job is blocked
		}
		if n < 1<<20 {
			t.Errorf("got %d bytes", n)
		}
	})
}

// A body that was closed early leaves no goroutine behind: synctest would wait for it.
func TestLogClosedEarly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := scalrtest.New(t, scalrsim.Scenario{Script: scalrsim.RunScript{Plan: scalrsim.Stage{Size: 1 << 20}}})
		run := r.MustStartRun(true)
		time.Sleep(time.Minute)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		body, err := r.Log(ctx, scalr.Log{Phase: scalr.PlanPhase, ID: run.Plan.ID}, 10*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.CopyN(io.Discard, body, 100)
		body.Close()
		if _, err := body.Read(make([]byte, 64<<10)); err == nil {
			if _, err = io.Copy(io.Discard, body); err == nil {
				t.Error("a closed log can be read")
			}
		}
	})
}

// L08, L09, L16: a log of any size is streamed with a small amount of memory.
func TestHugeLogsStream(t *testing.T) {
	if testing.Short() {
		t.Skip("256 MiB")
	}
	const size = 256 << 20
	for name, answer := range map[string]http.HandlerFunc{
		"lines": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.Copy(w, io.LimitReader(forever("0123456789abcdef terraform_data.item: Refreshing the state...\n"), size))
		},
		"one line": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, io.LimitReader(forever("x"), size/4)) },
		"gzip bomb": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.Copy(w, io.LimitReader(bomb(" "), 1<<20))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(answer)
			defer s.Close()
			client, _ := dialed(t, s.URL, productTransport())
			body, err := client.Log(t.Context(), scalr.Log{Phase: scalr.PlanPhase, ID: "plan-1"}, 10*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			defer body.Close()
			gauge := &gauge{}
			n, err := io.Copy(gauge, body)
			if n < size/4 || err != nil && name != "gzip bomb" {
				t.Errorf("got %d bytes, %v", n, err)
			}
			t.Logf("%d MiB with at most %.1f MiB of heap in use, server included", n>>20, float64(gauge.most)/(1<<20))
			if gauge.most > 32<<20 {
				t.Error("the memory exceeds the limit")
			}
		})
	}
}

// gauge measures the heap every 16 MiB.
type gauge struct {
	n    int64
	most uint64
}

func (g *gauge) Write(p []byte) (int, error) {
	if before := g.n; before>>24 != (before+int64(len(p)))>>24 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		g.most = max(g.most, m.HeapInuse)
	}
	g.n += int64(len(p))
	return len(p), nil
}
