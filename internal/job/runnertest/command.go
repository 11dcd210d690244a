// Package runnertest parses the output and the files of a step as GitHub's runner does, for tests without a
// runner.
//
// It is a port of actions/runner 2.336.0; comments name the file. Where a comparison of .NET is culture-sensitive,
// and so ignores some characters, a line is a command if either reading is one. The package shares no code with
// the packages that it tests.
package runnertest

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
)

// Command is a parsed workflow command.
type Command struct {
	Name       string            // as written; the runner ignores case
	Properties map[string]string // by name in lower case
	Data       string
}

// registered are the commands of ActionCommandManager.cs that a step may use.
var registered = []string{
	"add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice", "remove-matcher",
	"save-state", "set-env", "set-output", "stop-commands", "warning",
}

// Lines splits text as .NET's StreamReader.ReadLine does: at \n, \r\n and \r.
func Lines(text string) []string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// ParseCommand parses a line as a command, as if commands are not stopped.
func ParseCommand(line string) (Command, bool) { return parse(line, registered) }

// parse is TryParseV2, then TryParse, of ActionCommand.cs.
func parse(line string, names []string) (Command, bool) {
	if c, ok := parseV2(units(line), names); ok {
		return c, true
	}
	return parseV1(units(line), names)
}

// units returns the UTF-16 units that .NET counts in.
func units(s string) []uint16 { return utf16.Encode([]rune(s)) }

func text(u []uint16) string { return string(utf16.Decode(u)) }

func parseV2(line []uint16, names []string) (Command, bool) {
	line = units(strings.TrimLeftFunc(text(line), unicode.IsSpace))
	if at, _ := indexCulture(line, "::", 0); len(line) < 2 || at != 0 {
		return Command{}, false
	}
	end, _ := indexCulture(line, "::", 2)
	if end < 0 {
		return Command{}, false
	}
	c, ok := header(text(line[2:end]), ",", names, unescapeProperty)
	if len(line) < end+2 {
		return Command{}, false // Substring throws
	}
	c.Data = unescapeData(text(line[end+2:]))
	return c, ok
}

func parseV1(line []uint16, names []string) (Command, bool) {
	ignored, exact := indexCulture(line, "##[", 0)
	for _, at := range []int{ignored, exact} {
		if at < 0 || len(line) < at+3 {
			continue
		}
		size := slices.Index(line[at:], ']') - 3
		if size < 0 {
			continue
		}
		if c, ok := header(text(line[at+3:at+3+size]), ";", names, unescapeV1); ok {
			c.Data = unescapeV1(text(line[at+3+size+1:]))
			return c, true
		}
	}
	return Command{}, false
}

// header parses "name k=v,k=v".
func header(info, separator string, names []string, unescape func(string) string) (Command, bool) {
	name, properties, _ := strings.Cut(info, " ")
	if !slices.ContainsFunc(names, func(known string) bool { return strings.EqualFold(known, name) }) {
		return Command{}, false
	}
	c := Command{Name: name, Properties: map[string]string{}}
	for pair := range strings.SplitSeq(strings.TrimSpace(properties), separator) {
		// .NET's Split with RemoveEmptyEntries skips a leading =.
		key, value, _ := strings.Cut(strings.TrimLeft(pair, "="), "=")
		if key != "" && value != "" {
			c.Properties[strings.ToLower(key)] = unescape(value)
		}
	}
	return c, true
}

// The runner replaces the escapes in sequence, %25 last.
func unescapeData(s string) string { return replaceAll(s, "%0D", "\r", "%0A", "\n", "%25", "%") }

func unescapeProperty(s string) string {
	return replaceAll(s, "%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
}

func unescapeV1(s string) string {
	return replaceAll(s, "%3B", ";", "%0D", "\r", "%0A", "\n", "%5D", "]", "%25", "%")
}

func replaceAll(s string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, pairs[i], pairs[i+1])
	}
	return s
}
