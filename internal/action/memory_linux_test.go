package action_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestMemory measures the memory and the transferred bytes of the built program for a log of 1 GiB and for a line of
// 1 GiB (L08, L09). It takes a minute and 1 GiB of disk space, so it runs only if SCALR_MEMORY_TEST is set.
func TestMemory(t *testing.T) {
	if os.Getenv("SCALR_MEMORY_TEST") == "" {
		t.Skip("SCALR_MEMORY_TEST is not set")
	}
	binary := filepath.Join(t.TempDir(), "scalr-run")
	if out, err := exec.Command("go", "build", "-o", binary, "scalr-run-action").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	for _, name := range []string{"huge-log", "huge-line"} {
		t.Run(name, func(t *testing.T) {
			m := measure(t, binary, scenario(t, name))
			t.Logf("peak %.1f MiB, %s, log of %d bytes in %d bytes of ours, transferred %.2f N", float64(m.peak)/1024,
				m.took.Round(time.Second), m.size, m.printed, float64(m.served)/float64(m.size))
			if m.peak > 64<<10 {
				t.Errorf("peak of %d KiB, want 64 MiB at most", m.peak)
			}
			if most := 4*m.size + int64(m.took.Seconds()*64*1024); m.served > most {
				t.Errorf("transferred %d bytes, want %d at most", m.served, most)
			}
			if m.copied == 0 || m.copied > 64<<20 {
				t.Errorf("the plan's log is a file of %d bytes, want 64 MiB at most", m.copied)
			}
			if m.printed < m.size {
				t.Errorf("printed %d bytes of %d", m.printed, m.size)
			}
		})
	}
}

type measured struct {
	peak                  int64 // KiB
	size, served, printed int64 // bytes
	copied                int64 // size of the file plan-log-file, in bytes
	took                  time.Duration
}

// measure runs the program over TCP.
func measure(t *testing.T, binary string, s scalrsim.Scenario) (m measured) {
	t.Helper()
	server := scalrsim.New(s)
	defer server.Close()
	var served atomic.Int64
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/output") {
			w = &countedResponse{ResponseWriter: w, n: &served}
		}
		server.ServeHTTP(w, r)
	}))
	defer api.Close()
	blob := httptest.NewServer(server.BlobHandler())
	defer blob.Close()
	server.SetURLs(api.URL, blob.URL)

	dir := t.TempDir()
	write(t, filepath.Join(dir, "checkout", "main.tf"), `resource "terraform_data" "network" {}`)
	var out countedLog
	cmd := exec.Command(binary)
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Env = []string{
		"GITHUB_ACTIONS=true",
		"GITHUB_WORKSPACE=" + filepath.Join(dir, "checkout"),
		"RUNNER_TEMP=" + dir,
		"GITHUB_OUTPUT=" + filepath.Join(dir, "output"),
		"GITHUB_STATE=" + filepath.Join(dir, "state"),
		"GITHUB_STEP_SUMMARY=" + filepath.Join(dir, "summary.md"),
		"INPUT_BASE-URL=" + api.URL,
		"INPUT_TOKEN=" + scalrsim.Token,
		"INPUT_WORKSPACE-ID=" + scalrsim.WorkspaceID,
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("%v\n%s", err, out.tail)
			}
			files, _ := filepath.Glob(filepath.Join(dir, "scalr-run-*-plan.log"))
			for _, name := range files {
				if info, err := os.Stat(name); err == nil {
					m.copied += info.Size()
				}
			}
			m.size, m.served, m.printed, m.took = s.Script.Plan.Size, served.Load(), out.n, time.Since(began)
			return m
		case <-time.After(20 * time.Millisecond):
			m.peak = max(m.peak, highWater(cmd.Process.Pid))
		}
	}
}

// highWater returns the peak memory of a process in KiB. The value from wait4 would include the memory of the test
// process.
func highWater(pid int) (kib int64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	fmt.Sscanf(string(rest), "%d", &kib)
	return kib
}

type countedResponse struct {
	http.ResponseWriter
	n *atomic.Int64
}

func (c *countedResponse) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.n.Add(int64(n))
	return n, err
}

func (c *countedResponse) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// countedLog counts bytes and keeps the last ones.
type countedLog struct {
	n    int64
	tail []byte
}

func (c *countedLog) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	c.tail = append(c.tail[:0], p[max(0, len(p)-4096):]...)
	return len(p), nil
}
