package progress_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/progress"
	"scalr-run-action/internal/scalr"
)

var update = flag.Bool("update", false, "rewrite the golden logs in testdata")

// stage is a teller with a paper: the log as it would be read, with the seconds
// after the beginning before each line, folds in corners, foreign text indented.
type stage struct {
	*progress.Logger
	t     *testing.T
	paper bytes.Buffer
	began time.Time
	copy  bytes.Buffer
	asked int // for the holder
}

func (s *stage) line(text string) {
	fmt.Fprintf(&s.paper, "%8s  %s\n", time.Since(s.began), text)
}

func (s *stage) Infof(format string, args ...any) { s.line(fmt.Sprintf(format, args...)) }

func (s *stage) Group(title string) func() {
	s.line("┌ " + title)
	return func() { s.line("└") }
}

// foreign prints whole lines, and the last half one when it is closed.
type foreign struct {
	s    *stage
	held string
}

func (f *foreign) Write(p []byte) (int, error) {
	f.held += string(p)
	for {
		line, rest, ok := strings.Cut(f.held, "\n")
		if !ok {
			return len(p), nil
		}
		f.s.line("    | " + line)
		f.held = rest
	}
}

func (f *foreign) Close() error {
	if f.held != "" {
		f.s.line("    | " + f.held)
	}
	f.held = ""
	return nil
}

func (s *stage) Write(p []byte) (int, error) { return s.copy.Write(p) }
func (s *stage) Restart()                    { s.copy.Reset() }

func newStage(t *testing.T) *stage {
	s := &stage{t: t, began: time.Now()}
	s.Logger = &progress.Logger{Job: s, Untrusted: func() io.WriteCloser { return &foreign{s: s} },
		Copy: func(scalr.Phase) progress.Copy { return s }, RunURL: "https://acme.scalr.test/run-1"}
	return s
}

// sees is a look at the run some time after the last.
func (s *stage) sees(after time.Duration, status string) {
	time.Sleep(after)
	s.Look(scalr.Run{ID: "run-1", Status: scalr.Status(status)})
}

func (s *stage) log(p scalr.Phase, text string) { io.WriteString(s.Log(p), text) }

// TestStories holds what is told against golden logs.
func TestStories(t *testing.T) {
	t.Parallel()
	for name, story := range map[string]func(*stage){
		"dry-run":         dryRun,
		"apply":           apply,
		"confirmed-later": confirmedLater,
		"queue":           queue,
		"agents":          agents,
		"hooks":           hooks,
		"between-looks":   betweenLooks,
		"passed-by":       passedBy,
		"late-log":        lateLog,
		"rewritten":       rewritten,
		"unknown-status":  unknownStatus,
		"silence":         silence,
		"log-trouble":     logTrouble,
		"no-log":          noLog,
		"over-already":    overAlready,
		"retries":         retries,
		"findings":        findings,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				story(s)
				golden(t, name, s.paper.Bytes())
			})
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name+".log")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", 400 * time.Nanosecond: "0s", 12 * time.Millisecond: "12ms", 999600 * time.Microsecond: "1s",
		4240 * time.Millisecond: "4.2s", 9949 * time.Millisecond: "9.9s", 9960 * time.Millisecond: "10s", 12400 * time.Millisecond: "12s",
		190 * time.Second: "3m10s", 6*time.Hour + 5*time.Second: "6h0m5s",
	} {
		if got := progress.Duration(d); got != want {
			t.Errorf("%d: %q, want %q", d, got, want)
		}
	}
}

// findings: the estimate and the policies are told once, each in its stage; a
// check that is overridden is told again.
func findings(s *stage) {
	cost := &scalr.CostEstimate{ID: "ce-1", Status: "queued"}
	check := scalr.PolicyCheck{ID: "pc-1", Status: "pending", Passed: 2, Soft: 1, TotalFailed: 1, Policies: []scalr.Policy{
		{Name: "tags", Result: "passed"}, {Name: "no_public_ip", Result: "soft_failed", Messages: []string{"a public address", "another"}}}}
	look := func(status scalr.Status) {
		time.Sleep(time.Second)
		s.Look(scalr.Run{ID: "run-1", Status: status, Cost: cost, Policies: []scalr.PolicyCheck{check}})
	}
	look("planning")
	look("cost_estimating")
	*cost = scalr.CostEstimate{ID: "ce-1", Status: "finished", Prior: "12.300", Proposed: "54.55", Delta: "42.25"}
	look("cost_estimated")
	check.Status = "soft_failed"
	look("policy_override")
	look("policy_override")
	check.Status = "overridden"
	look("policy_checked")
	s.Close()
}
