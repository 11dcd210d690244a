package scalrsim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// prepare collects the inputs of a run's plan; the server's lock must be held. It returns the function that
// plans, which must be called without the lock.
func (e *executor) prepare(r *run) func(context.Context, io.Writer) (*execution, string) {
	s := e.server
	w := s.lookup("workspaces", r.workspace)
	archive := s.version(r.version).archive
	dir, err := e.directory(r.id)
	if err == nil {
		err = os.MkdirAll(filepath.Join(e.dir, "state"), 0o700)
	}
	x := &execution{dir: dir, tool: e.tool(w.attributes["iac-platform"].(string)), env: toolEnv(e.dir, r)}
	x.dir = filepath.Join(dir, textOf(w.attributes["working-directory"]))
	arguments := planArguments(r, w)
	override := fmt.Sprintf("terraform {\n  backend \"local\" {\n    path = %s\n  }\n}\n", quoteHCL(filepath.Join(e.dir, "state", w.id+".tfstate")))
	variables := variablesFile(r)
	return func(ctx context.Context, log io.Writer) (*execution, string) {
		if err == nil {
			err = x.unpack(archive, dir, override, variables)
		}
		if err != nil {
			fmt.Fprintf(log, "Error: %v\n", err)
			return nil, err.Error()
		}
		return x.plan(ctx, log, arguments, secretNames(r))
	}
}

func textOf(v any) string {
	text, _ := v.(string)
	return text
}

func (x *execution) unpack(archive []byte, dir, override, variables string) error {
	if err := unpackTo(archive, dir); err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	if _, err := os.Stat(x.dir); err != nil {
		return fmt.Errorf("the configuration has no working directory %s", filepath.Base(x.dir))
	}
	if err := os.WriteFile(filepath.Join(x.dir, "zz_scalr_override.tf"), []byte(override), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(x.dir, "zz_scalr.auto.tfvars"), []byte(variables), 0o600)
}

// planArguments returns the arguments of the plan command for the run's attributes.
func planArguments(r *run, w *resource) []string {
	arguments := []string{"plan", "-input=false", "-out=tfplan"}
	if r.flag("is-destroy") {
		arguments = append(arguments, "-destroy")
	}
	if r.flag("refresh-only") {
		arguments = append(arguments, "-refresh-only")
	}
	if r.effective["refresh"] == false {
		arguments = append(arguments, "-refresh=false")
	}
	for _, flag := range [][2]string{{"target-addrs", "-target="}, {"replace-addrs", "-replace="}} {
		addresses, _ := r.effective[flag[0]].(list)
		for _, address := range addresses {
			arguments = append(arguments, flag[1]+address.(string))
		}
	}
	files, _ := w.attributes["var-files"].(list)
	for _, file := range files {
		arguments = append(arguments, "-var-file="+file.(string))
	}
	return arguments
}

// plan runs init and plan and writes their output to the log.
func (x *execution) plan(ctx context.Context, log io.Writer, arguments, secrets []string) (*execution, string) {
	if err := x.run(ctx, log, "init", "-input=false"); err != nil {
		return nil, fmt.Sprintf("Initialization failed: %v", err)
	}
	if err := x.run(ctx, log, arguments...); err != nil {
		return nil, fmt.Sprintf("Plan failed: %v", err)
	}
	var shown bytes.Buffer
	if err := x.run(ctx, &shown, "show", "-json", "tfplan"); err != nil {
		return nil, fmt.Sprintf("Reading the plan failed: %v", err)
	}
	x.json = shown.Bytes()
	var err error
	if x.sanitized, err = sanitize(x.json, secrets); err != nil {
		return nil, fmt.Sprintf("Reading the plan failed: %v", err)
	}
	if x.changes, x.changed, err = changesIn(x.json); err != nil {
		return nil, fmt.Sprintf("Reading the plan failed: %v", err)
	}
	return x, ""
}

// apply applies the saved plan.
func (x *execution) apply(ctx context.Context, log io.Writer) (*execution, string) {
	if err := x.run(ctx, log, "apply", "-input=false", "tfplan"); err != nil {
		return nil, fmt.Sprintf("Apply failed: %v", err)
	}
	var outputs, resources bytes.Buffer
	if err := x.run(ctx, &outputs, "output", "-json"); err != nil {
		return nil, fmt.Sprintf("Reading the outputs failed: %v", err)
	}
	if err := x.run(ctx, &resources, "state", "list"); err != nil {
		return nil, fmt.Sprintf("Reading the state failed: %v", err)
	}
	var err error
	if x.outputs, err = outputsIn(outputs.Bytes()); err != nil {
		return nil, fmt.Sprintf("Reading the outputs failed: %v", err)
	}
	x.resources = len(bytes.TrimSpace(resources.Bytes())) > 0
	return x, ""
}

// run runs the tool. It interrupts the tool when the context is done.
func (x *execution) run(ctx context.Context, out io.Writer, arguments ...string) error {
	tool := exec.CommandContext(ctx, x.tool, arguments...)
	tool.Dir, tool.Env = x.dir, x.env
	tool.Stdout, tool.Stderr = out, out
	tool.Cancel = func() error { return tool.Process.Signal(os.Interrupt) }
	tool.WaitDelay = 10 * time.Second
	return tool.Run()
}

// toolEnv returns the environment of the tool. It contains no secrets of the job.
func toolEnv(home string, r *run) []string {
	env := []string{"HOME=" + home, "TF_IN_AUTOMATION=1", "TF_INPUT=0", "CHECKPOINT_DISABLE=1", "SCALR_RUN_ID=" + r.id}
	for _, name := range []string{"PATH", "TMPDIR", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE", "TF_PLUGIN_CACHE_DIR"} {
		if v, set := os.LookupEnv(name); set {
			env = append(env, name+"="+v)
		}
	}
	for _, v := range variablesOf(r) {
		if v["category"] != "terraform" {
			env = append(env, textOf(v["key"])+"="+textOf(v["value"]))
		}
	}
	return env
}

func variablesOf(r *run) []object {
	var variables []object
	requested, _ := r.effective["variables"].(list)
	for _, v := range requested {
		variables = append(variables, v.(object))
	}
	return variables
}

// variablesFile returns a file with the run's variables. It takes precedence over the files of the
// configuration.
func variablesFile(r *run) string {
	var b strings.Builder
	for _, v := range variablesOf(r) {
		if v["category"] != "terraform" {
			continue
		}
		value := quoteHCL(textOf(v["value"]))
		if v["hcl"] == true {
			value = textOf(v["value"])
		}
		fmt.Fprintf(&b, "%s = %s\n", textOf(v["key"]), value)
	}
	return b.String()
}

func secretNames(r *run) []string {
	var names []string
	for _, v := range variablesOf(r) {
		if v["sensitive"] == true {
			names = append(names, textOf(v["key"]))
		}
	}
	return names
}

// quoteHCL returns text as an HCL string with escaped template sequences.
func quoteHCL(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		return `""` // cannot happen for a string
	}
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(string(quoted))
}
