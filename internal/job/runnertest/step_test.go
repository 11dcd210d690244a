package runnertest_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/job/runnertest"
)

func TestRead(t *testing.T) {
	t.Parallel()
	got := runnertest.Read(strings.Join([]string{
		"::add-mask::hunter2",
		"hello hunter2\r::error::one",
		"::stop-commands::0123456789",
		"::error::two", "##[error]three", "0123456789",
		"::0123456789::",
		"::notice::four",
		"::stop-commands::warning",
		"::add-path::/tmp",
		"::stop-commands::again1",
		"::again2::",
	}, "\n"))
	if diff := cmp.Diff([]string{"add-mask", "error", "notice", "add-path"}, got.Names()); diff != "" {
		t.Errorf("commands: %s", diff)
	}
	if diff := cmp.Diff([]string{"hello ***", "::error::two", "##[error]three", "***", "::again2::"}, got.Log); diff != "" {
		t.Errorf("log: %s", diff)
	}
	if got.Fences != 2 || !got.Stopped || len(got.Problems) != 2 {
		t.Errorf("got %d fences, stopped %v, problems %q", got.Fences, got.Stopped, got.Problems)
	}
}

func TestMasker(t *testing.T) {
	t.Parallel()
	var m runnertest.Masker
	m.Add(`pa"s&/word`)
	m.Add("}")
	for line, want := range map[string]string{
		`my pa"s&/word!`:         "my ***!",
		`my pa\"s&/word!`:        "my ***!",
		"pa%22s%26%2Fword":       "***",
		"pa&quot;s&amp;/word":    "***",
		`x pa"s&/wordpa"s&/word`: "x ***",
		"{}":                     "{***",
		"plain":                  "plain",
		base64.StdEncoding.EncodeToString([]byte(`pa"s&/word`)): "***",
	} {
		if got := m.Mask(line); got != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
}

func TestPairs(t *testing.T) {
	t.Parallel()
	type pairs = []runnertest.Pair
	for name, c := range map[string]struct {
		text string
		want pairs
		fail bool
	}{
		"empty":                    {"", nil, false},
		"plain":                    {"a=b\n\nc=\nd=e=f", pairs{{"a", "b"}, {"c", ""}, {"d", "e=f"}}, false},
		"heredoc":                  {"a<<D\nx\ny\nD\nb=c\n", pairs{{"a", "x\ny"}, {"b", "c"}}, false},
		"empty heredoc":            {"a<<D\nD\n", pairs{{"a", ""}}, false},
		"heredoc of an empty line": {"a<<D\n\nD\n", pairs{{"a", ""}}, false},
		"last line without an end": {"a<<D\nx\nD", pairs{{"a", "x"}}, false},
		"carriage returns stay":    {"a<<D\nx\r\nD\n", pairs{{"a", "x\r"}}, false},
		"which sign comes first":   {"a=b<<D\nc<<D=\nx\nD=\n", pairs{{"a", "b<<D"}, {"c", "x"}}, false},
		"byte order mark":          {"\uFEFFa=b\n", pairs{{"a", "b"}}, false},
		"no delimiter":             {"a=b\nc<<D\nx\n", pairs{{"a", "b"}}, true},
		"delimiter with a space":   {"c<<D\nx\nD \n", nil, true},
		"value without an end":     {"c<<D\nx", nil, true},
		"no sign":                  {"abc\n", nil, true},
		"no name":                  {"<<D\nx\nD\n", nil, true},
		"no word":                  {"a<<\nx\n", nil, true},
		"a forged output":          {"a<<D\nx\nD\nadmin=true\nD\n", pairs{{"a", "x"}, {"admin", "true"}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := runnertest.Pairs(c.text)
			if diff := cmp.Diff(c.want, got); diff != "" || (err != nil) != c.fail {
				t.Errorf("error %v, want one: %v\n%s", err, c.fail, diff)
			}
		})
	}
}

func TestOutputs(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "output")
	if err := os.WriteFile(path, []byte("a=1\na=2\nb<<D\n3\nD\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := runnertest.Outputs(path)
	if diff := cmp.Diff(map[string]string{"a": "2", "b": "3"}, got); diff != "" || err != nil {
		t.Errorf("error %v\n%s", err, diff)
	}
	if _, err := runnertest.Outputs(path + "x"); err == nil {
		t.Error("no error for a missing file")
	}
}

func TestShowsSummary(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]bool{0: false, 1: true, 1_048_576: true, 1_048_577: false} {
		if got := runnertest.ShowsSummary(strings.Repeat("x", size)); got != want {
			t.Errorf("%d bytes: got %v, want %v", size, got, want)
		}
	}
}
