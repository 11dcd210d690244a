package runnertest_test

import (
	"go/build"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/job/runnertest"
)

// The first rows are those of the runner's own test, ActionCommandL0.cs, with a command that a step may use.
func TestParseCommand(t *testing.T) {
	t.Parallel()
	type props = map[string]string
	for line, want := range map[string]*runnertest.Command{
		"##[error k1=v1;]msg": {Name: "error", Properties: props{"k1": "v1"}, Data: "msg"},
		"##[error]":           {Name: "error", Properties: props{}},
		"##[error k1=%3B=%0D=%0A=%5D;]%3B-%0D-%0A-%5D":                 {Name: "error", Properties: props{"k1": ";=\r=\n=]"}, Data: ";-\r-\n-]"},
		"##[error k1=%253B=%250D=%250A=%255D;]%253B-%250D-%250A-%255D": {Name: "error", Properties: props{"k1": "%3B=%0D=%0A=%5D"}, Data: "%3B-%0D-%0A-%5D"},
		"##[error k1=;k2=;]":                               {Name: "error", Properties: props{}},
		">>>   ##[error k1=v1;]msg":                        {Name: "error", Properties: props{"k1": "v1"}, Data: "msg"},
		"::error k1=v1,::msg":                              {Name: "error", Properties: props{"k1": "v1"}, Data: "msg"},
		"::error::":                                        {Name: "error", Properties: props{}},
		"   ::error k1=v1,::msg":                           {Name: "error", Properties: props{"k1": "v1"}, Data: "msg"},
		"   >>>   ::error k1=v1,::m":                       nil,
		"::error k1=;=%2C=%0D=%0A=]=%3A,::;-%0D-%0A-]-:-,": {Name: "error", Properties: props{"k1": ";=,=\r=\n=]=:"}, Data: ";-\r-\n-]-:-,"},

		"\u3000\u0085\u00a0::Error::x": {Name: "Error", Properties: props{}, Data: "x"},
		"\u2028::error::x":             {Name: "error", Properties: props{}, Data: "x"},
		"::error:\u200b:x":             {Name: "error", Properties: props{}, Data: ":x"}, // the end is found, but not its length
		"\u200b::error::x":             nil,                                              // cut in the wrong place
		"::error":                      nil,
		"::unknown::x":                 nil,
		"::unknown:: ##[notice]x":      {Name: "notice", Properties: props{}, Data: "x"},
		"##[unknown]##[error]x":        nil, // only the first one is parsed
		"##[error":                     nil,
		"##\u200b[error]x":             nil,
		"\u200b##[error]x":             {Name: "error", Properties: props{}, Data: "x"},
		"::set-env name=A::b":          {Name: "set-env", Properties: props{"name": "A"}, Data: "b"},
		"":                             nil,
		":":                            nil,
	} {
		got, ok := runnertest.ParseCommand(line)
		if ok != (want != nil) {
			t.Errorf("%q: got %v, want %v", line, ok, want != nil)
		} else if ok && !cmp.Equal(got, *want) {
			t.Errorf("%q: %s", line, cmp.Diff(*want, got))
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"": nil, "a": {"a"}, "a\n": {"a"}, "a\nb": {"a", "b"}, "a\r\nb\rc\n\nd": {"a", "b", "c", "", "d"}, "\n": {""}, "a\u2028b\u0085c": {"a\u2028b\u0085c"},
	} {
		if diff := cmp.Diff(want, runnertest.Lines(text)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestSuspicious(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		"plain": false, "a::b": false, "# #[error]": false, "\x1b[0m::error::x": false, "a ##[": true, "##\x1b[31m[error]": true,
		"::": true, "\u3000:\u200b:error": true, "\x00::x": true, "\u200b::x": true, ": :x": false,
	} {
		if got := runnertest.Suspicious(line); got != want {
			t.Errorf("%q: got %v, want %v", line, got, want)
		}
	}
}

func TestHostileTexts(t *testing.T) {
	t.Parallel()
	all := runnertest.Hostile()
	if len(all) < 100 {
		t.Errorf("got %d texts, want at least 100", len(all))
	}
	commands := 0
	for _, text := range all {
		if strings.HasPrefix(text, "bad line") || text == "" {
			t.Errorf("got %q", text)
		}
		commands += len(runnertest.Read(text).Commands)
	}
	if commands < 50 {
		t.Errorf("got %d commands out of the corpus, want at least 50: it is not hostile", commands)
	}
}

func TestImportsNoOtherPackage(t *testing.T) {
	t.Parallel()
	p, err := build.ImportDir(".", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range p.Imports {
		if strings.Contains(path, "scalr-run-action") {
			t.Errorf("imports %s", path)
		}
	}
}
