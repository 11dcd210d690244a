package process_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"scalr-run-action/internal/process"
)

// TestMain calls runPrepared if the binary is started with the name "prepared".
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "prepared" {
		runPrepared()
		return
	}
	os.Exit(m.Run())
}

// state is the state of a prepared program, as the program reports it.
type state struct {
	PID       int
	Args      []string
	Environ   []string
	Core      unix.Rlimit
	Dumpable  int
	GCPercent int
	Memory    int64
}

// runPrepared prints its state, then each signal that it receives, until SIGHUP.
func runPrepared() {
	if os.Getenv(noRestart) != "" {
		// The arguments and environment of a program must fit in a quarter of its stack.
		_ = unix.Setrlimit(unix.RLIMIT_STACK, &unix.Rlimit{Cur: 64 << 10, Max: 64 << 10})
	}
	signals := process.Prepare()
	log.Print("a message of the log")
	s := state{
		PID:       os.Getpid(),
		Args:      os.Args,
		Environ:   os.Environ(),
		GCPercent: debug.SetGCPercent(100),
		Memory:    debug.SetMemoryLimit(-1),
	}
	_ = unix.Getrlimit(unix.RLIMIT_CORE, &s.Core)
	s.Dumpable, _ = unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	if err := json.NewEncoder(os.Stdout).Encode(s); err != nil {
		os.Exit(cannotWrite)
	}
	for sig := range signals {
		fmt.Println(unix.SignalName(sig.(syscall.Signal)))
		if sig == syscall.SIGHUP {
			return
		}
	}
}

// noRestart is the environment variable that makes the restart of a prepared program fail.
const noRestart = "TEST_NO_RESTART"

// cannotWrite is the exit code of a prepared program that cannot write its state.
const cannotWrite = 42

// startPrepared starts a prepared program and reads its state.
func startPrepared(t *testing.T, env ...string) (*exec.Cmd, *bufio.Scanner, *bytes.Buffer, state) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	stderr := &bytes.Buffer{}
	cmd := &exec.Cmd{Path: program, Args: []string{"/image/prepared", "an argument", ""}, Env: env, Stderr: stderr}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	var s state
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &s) != nil {
		t.Fatalf("the program printed %q and %q (%v)", lines.Text(), stderr, cmd.Wait())
	}
	return cmd, lines, stderr, s
}

// stopPrepared stops the program and checks its output.
func stopPrepared(t *testing.T, cmd *exec.Cmd, lines *bufio.Scanner, stderr *bytes.Buffer) {
	t.Helper()
	_ = cmd.Process.Signal(syscall.SIGHUP)
	for lines.Scan() {
		// discard the remaining output
	}
	err := cmd.Wait()
	if printed := strings.TrimSuffix(stderr.String(), coverageWarning); err != nil || printed != "" {
		t.Errorf("the program ended with %v and printed %.500q", err, printed)
	}
}

// coverageWarning is the warning of a program that was built with go test -cover.
const coverageWarning = "warning: GOCOVERDIR not set, no coverage data emitted\n"

// TestDebugVariablesAreCleared checks that the program runs in the same process with the same arguments and
// all other variables, and that the cleared variables have no effect.
func TestDebugVariablesAreCleared(t *testing.T) {
	t.Parallel()
	others := []string{"INPUT_RUN-ID=run-1", "GOMAXPROCS=2", "GODEBUG_OTHER=1", "EMPTY=", "BYTES=\xff"}
	for name, env := range map[string][]string{
		"none":           nil,
		"each":           {"GODEBUG=gctrace=0", "GOTRACEBACK=crash", "GOGC=off", "GOMEMLIMIT=100MiB", "DEBUG_HTTP2_GOROUTINES=1"},
		"one":            {"GOGC=1"},
		"memory limited": {"GOMEMLIMIT=1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd, lines, stderr, s := startPrepared(t, slices.Concat(env, others)...)
			defer stopPrepared(t, cmd, lines, stderr)
			if s.PID != cmd.Process.Pid {
				t.Errorf("the program is the process %d, want %d", s.PID, cmd.Process.Pid)
			}
			if !slices.Equal(s.Args, cmd.Args) {
				t.Errorf("the arguments are %q, want %q", s.Args, cmd.Args)
			}
			want := slices.Clone(others)
			want[len(want)-1] = "BYTES=\ufffd" // by encoding/json
			if !slices.Equal(s.Environ, want) {
				t.Errorf("the environment is %q, want %q", s.Environ, want)
			}
			// /proc lists the environment that the program was started with.
			if started, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", s.PID)); err == nil &&
				string(started) != strings.Join(others, "\x00")+"\x00" {
				t.Errorf("the program was started with %q", started)
			}
			if s.GCPercent != 400 || s.Memory != 48<<20 {
				t.Errorf("the limits of the garbage collector are %d %% and %d bytes, want 400 %% and 48 MiB", s.GCPercent,
					s.Memory)
			}
		})
	}
}

