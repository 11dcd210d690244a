package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scalr-run-action/internal/bundle"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/scalr"
)

// maskedLines masks sensitive outputs and returns the lines of the masks.
func maskedLines(t *testing.T, list ...scalr.Output) (lines []string, all bool) {
	t.Helper()
	var log bytes.Buffer
	all = maskSensitive(t.Context(), job.New(job.Options{Stdout: &log, Environ: []string{"GITHUB_ACTIONS=true"}}), list)
	for line := range strings.Lines(log.String()) {
		lines = append(lines, strings.TrimSpace(strings.TrimPrefix(line, "::add-mask::")))
	}
	return lines, all
}

// TestMasksOfOutputs checks which parts of an output are masked, in order, and whether that is all of it.
func TestMasksOfOutputs(t *testing.T) {
	t.Parallel()
	const key, other = "s3cr3t-Xk29-qpLm-77ab", "pw-9fK2-mmZZ-01q8"
	long := strings.Repeat("kQ7-", 16<<10) // 64 KiB
	whole := func(n int) string { return `["` + strings.Repeat("1 ", (n-4)/2) + `"]` }
	for name, c := range map[string]struct {
		name, value string
		want        []string
		partly      bool
	}{
		"string":                   {value: `"` + key + `"`, want: []string{key}},
		"common string":            {value: `"eu-central-1"`},
		"password":                 {name: "password", value: `"` + other + `"`, want: []string{other}},
		"number":                   {value: "1234567890123"},
		"compact list":             {value: `["` + key + `"]`, want: []string{`["` + key + `"]`, key}},
		"list with blanks":         {value: `[ "` + key + `" ]`, want: []string{`["` + key + `"]`, `[ "` + key + `" ]`, key}},
		"value of 11 bytes":        {value: "[123456789]"},
		"value of 12 bytes":        {value: "[1234567890]", want: []string{"[1234567890]"}},
		"12 bytes with blanks":     {value: "[12345678  ]"},
		"text with a brace":        {value: `"{eu-central-1"`},
		"object":                   {value: `{"token":"` + key + `","n":1}`, want: []string{`{"token":"` + key + `","n":1}`, key}},
		"nested":                   {value: `{"a":[{"b":"` + key + `"}]}`, want: []string{`{"a":[{"b":"` + key + `"}]}`, key}},
		"list of two":              {value: `[1,"` + key + `",true,"` + other + `"]`, want: []string{`[1,"` + key + `",true,"` + other + `"]`, key, other}},
		"string of 64 KiB":         {value: `"` + long + `"`, want: []string{long}},
		"longer string":            {value: `"` + long + `x"`, partly: true},
		"letter of four bytes":     {value: `"` + long + `𝒳"`, partly: true},
		"part of a letter":         {value: `"` + long[3:] + `𝒳"`, partly: true},
		"list of 64 KiB":           {value: whole(64 << 10), want: []string{whole(64 << 10)}},
		"longer list":              {value: whole(64<<10 + 2), partly: true},
		"longer list with secrets": {value: whole(64 << 10)[:64<<10-1] + `,"` + key + `"]`, want: []string{key}, partly: true},
		"no value":                 {value: "", partly: true},
		"unfinished object":        {value: `{"a":`, partly: true},
		"unfinished string":        {value: `"` + key, partly: true},
		"unfinished word":          {value: "tru", partly: true},
	} {
		got, all := maskedLines(t, scalr.Output{Name: c.name, Value: []byte(c.value), Sensitive: true})
		if all == c.partly || fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: masked %.300q, all: %v; want %.300q, all: %v", name, got, all, c.want, !c.partly)
		}
	}
}

// TestMasksAreCounted checks that at most 10,000 values are masked, and that plain outputs are not.
func TestMasksAreCounted(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3t-Xk29-qpLm-77ab"
	for name, c := range map[string]struct {
		before int // values masked before
		value  string
		want   int
		all    bool
	}{
		"last value":            {9_999, `"` + secret + `"`, 1, true},
		"one more":              {10_000, `"` + secret + `"`, 0, false},
		"last list":             {9_999, "[1234567890]", 1, true},
		"one more list":         {10_000, "[1234567890]", 0, false},
		"both forms":            {9_998, "[ 1234567890 ]", 2, true},
		"only the compact form": {9_999, "[ 1234567890 ]", 1, false},
		"list and its string":   {9_998, `["` + secret + `"]`, 2, true},
		"only the list":         {9_999, `["` + secret + `"]`, 1, false},
	} {
		var log bytes.Buffer
		m := masking{job: job.New(job.Options{Stdout: &log, Environ: []string{"GITHUB_ACTIONS=true"}}), count: c.before, all: true}
		m.output(t.Context(), scalr.Output{Value: []byte(c.value), Sensitive: true})
		if got := strings.Count(log.String(), "::add-mask::"); got != c.want || m.all != c.all {
			t.Errorf("%s: %d values are masked, all: %v; want %d, all: %v", name, got, m.all, c.want, c.all)
		}
	}
	if got, all := maskedLines(t, scalr.Output{Value: []byte(`"` + secret + `"`)}); len(got) > 0 || !all {
		t.Errorf("a plain output is masked: %q, all: %v", got, all)
	}
}

