package job_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"scalr-run-action/internal/job"
	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/secret"
)

// printUntrusted prints a text through an UntrustedWriter.
func printUntrusted(j *job.Job, text string) {
	w := j.UntrustedWriter()
	_, _ = w.Write([]byte(text))
	_ = w.Close()
}

func TestUntrustedText(t *testing.T) {
	t.Parallel()
	const reset = "\x1b[0m"
	for name, c := range map[string]struct{ text, want string }{
		"nothing":           {"", ""},
		"lines":             {"a\nb\n", "a\nb\n"},
		"half line":         {"a\nb", "a\nb\n"},
		"empty lines":       {"\n\na\n", "\n\na\n"},
		"all line ends":     {"a\r\nb\rc\n\rd\r\r\ne", "a\nb\nc\n\nd\n\ne\n"},
		"tab":               {"a\tb", "a\tb\n"},
		"unicode":           {"→ ünï 👩‍👩‍👧 日本", "→ ünï 👩‍👩‍👧 日本\n"},
		"invalid UTF-8":     {"a\xffb\xe2\x82", "a\uFFFDb\uFFFD\uFFFD\n"},
		"controls":          {"a\x00b\x02c\x03d\x7fe\u0081f\x08", "abcdef\n"},
		"other line ends":   {"a\vb\fc\u0085d\u2028e\u2029f", "a b c d e f\n"},
		"bidi":              {"a\u202eb\u202c\u2066c\u2069\u200f", "abc\n"},
		"version 2":         {"::error::x", reset + "::error::x\n"},
		"version 2, space":  {" \u3000::error::x", reset + " \u3000::error::x\n"},
		"version 2, inside": {"a ::error::x", "a ::error::x\n"},
		"version 1":         {"a ##[error]x", "a # #[error]x\n"},
		"version 1, more":   {"####[a ##[b", "### #[a # #[b\n"},
		"Azure Pipelines":   {"a ##vso[task.setvariable variable=x]y", "a # #vso[task.setvariable variable=x]y\n"},
		"Azure, other case": {"##VSO[build.addbuildtag]x", "# #VSO[build.addbuildtag]x\n"},
		"Azure, invisible":  {"##v\u00adso[task.complete]", "# #v\u00adso[task.complete]\n"},
		"Azure, a and z":    {"##az[x]y ##Az.zA[x]", "# #az[x]y ##Az.zA[x]\n"},
		"no letters":        {"##`a[x] ##@a[x] ##{a[x] ##a1[x]", "##`a[x] ##@a[x] ##{a[x] ##a1[x]\n"},
		"TeamCity":          {"##teamcity[buildStop]", "# #teamcity[buildStop]\n"},
		"headings":          {"## Plan [1] ##plan: [1]", "## Plan [1] ##plan: [1]\n"},
		"no command":        {"# ## ### #[ ## [", "# ## ### #[ ## [\n"},
		"color":             {"\x1b[31mred\x1b[0m plain", "\x1b[31mred\x1b[0m plain\n"},
		"color, open": {
			"\x1b[1m\x1b[31mred\nmore\n\nless\x1b[0m\nplain",
			"\x1b[1m\x1b[31mred" + reset + "\n\x1b[1;31mmore" + reset + "\n\n\x1b[1;31mless\x1b[0m\nplain\n",
		},
		"color, changed": {
			"\x1b[1;4;38;5;208;48;2;1;2;3mx\n\x1b[22;39my\nz",
			"\x1b[1;4;38;5;208;48;2;1;2;3mx" + reset + "\n\x1b[1;4;38;5;208;48;2;1;2;3m\x1b[22;39my" + reset + "\n\x1b[4;48;2;1;2;3mz" + reset + "\n",
		},
		"color, bright":         {"\x1b[91;102mx\ny\x1b[m", "\x1b[91;102mx" + reset + "\n\x1b[91;102my\x1b[m\n"},
		"color, then command":   {"\x1b[31mx\n::error::y", "\x1b[31mx" + reset + "\n" + reset + "\x1b[31m::error::y" + reset + "\n"},
		"color before command":  {"\x1b[1m::error::y\x1b[0m", reset + "\x1b[1m::error::y\x1b[0m\n"},
		"colors before command": {"\x1b[1m\x1b[31m::error::y\x1b[0m", reset + "\x1b[1m\x1b[31m::error::y\x1b[0m\n"},
		"colors in a command":   {"##\x1b[1m\x1b[4m[error]", "# #\x1b[1m\x1b[4m[error]" + reset + "\n"},
		"color in a command":    {"##\x1b[1m[error]", "# #\x1b[1m[error]" + reset + "\n"},
		"color after two signs": {"##\x1b[1mx ## y", "# #\x1b[1mx ## y" + reset + "\n"},
		"reset after two signs": {"\x1b[1mx ##", "\x1b[1mx # #" + reset + "\n"},
		"color with colons":     {"\x1b[38:2::1:2:3mx", "x\n"},
		"color, too long":       {"\x1b[" + strings.Repeat("1;", 40) + "mx", "x\n"},
		"cursor":                {"\x1b[2J\x1b[1;1Ha\x1b[?25lb\x1b[1Kc", "abc\n"},
		"title":                 {"a\x1b]0;title\x07b\x1b]0;title\x1b\\c\u009d0;title\u009cd", "abcd\n"},
		"link":                  {"\x1b]8;;https://x.test/\x1b\\text\x1b]8;;\x1b\\", "text\n"},
		"clipboard":             {"a\x1b]52;c;eA==\x07b", "ab\n"},
		"device control":        {"a\x1bPq\x1b\\b\x1b_x\x1b\\c\x1b^x\x1b\\d\x1bXx\x1b\\e", "abcde\n"},
		"string, never ended":   {"a\x1b]0;title\nb", "a\nb\n"},
		"string, broken off":    {"a\x1b]0;title\x1b[1mb\x1b[0m", "a\x1b[1mb\x1b[0m\n"},
		"C1 color":              {"\u009b31mred", "\x1b[31mred" + reset + "\n"},
		"final control bytes":   {"a\x1b[2@b\x1b[3~c\x1b[1 qd\x1b[?1he", "abcde\n"},
		"two-byte escapes":      {"a\x1bcb\x1b(0c\x1b7d", "abcd\n"},
		"escape, never ended":   {"a\x1b\nb\x1b[\nc\x1b[3\n1m", "a\nb\nc\n1m\n"},
		"removal makes command": {"\x00:\x01:error::x #\x00#\x7f[y", reset + "::error::x # #[y\n"},
		"NUL in a color":        {"\x1b[3\x001mx", "1mx\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for size := range 5 {
				j, out := onGitHub(t)
				writeUntrusted(t, j, c.text, size)
				if got := printed(out); got != c.want {
					t.Errorf("in pieces of %d: got %q, want %q", size, got, c.want)
				}
				checkNeutralized(t, out.String())
			}
		})
	}
}

