package runnertest

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// Pair is an output, a state or a variable in a step's file.
type Pair struct{ Name, Value string }

// Pairs parses the text of GITHUB_OUTPUT, GITHUB_STATE or GITHUB_ENV, as EnvFileKeyValuePairs of
// FileCommandManager.cs does on Linux. With an error, for which the step fails, it also returns the previous
// pairs, which take effect.
func Pairs(text string) ([]Pair, error) {
	var pairs []Pair
	text = strings.TrimPrefix(strings.ToValidUTF8(text, "\uFFFD"), "\uFEFF")
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		if line == "" {
			continue
		}
		var pair Pair
		var err error
		if pair, text, err = readPair(line, text); err != nil {
			return pairs, err
		}
		pairs = append(pairs, pair)
	}
	return pairs, nil
}

// readPair parses the pair that starts with line; text is the rest of the file.
func readPair(line, text string) (Pair, string, error) {
	equals, heredoc := strings.Index(line, "="), strings.Index(line, "<<")
	switch {
	case equals >= 0 && (heredoc < 0 || equals < heredoc):
		return Pair{line[:equals], line[equals+1:]}, text, nil
	case heredoc < 0:
		return Pair{}, "", fmt.Errorf("invalid format %q", line)
	}
	name, delimiter := line[:heredoc], line[heredoc+2:]
	if name == "" || delimiter == "" {
		return Pair{}, "", fmt.Errorf("invalid format %q: name and delimiter must not be empty", line)
	}
	value, rest, err := readHeredoc(text, delimiter)
	return Pair{name, value}, rest, err
}

func readHeredoc(text, delimiter string) (value, rest string, err error) {
	end := 0
	for at := 0; ; {
		if at >= len(text) {
			return "", "", fmt.Errorf("matching delimiter not found %q", delimiter)
		}
		line, _, ended := strings.Cut(text[at:], "\n")
		if line == delimiter {
			return text[:end], strings.TrimPrefix(text[at+len(line):], "\n"), nil
		}
		if !ended {
			return "", "", errors.New("the last line of a value has no end")
		}
		end = at + len(line)
		at = end + 1
	}
}

// Outputs reads a file of pairs into a map; the last pair of a name takes precedence.
func Outputs(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pairs, err := Pairs(string(text))
	outputs := make(map[string]string)
	for _, p := range pairs {
		outputs[p.Name] = p.Value
	}
	return outputs, err
}

// SummaryLimit is the size in bytes above which the runner drops a summary (CreateStepSummaryCommand).
const SummaryLimit = 1024 * 1024

// ShowsSummary reports whether the runner shows a summary.
func ShowsSummary(markdown string) bool { return markdown != "" && len(markdown) <= SummaryLimit }
