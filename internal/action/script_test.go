package action_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"scalr-run-action/internal/action"
	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/process"
	"scalr-run-action/internal/scalrsim"
)

// TestMain makes the test binary execute the programs as well, like the links in the image. It raises the percentage of
// the garbage collector, because the tests would otherwise spend a third of their time in it, and lets more tests run in
// parallel than there are processors, because scripts wait most of the time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	flag.Set("test.parallel", strconv.Itoa(4*runtime.GOMAXPROCS(0))) // a flag of the command line replaces it
	testscript.Main(m, map[string]func(){
		"scalr-run":         program,
		"scalr-run-post":    program,
		"scalr-environment": program,
		"scalr-workspace":   program,
		"scalr-affected":    program,
		"scalr-overview":    program,
	})
}

// program is the main function with short intervals.
func program() {
	debug.SetGCPercent(100)
	signals := process.Prepare()
	os.Exit(action.Main(context.Background(), action.Env{
		Args:    os.Args,
		Environ: os.Environ(),
		Stdout:  os.Stdout,
		HTTP:    httpx.NewClient("test"),
		Signals: signals,
		Version: "script",
		Timing: follow.Timing{
			InitialInterval: 50 * time.Millisecond,
			EndInterval:     50 * time.Millisecond,
			ActiveInterval:  100 * time.Millisecond,
			SilentInterval:  200 * time.Millisecond,
			MaxInterval:     500 * time.Millisecond,
			LongSilence:     5 * time.Second,
			StatusGrace:     100 * time.Millisecond,
			PollGrace:       2 * time.Second,
			StopInterval:    50 * time.Millisecond,
			StopGrace:       3 * time.Second,
			Drain:           time.Second,
			LogGrace:        200 * time.Millisecond,
		},
	}))
}

// TestScripts runs whole programs over TCP. The scripts in testdata/script use the commands of package testscript and
// the following ones:
//
//	sim SCENARIO [PACE]      starts a Scalr server in which all durations are multiplied by PACE (default 0.1)
//	fault JSON               adds a fault to the server
//	input NAME=VALUE...      sets inputs
//	exits CODE PROGRAM...    runs a program and checks its exit code
//	signal NAME STATUS       sends a signal to the program in the background when the run has the status
//	ended CODE               after wait: checks the exit code and the duration of the program that received a signal
//	output NAME REGEXP       checks an output as the runner parses it; ! output NAME: checks that it is empty
//	second-job               clears the outputs, and sets the input run-id of the next program
//	state                    passes the state for the post step to the next program
//	asked N OP               checks the number of requests, such as POST /runs/*/actions/apply
//	stops [REGEXP...]        checks the requests to stop runs, such as cancel 202
//	annotations LEVEL N      checks the number of annotations in the log of the last program
//	unseen TEXT              checks that the log that the runner shows does not contain the text
//	oracle                   checks that the log contains only commands of the action
//
// The script that executes Terraform, [terraform], runs only with TESTS=all or SOAK=1, as in .ci/tests.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		Setup:               setUp,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition: func(name string) (bool, error) {
			if name != "terraform" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			_, err := exec.LookPath("terraform")
			return err == nil && (os.Getenv("TESTS") == "all" || os.Getenv("SOAK") != ""), nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sim":         startSim,
			"fault":       addFault,
			"input":       setInputs,
			"exits":       runAndExit,
			"signal":      sendSignal,
			"ended":       checkEnded,
			"output":      checkOutput,
			"second-job":  beginSecondJob,
			"state":       passState,
			"asked":       countRequests,
			"stops":       compareStops,
			"annotations": countAnnotations,
			"oracle":      readAsRunner,
			"unseen":      checkUnseen,
		},
	})
}

