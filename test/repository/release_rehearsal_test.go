package repository_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// rehearsal executes the scripts in the YAML of the release workflow in a sandbox, with a real registry, a real
// remote repository and real network restrictions, and with fakes of docker, gh, ssh, sudo and GitHub's actions.
type rehearsal struct {
	t          *testing.T
	repository string // as GITHUB_REPOSITORY names it
	dir        string
	jobs       map[string]releaseJob
	source     scratch // where commits for main are made
	registry   *testRegistry
	outputs    map[string]string // of jobs, by "needs.JOB.outputs.NAME"
	secrets    map[string]string
}

func newRehearsal(t *testing.T, registry *testRegistry, repository string) *rehearsal {
	t.Helper()
	r := &rehearsal{
		t:          t,
		repository: repository,
		dir:        public(t),
		jobs:       releaseJobs(t),
		source:     newScratch(t),
		registry:   registry,
		outputs:    map[string]string{},
		secrets:    map[string]string{"DEPLOY_KEY": "the deploy key"},
	}
	r.source.write("CHANGELOG.md", "# Changelog\n\n## 1.1.0\n\nMore.\n\n## 1.0.0\n\nThe first.\n")
	r.source.commit("a changelog")
	r.source.git("init", "-q", "--bare", "-b", "main", r.remote())
	r.source.git("remote", "add", "origin", r.remote())
	r.toMain()
	r.writeStandIns()
	return r
}

func (r *rehearsal) remote() string { return filepath.Join(r.dir, "remote") }
func (r *rehearsal) log() string    { return filepath.Join(r.dir, "log") }

// toMain pushes the commits of the source. The remote is owned by the user `nobody`, as whom the confined commands run.
func (r *rehearsal) toMain() {
	r.t.Helper()
	r.source.git("push", "-q", "origin", "main")
	r.source.run("chown", "-R", "nobody", r.remote())
}

// atRemote runs a Git command in the remote repository; the result is "" if the object does not exist.
func (r *rehearsal) atRemote(args ...string) string {
	r.t.Helper()
	out, _, _ := r.source.try("git", append([]string{"-C", r.remote()}, args...)...)
	return out
}

// release runs the jobs in order, and returns the step at which the release stopped, or "".
func (r *rehearsal) release(version string, jobs ...string) (stopped string) {
	r.t.Helper()
	for _, name := range jobs {
		if step := r.play(name, version); step != "" {
			return name + ": " + step
		}
	}
	return ""
}

// play runs one job on a separate machine. For `try` it runs only the steps before the first use of the action.
func (r *rehearsal) play(name, version string) (stopped string) {
	r.t.Helper()
	job := r.jobs[name]
	machine := filepath.Join(r.dir, "machine")
	for _, path := range []string{machine, "/tmp/release"} {
		if err := os.RemoveAll(path); err != nil {
			r.t.Fatal(err)
		}
	}
	steps := map[string]string{} // outputs of steps, by "steps.ID.outputs.NAME"
	for _, step := range job.Steps {
		values := r.values(version, steps)
		env := map[string]string{}
		for _, group := range []map[string]string{job.Env, step.Env} {
			for key, value := range group {
				env[key] = r.fill(value, values)
			}
		}
		with := map[string]string{}
		for key, value := range step.With {
			if !strings.HasPrefix(step.Uses, "./") {
				with[key] = r.fill(value, values)
			}
		}
		switch action, _, _ := strings.Cut(step.Uses, "@"); action {
		case "":
			outputs, err := r.script(machine, step.Run, env)
			if err != nil {
				r.t.Logf("%s: %s: %v", name, step.Name, err)
				return step.Name
			}
			for key, value := range outputs {
				steps["steps."+step.ID+".outputs."+key] = value
			}
		case "actions/checkout":
			r.source.git("clone", "-q", r.remote(), machine)
		case "actions/setup-go":
		case "actions/upload-artifact":
			r.source.run("rm", "-rf", filepath.Join(r.dir, "artifact"))
			r.source.run("cp", "-R", filepath.Join(machine, with["path"]), filepath.Join(r.dir, "artifact"))
		case "actions/download-artifact":
			r.source.run("cp", "-R", filepath.Join(r.dir, "artifact"), filepath.Join(machine, with["path"]))
		case "actions/attest":
			r.attest(machine, with)
		case "./":
			return ""
		default:
			r.t.Fatalf("%s: the action %s is not supported", name, action)
		}
	}
	for key, value := range job.Outputs {
		r.outputs["needs."+name+".outputs."+key] = r.fill(value, r.values(version, steps))
	}
	return ""
}

// attest does what GitHub's action needs: the files, and the image in the registry by its digest.
func (r *rehearsal) attest(machine string, with map[string]string) {
	r.t.Helper()
	for _, key := range []string{"sbom-path", "subject-checksums"} {
		if path := with[key]; path != "" {
			if _, err := os.Stat(filepath.Join(machine, path)); err != nil {
				r.t.Error(err)
			}
		}
	}
	config, err := os.ReadFile(filepath.Join(r.dir, "home/.docker/config.json"))
	if err != nil || !strings.Contains(string(config), `"ghcr.io"`) {
		r.t.Errorf("actions/attest finds no credentials: %s, %v", config, err)
	}
	if digest := with["subject-digest"]; digest != "" &&
		r.registry.digest(strings.TrimPrefix(with["subject-name"], "ghcr.io/"), digest) != digest {
		r.t.Errorf("the image %s@%s, which is attested, is not in the registry", with["subject-name"], digest)
	}
	r.registry.add(r.log(), "attest")
}

