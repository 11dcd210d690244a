//go:build linux

package bundle_test

import (
	"testing"
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
			if got := s.warned.mentions("not in the bundle", "main.tf"); got != c.missing || !c.missing && len(s.warned.lines) > 0 {
				t.Errorf("got warnings %q, want one about main.tf: %v", s.warned.lines, c.missing)
			}
		})
	}
}