// setUp sets the variables and files that the runner provides to a step.
func setUp(e *testscript.Env) error {
	for _, dir := range []string{"temp", "checkout"} {
		if err := os.MkdirAll(filepath.Join(e.WorkDir, dir), 0o777); err != nil {
			return err
		}
	}
	e.Vars = append(e.Vars, "GITHUB_ACTIONS=true", "GITHUB_WORKSPACE="+filepath.Join(e.WorkDir, "checkout"),
		"RUNNER_TEMP="+filepath.Join(e.WorkDir, "temp"),
		"GITHUB_OUTPUT="+filepath.Join(e.WorkDir, "output"), "GITHUB_STATE="+filepath.Join(e.WorkDir, "state"),
		"GITHUB_STEP_SUMMARY="+filepath.Join(e.WorkDir, "summary.md"), "GITHUB_REPOSITORY=acme/infra",
		"GITHUB_EVENT_NAME=push",
		"GITHUB_REF=refs/heads/main", "GITHUB_REF_NAME=main", "GITHUB_SHA=5f2c1e8a9b7d4f60a1b2c3d4e5f60718293a4b5c",
		"GITHUB_ACTOR=octocat",
		"GITHUB_SERVER_URL=https://github.com", "GITHUB_RUN_ID=7", "GITHUB_RUN_ATTEMPT=1")
	t := e.T().(testing.TB)
	e.Values[simKey{}] = &sim{t: t}
	e.Defer(func() { checkRunnerTemp(t, e.WorkDir) })
	return nil
}

// checkRunnerTemp checks that the only files left in RUNNER_TEMP are those that outputs name.
func checkRunnerTemp(t testing.TB, work string) {
	ours := regexp.MustCompile(`^scalr-run-[a-z0-9]+-(plan\.(log|json)|outputs\.json)$`)
	entries, err := os.ReadDir(filepath.Join(work, "temp"))
	if err != nil {
		t.Error(err)
	}
	for _, e := range entries {
		if !ours.MatchString(e.Name()) {
			t.Errorf("file %s is left in RUNNER_TEMP", e.Name())
		}
	}
}

// sim is the Scalr server of a script.
type sim struct {
	*scalrsim.Server
	t        testing.TB
	signaled *exec.Cmd
	at       time.Time
}

type simKey struct{}

func simOf(ts *testscript.TestScript) *scalrsim.Server {
	s := ts.Value(simKey{}).(*sim)
	if s.Server == nil {
		ts.Fatalf("no sim was started")
	}
	return s.Server
}

func startSim(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: sim SCENARIO [PACE]")
	}
	scenario, ok := scalrsim.Scenarios()[args[0]]
	if !ok {
		ts.Fatalf("unknown scenario %q", args[0])
	}
	scenario.Pace, scenario.Config.Processing = 0.1, -1
	if len(args) > 1 {
		var err error
		scenario.Pace, err = strconv.ParseFloat(args[1], 64)
		ts.Check(err)
	}
	server := scalrsim.New(scenario)
	url, stop, err := server.Start()
	ts.Check(err)
	this := ts.Value(simKey{}).(*sim)
	this.Server = server
	ts.Defer(func() { stop(); this.wantClean() })
	ts.Setenv("SCALR_HOSTNAME", url)
	ts.Setenv("SCALR_TOKEN", scalrsim.Token)
	ts.Setenv("INPUT_WORKSPACE-ID", scalrsim.WorkspaceID)
	ts.Setenv("WORKSPACE", scalrsim.WorkspaceID) // a shell drops variables with hyphens in their names
}

// wantClean checks that Scalr received only valid requests and that all faults occurred.
func (s *sim) wantClean() {
	for _, o := range s.Objections() {
		s.t.Errorf("invalid requests to Scalr: %s", o)
	}
	for _, f := range s.UnusedFaults() {
		s.t.Errorf("the fault %s on %s was never used", f.Action, f.Op)
	}
}

func addFault(ts *testscript.TestScript, _ bool, args []string) {
	var f scalrsim.Fault
	ts.Check(json.Unmarshal([]byte(strings.Join(args, " ")), &f))
	simOf(ts).AddFault(f)
}
