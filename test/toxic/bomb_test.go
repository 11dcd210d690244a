package toxic_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// mostMemory is the maximum of the program's peak memory, in KiB.
const mostMemory = 64 << 10

// TestBombs checks that endless responses neither fill the memory nor block the step.
func TestBombs(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"JSON without end": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/vnd.api+json")
			endless(w, []byte(`{"data":`))
		},
		"10 GiB in gzip": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/vnd.api+json")
			w.Header().Set("Content-Encoding", "gzip")
			z, _ := gzip.NewWriterLevel(w, gzip.BestCompression)
			endless(z, []byte(`{"data":"`))
		},
		"an error without end": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnprocessableEntity)
			endless(w, []byte(`{"errors":[{"detail":"`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(answer)
			defer server.Close()
			defer server.CloseClientConnections()
			w := &wire{server: scalrsim.New(scalrsim.Scenario{})}
			w.server.SetURLs(server.URL, server.URL)
			s := w.start(t).wait(t)
			t.Logf("peak %.1f MiB, exit %d after %s", float64(s.peak)/1024, s.code, s.took.Round(time.Millisecond))
			if s.code != 3 || s.peak > mostMemory || s.took > 30*time.Second {
				t.Errorf("exit %d, want 3; peak %d KiB, want %d at most\n%.2000s", s.code, s.peak, mostMemory, s.log.String())
			}
		})
	}
}

// endless writes as long as the client reads, at most 10 GiB.
func endless(w io.Writer, begin []byte) {
	if _, err := w.Write(begin); err != nil {
		return
	}
	spaces := bytes.Repeat([]byte(" "), 1<<20)
	for range 10 << 10 {
		if _, err := w.Write(spaces); err != nil {
			return
		}
	}
}

// TestLargeLogs reads a log and a single line that are larger than the memory limit.
func TestLargeLogs(t *testing.T) {
	t.Parallel()
	for name, oneLine := range map[string]bool{"128 MiB": false, "128 MiB in a line": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario := scalrsim.Scenarios()["plan-changes"]
			scenario.Script.Plan = scalrsim.Stage{For: 5 * time.Second, Size: 128 << 20, OneLine: oneLine}
			w := newWire(t, scenario)
			s := w.start(t).wait(t)
			t.Logf("peak %.1f MiB, exit %d after %s, printed %d bytes", float64(s.peak)/1024, s.code,
				s.took.Round(time.Millisecond), s.log.Len())
			if s.code != 0 || s.peak > mostMemory || s.log.Len() < 128<<20 {
				t.Errorf("exit %d, want 0; peak %d KiB, want %d at most; printed %d bytes", s.code, s.peak, mostMemory, s.log.Len())
			}
		})
	}
}

// TestManyFiles checks that memory does not grow with the number of files.
func TestManyFiles(t *testing.T) {
	t.Parallel()
	const files = 50_000
	checkout := t.TempDir()
	for i := range files {
		dir := filepath.Join(checkout, strconv.Itoa(i/500))
		if i%500 == 0 {
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, strconv.Itoa(i)+".tf"), []byte("# nothing\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	w := newWire(t, scalrsim.Scenarios()["plan-changes"])
	s := w.startIn(t, checkout).wait(t)
	t.Logf("peak %.1f MiB, exit %d after %s", float64(s.peak)/1024, s.code, s.took.Round(time.Millisecond))
	if s.code != 0 || s.peak > mostMemory {
		t.Errorf("exit %d, want 0; peak %d KiB, want %d at most\n%.2000s", s.code, s.peak, mostMemory, s.log.String())
	}
	if runs := w.server.Runs(); len(runs) != 1 || len(w.server.Uploaded(runs[0].Configuration)) <= files {
		t.Errorf("%d runs, or files that were not sent", len(runs))
	}
}
