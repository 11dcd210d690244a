// Package job is the interface to the CI job that runs the action: its log, files, event and identity.
//
// It is the only package that knows GitHub's workflow commands. Three rules hold everywhere in it. Untrusted text reaches
// the log through an UntrustedWriter or as an argument, and is sanitized on the way. All output is redacted. Outside
// GitHub Actions no workflow command is printed.
//
// Facts about the runner are from actions/runner 2.336.0; a comment names the file.
package job

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	githubactions "github.com/sethvargo/go-githubactions"

	"scalr-run-action/internal/secret"
)

// Options is the environment of a Job.
type Options struct {
	Environ []string         // as os.Environ returns it; the last of several values of a name counts
	Stdout  io.Writer        // the log
	HTTP    *http.Client     // for the ID token; nil means http.DefaultClient
	Redact  *secret.Redactor // nil means a new one
	// UserAgent identifies the program in requests for an ID token.
	UserAgent string
	// Broken is called once, with the first error of a write to Stdout. It must not call the Job.
	Broken func(error)
}

// Job is the CI job that runs the action. It is safe for concurrent use.
type Job struct {
	env    map[string]string
	http   *http.Client
	redact *secret.Redactor
	// credentials redacts outputs: only tokens, because a declared secret may be an ordinary word or number, and a part of a
	// signed URL may be an id.
	credentials *secret.Redactor
	token       string // ends stop-commands

	event   func() Event
	payload func() []byte

	examined sync.Once // the file for outputs

	mu      sync.Mutex // guards the fields below, and the order of output
	console *console
	github  *githubactions.Action
	fenced  bool
	groups  int  // how many were opened
	grouped bool // the last one is open
	sent    map[Level]int
	masked  map[string]bool // lines that were passed to the runner
	warned  bool            // that outputs have no file
}

// New returns the Job that the environment describes.
func New(o Options) *Job {
	j := &Job{
		env:    environment(o.Environ),
		http:   withoutRedirects(o.HTTP, o.UserAgent),
		redact: o.Redact,
		token:  rand.Text(),

		credentials: new(secret.Redactor),
		console:     &console{out: o.Stdout, broken: o.Broken},
		sent:        make(map[Level]int),
		masked:      make(map[string]bool),
	}
	if j.redact == nil {
		j.redact = new(secret.Redactor)
	}
	j.event, j.payload = sync.OnceValue(j.readEvent), sync.OnceValue(j.readPayload)
	j.github = githubactions.New(githubactions.WithWriter(j.console), githubactions.WithGetenv(j.Env), githubactions.WithHTTPClient(j.http))
	tokens := []secret.Value{secret.New(j.Env("ACTIONS_RUNTIME_TOKEN")), secret.New(j.Env("ACTIONS_ID_TOKEN_REQUEST_TOKEN"))}
	j.credentials.Add(tokens...)
	j.redact.Add(append(tokens, j.proxyPasswords()...)...)
	return j
}

func environment(environ []string) map[string]string {
	env := make(map[string]string, len(environ))
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	return env
}

func (j *Job) proxyPasswords() []secret.Value {
	var given []secret.Value
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"} {
		if proxy, err := url.Parse(j.Env(name)); err == nil && proxy.User != nil {
			password, _ := proxy.User.Password()
			given = append(given, secret.Declared(password))
		}
	}
	return given
}

// OnGitHub reports whether the job runs in GitHub Actions.
func (j *Job) OnGitHub() bool { return j.Env("GITHUB_ACTIONS") == "true" }

// Debugging reports whether debug messages are enabled.
func (j *Job) Debugging() bool { return j.Env("RUNNER_DEBUG") == "1" }

// Env returns an environment variable, empty if it is not set.
func (j *Job) Env(name string) string { return j.env[name] }

// Input returns an input untrimmed, and "" if it is not set. GitHub keeps the hyphens of its name (INPUT_RUN-ID); other
// systems often cannot, so underscores are accepted too.
func (j *Job) Input(name string) string {
	key := inputKey(name)
	if value, ok := j.env[key]; ok {
		return value
	}
	return j.env[strings.ReplaceAll(key, "-", "_")]
}

const inputPrefix = "INPUT_"

func inputKey(name string) string {
	return inputPrefix + strings.ToUpper(strings.ReplaceAll(name, " ", "_"))
}

// InputNames returns the names of all inputs that are set, declared or not, in lower case and sorted.
func (j *Job) InputNames() []string {
	var names []string
	for key := range j.env {
		if name, ok := strings.CutPrefix(key, inputPrefix); ok {
			names = append(names, strings.ToLower(name))
		}
	}
	slices.Sort(names)
	return names
}

// Root returns the directory of the checkout: by default the working directory, "" if that is unknown.
func (j *Job) Root() string {
	if root := j.Env("GITHUB_WORKSPACE"); root != "" {
		return root
	}
	root, _ := os.Getwd()
	return root
}

// TempDirs returns the existing directories for temporary files, best first. It checks them because an older runner sets
// RUNNER_TEMP to a directory that the container does not have.
func (j *Job) TempDirs() []string {
	var dirs []string
	for _, dir := range []string{j.Env("RUNNER_TEMP"), j.Env("TMPDIR"), "/tmp", "/var/tmp"} {
		info, err := os.Stat(dir)
		if err == nil && info.IsDir() && filepath.IsAbs(dir) && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}
