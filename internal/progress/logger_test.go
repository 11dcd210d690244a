package progress_test

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/progress"
	"scalr-run-action/internal/scalr"
)

// recorder is a Logger whose output is recorded. Each line is preceded by the time since the start, groups
// are marked with corners, and untrusted text is indented.
type recorder struct {
	*progress.Logger
	t       *testing.T
	output  bytes.Buffer
	began   time.Time
	copy    bytes.Buffer
	lookups int // lookups of the blocking run or the agents
}

func (s *recorder) line(text string) {
	fmt.Fprintf(&s.output, "%8s  %s\n", time.Since(s.began), text)
}

func (s *recorder) Infof(format string, args ...any) { s.line(fmt.Sprintf(format, args...)) }

func (s *recorder) Group(title string) func() {
	s.line("┌ " + title)
	return func() { s.line("└") }
}

// untrustedWriter prints complete lines, and an incomplete last line when it is closed.
type untrustedWriter struct {
	s      *recorder
	buffer string
}

func (f *untrustedWriter) Write(p []byte) (int, error) {
	f.buffer += strings.ReplaceAll(string(p), "\r", "\n")
	for {
		line, rest, ok := strings.Cut(f.buffer, "\n")
		if !ok {
			return len(p), nil
		}
		f.s.line("    | " + line)
		f.buffer = rest
	}
}

func (f *untrustedWriter) Close() error {
	if f.buffer != "" {
		f.s.line("    | " + f.buffer)
	}
	f.buffer = ""
	return nil
}

func (s *recorder) Write(p []byte) (int, error) { return s.copy.Write(p) }
func (s *recorder) Restart()                    { s.copy.Reset() }

func newRecorder(t *testing.T) *recorder {
	s := &recorder{t: t, began: time.Now()}
	s.Logger = &progress.Logger{Job: s, Untrusted: func() io.WriteCloser { return &untrustedWriter{s: s} },
		Copy: func(scalr.Phase) progress.Copy { return s }, RunURL: "https://acme.scalr.test/run-1"}
	return s
}

// poll logs a polled run some time after the previous poll.
func (s *recorder) poll(after time.Duration, status string) {
	time.Sleep(after)
	s.Polled(scalr.Run{ID: "run-1", Status: scalr.Status(status)})
}

func (s *recorder) log(p scalr.Phase, text string) { io.WriteString(s.Log(p), text) }

// TestLogs compares the logs of several runs with golden files.
func TestLogs(t *testing.T) {
	t.Parallel()
	for name, scenario := range map[string]func(*recorder){
		"dry-run":          dryRun,
		"apply":            apply,
		"confirmed-later":  confirmedLater,
		"queue":            queued,
		"agents":           agents,
		"hooks":            hooks,
		"earlier-status":   earlierStatus,
		"between-polls":    betweenPolls,
		"passed-stages":    passedStages,
		"late-log":         lateLog,
		"rewritten":        rewritten,
		"unknown-status":   unknownStatus,
		"heartbeats":       heartbeats,
		"log-trouble":      logTrouble,
		"poll-trouble":     pollTrouble,
		"no-log":           noLog,
		"already-finished": alreadyFinished,
		"retries":          retries,
		"results":          results,
		"results-at-end":   resultsAtEnd,
		"estimates":        estimates,
		"incomplete-lines": incompleteLines,
		"single-bytes":     singleBytes,
		"blocked":          blocked,
		"failed-before":    failedBefore,
		"inferred-twice":   inferredTwice,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newRecorder(t)
				scenario(s)
				goldentest.Compare(t, filepath.Join("testdata", name+".log"), s.output.String())
			})
		})
	}
}

// estimates logs an estimate that leaves out resources, and two that failed.
func estimates(s *recorder) {
	for _, cost := range []scalr.CostEstimate{
		{ID: "ce-1", Status: "finished", Prior: "0.000", Proposed: "0.000", Delta: "0.000", Resources: new(5), Matched: new(0)},
		{ID: "ce-2", Status: "errored", Prior: "0.000", Proposed: "0.000", Delta: "0.000", ErrorMessage: "no prices."},
		{ID: "ce-3", Status: "errored"},
		{ID: "ce-4", Status: "canceled"},
	} {
		for range 2 {
			time.Sleep(time.Second)
			s.Polled(scalr.Run{ID: "run-1", Status: "cost_estimated", Cost: &cost})
		}
	}
	s.Close()
}

// results logs the estimate and the policies once, each in its stage. A check is logged again when it is
// overridden.
func results(s *recorder) {
	cost := &scalr.CostEstimate{ID: "ce-1", Status: "queued"}
	check := scalr.PolicyCheck{
		ID:          "pc-1",
		Status:      "pending",
		Passed:      2,
		Soft:        1,
		TotalFailed: 1,
		Policies: []scalr.Policy{
			{Name: "tags", Result: "passed"},
			{Name: "no_public_ip", Result: "soft_failed", Messages: []string{"a public address", "another"}},
		},
	}
	poll := func(status scalr.Status) {
		time.Sleep(time.Second)
		s.Polled(scalr.Run{ID: "run-1", Status: status, Cost: cost, Policies: []scalr.PolicyCheck{check}})
	}
	poll("planning")
	poll("cost_estimating")
	*cost = scalr.CostEstimate{ID: "ce-1", Status: "finished", Prior: "12.300", Proposed: "54.55", Delta: "42.25"}
	poll("cost_estimated")
	check.Status = "soft_failed"
	poll("policy_override")
	poll("policy_override")
	check.Status = "overridden"
	poll("policy_checked")
	s.Close()
}