// TestRestartFails checks that, if the restart fails, the variables are unset and their effects reverted as
// far as possible.
func TestRestartFails(t *testing.T) {
	t.Parallel()
	others := []string{noRestart + "=1", "A=" + strings.Repeat("a", 100_000), "B=" + strings.Repeat("b", 100_000)}
	cmd, lines, stderr, s := startPrepared(t, append([]string{"GODEBUG=gctrace=0", "GOGC=off", "GOMEMLIMIT=1GiB"}, others...)...)
	defer stopPrepared(t, cmd, lines, stderr)
	if started, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", s.PID)); err == nil && !bytes.HasPrefix(started, []byte("GODEBUG=")) {
		t.Fatal("the program was restarted")
	}
	if !slices.Equal(s.Environ, others) || s.GCPercent != 400 || s.Memory != 48<<20 {
		t.Errorf("the environment begins with %.100q; the garbage collector's limits are %d %% and %d bytes", s.Environ, s.GCPercent, s.Memory)
	}
}

// TestClosedStdout checks that a write to a closed stdout is an error and does not end the program.
func TestClosedStdout(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	reader.Close()
	defer writer.Close()
	cmd := &exec.Cmd{Path: program, Args: []string{"prepared"}, Env: []string{}, Stdout: writer}
	if _ = cmd.Run(); cmd.ProcessState.ExitCode() != cannotWrite {
		t.Errorf("the program ended with %v, want exit code %d", cmd.ProcessState, cannotWrite)
	}
}

// TestEmptyDebugVariables checks that empty variables, which GitHub's runner passes, cause no restart.
func TestEmptyDebugVariables(t *testing.T) {
	t.Parallel()
	cmd, lines, stderr, s := startPrepared(t, "GODEBUG=", "GOGC=")
	defer stopPrepared(t, cmd, lines, stderr)
	if !slices.Equal(s.Environ, []string{"GODEBUG=", "GOGC="}) {
		t.Errorf("the environment is %q: the program was restarted", s.Environ)
	}
}

// TestNoDumps checks that core files are disabled and that other processes of the same user cannot read the
// memory and the environment.
func TestNoDumps(t *testing.T) {
	t.Parallel()
	for name, env := range map[string][]string{"not restarted": nil, "restarted": {"GOTRACEBACK=crash"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd, lines, stderr, s := startPrepared(t, env...)
			defer stopPrepared(t, cmd, lines, stderr)
			if s.Core != (unix.Rlimit{}) {
				t.Errorf("a core file may have %d bytes, %d with the hard limit; want 0", s.Core.Cur, s.Core.Max)
			}
			if s.Dumpable != 0 {
				t.Errorf("the process is dumpable (%d)", s.Dumpable)
			}
			if info, err := os.Stat(fmt.Sprintf("/proc/%d/environ", s.PID)); err != nil ||
				info.Sys().(*syscall.Stat_t).Uid != 0 {
				t.Errorf("the environment does not belong to root: %v, %v", info, err)
			}
		})
	}
}

// TestSignalsStop checks that the program receives each signal for which Go would exit by default.
func TestSignalsStop(t *testing.T) {
	t.Parallel()
	cmd, lines, stderr, _ := startPrepared(t, "GOTRACEBACK=system")
	defer stopPrepared(t, cmd, lines, stderr)
	for sig := syscall.Signal(1); sig < 32; sig++ {
		name := unix.SignalName(sig)
		switch sig {
		case syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU, syscall.SIGHUP:
			continue // cannot be caught, stops the process, or terminates the test binary
		}
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if ignoredSignals[sig] {
			continue
		}
		if !lines.Scan() || lines.Text() != name {
			t.Fatalf("after %s the program printed %q, and ended with %v\n%.500s", name, lines.Text(), cmd.Wait(), stderr)
		}
	}
}

// ignoredSignals have no effect on a Go program.
var ignoredSignals = map[syscall.Signal]bool{
	syscall.SIGPIPE:   true,
	syscall.SIGXFSZ:   true,
	syscall.SIGUSR1:   true,
	syscall.SIGUSR2:   true,
	syscall.SIGALRM:   true,
	syscall.SIGCHLD:   true,
	syscall.SIGCONT:   true,
	syscall.SIGURG:    true,
	syscall.SIGVTALRM: true,
	syscall.SIGPROF:   true,
	syscall.SIGWINCH:  true,
	syscall.SIGIO:     true,
	syscall.SIGPWR:    true,
}
