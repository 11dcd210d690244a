package runner_test

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

func TestImageSize(t *testing.T) {
	t.Parallel()
	size, err := strconv.Atoi(docker(t, "image", "inspect", "--format", "{{.Size}}", image(t)))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the image has %d bytes, %.2f MiB", size, float64(size)/(1<<20))
	if size > 10<<20 {
		t.Errorf("the image has %d bytes, want 10 MiB at most", size)
	}
}

// The image contains the program with its entrypoint names, the certificate authorities and a directory for
// temporary files, and no shell or other program.
func TestImageContents(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for _, h := range contents(t) {
		got["/"+strings.TrimSuffix(h.Name, "/")] = h.FileInfo().Mode().String() + h.Linkname
	}
	for name := range madeByDocker {
		delete(got, name)
	}
	want := map[string]string{
		"/scalr-run":                         "-rwxr-xr-x",
		"/scalr-run-post":                    "Lrwxrwxrwxscalr-run",
		"/scalr-environment":                 "Lrwxrwxrwxscalr-run",
		"/scalr-workspace":                   "Lrwxrwxrwxscalr-run",
		"/scalr-affected":                    "Lrwxrwxrwxscalr-run",
		"/scalr-overview":                    "Lrwxrwxrwxscalr-run",
		"/tmp":                               "dtrwxrwxrwx",
		"/etc":                               "drwxr-xr-x",
		"/etc/ssl":                           "drwxr-xr-x",
		"/etc/ssl/certs":                     "drwxr-xr-x",
		"/etc/ssl/certs/ca-certificates.crt": "-rw-r--r--",
	}
	if !maps.Equal(got, want) {
		t.Errorf("the image has %v, want %v", got, want)
	}
}

// madeByDocker contains the files that Docker adds to every container.
var madeByDocker = map[string]bool{
	"/.dockerenv":      true,
	"/dev":             true,
	"/dev/console":     true,
	"/dev/pts":         true,
	"/dev/shm":         true,
	"/etc/hostname":    true,
	"/etc/hosts":       true,
	"/etc/mtab":        true,
	"/etc/resolv.conf": true,
	"/proc":            true,
	"/sys":             true,
}

func contents(t *testing.T) []*tar.Header {
	t.Helper()
	id := docker(t, "create", image(t))
	defer docker(t, "rm", id)
	export := exec.Command("docker", "export", id)
	pipe, err := export.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := export.Start(); err != nil {
		t.Fatal(err)
	}
	var headers []*tar.Header
	for archive := tar.NewReader(pipe); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		headers = append(headers, h)
	}
	if _, err := io.Copy(io.Discard, pipe); err != nil {
		t.Fatal(err)
	}
	if err := export.Wait(); err != nil {
		t.Fatal(err)
	}
	return headers
}

func TestImageSettings(t *testing.T) {
	t.Parallel()
	var got struct {
		User            string
		Entrypoint, Cmd []string
	}
	if err := json.Unmarshal([]byte(docker(t, "image", "inspect", "--format", "{{json .Config}}", image(t))),
		&got); err != nil {
		t.Fatal(err)
	}
	if got.User != "" || !slices.Equal(got.Entrypoint, []string{"/scalr-run"}) || len(got.Cmd) != 0 {
		t.Errorf("the image is set to %+v, want no user, the entrypoint /scalr-run without a shell, no arguments", got)
	}
}

// An invalid input is reported first, so the test measures only the start. It uses the best of five, because the
// machine may run other work.
func TestImageStart(t *testing.T) {
	began, inside := time.Hour, time.Hour
	for range 5 {
		name := newStep(t).name
		start := time.Now()
		run := exec.Command("docker", "run", "--name", name, "-e", "INPUT_MODE=nonsense", image(t))
		err := run.Run()
		began = min(began, time.Since(start))
		if run.ProcessState.ExitCode() != 2 {
			t.Fatalf("docker run ended with %v, want exit code 2", err)
		}
		times := strings.Fields(docker(t, "inspect", "--format", "{{.State.StartedAt}} {{.State.FinishedAt}}", name))
		docker(t, "rm", name)
		inside = min(inside, moment(t, times[1]).Sub(moment(t, times[0])))
	}
	t.Logf("from docker run to its end %v, of which in the container %v", began, inside)
	if inside > 300*time.Millisecond {
		t.Errorf("the start takes %v, want 300ms at most", inside)
	}
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// The program is process 1 of the container, to which the kernel sends no signals without a handler.
func TestImageIsFirstProcess(t *testing.T) {
	t.Parallel()
	s := newStep(t)
	server := scalr(t, scalrsim.Scenario{Script: scalrsim.RunScript{Plan: scalrsim.Stage{For: 5 * time.Minute}}})
	p := s.at(server).playing(func(*exec.Cmd, <-chan struct{}) time.Time {
		awaitSeen(t, server, "planning")
		if got := docker(t, "top", s.name, "-o", "pid,args"); strings.Count(got, "\n") != 1 ||
			!strings.Contains(got, "/scalr-run") {
			t.Errorf("the container runs\n%s\nwant /scalr-run alone", got)
		}
		docker(t, "kill", "--signal", "TERM", s.name)
		return time.Now()
	})
	p.want(t, 143, "result=interrupted")
}
