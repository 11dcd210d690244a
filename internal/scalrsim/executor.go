package scalrsim

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// executor executes uploaded configurations with an installed terraform or tofu. A nil executor is not
// available.
type executor struct {
	server *Server
	tools  map[string]string // path by iac-platform
	ctx    context.Context
	cancel context.CancelFunc
	tasks  sync.WaitGroup
	dir    string // created on first use
}

// newExecutor returns nil if neither terraform nor tofu is on the PATH.
func newExecutor(s *Server) *executor {
	tools := map[string]string{}
	for platform, name := range map[string]string{"terraform": "terraform", "opentofu": "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			tools[platform] = path
		}
	}
	if len(tools) == 0 {
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	e := &executor{server: s, tools: tools, ctx: ctx, cancel: cancel}
	e.tasks.Go(e.tick)
	return e
}

// tick advances executed runs between requests.
func (e *executor) tick() {
	for wait(e.ctx, 100*time.Millisecond) == nil {
		e.server.mu.Lock()
		e.server.advance()
		e.server.mu.Unlock()
	}
}

func (e *executor) available() bool { return e != nil }

// tool returns the path of the tool for the platform, or of the other tool if it is not installed.
func (e *executor) tool(platform string) string {
	if path := e.tools[platform]; path != "" {
		return path
	}
	for _, path := range e.tools {
		return path
	}
	return ""
}

func (e *executor) close() {
	e.cancel()
	e.tasks.Wait()
	if e.dir != "" {
		_ = os.RemoveAll(e.dir) // best effort, in the system's temporary directory
	}
}

// work is the execution of one step of a run. The server's lock guards its fields.
type work struct {
	done     bool
	at       time.Time
	problem  string
	canceled bool
	stop     context.CancelFunc
	found    *execution
}

func (w *work) interrupt() {
	w.canceled = true
	w.stop()
}

// execution is a configuration in a directory, and the results of the tool.
type execution struct {
	dir, tool       string
	env             []string
	json, sanitized []byte
	changes         []Change
	changed         bool
	outputs         []Output
	resources       bool
}

// start starts the execution of a step. The server's lock must be held.
func (e *executor) start(r *run, what string) {
	ctx, stop := context.WithCancel(e.ctx)
	log := &logBuffer{}
	var do func(context.Context, io.Writer) (*execution, string)
	if what == "apply" {
		do = r.planned.apply
		r.apply.log = append(r.apply.log, segment{live: log.bytes})
	} else {
		do = e.prepare(r)
		r.plan.log = append(r.plan.log, segment{live: log.bytes})
	}
	w := &work{stop: stop}
	r.work = w
	e.tasks.Go(func() {
		defer stop()
		found, problem := do(ctx, log)
		e.server.mu.Lock()
		defer e.server.mu.Unlock()
		w.done, w.at, w.found, w.problem = true, time.Now(), found, problem
		e.server.advance()
	})
}

// finishWork continues a run after the tool has exited.
func (s *Server) finishWork(r *run, at time.Time) {
	w := r.work
	r.work = nil
	switch {
	case w.canceled && w.problem != "":
		s.endRun(r, "canceled", at)
		return
	case w.problem != "":
		r.steps = append(slices.Clone(r.steps[:r.step+1]), Step{Status: "errored", Error: w.problem})
	case r.steps[r.step].executes == "plan":
		r.planned = w.found
		r.resultsOf = Stage{Changes: w.found.changes}
		r.steps = append(slices.Clone(r.steps[:r.step+1]), s.afterPlan(r)...)
	default:
		s.outputs[r.workspace] = w.found.outputs
		s.lookup("workspaces", r.workspace).attributes["has-resources"] = w.found.resources
	}
	s.nextStep(r, at)
}

// logBuffer is the log of a running tool. It is safe for concurrent use.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logBuffer) bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.text.Bytes())
}

// directory creates a directory for a run and returns its path.
func (e *executor) directory(name string) (string, error) {
	if e.dir == "" {
		dir, err := os.MkdirTemp("", "scalrsim-")
		if err != nil {
			return "", err
		}
		e.dir = dir
	}
	dir := filepath.Join(e.dir, name)
	return dir, os.MkdirAll(dir, 0o700)
}
