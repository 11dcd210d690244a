package tfplan

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// generator generates configurations and prior values whose texts resemble the text that
// Terraform prints around them.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, 8))} }

func (g generator) pick(of ...string) string { return of[g.IntN(len(of))] }

func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

// textLines are lines of texts by kind.
var textLines = map[string][]string{
	"YAML": {
		"users:", "  - default", "  - name: deploy", "- item", "- - nested", "key: value",
		"  key: |", "    - systemctl restart app",
		"runcmd:", "  - [ls, -l]", "---", "- ~",
		"~: null", "+: 1", "#cloud-config", "  # forces replacement",
	},
	"Markdown": {
		"# Title", "- point", "  - point below", "+ another point", "    + deep", "* star",
		"~ tilde", "~~~", "> quote", "```diff",
		"| a | b |", "    code", "- [ ] task", "-", "+",
		"~",
	},
	"shell": {
		"#!/bin/sh", "set -eu", "cat <<-EOT", "cat <<-EOT > /etc/app.conf", "EOT", "    EOT",
		"cat <<~EOT", "script = <<-EOT", "x = <<-EOT # forces replacement",
		"EOT -> null",
		"EOT -> (known after apply)", "if [ -f x ]; then", "  rm -f x", "fi", "echo \"- a\"",
		"\tmake install", "exit 0 # forces replacement",
	},
	"diff": {
		"--- a/file", "+++ b/file", "@@ -1,3 +1,3 @@", "-old", "+new", " same", "- old", "+ new",
		"  - old", "  + new", "~ changed", "-/+ both", "+/- both", "<= read",
	},
	"plan": {
		"  # terraform_data.x will be destroyed",
		"  - resource \"x\" \"y\" {",
		"      ~ name = \"a\" -> \"b\"",
		"      + id = (known after apply)",
		"    }",
		"}",
		"Plan: 9 to add, 9 to change, 9 to destroy.",
		"    # (3 unchanged attributes hidden)",
		"Changes to Outputs:",
		"name = <<-EOT",
		"  # forces replacement",
		"jsonencode(",
		")",
	},
	"INI": {
		"[section]", "key=value", "key = \"quoted\"", "; comment", "", "größe=東京", "a\\b",
		"${not} %{a} template", "trailing  ", "  leading",
	},
}

// text generates a text, usually of several lines.
func (g generator) text() string {
	switch g.IntN(20) {
	case 0:
		return g.pick("", "one line", " - blanks ", "- item", "<<-EOT", "EOT", "\"quoted\" <<-EOT")
	case 1:
		return g.pick("\n", "\n\n", "x\n", "\nx", "  x\n  y\n", "{\n", "[section]\nkey=1\n", "a\r\nb\r\n",
			"\n\n- a\n\n\n- b\n\n")
	case 2, 3:
		return g.json()
	}
	kind := g.pick("YAML", "Markdown", "shell", "diff", "plan", "INI")
	lines := make([]string, 2+g.IntN(12))
	for i := range lines {
		lines[i] = g.line(kind)
	}
	return strings.Join(lines, "\n") + g.pick("", "\n", "\n", "\n\n")
}

func (g generator) line(kind string) string {
	if g.chance(10) {
		kind = g.pick("YAML", "Markdown", "shell", "diff", "plan", "INI")
	}
	l := g.pick(textLines[kind]...)
	if g.chance(15) {
		l = strings.Repeat("  ", g.IntN(5)) + l
	}
	return l
}

// json generates a text that Terraform shows as jsonencode(...).
func (g generator) json() string {
	value := map[string]any{
		"script": strings.Join([]string{g.line("shell"), g.line("YAML"), g.line("diff")}, "\n"),
		"n":      g.IntN(3),
	}
	if g.chance(50) {
		value["list"] = []any{
			g.line("YAML") + "\n" + g.line("diff"),
			g.line("INI"),
			map[string]any{"a": g.line("Markdown"), "b": nil},
		}
	}
	if g.chance(20) {
		value["inner"] = `{"Effect":"Allow","text":"a\n- b\n"}`
	}
	doc, err := json.Marshal(value)
	if g.chance(40) {
		doc, err = json.MarshalIndent(value, "", "  ")
	}
	if err != nil {
		panic(err)
	}
	if g.chance(10) {
		return "[" + string(doc) + "]"
	}
	return string(doc)
}

