//go:build linux

package bundle_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMissingReferences checks that a warning lists the Terraform files with constant paths to files or
// modules outside the bundle.
func TestMissingReferences(t *testing.T) {
	t.Parallel()
	const existing = "infra/there.json={}"
	for name, c := range map[string]struct {
		text    string // content of main.tf, or of main.tf.json if it begins with {
		missing bool
	}{
		"module exists":               {`module "a" { source = "./mod" }`, false},
		"module through a link":       {`module "a" { source = "./way" }`, false},
		"module excluded":             {"module \"a\" {\n  source = \"./out\"\n}", true},
		"module misspelled":           {"module \"a\" {\n  version = 1\n  source  = \"./mood\" # here\n}", true},
		"module after an object":      {"module \"a\" {\n  providers = { aws = aws.x }\n  source = \"./mood\"\n}", true},
		"module of a registry":        {`module "a" { source = "hashicorp/consul/aws" }`, false},
		"modules of both kinds":       {"module \"a\" { source = \"./mod\" }\nmodule \"b\" { source = \"hashicorp/consul/aws\" }", false},
		"module of a repository":      {`module "a" { source = "git::https://example.com/a.git" }`, false},
		"module with a computed path": {`module "a" { source = "./${local.a}" }`, false},
		"another source":              {`resource "aws_s3_object" "a" { source = "./mood" }`, false},
		"a source of a provider":      {`terraform { required_providers { aws = { source = "./mood" } } }`, false},
		"module in a comment":         {"/* module \"a\" { source = \"./mood\" } */ # module \"a\" { source = \"./mood\" }", false},
		"module in a heredoc":         {"locals { a = <<EOT\nmodule \"a\" { source = \"./mood\" }\nEOT\n}", false},
		"file exists":                 {`locals { a = file("${path.module}/there.json") }`, false},
		"file exists, plain path":     {`locals { a = file("there.json") }`, false},
		"file in a subdirectory":      {`locals { a = file("mod.tf") }`, false},
		"file missing":                {`locals { a = file("${path.module}/no.json") }`, true},
		"file missing, plain path":    {`locals { a = file("no.json") }`, true},
		"file missing in path.root":   {`locals { a = file("${path.root}/no.json") }`, true},
		"file in working directory":   {`locals { a = file("${path.cwd}/no.json") }`, true},
		"file exists there":           {`locals { a = file("${path.cwd}/there.json") }`, false},
		"file missing, period first":  {`locals { a = file("./${path.module}/no.json") }`, true},
		"file exists, period first":   {`locals { a = file("./${(path . module)}/there.json") }`, false},
		"file missing, comment":       {"locals { a = file(\"${ # x\npath.module}/no.json\") }", true},
		"file above path.module":      {`locals { a = file("../${path.module}/no.json") }`, false},
		"decomposed names":            {"module \"a\" { source = \"./e\u0301\" }\nlocals { a = file(\"./e\u0301.txt\") }", false},
		"file in the home directory":  {`locals { a = file("~/.ssh/id_ed25519.pub") }`, true},
		"file outside the bundle":     {`locals { a = file("${path.module}/../no.json") }`, true},
		"template missing":            {"locals {\n  a = templatefile(\"${ path.module }/no.tpl\", { a = 1 })\n}", true},
		"template exists":             {`locals { a = templatefile("${path.module}/there.json", {}) }`, false},
		"file in a template":          {`locals { a = "x ${file("no.json")} y" }`, true},
		"file in a heredoc":           {"locals {\n  a = <<-EOT\n    x ${filebase64(\"no.json\")}\n  EOT\n}", true},
		"file in heredoc text":        {"locals {\n  a = <<-EOT\n    file(\"no.json\") $${file(\"no.json\")}\n  EOT\n}", false},
		"file in a string":            {`locals { a = "file(\"no.json\")" }`, false},
		"file in a comment":           {"# file(\"no.json\")\n// file(\"no.json\")\nlocals {}", false},
		"file with a computed path":   {`locals { a = file("${path.module}/${local.a}") }`, false},
		"file from a list":            {`locals { a = file(local.names[0]) }`, false},
		"file after a comment":        {"locals { a = [file # (\n(\"no.json\")] }", true},
		"file after another comment":  {"locals { a = [file // (\n(\"no.json\")] }", true},
		"file that may be missing":    {`locals { a = fileexists("no.json") }`, false},
		"digest of a file":            {`locals { a = filebase64sha512("no.json") }`, true},
		"MD5 of a file":               {`locals { a = filemd5("no.json") }`, true},
		"space before parenthesis":    {"locals { a = file\t(\"no.json\") }", true},
		"comment before parenthesis":  {`locals { a = file/* of x */("no.json") }`, true},
		"file after similar names":    {`locals { profile = file_name.file, a = file("no.json") }`, true},
		"module between comments":     {`module "a" { /* b */ source = /* c */ "./mood" }`, true},
		"another function":            {`locals { a = provider::x::profile("no.json") }`, false},
		"JSON, module":                {`{"module": {"a": {"source": "./mood"}}}`, true},
		"JSON, module in a list":      {`{"module": [{"a": [{"source": "./mod"}]}]}`, false},
		"JSON, file":                  {`{"locals": {"a": "${file(\"no.json\")}"}}`, true},
		"JSON, file exists":           {`{"locals": {"a": "${file(\"${path.module}/there.json\")}"}}`, false},
		"JSON, escaped":               {`{"module": {"a": {"source": "\u002e/mood"}}}`, true},
		"the word file at the end":    {`# a file`, false},
		"truncated file":              {`locals { a = "${file("no.json`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := "infra/main.tf"
			if c.text[0] == '{' {
				file += ".json"
			}
			root := checkout(t, file+"="+c.text, existing, "infra/mod/mod.tf", "infra/out/o.tf", "infra/way->mod", "infra/.terraformignore=out")
			s := pack(t, root, "infra")
			if got := s.warned.mentions("not in the archive", "main.tf"); got != c.missing || !c.missing && len(s.warned.lines) > 0 {
				t.Errorf("got warnings %q, want one about main.tf: %v", s.warned.lines, c.missing)
			}
		})
	}
}