// TestShortenedLog checks exactly which part of a log is kept when the copy reaches its limit.
func TestShortenedLog(t *testing.T) {
	t.Parallel()
	const limit = 1000
	lines := func(from, to int) (text string) {
		for i := from; i < to; i++ {
			text += fmt.Sprintf("line %4d\n", i) // 10 bytes
		}
		return text
	}
	omitted := func(n int) string {
		return fmt.Sprintf("[The first %d bytes of this log are left out here. The run in Scalr has the whole log.]\n", n)
	}
	for name, c := range map[string]struct {
		pieces []string
		want   string
	}{
		"at the limit":       {[]string{lines(0, 100)}, lines(0, 100)},
		"one byte more":      {[]string{lines(0, 100), "x"}, omitted(510) + lines(51, 100) + "x"},
		"one line more":      {[]string{lines(0, 100), lines(100, 101)}, omitted(510) + lines(51, 101)},
		"in pieces of 250 B": {[]string{lines(0, 101)}, omitted(510) + lines(51, 101)},
		"twice": {
			[]string{lines(0, 100), lines(100, 101), lines(101, 125), lines(125, 142), lines(142, 143)},
			omitted(930) + lines(93, 143),
		},
	} {
		f := newSharedFile(t, limit)
		for _, piece := range c.pieces {
			f.Write([]byte(piece))
		}
		f.close()
		b, err := os.ReadFile(f.to.Name())
		if err != nil {
			t.Fatal(err)
		}
		if string(b) != c.want {
			t.Errorf("%s: the file contains\n%s, want\n%s", name, b, c.want)
		}
	}
}

// TestSearchForNextLine checks how far a line is searched for when a log is shortened.
func TestSearchForNextLine(t *testing.T) {
	t.Parallel()
	for before, want := range map[int]int64{0: 1, 9: 10, 64<<10 - 1: 64 << 10, 64 << 10: 0, 100_000: 0} {
		f := newSharedFile(t, 0)
		f.Write([]byte(strings.Repeat("x", before) + "\nnext\n"))
		if got := f.lineEnd(0); got != want {
			t.Errorf("after %d bytes: %d, want %d", before, got, want)
		}
		f.close()
	}
}

// TestRemovedFile checks that a removed file is closed, that it has no name, and that later text is ignored.
func TestRemovedFile(t *testing.T) {
	t.Parallel()
	f := newSharedFile(t, 0)
	f.Write([]byte("text\n"))
	f.remove()
	f.Write([]byte("more\n"))
	if _, err := os.Stat(f.to.Name()); err == nil || f.fileName() != "" || !errors.Is(f.to.Close(), os.ErrClosed) {
		t.Errorf("the file %q still exists or is open", f.fileName())
	}
	f = newSharedFile(t, 0)
	f.Write([]byte("text\n"))
	f.close()
	if f.fileName() != "log" || !errors.Is(f.to.Close(), os.ErrClosed) {
		t.Errorf("the closed file has the name %q, or is open", f.fileName())
	}
}

// TestLargestPartsInMessages checks the largest parts of a bundle in the warning about its size and in the error if the
// storage rejects it.
func TestLargestPartsInMessages(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for name, size := range map[string]int{"main.tf": 2000, "live/main.tf": 10} { // bytes
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, make([]byte, size), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	l, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: "."})
	if err != nil {
		t.Fatal(err)
	}
	archive, err := l.Pack(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	const parts = `"live" (10 B), "main.tf" (2.0 KiB), "live/main.tf" (10 B)`
	r, log := commandIn(inputs.Run{})
	archive.Compressed = 60 << 20
	if r.warnOfSize(archive); log.String() != "warning: The archive is large: 60.0 MiB. The largest: "+parts+". List what Terraform does not need "+
		"in .terraformignore.\n" {
		t.Errorf("logged %q", log)
	}
	other := errors.New("connection reset")
	rejected := r.tooLarge(&scalr.Error{HTTPStatus: 413, Storage: true, Note: "storage rejected the upload"}, archive)
	if got := r.tooLarge(other, archive); got != other {
		t.Errorf("another error becomes %v", got)
	}
	if got := rejected.Error(); !strings.HasSuffix(got, "storage rejected the upload (HTTP 413). The archive has 60.0 MiB. The largest: "+parts+".") {
		t.Errorf("the error is %q", got)
	}
}

// TestWaitForArchive checks that a step that is interrupted does not wait for the archive.
func TestWaitForArchive(t *testing.T) {
	t.Parallel()
	cause := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	p := &packing{done: make(chan struct{})}
	if a, err := p.wait(ctx); a != nil || !errors.Is(err, cause) {
		t.Errorf("got %v and %v, want the cause", a, err)
	}
	p.err = errors.New("unreadable")
	close(p.done)
	if _, err := p.wait(t.Context()); !errors.Is(err, p.err) {
		t.Errorf("got %v, want the error of the archive", err)
	}
}
