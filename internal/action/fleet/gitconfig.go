package fleet

import (
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"scalr-run-action/internal/action/step"
)

// maxIncludes is the maximum depth of included configuration files, as in Git.
const maxIncludes = 10

// isSparse reports whether the configuration of a repository enables sparse checkouts. The configuration of the worktree,
// which `git sparse-checkout` writes, takes precedence.
func isSparse(checkout *os.Root) bool {
	c := gitConfig{checkout: checkout}
	c.readFile("config", 0)
	if c.worktree {
		c.readFile("config.worktree", 0)
	}
	return c.sparse
}

// gitConfig are the settings of a repository that concern sparse checkouts.
type gitConfig struct {
	checkout *os.Root
	sparse   bool // core.sparseCheckout
	worktree bool // extensions.worktreeConfig: there is a config.worktree
}

// readFile reads a file in .git and the files that it includes, regardless of the conditions of includeIf. Files outside
// the checkout, such as the file with the credentials of actions/checkout, are ignored.
func (c *gitConfig) readFile(name string, depth int) {
	r := gitConfigReader{rest: strings.ReplaceAll(strings.TrimPrefix(step.GitFile(c.checkout, name), "\ufeff"), "\r\n", "\n")}
	for r.next() {
		switch r.section + "." + r.key {
		case "core.sparsecheckout":
			c.sparse = gitBool(r.value)
		case "extensions.worktreeconfig":
			c.worktree = gitBool(r.value)
		case "include.path", "includeif.path":
			if depth < maxIncludes && r.value != "" && !path.IsAbs(r.value) && r.value[0] != '~' {
				c.readFile(path.Join(path.Dir(name), r.value), depth+1)
			}
		}
	}
}

// gitBool reports whether a value is true. An invalid value, which Git does not accept, counts as true.
func gitBool(value string) bool {
	number, err := strconv.Atoi(value)
	return !slices.Contains([]string{"", "false", "no", "off"}, strings.ToLower(value)) && (err != nil || number != 0)
}

// gitConfigReader reads the variables of a configuration file (git-config(1), "Syntax").
type gitConfigReader struct {
	rest string
	// section and key are in lower case. section has no subsection.
	section, key string
	value        string // "true" for a key without a value
}

// next reads the next variable. It skips lines that are invalid.
func (r *gitConfigReader) next() bool {
	for r.rest != "" {
		switch c := r.rest[0]; {
		case c == ' ' || c == '\t' || c == '\n':
			r.rest = r.rest[1:]
		case c == '[':
			r.readSection()
		case isLetter(c):
			r.readVariable()
			return true
		default:
			r.skipLine()
		}
	}
	return false
}

func (r *gitConfigReader) skipLine() { _, r.rest, _ = strings.Cut(r.rest, "\n") }

// readSection reads a header such as [core] or [includeIf "gitdir:x"]. A variable may follow on the same line.
func (r *gitConfigReader) readSection() {
	quoted := false
	for i := 1; i < len(r.rest) && r.rest[i] != '\n'; i++ {
		switch c := r.rest[i]; {
		case c == '\\' && quoted && i+1 < len(r.rest) && r.rest[i+1] != '\n':
			i++
		case c == '"':
			quoted = !quoted
		case c == ']' && !quoted:
			name, _, _ := strings.Cut(r.rest[1:i], ` "`)
			r.section, r.rest = strings.ToLower(strings.TrimSpace(name)), r.rest[i+1:]
			return
		}
	}
	r.section = ""
	r.skipLine()
}

func (r *gitConfigReader) readVariable() {
	end := strings.IndexFunc(r.rest, func(c rune) bool { return c > 127 || !isLetter(byte(c)) && c != '-' && (c < '0' || c > '9') })
	if end < 0 {
		end = len(r.rest)
	}
	r.key, r.rest = strings.ToLower(r.rest[:end]), strings.TrimLeft(r.rest[end:], " \t")
	rest, hasValue := strings.CutPrefix(r.rest, "=")
	if !hasValue {
		r.value = "true"
		r.skipLine()
		return
	}
	r.rest = rest
	r.readValue()
}

// readValue reads a value to the end of its line: without comments, without the blanks around it, with quotation marks and
// escapes resolved, and with the next line if it ends with a backslash.
func (r *gitConfigReader) readValue() {
	var value []byte
	length := 0 // of the value without the blanks at its end
	quoted, comment := false, false
	i := 0
	for ; i < len(r.rest) && r.rest[i] != '\n'; i++ {
		c := r.rest[i]
		switch {
		case comment:
			continue
		case !quoted && (c == ' ' || c == '\t'):
			if length > 0 {
				value = append(value, c)
			}
			continue
		case !quoted && (c == '#' || c == ';'):
			comment = true
			continue
		case c == '"':
			quoted = !quoted
			continue
		case c == '\\' && i+1 < len(r.rest):
			i++
			if r.rest[i] == '\n' {
				continue
			}
			c = r.rest[i]
		}
		value = append(value, c)
		length = len(value)
	}
	r.value, r.rest = string(value[:length]), r.rest[min(i+1, len(r.rest)):]
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