// TestFilesWithMissingReferences checks which Terraform files the warnings name: each one once, in whichever directory
// it is.
func TestFilesWithMissingReferences(t *testing.T) {
	t.Parallel()
	const modules = "Terraform files use modules that are not in the archive (%s. Check .terraformignore and the checkout."
	const files = "Terraform files read files that are not in the archive, by file() or templatefile() with a constant path (%s. " +
		"If another step creates them, run it before this one."
	call := func(path string) string { return fmt.Sprintf("output %q { value = file(%q) }\n", path, path) }
	inModule := func(path string) string { return strings.Replace(call("MODULE"+path), `"MODULE`, `"${path.module}`, 2) }
	source := func(path string) string { return fmt.Sprintf("module \"m\" {\n  source = %q\n}\n", path) }
	for name, c := range map[string]struct {
		tree []string
		want []string
	}{
		"all exist": {
			tree: []string{"main.tf=" + call("d/x.json") + inModule("/d/x.json") + source("./d"), "d/x.json"},
		},
		"in a hidden file": {
			tree: []string{".x.tf=" + inModule("/x.json") + source("./none"), "main.tf"},
		},
		"a file in the module's directory": {
			tree: []string{"d/a.tf=" + inModule("/x.json"), "d/x.json"},
		},
		"a file of the same name in another directory": {
			tree: []string{"d/a.tf=" + inModule("/x.json"), "x.json", "e/x.json"},
			want: []string{fmt.Sprintf(files, `1): "d/a.tf"`)},
		},
		"a file above the module": {
			tree: []string{"d/a.tf=" + inModule("/../x.json"), "x.json"},
		},
		"a file in a directory that does not exist": {
			tree: []string{"main.tf=" + inModule("/none/x.json"), "x.json"},
			want: []string{fmt.Sprintf(files, `1): "main.tf"`)},
		},
		"a file through a link to its directory": {
			tree: []string{"main.tf=" + inModule("/way/x.json"), "d/x.json", "way->d"},
		},
		"a file through a link to another directory": {
			tree: []string{"main.tf=" + inModule("/way/x.json"), "d/x.json", "e/", "way->e"},
			want: []string{fmt.Sprintf(files, `1): "main.tf"`)},
		},
		"a link to a file": {
			tree: []string{"main.tf=" + inModule("/x.json"), "d/y.json", "x.json->d/y.json"},
		},
		"a path that may be relative to any directory": {
			tree: []string{"main.tf=" + call("e/x.json") + call("./e/x.json") + call("../e/x.json"), "d/e/x.json"},
		},
		"a path whose first component is only the end of a name": {
			tree: []string{"main.tf=" + call("e/x.json"), "de/x.json"},
			want: []string{fmt.Sprintf(files, `1): "main.tf"`)},
		},
		"a path with fewer components than the file": {
			tree: []string{"main.tf=" + call("d/e/x.json"), "e/x.json"},
			want: []string{fmt.Sprintf(files, `1): "main.tf"`)},
		},
		"two of three references of the same name": {
			tree: []string{"main.tf=" + inModule("/x.json"), "a.tf=" + inModule("/d/x.json"), "b.tf=" + inModule("/e/x.json"), "d/x.json"},
			want: []string{fmt.Sprintf(files, `2): "b.tf", "main.tf"`)},
		},
		"several references in one file": {
			tree: []string{"main.tf=" + inModule("/x.json") + inModule("/y.json") + call("z.json") + source("./a") + source("./b")},
			want: []string{fmt.Sprintf(modules, `1): "main.tf"`), fmt.Sprintf(files, `1): "main.tf"`)},
		},
		"references in two files": {
			tree: []string{"d/a.tf=" + call("x.json") + source("./gone"), "e/b.tf=" + call("x.json") + source("./gone"), "gone/"},
			want: []string{fmt.Sprintf(modules, `2): "d/a.tf", "e/b.tf"`), fmt.Sprintf(files, `2): "d/a.tf", "e/b.tf"`)},
		},
		"a module above": {
			tree: []string{"d/a.tf=" + source("../e"), "e/e.tf"},
		},
		"a missing module above": {
			tree: []string{"d/a.tf=" + source("../f"), "f"},
			want: []string{fmt.Sprintf(modules, `1): "d/a.tf"`)},
		},
		"a part of a copied module": {
			tree: []string{"main.tf=" + source("./d//e"), "d/"},
		},
		"a part of a missing module": {
			tree: []string{"main.tf=" + source("./f//d"), "d/"},
			want: []string{fmt.Sprintf(modules, `1): "main.tf"`)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			warned := pack(t, checkout(t, append(c.tree, "z.tf")...), ".").warned.lines
			if diff := cmp.Diff(c.want, warned); diff != "" {
				t.Errorf("the warnings differ (-want +got):\n%s", diff)
			}
		})
	}
}
