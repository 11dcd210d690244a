package run

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

var omission = regexp.MustCompile(`^\[The first ([0-9]+) bytes of this log are left out here\. The run in Scalr ` +
	`has the whole log\.\]\n`)

// TestSharedFileKeepsEnd writes logs of various sizes in random pieces and checks that the file contains the whole
// log, or its end after a line that reports the omitted bytes.
func TestSharedFileKeepsEnd(t *testing.T) {
	t.Parallel()
	const limit = 10_000
	for _, lines := range []int{0, 1, 100, 1_000, 50_000} {
		for _, length := range []int{5, 80, 4 * limit} {
			if lines*length > 1<<22 {
				continue
			}
			t.Run(fmt.Sprintf("%d lines of %d bytes", lines, length), func(t *testing.T) {
				t.Parallel()
				var log strings.Builder
				for i := range lines {
					fmt.Fprintf(&log, "%*d\n", length-1, i)
				}
				got := sharedText(t, log.String(), limit)
				if log.Len() <= limit {
					if got != log.String() {
						t.Errorf("a log of %d bytes has %d bytes in the file", log.Len(), len(got))
					}
					return
				}
				line := omission.FindStringSubmatch(got)
				if line == nil {
					t.Fatalf("the first line is %.200q", got)
				}
				omitted, _ := strconv.Atoi(line[1])
				kept := strings.TrimPrefix(got, line[0])
				switch {
				case len(got) > limit:
					t.Errorf("it has %d bytes", len(got))
				case kept != log.String()[omitted:]:
					t.Errorf("it is not the log without its first %d bytes of %d", omitted, log.Len())
				case len(kept) < limit/4:
					t.Errorf("only %d bytes are kept", len(kept))
				case length < limit/4 && log.String()[omitted-1] != '\n':
					t.Error("it does not begin with a whole line")
				}
			})
		}
	}
}

// sharedText writes a text to a file in random pieces and returns the content of the file.
func sharedText(t *testing.T, text string, limit int64) string {
	t.Helper()
	file, err := os.OpenFile(filepath.Join(t.TempDir(), "log"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	f := &sharedFile{to: file, clean: new(secret.Redactor).Stream(), limit: limit}
	random := rand.New(rand.NewPCG(1, uint64(len(text))))
	for rest := text; rest != ""; {
		n := min(1+random.IntN(int(limit)*2), len(rest))
		f.Write([]byte(rest[:n]))
		rest = rest[n:]
	}
	f.close()
	b, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestSharedFileOnFullDisk checks that write errors are ignored.
func TestSharedFileOnFullDisk(t *testing.T) {
	t.Parallel()
	file, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip(err)
	}
	f := &sharedFile{to: file, clean: new(secret.Redactor).Stream(), limit: 100}
	if n, err := f.Write(make([]byte, 1000)); n != 1000 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	f.close()
	var none *sharedFile
	if n, err := none.Write(make([]byte, 10)); n != 10 || err != nil || none.fileName() != "" {
		t.Errorf("without a file: got %d, %v", n, err)
	}
	none.restart()
	none.remove()
	none.close()
}
