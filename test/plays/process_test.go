package plays

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/scalrsim"
)

// invocation describes a process that the runner starts.
type invocation struct {
	program string
	argv    []string
	env     map[string]string
	state   func(map[string]string) // receives the state for the post step; may be nil
}

// process runs a process in the workspace and records its result.
func (j *jobRun) process(rec *stepRecord, what invocation) error {
	f, err := j.newFiles()
	if err != nil {
		return err
	}
	began := j.cut()
	out, code, err := j.run(what, f, rec.title)
	if err != nil {
		return err
	}
	rec.code, rec.outcome = code, "success"
	if code != 0 {
		rec.outcome = "failure"
	}
	j.printed(rec, out)
	state, err := f.read(rec, &j.masker)
	if err != nil {
		return err
	}
	if !began && j.cut() {
		rec.outcome = "cancelled"
	}
	if what.state != nil {
		what.state(state)
	}
	return nil
}

func (j *jobRun) run(what invocation, f files, title string) (out string, code int, err error) {
	program, err := exec.LookPath(what.program)
	if err != nil {
		return "", 0, err
	}
	ctx, end := context.WithTimeout(j.stepContext(), 3*time.Minute)
	defer end()
	c := exec.CommandContext(ctx, program)
	c.Args, c.Dir, c.Env = what.argv, j.workspace, j.environ(what.env, f)
	log := &stepLog{}
	if !j.cut() {
		log.added = func(text string) {
			if j.cancelWhen != nil && j.cancelWhen(title, text) {
				j.cancel()
			}
		}
	}
	c.Stdout, c.Stderr = log, log
	// The runner sends SIGINT, SIGTERM after 7.5 s, and SIGKILL after 10 s.
	var term *time.Timer
	c.Cancel = func() error {
		term = time.AfterFunc(7500*time.Millisecond, func() { _ = c.Process.Signal(syscall.SIGTERM) })
		return c.Process.Signal(syscall.SIGINT)
	}
	c.WaitDelay = 10 * time.Second
	err = c.Run()
	if term != nil {
		term.Stop()
	}
	var exit *exec.ExitError
	if c.ProcessState == nil || err != nil && !errors.As(err, &exit) && ctx.Err() == nil {
		return "", 0, err
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return "", 0, fmt.Errorf("it does not end; so far it has printed\n%s", log)
	}
	return log.String(), c.ProcessState.ExitCode(), nil
}

// environ returns the environment of a step; later variables override earlier ones.
func (j *jobRun) environ(env map[string]string, f files) []string {
	all := map[string]string{"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	maps.Copy(all, env)
	e := j.event
	maps.Copy(all, map[string]string{
		"CI":                 "true",
		"GITHUB_ACTIONS":     "true",
		"HOME":               j.temp + "/home",
		"RUNNER_TEMP":        j.temp,
		"RUNNER_OS":          "Linux",
		"RUNNER_ARCH":        "X64",
		"GITHUB_WORKSPACE":   j.workspace,
		"GITHUB_EVENT_PATH":  j.temp + "/event.json",
		"GITHUB_EVENT_NAME":  e.name,
		"GITHUB_REPOSITORY":  repository,
		"GITHUB_REF":         e.ref,
		"GITHUB_REF_NAME":    refName(e.ref),
		"GITHUB_SHA":         e.sha,
		"GITHUB_ACTOR":       "octocat",
		"GITHUB_JOB":         j.record.name,
		"GITHUB_SERVER_URL":  "https://github.com",
		"GITHUB_API_URL":     j.testbed.github.url,
		"GITHUB_GRAPHQL_URL": j.testbed.github.url + "/graphql",
		"GITHUB_RUN_ID":      "1",
		"GITHUB_RUN_ATTEMPT": "1",
		"GITHUB_WORKFLOW":    j.workflow.Name,
	})
	if j.granted.writes("id-token") {
		all["ACTIONS_ID_TOKEN_REQUEST_URL"] = j.testbed.github.memory.IDTokenRequestURL()
		all["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = j.testbed.github.memory.IDTokenRequestToken()
	}
	maps.Copy(all, f)
	var list []string
	for _, name := range sortedKeys(all) {
		list = append(list, name+"="+all[name])
	}
	return list
}

func refName(ref string) string {
	for _, prefix := range []string{"refs/heads/", "refs/pull/"} {
		if name, ok := strings.CutPrefix(ref, prefix); ok {
			return name
		}
	}
	return ref
}

// printed parses the log like the runner, for masks and annotations.
func (j *jobRun) printed(rec *stepRecord, out string) {
	read := runnertest.Read(out)
	for _, problem := range read.Problems {
		j.testbed.t.Errorf("step %q: the runner objects: %s", rec.title, problem)
	}
	for _, c := range read.Commands {
		if strings.EqualFold(c.Name, "add-mask") {
			j.masker.Add(c.Data)
		}
	}
	shown := strings.Join(read.Log, "\n")
	if strings.Contains(shown, scalrsim.Token) || strings.Contains(shown, j.token) {
		j.testbed.t.Errorf("step %q printed a token", rec.title)
	}
	rec.commands = append(rec.commands, read.Commands...)
	rec.log += j.masker.Mask(shown)
	j.testbed.keepLog(rec, j.masker.Mask(out))
}

// keepLog stores the log of a step, to be printed if the test fails.
func (s *testbed) keepLog(rec *stepRecord, out string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(&s.logs, "--- %s (exit %d)\n%s\n", rec.title, rec.code, out)
}

// annotations returns the texts of the errors, warnings or notices of a step.
func (r *stepRecord) annotations(kind string) []string {
	var all []string
	for _, c := range r.commands {
		if c.Name == kind {
			all = append(all, strings.TrimSpace(c.Properties["title"]+" "+c.Data))
		}
	}
	return all
}

// stepLog stores the output of a process and calls a function for each write.
type stepLog struct {
	mu    sync.Mutex
	text  bytes.Buffer
	added func(text string)
}

func (l *stepLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(b)
	if l.added != nil {
		l.added(l.text.String())
	}
	return len(b), nil
}

func (l *stepLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
