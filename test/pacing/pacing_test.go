// Package pacing_test measures the delays of a step in virtual time: its overhead before the creation of the run,
// and the time from the end of the run to the end of the step.
package pacing_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/action"
	"scalr-run-action/internal/scalrsim"
)

const (
	roundTrip = 80 * time.Millisecond // of every request
	seed      = 17
)

// sample contains the measurements of one simulated run.
type sample struct {
	before time.Duration // from the start of the step to the creation of the run, without Scalr's processing
	lag    time.Duration // from the end of the run to that of the step
	polls  int           // reads of the run
	lasted time.Duration // from the creation of the run to its end
	logs   int64         // bytes of logs that were read
	bound  int64         // maximum number of bytes
}

// goal contains the limits of a class; 0 means no limit.
type goal struct {
	lag, added [2]float64 // seconds: at the median and at the 90th percentile
	polls      float64    // of the median run
	rate       float64    // polls per second, over all runs
}

// TestPacing simulates runs of every class, prints the delays of the step and of other tools for the same runs,
// and checks the goals.
func TestPacing(t *testing.T) {
	t.Parallel()
	lives, soak := 20, os.Getenv("SOAK") == "1"
	if soak {
		lives = 2000
	}
	checkout := t.TempDir()
	if err := os.WriteFile(filepath.Join(checkout, "main.tf"), []byte(`resource "terraform_data" "network" {}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range classes {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var ours []sample
			theirs := map[string][]sample{}
			for n := range lives {
				l := c.make(&dice{rand.New(rand.NewPCG(seed, uint64(n)))})
				ours = append(ours, play(t, l, checkout))
				for _, p := range peers {
					theirs[p.name] = append(theirs[p.name], p.follow(l))
				}
			}
			t.Log(header)
			got := summarize(ours)
			t.Log(got.line("this action"))
			for _, p := range peers {
				t.Log(summarize(theirs[p.name]).line(p.name))
			}
			if !soak { // twenty runs are too few for averages and for the 90th percentile
				c.goal.lag[1], c.goal.added[1], c.goal.rate = 0, 0, 0
			}
			got.hold(t, c.goal)
		})
	}
}

// summary is the table's line for one class and tool: medians and 90th percentiles.
type summary struct {
	before, lag, added, polls, logs [2]float64
	rate                            float64
}

func summarize(samples []sample) (s summary) {
	pick := func(of func(sample) float64) [2]float64 {
		var all []float64
		for _, s := range samples {
			all = append(all, of(s))
		}
		slices.Sort(all)
		return [2]float64{all[len(all)/2], all[len(all)*9/10]}
	}
	s.before = pick(func(s sample) float64 { return s.before.Seconds() })
	s.lag = pick(func(s sample) float64 { return s.lag.Seconds() })
	s.added = pick(func(s sample) float64 { return (s.before + s.lag).Seconds() })
	s.polls = pick(func(s sample) float64 { return float64(s.polls) })
	s.logs = pick(func(s sample) float64 { return float64(s.logs) / float64(max(1, s.bound)) })
	polls, lasted := 0, time.Duration(0)
	for _, one := range samples {
		polls, lasted = polls+one.polls, lasted+one.lasted
	}
	s.rate = float64(polls) / lasted.Seconds()
	return s
}

const header = "seconds, 50 % and 90 %       before the run   lag after it   added in all   polls        a second   log bytes/bound"

func (s summary) line(name string) string {
	return fmt.Sprintf("%-26s   %5.2f %5.2f      %5.2f %5.2f    %5.2f %5.2f    %5.0f %5.0f  %5.2f      %.2f %.2f", name,
		s.before[0], s.before[1], s.lag[0], s.lag[1], s.added[0], s.added[1], s.polls[0], s.polls[1], s.rate, s.logs[0], s.logs[1])
}

func (s summary) hold(t *testing.T, g goal) {
	t.Helper()
	for _, one := range []struct {
		name      string
		got, most float64
	}{
		{"lag at the median", s.lag[0], g.lag[0]}, {"lag at the 90th percentile", s.lag[1], g.lag[1]},
		{"time added at the median", s.added[0], g.added[0]}, {"time added at the 90th percentile", s.added[1], g.added[1]},
		{"polls at the median", s.polls[0], g.polls}, {"polls a second", s.rate, g.rate}, {"log bytes of what the contract allows", s.logs[1], 1},
	} {
		if one.most > 0 && one.got > one.most {
			t.Errorf("%s: %.2f, want %.2f at most", one.name, one.got, one.most)
		}
	}
}

// play runs the step with one simulated run.
func play(t *testing.T, l life, checkout string) (s sample) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		sc := scalrsim.Scenario{Script: scalrsim.RunScript{Steps: l.steps}, Config: scalrsim.Config{ProcessFor: l.processing}}
		if l.cost {
			sc.Script.Cost = &scalrsim.Cost{Prior: "1.00", Proposed: "2.00", Delta: "1.00"}
			sc.Script.Policies = []scalrsim.Policy{{Name: "tags", Result: "passed"}}
		}
		server := scalrsim.New(sc)
		wire := &slow{to: server.Client().Transport}
		began := time.Now()
		more := []string{}
		if !l.dry {
			more = []string{"INPUT_DRY-RUN=false", "INPUT_AUTO-APPLY=true"}
		}
		var log strings.Builder
		code := action.Main(context.Background(), action.Env{
			Args: []string{"/scalr-run"}, Environ: append(environment(dir, checkout), more...), Stdout: &log,
			HTTP: &http.Client{Transport: wire}, Version: "test",
		})
		ended := time.Now()
		if code != 0 {
			t.Fatalf("exit %d\n%s", code, log.String())
		}
		run := server.Runs()[0]
		over := run.Transitions[len(run.Transitions)-1].At
		s = sample{before: run.Created.Sub(began) - l.processing, lag: ended.Sub(over), lasted: over.Sub(run.Created), logs: wire.logs.Load()}
		for _, r := range server.Requests() {
			if r.Method == "GET" && r.Path == "/runs/"+run.ID {
				s.polls++
			}
		}
		s.bound = allowed(l)
		time.Sleep(time.Minute)
	})
	return s
}

// allowed returns the maximum number of bytes for reading the logs of a run: four times their length, and 64 KiB
// for each second of their stages.
func allowed(l life) (n int64) {
	for _, step := range l.steps {
		n += 4 * int64(len(step.Log))
		if step.Status == "planning" || step.Status == "applying" {
			n += int64(step.For.Seconds() * (64 << 10))
		}
	}
	return n
}

// slow delays every request and every response by half a round trip.
type slow struct {
	to   http.RoundTripper
	logs atomic.Int64
}

func (s *slow) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(roundTrip / 2)
	res, err := s.to.RoundTrip(r)
	time.Sleep(roundTrip / 2)
	if err == nil && strings.HasSuffix(r.URL.Path, "/output") {
		res.Body = counted{res.Body, &s.logs}
	}
	return res, err
}

type counted struct {
	io.ReadCloser
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// environment returns the environment of a step with inputs for a dry run.
func environment(dir, checkout string) []string {
	return []string{
		"GITHUB_ACTIONS=true", "GITHUB_EVENT_NAME=push", "GITHUB_REPOSITORY=acme/infra", "GITHUB_WORKSPACE=" + checkout,
		"RUNNER_TEMP=" + dir, "GITHUB_OUTPUT=" + filepath.Join(dir, "output"), "GITHUB_STATE=" + filepath.Join(dir, "state"),
		"GITHUB_STEP_SUMMARY=" + filepath.Join(dir, "summary"), "INPUT_BASE-URL=https://acme.scalr.test",
		"INPUT_TOKEN=" + scalrsim.Token, "INPUT_WORKSPACE-ID=" + scalrsim.WorkspaceID, "INPUT_TIMEOUT=5h",
	}
}
