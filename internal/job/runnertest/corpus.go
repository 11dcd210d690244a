package runnertest

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

//go:embed testdata/hostile.txt
var hostile string

// Hostile returns texts that are dangerous in a program's output: obfuscated workflow commands, forged outputs,
// terminal sequences, Markdown, invalid encodings, format verbs. No text is empty.
func Hostile() []string {
	var all []string
	for line := range strings.Lines(hostile) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "//") {
			continue
		}
		text, err := strconv.Unquote(line)
		if err != nil {
			text = fmt.Sprintf("bad line in the corpus: %s", line)
		}
		all = append(all, text)
	}
	return append(all, strings.Repeat("A", 64<<10), strings.Repeat("##[", 8<<10), strings.Repeat("::", 16<<10), strings.Repeat("\r", 4<<10)+"::error::x")
}