func (r *rehearsal) values(version string, steps map[string]string) map[string]string {
	values := map[string]string{
		"inputs.version":                 version,
		"github.token":                   registryPassword,
		"github.repository":              r.repository,
		"matrix.runner":                  "ubuntu-24.04",
		"!contains(inputs.version, '-')": fmt.Sprint(!strings.Contains(version, "-")),
	}
	for name, value := range r.secrets {
		values["secrets."+name] = value
	}
	for _, group := range []map[string]string{r.outputs, steps} {
		for name, value := range group {
			values[name] = value
		}
	}
	return values
}

var expression = regexp.MustCompile(`\$\{\{ (.*?) \}\}`)

func (r *rehearsal) fill(text string, values map[string]string) string {
	return expression.ReplaceAllStringFunc(text, func(e string) string {
		value, ok := values[expression.FindStringSubmatch(e)[1]]
		if !ok {
			r.t.Fatalf("the expression %s is not supported", e)
		}
		return value
	})
}

// script runs a step's script like the runner, and returns its outputs.
func (r *rehearsal) script(dir, text string, env map[string]string) (map[string]string, error) {
	r.t.Helper()
	output := filepath.Join(r.dir, "output")
	if err := os.WriteFile(output, nil, 0o644); err != nil {
		r.t.Fatal(err)
	}
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+filepath.Join(r.dir, "home"),
		"PATH="+filepath.Join(r.dir, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"), "GITHUB_OUTPUT="+output,
		"GITHUB_REPOSITORY="+r.repository, "GITHUB_ACTOR="+registryUser, "GITHUB_WORKSPACE="+dir)
	for key, value := range env {
		cmd.Env = append(cmd.Env, key+"="+value)
	}
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, log.String())
	}
	outputs := map[string]string{}
	content, err := os.ReadFile(output)
	for _, line := range strings.Split(strings.TrimSpace(string(content)), "\n") {
		key, value, _ := strings.Cut(line, "=")
		outputs[key] = value
	}
	return outputs, err
}

// happened returns the external writes since the last call, in order; consecutive equal lines are merged.
func (r *rehearsal) happened() []string {
	r.t.Helper()
	content, err := os.ReadFile(r.log())
	if err != nil {
		r.t.Fatal(err)
	}
	if err := os.Truncate(r.log(), 0); err != nil {
		r.t.Fatal(err)
	}
	return slices.Compact(slices.DeleteFunc(strings.Split(string(content), "\n"),
		func(line string) bool { return line == "" }))
}

// writeStandIns puts programs before the real ones on the PATH. They write what they do to the log, as the registry does.
func (r *rehearsal) writeStandIns() {
	r.t.Helper()
	if err := os.WriteFile(r.log(), nil, 0o666); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Chmod(r.log(), 0o666); err != nil { // not masked
		r.t.Fatal(err)
	}
	header := "#!/bin/bash\nset -eu\nLOG=" + r.log() + " REMOTE=" + r.remote() + " PROGRAM=" + goProgram(r.t) + " CA=" +
		r.registry.certificate + "\n"
	for name, script := range map[string]string{
		// Like sudo, it only passes on the requested variables, and the certificate for the sandbox.
		"sudo": `keep=()
			while [[ $1 == --* ]]; do for name in $(tr , ' ' <<<"${1#--preserve-env=}"); do keep+=("$name=${!name}"); done; shift; done
			exec env -i PATH="$PATH" SSL_CERT_FILE=$CA "${keep[@]}" "$@"`,
		"docker": `case $1 in
			build) to="$*"; to=${to##*dest=}; to=${to% .}; mkdir -p "$to"; cp "$PROGRAM" "$to/scalr-run" ;;
			pull) echo "pull $3" >>"$LOG" ;;
			esac`,
		"gh": `[ ! -e "$LOG.broken" ] || exit 1
			[ "$1" = release ] || exit 0
			</dev/tcp/api.github.com/443
			case "$2" in
			view) [ -e "$LOG.draft-$3" ] || exit 1 ;;
			create) : >"$LOG.draft-$3" ;;
			upload) </dev/tcp/uploads.github.com/443 ;;
			esac
			[ -n "$GH_TOKEN" ] && [ -n "$GH_REPO" ]
			if [ "$2" != view ]; then echo "gh $*" | sed 's| [^ ]*/[^ ]*||g' >>"$LOG"; fi`,
		"ssh": `</dev/tcp/github.com/22
			while [ "$1" != git@github.com ]; do
				case $1 in
				-i) grep -q -x 'the deploy key' "$2" && [ "$(stat -c %a "$2")" = 600 ] || exit 3 ;;
				UserKnownHostsFile=*) grep -q '^github.com ' "${1#*=}" || exit 4 ;;
				esac
				shift
			done
			[[ $2 == "git-receive-pack '/"* ]] || exit 5
			before=$(git -C "$REMOTE" for-each-ref)
			git-receive-pack "$REMOTE"
			[ "$before" = "$(git -C "$REMOTE" for-each-ref)" ] || echo "git push" >>"$LOG"`,
	} {
		path := filepath.Join(r.dir, "bin", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(header+script+"\n"), 0o755); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := os.Chmod(r.dir, 0o777); err != nil { // gh notes its drafts there
		r.t.Fatal(err)
	}
}

// goProgram builds a small program in place of the real one.
func goProgram(t *testing.T) string {
	t.Helper()
	dir := public(t)
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", "program", "main.go")
	build.Dir, build.Env = dir, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return filepath.Join(dir, "program")
}
