package tfplan

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// generatedPlan is a generated configuration and state.
type generatedPlan struct {
	generator
	provider textProvider
	config   map[string]any // what main.tf.json holds
	state    []any          // the resources of the state
	outputs  map[string]any // the outputs of the state
}

// generatePlan generates resources with all kinds of changes, and outputs.
func generatePlan(seed uint64, resources int) *generatedPlan {
	p := newGeneratedPlan(seed)
	p.declare("resource", "terraform_data", map[string]any{"trigger": map[string]any{"input": "new"}})
	for i := range resources {
		p.resource(fmt.Sprint("r", i))
	}
	for i := range resources / 10 {
		p.output(fmt.Sprint("o", i))
	}
	return p
}

// generateDrift generates resources that were changed or deleted outside of Terraform.
func generateDrift(seed uint64, resources int) *generatedPlan {
	p := newGeneratedPlan(seed)
	for i := range resources {
		kind, name := p.pick("text_plain", "text_blocks", "text_nested"), fmt.Sprint("r", i)
		values := p.object(textResources[kind].block)
		p.exists(kind, name, values)
		found := json.RawMessage("null")
		if changed, _ := p.changed(values).(map[string]any); !p.chance(10) {
			found = p.stored(kind, idOf(name), changed)
		}
		p.provider.state[idOf(name)] = found
		p.configure("resource", kind, name, values)
	}
	return p
}

func newGeneratedPlan(seed uint64) *generatedPlan {
	p := &generatedPlan{
		generator: newGenerator(seed),
		provider:  textProvider{state: map[string]json.RawMessage{}},
		config:    map[string]any{},
		outputs:   map[string]any{},
	}
	p.config["terraform"] = map[string]any{
		"required_providers": map[string]any{"text": map[string]any{"source": providerName}},
	}
	p.declare("variable", "secret", map[string]any{"sensitive": true, "default": "hidden\n- text\n"})
	return p
}

// output generates an output that is added, changed or removed.
func (p *generatedPlan) output(name string) {
	value := p.tree(3)
	if p.chance(80) {
		was := p.changed(value)
		p.outputs[name] = map[string]any{"value": was, "type": typeOf(was), "sensitive": p.chance(10)}
	}
	if p.chance(80) {
		p.declare("output", name, map[string]any{"value": templates(value), "sensitive": p.chance(10)})
	}
}

// idOf returns the id of a resource.
func idOf(name string) string { return "<" + name + ">" }

// declare adds to a block of the configuration.
func (p *generatedPlan) declare(block, kind string, what map[string]any) {
	blocks, _ := p.config[block].(map[string]any)
	if blocks == nil {
		blocks = map[string]any{}
		p.config[block] = blocks
	}
	of, _ := blocks[kind].(map[string]any)
	if of == nil {
		of = map[string]any{}
		blocks[kind] = of
	}
	maps.Copy(of, what)
}

// append adds to a list of blocks of the configuration.
func (p *generatedPlan) append(block string, what map[string]any) {
	blocks, _ := p.config[block].([]any)
	p.config[block] = append(blocks, what)
}

// resource generates a resource, its prior values, and the cause of its change.
func (p *generatedPlan) resource(name string) {
	kind := p.pick("text_plain", "text_plain", "text_blocks", "text_nested", "terraform_data")
	var before, after map[string]any
	if kind == "terraform_data" {
		before = map[string]any{"input": p.tree(3)}
		if p.chance(50) {
			before["triggers_replace"] = p.tree(3)
		}
	} else {
		before = p.object(textResources[kind].block)
	}
	after, _ = p.changed(before).(map[string]any)
	for _, dynamic := range []string{"any", "input", "triggers_replace"} {
		if _, ok := after[dynamic]; ok && p.chance(20) {
			after[dynamic] = p.tree(3)
		}
	}
	for _, attribute := range []string{"text", "tags"} {
		if _, ok := after[attribute].(string); ok && p.chance(10) {
			delete(after, attribute)
		}
	}
	if p.chance(40) {
		for name, v := range before {
			if strings.HasPrefix(name, "forced") || name == "triggers_replace" || name == "rule" || name == "group" {
				after[name] = v
			}
		}
	}
	prior := name
	switch change := p.IntN(20); {
	case change < 3:
		p.configure("resource", kind, name, after)
		return
	case change < 6:
		p.exists(kind, name, before)
		return
	case change == 6 && kind != "terraform_data":
		p.configure("data", kind, name, after)
		return
	case change == 7 && kind != "terraform_data":
		id := idOf(name)
		p.provider.state[id] = p.stored(kind, id, before)
		p.append("import", map[string]any{"to": kind + "." + name, "id": id})
	case change == 8:
		p.exists(kind, name, before)
		p.append("removed", map[string]any{"from": kind + "." + name, "lifecycle": map[string]any{"destroy": false}})
		return
	case change < 12:
		prior = name + "_before"
		p.append("moved", map[string]any{"from": kind + "." + prior, "to": kind + "." + name})
		fallthrough
	default:
		p.exists(kind, prior, before)
	}
	p.configure("resource", kind, name, after)
}