func TestUntrustedFence(t *testing.T) {
	t.Parallel()
	j, out := onGitHub(t)
	f := j.UntrustedWriter()
	write(t, f, "half")
	if out.Len() > 0 {
		t.Errorf("got %q before the line's end", out)
	}
	write(t, f, " one\nhalf")
	j.Infof("ours")
	write(t, f, " two\n")
	j.UntrustedWriter().Close()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	token, _, _ := strings.Cut(strings.TrimPrefix(out.String(), "::stop-commands::"), "\n")
	if len(token) < 26 {
		t.Errorf("got token %q, want 128 bits", token)
	}
	open, shut := "::stop-commands::"+token+"\n", "::"+token+"::\n"
	want := open + "half one\n" + shut + "ours\n" + open + "half two\n" + shut
	if got := out.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if other, again := onGitHub(t); true {
		printUntrusted(other, "x")
		if strings.Contains(again.String(), token) {
			t.Error("two jobs have the same token")
		}
	}
}

func write(t *testing.T, f *job.UntrustedWriter, text string) {
	t.Helper()
	if n, err := f.Write([]byte(text)); n != len(text) || err != nil {
		t.Fatalf("got %d, %v", n, err)
	}
}

func TestUntrustedOffGitHub(t *testing.T) {
	t.Parallel()
	j, out := newJob(t)
	printUntrusted(j, "a\n::error::x\n##[error]y")
	if got, want := out.String(), "a\n\x1b[0m::error::x\n# #[error]y\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestUntrustedHostile(t *testing.T) {
	t.Parallel()
	for _, text := range runnertest.Hostile() {
		for _, around := range []string{"%", "text %", "%\ntext", "\x1b[31m%\n%", "%%%"} {
			j, out := onGitHub(t)
			printUntrusted(j, strings.ReplaceAll(around, "%", text))
			checkNeutralized(t, out.String())
		}
	}
}

