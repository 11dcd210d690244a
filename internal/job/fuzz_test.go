package job_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/secret"
)

func FuzzUntrusted(f *testing.F) {
	for i, text := range runnertest.Hostile() {
		f.Add([]byte(text), uint8(i))
		f.Add([]byte("x"+text+"\x1b[31m"+text), uint8(3*i))
	}
	f.Add([]byte(canary+"\r"+canary[:15]), uint8(1))
	f.Fuzz(func(t *testing.T, text []byte, size uint8) {
		j, out := onGitHub(t)
		j.Mask(secret.New(canary))
		out.Reset()
		writeUntrusted(t, j, string(text), 0)
		checkNeutralized(t, out.String())
		got := printed(out)
		if !utf8.ValidString(got) {
			t.Errorf("got %q, want valid UTF-8", got)
		}
		for i := range len(canary) - 12 {
			if strings.Contains(got, canary[i:i+12]) {
				t.Errorf("%q shows a secret", got)
			}
		}
		if left := sgr.ReplaceAllString(
			got, "",
		); strings.ContainsFunc(left, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' || 0x7f <= r && r < 0xa0 }) {
			t.Errorf("got %q, want no control characters", left)
		}
		other, cut := onGitHub(t)
		other.Mask(secret.New(canary))
		cut.Reset()
		writeUntrusted(t, other, string(text), int(size)+1)
		if diff := cmp.Diff(got, printed(cut)); diff != "" {
			t.Errorf("in pieces of %d it differs: %s", int(size)+1, diff)
		}
	})
}

func FuzzMessages(f *testing.F) {
	for _, text := range runnertest.Hostile() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		j, out := onGitHub(t, "RUNNER_DEBUG=1")
		speak(j, text)
		checkSpoken(t, out.String())
	})
}

func FuzzOutputs(f *testing.F) {
	for _, text := range runnertest.Hostile() {
		f.Add("run-id", text, "result", "applied")
		f.Add(text, "x", "result", text)
	}
	f.Fuzz(func(t *testing.T, name, value, other, second string) {
		path := filepath.Join(t.TempDir(), "output")
		j, _ := onGitHub(t, "GITHUB_OUTPUT="+path)
		want := map[string]string{}
		for _, pair := range [][2]string{{name, value}, {other, second}} {
			if j.SetOutput(pair[0], pair[1]) == nil {
				want[pair[0]] = strings.ToValidUTF8(pair[1], "\uFFFD")
			}
		}
		got, err := runnertest.Outputs(path)
		if err != nil && (!os.IsNotExist(err) || len(want) > 0) {
			t.Fatal(err)
		}
		if len(want) > 0 && !cmp.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
