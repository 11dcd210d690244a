package trees

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// writer writes the files of one directory and records the first error.
type writer struct {
	dir  string
	r    *rand.Rand // same sequence in similar modules
	own  *rand.Rand // different sequence in each module
	size float64    // factor of the file sizes
	err  error
}

func (w *writer) module() {
	w.file("main.tf", 1500+w.r.IntN(9000), w.resource)
	w.file("variables.tf", 1000+w.r.IntN(5000), w.variable)
	w.file("outputs.tf", 400+w.r.IntN(1500), w.output)
	w.file("versions.tf", 1, w.versions)
	w.file("README.md", 1000+w.r.IntN(8000), w.sentence)
	w.file("locals.tf", 300+w.r.IntN(1200), w.local)
	w.file("terraform.tfvars", 200, w.setting)
	w.file("policy.json", 800+w.r.IntN(4000), w.record)
	for i := range 2 + w.r.IntN(4) {
		w.file(fmt.Sprintf("examples/%s-%d.tf", w.word(i), i), 600+w.r.IntN(3500), w.resource)
	}
	if w.r.IntN(6) == 0 {
		w.raw("docs/diagram.png", 4000+w.r.IntN(30000))
	}
}

// file writes a file of at least size bytes; each call of more appends a piece.
func (w *writer) file(name string, size int, more func(*bytes.Buffer)) {
	var b bytes.Buffer
	for b.Len() < int(w.size*float64(size)) {
		more(&b)
	}
	w.write(name, b.Bytes())
}

// raw writes a file of incompressible bytes.
func (w *writer) raw(name string, size int) {
	b := make([]byte, size)
	for i := 0; i+8 <= size; i += 8 {
		n := w.own.Uint64()
		for j := range 8 {
			b[i+j] = byte(n >> (8 * j))
		}
	}
	w.write(name, b)
}

func (w *writer) write(name string, b []byte) {
	if w.err != nil {
		return
	}
	name = filepath.Join(w.dir, name)
	if w.err = os.MkdirAll(filepath.Dir(name), 0o755); w.err == nil {
		w.err = os.WriteFile(name, b, 0o644)
	}
}

func (w *writer) word(i int) string { return words[(w.r.IntN(len(words))+i)%len(words)] }

func (w *writer) name() string { return w.word(0) + "_" + w.word(0) }

func (w *writer) hex(n int) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for range n {
		b.WriteByte(digits[w.own.IntN(len(digits))])
	}
	return b.String()
}

func (w *writer) resource(b *bytes.Buffer) {
	kind, name := types[w.r.IntN(len(types))], w.name()
	fmt.Fprintf(b, "resource %q %q {\n  name = \"${var.prefix}-%s\"\n", kind, name, strings.ReplaceAll(name, "_", "-"))
	if w.r.IntN(4) == 0 {
		fmt.Fprintf(b, "  for_each = { for k, v in var.%s : k => v if v.%s != null }\n", w.name(), w.word(0))
	}
	for range 2 + w.r.IntN(6) {
		w.argument(b, "  ")
	}
	if w.r.IntN(2) == 0 {
		fmt.Fprintf(b, "\n  %s {\n", w.word(0))
		for range 1 + w.r.IntN(4) {
			w.argument(b, "    ")
		}
		b.WriteString("  }\n")
	}
	b.WriteString("\n  tags = merge(local.tags, { Name = \"" + w.name() + "\" })\n}\n\n")
}

func (w *writer) argument(b *bytes.Buffer, indent string) {
	name := w.name()
	switch w.r.IntN(6) {
	case 0:
		fmt.Fprintf(b, "%s%s = %v\n", indent, name, w.r.IntN(2) == 0)
	case 1:
		fmt.Fprintf(b, "%s%s = %d\n", indent, name, w.r.IntN(9000))
	case 2:
		fmt.Fprintf(b, "%s%s = var.%s\n", indent, name, w.name())
	case 3:
		fmt.Fprintf(b, "%s%s = try(each.value.%s, local.%s, null)\n", indent, name, w.word(0), w.name())
	case 4:
		fmt.Fprintf(b, "%s%s = %s.%s.%s\n", indent, name, types[w.r.IntN(len(types))], w.name(), w.word(0))
	default:
		fmt.Fprintf(b, "%s%s = \"%s-%s\"\n", indent, name, w.word(0), w.word(0))
	}
}

func (w *writer) variable(b *bytes.Buffer) {
	kinds := []string{"string", "number", "bool", "list(string)", "map(string)", "map(object({ name = string, size = optional(number) }))"}
	fmt.Fprintf(b, "variable %q {\n  description = \"", w.name())
	w.words(b, 5+w.r.IntN(12))
	fmt.Fprintf(b, "\"\n  type        = %s\n  default     = null\n}\n\n", kinds[w.r.IntN(len(kinds))])
}

func (w *writer) output(b *bytes.Buffer) {
	fmt.Fprintf(b, "output %q {\n  description = \"", w.name())
	w.words(b, 4+w.r.IntN(8))
	fmt.Fprintf(b, "\"\n  value       = %s.%s.%s\n}\n\n", types[w.r.IntN(len(types))], w.name(), w.word(0))
}

func (w *writer) local(b *bytes.Buffer) {
	fmt.Fprintf(b, "locals {\n  %s = {\n", w.name())
	for range 2 + w.r.IntN(6) {
		w.argument(b, "    ")
	}
	b.WriteString("  }\n}\n\n")
}

func (w *writer) versions(b *bytes.Buffer) {
	b.WriteString("terraform {\n  required_version = \">= 1.5\"\n\n  required_providers {\n    aws = {\n" +
		"      source  = \"hashicorp/aws\"\n      version = \">= 5.40\"\n    }\n  }\n}\n")
}

func (w *writer) setting(b *bytes.Buffer) {
	fmt.Fprintf(b, "%s = \"%s-%s\"\n", w.name(), w.word(0), w.hex(8))
}

func (w *writer) record(b *bytes.Buffer) {
	const statement = "  {\n    \"Sid\": \"%s%d\",\n    \"Effect\": \"Allow\",\n    \"Action\": [\"%s:Get%s\", \"%s:List%s\"],\n" +
		"    \"Resource\": \"arn:aws:%s:::%s/%s\"\n  },\n"
	fmt.Fprintf(b, statement,
		w.word(0), w.r.IntN(1000), w.word(0), w.word(0), w.word(0), w.word(0), w.word(0), w.name(), w.hex(12))
}

func (w *writer) sentence(b *bytes.Buffer) {
	if w.r.IntN(8) == 0 {
		fmt.Fprintf(b, "\n## %s\n\n| %s | %s | `%s` |\n", w.name(), w.name(), w.word(0), w.name())
	}
	w.words(b, 6+w.r.IntN(14))
	b.WriteString(".\n")
}

func (w *writer) words(b *bytes.Buffer, n int) {
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.word(0))
	}
}