// edited returns a text after a change.
func (g generator) edited(s string) string {
	switch g.IntN(12) {
	case 0:
		return g.text()
	case 1:
		return s + g.pick("\n", " ", "\n\n")
	case 2:
		return strings.ReplaceAll(s, "\n", "\n  ") // another indentation
	}
	if json.Valid([]byte(s)) && s != "" {
		return strings.NewReplacer("- ", "* ", `"n":0`, `"n":7`, `"n":1`, `"n": 1`).Replace(s)
	}
	lines := strings.Split(s, "\n")
	for range 1 + g.IntN(3) {
		i := g.IntN(len(lines))
		switch g.IntN(5) {
		case 0:
			lines = append(lines[:i:i], append([]string{g.line("diff")}, lines[i:]...)...)
		case 1:
			if len(lines) > 1 {
				lines = append(lines[:i:i], lines[i+1:]...)
			}
		case 2:
			j := g.IntN(len(lines))
			lines[i], lines[j] = lines[j], lines[i]
		case 3:
			lines[i] = g.pick("  ", "- ", "+ ", "~ ") + lines[i]
		default:
			lines[i] = g.line(g.pick("YAML", "shell", "plan"))
		}
	}
	return strings.Join(lines, "\n")
}

// value generates a value of a type given as JSON.
func (g generator) value(kind string) any {
	switch kind {
	case `"number"`:
		return g.IntN(3)
	case `"bool"`:
		return g.chance(50)
	case `["list","string"]`:
		return g.list(1+g.IntN(3), func() any { return g.text() })
	case `["set","string"]`:
		n := 0
		return g.list(1+g.IntN(3), func() any { n++; return fmt.Sprint(n, " ", g.text()) })
	case `["map","string"]`:
		table := map[string]any{}
		for range 1 + g.IntN(3) {
			table[g.pick("a", "key", "with blank", "- x", "cloud-init.yaml")] = g.text()
		}
		return table
	case `["object",{"text":"string","size":"number"}]`:
		return map[string]any{"text": g.text(), "size": g.IntN(3)}
	case `"dynamic"`:
		return g.tree(3)
	}
	return g.text()
}

func (g generator) list(n int, each func() any) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = each()
	}
	return list
}

// tree generates a value of any type.
func (g generator) tree(depth int) any {
	switch n := g.IntN(10); {
	case depth == 0 || n < 5:
		return g.text()
	case n == 5:
		return g.IntN(4)
	case n == 6:
		return g.chance(50)
	case n == 7:
		return g.list(1+g.IntN(3), func() any { return g.tree(depth - 1) })
	}
	object := map[string]any{}
	for range 1 + g.IntN(3) {
		object[g.pick("name", "id", "tags", "user_data", "a key", "json")] = g.tree(depth - 1)
	}
	return object
}

// changed returns a value with some of its strings changed.
func (g generator) changed(value any) any {
	switch value := value.(type) {
	case string:
		if g.chance(60) {
			return g.edited(value)
		}
	case int:
		return value + g.IntN(2)
	case []any:
		list := make([]any, 0, len(value)+1)
		for _, v := range value {
			if !g.chance(15) {
				list = append(list, g.changed(v))
			}
		}
		if len(list) == 0 || g.chance(20) {
			list = append(list, g.regenerate(value[0]))
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			object[name] = g.changed(value[name])
		}
		return object
	}
	return value
}

// regenerate generates another value of the same type.
func (g generator) regenerate(value any) any {
	switch value := value.(type) {
	case string:
		return g.text()
	case map[string]any:
		object := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(value)) { // for the same dice each time
			object[name] = g.regenerate(value[name])
		}
		return object
	}
	return value
}

// object generates the values of a block.
func (g generator) object(b textBlock) map[string]any {
	object := map[string]any{}
	for _, a := range b.attributes {
		switch {
		case a.nesting == nestedSingle:
			object[a.name] = g.nested(a.nesting, a.object[0])
		case a.computed, g.chance(50):
		case a.object == nil:
			object[a.name] = g.value(a.kind)
		default:
			object[a.name] = g.nested(a.nesting, a.object[0])
		}
	}
	for _, n := range b.blocks {
		if g.chance(60) || n.nesting == nestedSingle { // its content forces a replacement, so it must exist
			object[n.name] = g.nested(n.nesting, n.block)
		}
	}
	return object
}

func (g generator) nested(nesting uint64, b textBlock) any {
	switch nesting {
	case nestedSingle:
		return g.object(b)
	case nestedMap:
		table := map[string]any{}
		for range 1 + g.IntN(2) {
			table[g.pick("a", "b key", "c")] = g.object(b)
		}
		return table
	}
	return g.list(1+g.IntN(2), func() any { return g.object(b) })
}