func TestUntrustedRedacts(t *testing.T) {
	t.Parallel()
	j, out := onGitHub(t)
	j.Mask(secret.New(canary))
	out.Reset()
	encoded := base64.StdEncoding.EncodeToString([]byte("user:" + canary))
	writeUntrusted(t, j, "a "+canary[:9]+canary[9:]+" b\nc "+encoded+"\n"+canary[:7]+"\x00"+canary[7:]+"\n", 5)
	want := "a *** b\nc dXNlcjp***\n***\n"
	if got := printed(out); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestRedactedColors: a color that is redacted in part is not a color any more, and a long line after it is split as usual.
func TestRedactedColors(t *testing.T) {
	t.Parallel()
	const limit, hidden = 11 << 10, "31m-Lr2Tn8Wd5Kc1"
	long := strings.Repeat("x", limit)
	for text, want := range map[string]string{
		"\x1b[" + hidden + " and more":   "[*** and more\n",
		"\x1b[" + hidden + "m and more":  "[***m and more\n",
		"\x1b[1m\x1b[" + hidden + "m":    "\x1b[1m[***m\x1b[0m\n",
		"\x1b[" + hidden + long:          "[***" + long[:limit-5] + "\n" + long[:5] + "\n",
		"a\x1b[" + hidden + long:         "a\n[***" + long[:limit-5] + "\n" + long[:5] + "\n",
		"a\x1b[" + hidden + "m" + long:   "a[***m" + long[:limit-7] + "\n" + long[:7] + "\n",
		"a\x1b[" + hidden + long + long:  "a\n[***" + long[:limit-5] + "\n" + long + "\n" + long[:5] + "\n",
		"aa\x1b[31m" + long + "\x1b[0m":  "aa\x1b[31m" + long[:limit-7] + "\x1b[0m\n\x1b[31m" + long[:7] + "\x1b[0m\n",
		long[:limit-1] + "\x1b[31ma":     long[:limit-1] + "\n\x1b[31ma\x1b[0m\n",
		long[:limit-5] + "\x1b[31ma":     long[:limit-5] + "\x1b[31m\x1b[0m\n\x1b[31ma\x1b[0m\n",
		long[:limit-6] + "\x1b[31ma":     long[:limit-6] + "\x1b[31ma\x1b[0m\n",
		"\x1b[31m" + long + "m" + hidden: "\x1b[31m" + long[:limit-5] + "\x1b[0m\n\x1b[31mxxxxxm***\x1b[0m\n",
	} {
		j, out := newJob(t)
		j.Mask(secret.Declared(hidden))
		writeUntrusted(t, j, text, 5000)
		if got := out.String(); got != want {
			t.Errorf("%.30q: got %.40q and %.40q, want %.40q", text, got, got[max(0, len(got)-40):], want)
		}
	}
}

// TestHeldLines: a secret that another program truncated is found in a line below 32 KiB, which is redacted as a whole.
func TestHeldLines(t *testing.T) {
	t.Parallel()
	const limit, cut = 32 << 10, "swordfis…"
	for size, want := range map[int]string{limit - 1: "***…\n", limit: cut + "\n"} {
		j, out := newJob(t)
		j.Mask(secret.Declared("swordfish-and-more"))
		printUntrusted(j, strings.Repeat("x", size-len(cut)-1)+" "+cut)
		if got := out.String(); !strings.HasSuffix(got, " "+want) {
			t.Errorf("%d bytes: got %q, want %q", size, got[len(got)-20:], want)
		}
	}
}

// TestHeldLineAfterLongLine: a line is also redacted as a whole if the line before it was too long for that.
func TestHeldLineAfterLongLine(t *testing.T) {
	t.Parallel()
	j, out := newJob(t)
	j.Mask(secret.Declared("swordfish-and-more"))
	printUntrusted(j, strings.Repeat("x", 40<<10)+"\nthe swordfis…\n")
	if got := out.String(); !strings.HasSuffix(got, "x\nthe ***…\n") {
		t.Errorf("got %q at the end", got[len(got)-20:])
	}
}

func TestUntrustedLongLine(t *testing.T) {
	t.Parallel()
	j, out := onGitHub(t)
	j.Mask(secret.New(canary))
	out.Reset()
	long := "\x1b[31m" + strings.Repeat("0123456789ü", 10_000) + canary + strings.Repeat("::error::x##[error]", 8000) + canary
	writeUntrusted(t, j, long+"\nnext\x1b[0m\n", 777)
	checkNeutralized(t, out.String())
	got := printed(out)
	for _, part := range []string{canary, canary[:12], canary[8:]} {
		if strings.Contains(strings.ReplaceAll(got, "\n", ""), part) {
			t.Errorf("shows %q", part)
		}
	}
	for line := range strings.Lines(got) {
		if !utf8.ValidString(line) || !strings.HasPrefix(strings.TrimPrefix(line, "\x1b[0m"), "\x1b[31m") || !strings.HasSuffix(line, "\x1b[0m\n") {
			t.Errorf("got %.40q…%q, want it in color", line, line[max(0, len(line)-10):])
		}
	}
	plain := strings.NewReplacer("\x1b[31m", "", "\x1b[0m", "", "\n", "", "# #", "##").Replace(got)
	want := strings.ReplaceAll(strings.TrimPrefix(long, "\x1b[31m"), canary, "***") + "next"
	if plain != want {
		t.Errorf("got %d bytes, want %d: some were lost", len(plain), len(want))
	}
}

// A color or a character at the boundary of two pieces is not split.
func TestUntrustedLongLineEdges(t *testing.T) {
	t.Parallel()
	for n := range 70 {
		text := strings.Repeat("x", 11<<10-n) + "\x1b[38;2;100;100;100mü日👩\x1b[0m" + strings.Repeat("y", 40<<10)
		j, out := onGitHub(t)
		writeUntrusted(t, j, text, 4096)
		for line := range strings.Lines(printed(out)) {
			if !utf8.ValidString(line) || strings.ContainsRune(line, utf8.RuneError) {
				t.Errorf("%d: a character is torn in %q…%q", n, line[:20], line[len(line)-20:])
			}
			if strings.Contains(sgr.ReplaceAllString(line, ""), "\x1b") || strings.Contains(sgr.ReplaceAllString(line, ""), "0") {
				t.Errorf("%d: a color is torn in %q…%q", n, line[:20], line[len(line)-20:])
			}
		}
	}
}

var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestUntrustedBrokenStdout(t *testing.T) {
	t.Parallel()
	var reported []error
	broken := errors.New("pipe is closed")
	out := &failing{after: 1, err: broken}
	j := job.New(job.Options{Environ: []string{"GITHUB_ACTIONS=true"}, Stdout: out, Broken: func(err error) { reported = append(reported, err) }})
	j.Infof("one")
	j.Infof("two")
	f := j.UntrustedWriter()
	if _, err := f.Write([]byte("three\n")); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	if err := f.Close(); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	j.Error(job.Annotation{Message: "four"})
	j.Group("five")()
	if len(reported) != 1 || !errors.Is(reported[0], broken) {
		t.Errorf("got %v, want one error", reported)
	}
	if out.writes != 2 {
		t.Errorf("got %d writes, want 2", out.writes)
	}
}

type failing struct {
	after, writes int
	err           error
}

func (f *failing) Write(p []byte) (int, error) {
	if f.writes++; f.writes > f.after {
		return 0, f.err
	}
	return len(p), nil
}

func TestUntrustedAfterClose(t *testing.T) {
	t.Parallel()
	j, _ := onGitHub(t)
	f := j.UntrustedWriter()
	if err := errors.Join(f.Close(), f.Close()); err != nil {
		t.Error(err)
	}
	if _, err := f.Write([]byte("x")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v, want %v", err, os.ErrClosed)
	}
}

// Each batch of lines and each line of the action is one write, so a reader sees no partial lines.
func TestUntrustedWritesInBatches(t *testing.T) {
	t.Parallel()
	var out writes
	j := job.New(job.Options{Stdout: &out})
	printUntrusted(j, strings.Repeat("line\n", 1000))
	j.Infof("ours")
	if len(out) != 2 || !bytes.HasSuffix(out[0], []byte("\n")) {
		t.Errorf("got %d writes, want 2", len(out))
	}
	out = nil
	printUntrusted(j, strings.Repeat("line of 16 bytes\n"[1:], 4097+4096))
	if len(out) != 3 || len(out[0]) != 64<<10 || len(out[1]) != 64<<10 || len(out[2]) != 16 {
		t.Errorf("got %d writes, want two of 64 KiB and one of 16 bytes", len(out))
	}
}

type writes [][]byte

func (w *writes) Write(p []byte) (int, error) {
	*w = append(*w, bytes.Clone(p))
	return len(p), nil
}

// Memory use does not grow with the text or a line. With JOB_HUGE=1 the text has 1 GiB.
func TestUntrustedMemory(t *testing.T) {
	size := 4 << 20
	if os.Getenv("JOB_HUGE") != "" {
		size = 1 << 30
	}
	for name, chunk := range map[string]string{
		"lines":    strings.Repeat("\x1b[0m\x1b[1maws_instance.web[\"a\"]: Still creating... [10s elapsed]\x1b[0m\n", 400),
		"one line": strings.Repeat("0123456789abcdef", 2048),
		"escapes":  strings.Repeat("\x1b[31m\u202e\xff##[::", 2048),
		"returns":  strings.Repeat("\r", 32<<10),
	} {
		t.Run(name, func(t *testing.T) {
			var counted counter
			j := job.New(job.Options{Environ: []string{"GITHUB_ACTIONS=true"}, Stdout: &counted})
			j.Mask(secret.New(canary))
			f := j.UntrustedWriter()
			before := heap()
			for written := 0; written < size; written += len(chunk) {
				if _, err := f.Write([]byte(chunk)); err != nil {
					t.Fatal(err)
				}
			}
			if grown := heap() - before; grown > 1<<20 {
				t.Errorf("the heap grew by %d KiB, want at most 1024", grown>>10)
			}
			if err := f.Close(); err != nil || counted == 0 {
				t.Errorf("got %d bytes, %v", counted, err)
			}
		})
	}
}

// heap returns the size of the live heap in bytes.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func BenchmarkUntrusted(b *testing.B) {
	line := strings.Repeat("\x1b[0m\x1b[1maws_instance.web[\"a\"]: Still creating... [10s elapsed]\x1b[0m\n", 400)
	var counted counter
	j := job.New(job.Options{Environ: []string{"GITHUB_ACTIONS=true"}, Stdout: &counted})
	j.Mask(secret.New(canary))
	f := j.UntrustedWriter()
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Write([]byte(line)); err != nil {
			b.Fatal(err)
		}
	}
}