// configure writes a resource to the configuration, in which texts are templates.
func (p *generatedPlan) configure(mode, kind, name string, values map[string]any) {
	config, _ := p.maskSome(templates(values)).(map[string]any)
	if kind != "terraform_data" && p.provider.state[idOf(name)] == nil && p.chance(10) {
		config["name"] = "${terraform_data.trigger.output}"
	}
	if mode == "data" {
		config["depends_on"] = []any{"terraform_data.trigger"}
	} else if p.chance(15) {
		config["lifecycle"] = map[string]any{"create_before_destroy": true}
	}
	p.declare(mode, kind, map[string]any{name: config})
}

// maskSome replaces a few texts of a value with a sensitive variable.
func (p *generatedPlan) maskSome(value any) any {
	switch value := value.(type) {
	case string:
		if p.chance(3) {
			return "${var.secret}"
		}
	case []any:
		for i, v := range value {
			value[i] = p.maskSome(v)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) { // for the same dice each time
			value[name] = p.maskSome(value[name])
		}
	}
	return value
}

// templates returns a value with the template sequences in its texts escaped.
func templates(value any) any {
	switch value := value.(type) {
	case string:
		return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(value)
	case []any:
		list := make([]any, len(value))
		for i, v := range value {
			list[i] = templates(v)
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for name, v := range value {
			object[name] = templates(v)
		}
		return object
	}
	return value
}

// exists writes a resource to the state.
func (p *generatedPlan) exists(kind, name string, values map[string]any) {
	provider := providerName
	if kind == "terraform_data" {
		provider = "terraform.io/builtin/terraform"
	}
	instance := map[string]any{"schema_version": 0, "attributes": p.stored(kind, idOf(name), values)}
	if p.chance(5) {
		instance["status"] = "tainted"
	}
	if _, ok := values["text"]; ok && p.chance(10) {
		instance["sensitive_attributes"] = []any{[]any{map[string]any{"type": "get_attr", "value": "text"}}}
	}
	p.state = append(p.state, map[string]any{"mode": "managed", "type": kind, "name": name,
		"provider": `provider["` + provider + `"]`, "instances": []any{instance}})
}

// stored returns the attributes of a resource as stored in the state.
func (p *generatedPlan) stored(kind, id string, values map[string]any) json.RawMessage {
	all := map[string]any{"id": id}
	for name, v := range values {
		if name == "any" || name == "input" || name == "triggers_replace" {
			v = typed(v)
		}
		all[name] = v
	}
	if kind == "terraform_data" {
		all["output"] = all["input"]
	} else if p.chance(60) {
		all["computed"] = p.text()
	}
	return mustJSON(all)
}

// typed returns a value with its type, for an attribute whose type the schema leaves open.
func typed(value any) any { return map[string]any{"value": value, "type": typeOf(value)} }

func typeOf(value any) any {
	switch value := value.(type) {
	case string:
		return "string"
	case bool:
		return "bool"
	case []any:
		types := make([]any, len(value))
		for i, v := range value {
			types[i] = typeOf(v)
		}
		return []any{"tuple", types}
	case map[string]any:
		types := map[string]any{}
		for name, v := range value {
			types[name] = typeOf(v)
		}
		return []any{"object", types}
	}
	return "number"
}

func mustJSON(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}

// planned is Terraform's output of a plan.
type planned struct {
	colored, plain []byte
	json           []byte
}

// terraform runs a plan. The colored log is printed by the plan itself; the plain log
// and the JSON are those of the saved plan.
func (p *generatedPlan) terraform(t testing.TB, tool string, args ...string) (out planned) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]any{
		"main.tf.json": p.config,
		"terraform.tfstate": map[string]any{
			"version":           4,
			"terraform_version": "1.5.7",
			"serial":            1,
			"lineage":           "00000000-0000-0000-0000-000000000000",
			"outputs":           p.outputs,
			"resources":         p.state,
		},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), mustJSON(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	reattach := p.provider.serve(t)
	run := func(args ...string) []byte {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), tool, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), reattach, "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1",
			"TF_CLI_CONFIG_FILE="+os.DevNull)
		out, err := cmd.Output()
		if err != nil {
			stderr := ""
			if failed, ok := err.(*exec.ExitError); ok {
				stderr = string(failed.Stderr)
			}
			t.Fatalf("%s %v: %v\n%s\n%s", tool, args, err, out, stderr)
		}
		return out
	}
	run("init", "-input=false")
	out.colored = run(append([]string{"plan", "-input=false", "-out=plan"}, args...)...)
	out.plain = run("show", "-no-color", "plan")
	out.json = run("show", "-json", "plan")
	return out
}
