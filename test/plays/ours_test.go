package plays

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// actionFile is an action.yml of this project.
type actionFile struct {
	Inputs map[string]struct{ Default string }
	Runs   struct {
		Using, Image, Entrypoint string
		PostEntrypoint           string `yaml:"post-entrypoint"`
		PostIf                   string `yaml:"post-if"`
	}
}

func readAction(uses string) (file actionFile, err error) {
	name, ok := strings.CutSuffix(uses, "@v1")
	if !ok {
		return file, fmt.Errorf("%s is not our version", uses)
	}
	content, err := os.ReadFile(filepath.Join("..", "..", strings.TrimPrefix(name, "OWNER/scalr-run-action"),
		"action.yml"))
	if err != nil {
		return file, err
	}
	return file, yaml.Unmarshal(content, &file)
}

// document reads a file of the repository. It replaces references to released actions with the names from before a
// release.
func document(name string) ([]byte, error) {
	content, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
	return releasedUse.ReplaceAll(content, []byte("uses: OWNER/scalr-run-action$1@v1")), err
}

var releasedUse = regexp.MustCompile(`uses: [A-Za-z0-9-]+/scalr-run-action((?:/[a-z-]+)*)@(?:v1|[0-9a-f]{40} # v\S+)`)

// theirScalr is the address of Scalr in the examples.
const theirScalr = "https://acme.scalr.io"

// ours runs a step that uses an action of this repository.
func (j *jobRun) ours(st step, rec *stepRecord, with, env map[string]string) error {
	action, err := readAction(st.Uses)
	if err != nil {
		return err
	}
	env = maps.Clone(env)
	for name, input := range action.Inputs {
		// Only these expressions may occur in defaults of an action.
		value, err := fill(input.Default, j.scope().only("github", "matrix", "runner"))
		if err != nil {
			return err
		}
		env[inputVariable(name)] = value
	}
	for name, value := range with {
		if _, ok := action.Inputs[name]; !ok {
			return fmt.Errorf("there is no input %s", name)
		}
		env[inputVariable(name)] = value
	}
	if got := with["base-url"]; got != theirScalr {
		return fmt.Errorf("base-url is %q, not that of the examples", got)
	}
	env[inputVariable("base-url")] = j.testbed.scalrURL
	rec.what = strings.TrimPrefix(action.Runs.Entrypoint, "/scalr-") + " " + env[inputVariable("mode")]
	if rec.what == "run run" {
		rec.what = "run"
	}
	state := map[string]string{}
	if action.Runs.PostEntrypoint != "" {
		j.posts = append(j.posts, post{rec, func(rec *stepRecord) error { return j.ourPost(rec, action, env, state) }})
	}
	return j.process(rec, invocation{
		program: j.testbed.program,
		argv:    []string{action.Runs.Entrypoint},
		env:     env,
		state:   func(saved map[string]string) { maps.Copy(state, saved) },
	})
}

// ourPost runs the post step with the state that the step saved.
func (j *jobRun) ourPost(of *stepRecord, action actionFile, env, state map[string]string) error {
	if action.Runs.PostIf != "" && // the default is always()
		action.Runs.PostIf != "always()" {
		return fmt.Errorf("post-if %q is not supported", action.Runs.PostIf)
	}
	env = maps.Clone(env)
	for name, value := range state {
		env["STATE_"+name] = value
	}
	rec := &stepRecord{title: "Post " + of.title, outputs: map[string]string{}, what: "post"}
	j.record.steps = append(j.record.steps, rec)
	mark := j.marked()
	err := j.process(rec, invocation{program: j.testbed.program, argv: []string{action.Runs.PostEntrypoint}, env: env})
	if j.alone {
		rec.wrote = j.since(mark)
	}
	j.failed = j.failed || rec.outcome == "failure"
	return err
}

// inputVariable returns the name of an input's environment variable.
func inputVariable(name string) string {
	return "INPUT_" + strings.ToUpper(strings.ReplaceAll(name, " ", "_"))
}
