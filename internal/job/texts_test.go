package job_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/job"
	"scalr-run-action/internal/secret"
)

// TestReadFile: a regular file up to the limit is read; the error says why another one is not.
func TestReadFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	if err := os.WriteFile(name, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		most int64
		want string
	}{
		{name, 5, ""},
		{name, 6, ""},
		{name, 4, name + " is larger than 4 bytes"},
		{name, 0, name + " is larger than 0 bytes"},
		{dir, 5, dir + " is not a regular file"},
		{"/dev/null", 5, "/dev/null is not a regular file"},
		{name + "-2", 5, "open " + name + "-2: no such file or directory"},
	} {
		text, err := job.ReadFile(c.name, c.most)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want || c.want == "" && string(text) != "12345" {
			t.Errorf("%s, %d bytes: got %q, %s, want %s", c.name, c.most, text, got, c.want)
		}
	}
}

// TestFileErrors: the errors of outputs, states and summaries name the operation and the reason.
func TestFileErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	state, directory := filepath.Join(dir, "state"), dir
	for want, call := range map[string]func() error{
		"save state a b: the name is not made of letters, digits, - and _": func() error {
			j, _ := onGitHub(t, "GITHUB_STATE="+state)
			return j.SaveState("a b", "x")
		},
		"save state 1a: the name is not made of letters, digits, - and _": func() error {
			j, _ := onGitHub(t)
			return j.SaveState("1a", "x")
		},
		"save state a: the value is more than one line": func() error {
			j, _ := onGitHub(t, "GITHUB_STATE="+state)
			return j.SaveState("a", "x\r")
		},
		"save state a: GITHUB_STATE is not set": func() error {
			j, _ := onGitHub(t)
			return j.SaveState("a", "x")
		},
		"set output a: open " + directory + ": is a directory": func() error {
			j, _ := newJob(t, "SCALR_OUTPUT_FILE="+directory)
			return j.SetOutput("a", "x")
		},
		"write the summary: open " + directory + ": is a directory": func() error {
			j, _ := newJob(t, "SCALR_SUMMARY_FILE="+directory)
			return j.WriteSummary("x")
		},
		"write the summary: 1000001 bytes exceed GitHub's limit of 1000000": func() error {
			j, _ := newJob(t, "SCALR_SUMMARY_FILE="+state)
			return j.WriteSummary(strings.Repeat("x", job.SummaryLimit))
		},
		"GITHUB_STEP_SUMMARY is not set": func() error {
			j, _ := onGitHub(t, "SCALR_SUMMARY_FILE="+state)
			return j.WriteSummary("x")
		},
	} {
		if err := call(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestStates: a state that the main step saved is read in the post step.
func TestStates(t *testing.T) {
	t.Parallel()
	j, _ := onGitHub(t, "STATE_run-id=run-1")
	if got := j.State("run-id"); got != "run-1" || j.State("run") != "" {
		t.Errorf("got %q", got)
	}
}

// TestNamesOfInputs: the names are in lower case and sorted, and an underscore stands for a hyphen.
func TestNamesOfInputs(t *testing.T) {
	t.Parallel()
	j, _ := newJob(t, "INPUT_RUN-ID=a", "INPUT_BASE_URL=b", "INPUT_X=", "OTHER_INPUT_Y=c", "INPUT_A B=d", "NOTHING")
	if got := j.InputNames(); !slices.Equal(got, []string{"a b", "base_url", "run-id", "x"}) {
		t.Errorf("got %q", got)
	}
	for name, want := range map[string]string{"run-id": "a", "base-url": "b", "base url": "b", "x": "", "y": "", "a_b": ""} {
		if got := j.Input(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// TestLevels: the name of a level is its workflow command.
func TestLevels(t *testing.T) {
	t.Parallel()
	for level, want := range map[job.Level]string{job.LevelError: "error", job.LevelWarning: "warning", job.LevelNotice: "notice", 7: "error"} {
		if got := level.String(); got != want {
			t.Errorf("%d: got %s, want %s", level, got, want)
		}
	}
}

// TestEventBorders covers numbers and addresses of events.
func TestEventBorders(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]int{
		"refs/heads/gh-readonly-queue/main/pr-1-0a":          1,
		"refs/heads/gh-readonly-queue/main/pr-123456789-0a":  123456789,
		"refs/heads/gh-readonly-queue/main/pr-1234567890-0a": 0,
		"refs/heads/gh-readonly-queue/main/pr-1-0g":          0,
		"refs/heads/gh-readonly-queue//pr-1-0a":              0,
		"refs/heads/gh-readonly-queue/main/pr-1":             0,
		"x/refs/heads/gh-readonly-queue/main/pr-1-0a":        0,
	} {
		if got := event(t, `{"merge_group": {"head_ref": "`+ref+`"}}`).MergeGroupPullRequest; got != want {
			t.Errorf("%s: got %d, want %d", ref, got, want)
		}
	}
	const base = "https://github.com/acme/infra/actions/runs/7"
	for env, want := range map[string]string{
		"":                     base,
		"GITHUB_RUN_ATTEMPT=1": base + "/attempts/1",
		"GITHUB_RUN_ATTEMPT=0": base,
		"GITHUB_RUN_ATTEMPT=x": base,
		"GITHUB_RUN_ID=":       "",
		"GITHUB_REPOSITORY=":   "",
		"GITHUB_SERVER_URL=https://github.test///": "https://github.test/acme/infra/actions/runs/7",
	} {
		got := event(t, "{}", "GITHUB_REPOSITORY=acme/infra", "GITHUB_RUN_ID=7", env).WorkflowRunURL
		if got != want {
			t.Errorf("%s: got %s, want %s", env, got, want)
		}
	}
	for payload, want := range map[string]job.PullRequest{
		`{"pull_request":{"number":1}}`:                                        {Number: 1, Fork: true},
		`{"pull_request":{"number":0}}`:                                        {},
		`{"issue":{"number":1,"pull_request":{}}}`:                             {Number: 1},
		`{"issue":{"number":0,"pull_request":{}}}`:                             {},
		`{"pull_request":{"number":0},"issue":{"number":1,"pull_request":{}}}`: {Number: 1},
	} {
		if got := event(t, payload).PullRequest; got != want {
			t.Errorf("%s: got %+v", payload, got)
		}
	}
}

// TestProxyPasswords: the passwords of all proxies are redacted, and the name of a user is not.
func TestProxyPasswords(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"} {
		j, out := newJob(t, name+"=http://user:hunter2-Bm4Gs6@proxy:3128", "NO_PROXY=http://user:other-Bm4Gs6@proxy")
		j.Infof("user hunter2-Bm4Gs6 other-Bm4Gs6")
		if got := out.String(); got != "user *** other-Bm4Gs6\n" {
			t.Errorf("%s: got %q", name, got)
		}
	}
	for _, name := range []string{"ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"} {
		j, out := newJob(t, name+"=hunter2-Bm4Gs6Yf0Jh7")
		j.Infof("hunter2-Bm4Gs6Yf0Jh7")
		if got := out.String(); got != "***\n" {
			t.Errorf("%s: got %q", name, got)
		}
	}
	j, _ := newJob(t)
	if !j.Mask(secret.New("hunter2-Bm4Gs6Yf0Jh7")) {
		t.Error("a secret has no room")
	}
}

// TestColorNeedsEscape: only ESC begins a color.
func TestColorNeedsEscape(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"a #[1mb\nc\n", "#[31mb\nc\n", "[1mb\nc\n"} {
		if got := cleaned(t, text, 1000); got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
}

// TestPhysicalPathOfCheckout: a link below the checkout that points out of it is refused, also if the checkout is given by
// a link and the file by its physical path.
func TestPhysicalPathOfCheckout(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	real, other := filepath.Join(dir, "real"), filepath.Join(dir, "other")
	if err := errors.Join(os.Mkdir(real, 0o755), os.WriteFile(other, nil, 0o600), os.Symlink(real, filepath.Join(dir, "link")),
		os.Symlink(other, filepath.Join(real, "out"))); err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{"link", "real"} {
		for _, file := range []string{"link", "real"} {
			j, _ := newJob(t, "GITHUB_WORKSPACE="+filepath.Join(dir, root), "SCALR_OUTPUT_FILE="+filepath.Join(dir, file, "out"))
			if root == "real" && file == "link" {
				continue // the file is outside of the checkout as it is written
			}
			if err := j.SetOutput("a", "b"); err == nil {
				t.Errorf("checkout %s, file %s: the file outside was written", root, file)
			}
		}
	}
}
