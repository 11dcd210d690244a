package action_test

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/scalrsim"
)

func setInputs(ts *testscript.TestScript, _ bool, args []string) {
	for _, a := range args {
		name, value, _ := strings.Cut(a, "=")
		ts.Setenv("INPUT_"+strings.ToUpper(name), value)
	}
}

func runAndExit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARGUMENT...]")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("%s ended with %d, want %s", args[1], code, args[0])
	}
	noToken(ts)
}

// noToken checks that the token appears only in the command that masks it.
func noToken(ts *testscript.TestScript) {
	log := strings.ReplaceAll(ts.ReadFile("stdout"), "::add-mask::"+scalrsim.Token, "")
	for _, file := range []string{"output", "state", "summary.md"} {
		text, _ := os.ReadFile(ts.MkAbs(file)) // the file may not exist
		log += string(text)
	}
	if strings.Contains(log, scalrsim.Token) {
		ts.Fatalf("the token was printed or written")
	}
}

// sendSignal sends a signal to the program in the background when the run has the status.
func sendSignal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || len(ts.BackgroundCmds()) == 0 {
		ts.Fatalf("usage: signal NAME STATUS, after exec scalr-run &run&")
	}
	sent, ok := map[string]os.Signal{
		"INT":  syscall.SIGINT,
		"TERM": syscall.SIGTERM,
		"HUP":  syscall.SIGHUP,
		"QUIT": syscall.SIGQUIT,
		"ABRT": syscall.SIGABRT,
		"KILL": syscall.SIGKILL,
		"STOP": syscall.SIGSTOP,
		"CONT": syscall.SIGCONT,
	}[args[0]]
	if !ok {
		ts.Fatalf("unknown signal %s", args[0])
	}
	awaitStatus(ts, args[1])
	s := ts.Value(simKey{}).(*sim)
	s.signaled, s.at = ts.BackgroundCmds()[0], time.Now()
	ts.Check(s.signaled.Process.Signal(sent))
}

// checkEnded checks the exit code of the background program, which wait does not report.
func checkEnded(ts *testscript.TestScript, _ bool, args []string) {
	s := ts.Value(simKey{}).(*sim)
	if code := strconv.Itoa(s.signaled.ProcessState.ExitCode()); code != args[0] {
		ts.Fatalf("the program ended with %s, want %s", code, args[0])
	}
	if took := time.Since(s.at); took > 7500*time.Millisecond {
		ts.Fatalf("the program ended %s after the signal", took)
	}
	noToken(ts)
}

func awaitStatus(ts *testscript.TestScript, status string) {
	server := simOf(ts)
	for range 2000 {
		if runs := server.Runs(); len(runs) > 0 && runs[len(runs)-1].Status == status {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("no run had the status %s", status)
}

func checkOutput(ts *testscript.TestScript, neg bool, args []string) {
	outputs, err := runnertest.Outputs(ts.MkAbs("output"))
	ts.Check(err)
	if neg {
		if v := outputs[args[0]]; v != "" {
			ts.Fatalf("output %s is %q, want none", args[0], v)
		}
		return
	}
	if len(args) != 2 {
		ts.Fatalf("usage: output NAME REGEXP")
	}
	ok, err := regexp.MatchString("^(?:"+args[1]+")$", outputs[args[0]])
	ts.Check(err)
	if !ok {
		ts.Fatalf("output %s is %q, want %s", args[0], outputs[args[0]], args[1])
	}
}

func beginSecondJob(ts *testscript.TestScript, _ bool, _ []string) {
	file := ts.MkAbs("output")
	outputs, err := runnertest.Outputs(file)
	ts.Check(err)
	ts.Setenv("INPUT_RUN-ID", outputs["run-id"])
	ts.Check(os.Remove(file))
}

func passState(ts *testscript.TestScript, _ bool, _ []string) {
	state, err := runnertest.Outputs(ts.MkAbs("state"))
	ts.Check(err)
	for name, value := range state {
		ts.Setenv("STATE_"+name, value)
	}
}

func countRequests(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: asked N OP")
	}
	n := 0
	for _, r := range simOf(ts).Requests() {
		if matches(args[1], r.Method+" "+r.Path) {
			n++
		}
	}
	if strconv.Itoa(n) != args[0] {
		ts.Fatalf("%s was asked %d times, want %s", args[1], n, args[0])
	}
}

func compareStops(ts *testscript.TestScript, _ bool, want []string) {
	var got []string
	for _, s := range simOf(ts).Stops() {
		verb, rest, _ := strings.Cut(s, " ")
		_, status, _ := strings.Cut(rest, ": ")
		got = append(got, verb+" "+status)
	}
	pattern, err := regexp.Compile("^" + strings.Join(want, ", ") + "$")
	ts.Check(err)
	if stops := strings.Join(got, ", "); !pattern.MatchString(stops) {
		ts.Fatalf("stop requests: %q, want %q", stops, want)
	}
}

func countAnnotations(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: annotations LEVEL N")
	}
	n := 0
	for _, name := range runnertest.Read(ts.ReadFile("stdout")).Names() {
		if name == args[0] {
			n++
		}
	}
	if strconv.Itoa(n) != args[1] {
		ts.Fatalf("%d annotations have the level %s, want %s", n, args[0], args[1])
	}
}

func checkUnseen(ts *testscript.TestScript, _ bool, args []string) {
	for _, line := range runnertest.Read(ts.ReadFile("stdout")).Log {
		if strings.Contains(line, args[0]) {
			ts.Fatalf("the log shows %q", line)
		}
	}
}

func readAsRunner(ts *testscript.TestScript, _ bool, _ []string) {
	step := runnertest.Read(ts.ReadFile("stdout"))
	if len(step.Problems) > 0 || step.Stopped {
		ts.Fatalf("the runner reported problems: %v (commands stopped: %v)", step.Problems, step.Stopped)
	}
	for _, c := range step.Commands {
		if !slices.Contains([]string{"add-mask", "group", "endgroup", "error", "warning", "notice", "debug"}, c.Name) ||
			strings.Contains(c.Data, "had") {
			ts.Fatalf("the runner found %+v", c)
		}
	}
	for _, line := range step.Log {
		if runnertest.Suspicious(line) {
			ts.Fatalf("this looks like a command: %q", line)
		}
	}
}
