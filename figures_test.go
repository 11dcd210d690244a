package main_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// figures are numbers that the documents promise, and the code that keeps them.
var figures = []struct{ document, says, file, code string }{
	{"docs/design.md", "final over five looks", "internal/follow/judge.go", "severalLooks = 5"},
	{"docs/design.md", "Looks come 1 s apart at first, 2 s after something moved", "internal/follow/pace.go", "First: time.Second, Moving: 2 * time.Second"},
	{"docs/design.md", "slow down by half each time to 10 s", "internal/follow/pace.go", "min(p.wait*3/2, p.Slowest)"},
	{"README.md", "every 10 s, while nothing moves", "internal/follow/pace.go", "Slowest: 10 * time.Second"},
	{"README.md", "one line a minute", "internal/narrate/narrate.go", "heartbeat = time.Minute"},
	{"docs/design.md", "64 KiB for every second", "internal/follow/tail.go", "allowance = 64 << 10"},
	{"docs/design.md", "2 T + A", "internal/follow/tail.go", "t.spent <= 2*t.told+t.earned(now)"},
	{"docs/design.md", "three in all", "internal/scalr/create.go", "mostCreations = 3"},
	{"docs/design.md", "for 60 s after a 5xx or silence", "internal/scalr/create.go", "return 60 * time.Second"},
	{"docs/design.md", "looked for by its configuration version: for 30 s", "internal/scalr/create.go", "return 30 * time.Second"},
	{"docs/design.md", "every 10 s for two minutes", "internal/action/watch.go", "sweepFor = 2 * time.Minute"},
	{"docs/design.md", "every 10 s for two minutes", "internal/action/watch.go", "sweepEvery = 10 * time.Second"},
	{"docs/design.md", "| before a run exists | 120 s |", "internal/scalr/retry.go", "starting = policy{patience: 120 * time.Second}"},
	{"docs/design.md", "| to follow a run | 10 min | a 404 in the first 30 s is a copy that lags; a 401 is asked again three times, 5 s apart |", "internal/scalr/retry.go",
		"following = policy{patience: 10 * time.Minute, lag: 30 * time.Second, denied: 3, tolerant: true}"},
	{"docs/design.md", "5 s apart", "internal/scalr/retry.go", "deniedWait = 5 * time.Second"},
	{"docs/design.md", "| what we have just created | 120 s | a 404 in the first 30 s", "internal/scalr/retry.go", "ours = policy{patience: 120 * time.Second, lag: 30 * time.Second}"},
	{"docs/design.md", "| to create a run | 120 s |", "internal/scalr/retry.go", "creating = policy{patience: 120 * time.Second, once: true, fresh: true}"},
	{"docs/design.md", "| an upload | 2 min after the first failure |", "internal/scalr/retry.go", "uploading = policy{patience: 2 * time.Minute}"},
	{"docs/design.md", "a new configuration version, three in all", "internal/action/deliver.go", "mostConfigurations = 3"},
	{"docs/design.md", "| 25 s a look |", "internal/scalr/retry.go", "lookingUp = policy{patience: 25 * time.Second}"},
	{"docs/design.md", "| to stop a run | 5 s | 1 s an attempt,", "internal/scalr/retry.go", "stopping = policy{patience: hastyStop, attempt: time.Second, hurry: true}"},
	{"docs/design.md", "at most 1 s between them", "internal/scalr/retry.go", "hurryMost = time.Second"},
	{"docs/design.md", "exponential from 500 ms to 15 s", "internal/scalr/retry.go", "backoffMost = 15 * time.Second"},
	{"docs/design.md", "500 tokens", "internal/scalr/budget.go", "budgetMost = 500"},
	{"docs/design.md", "after 30 s without a byte", "internal/scalr/door.go", "quiet = 30 * time.Second"},
	{"docs/design.md", "60 s in all", "internal/scalr/door.go", "attemptTime = 60 * time.Second"},
	{"docs/design.md", "at most 16 MiB of JSON are read", "internal/scalr/answer.go", "maxAnswer = 16 << 20"},
	{"docs/design.md", "at most 8 MiB kept", "internal/scalr/answer.go", "maxKept = 8 << 20"},
	{"docs/design.md", "| up to 2 s |", "internal/action/create.go", "learning = 2 * time.Second"},
	{"docs/design.md", "a look (500 ms at most)", "internal/scalr/stop.go", "freshLook = 500 * time.Millisecond"},
	{"docs/design.md", "asked every 600 ms, and for two minutes", "internal/scalr/stop.go", "patientStop = 2 * time.Minute"},
	{"docs/design.md", "every 500 ms at how it ends", "internal/follow/pace.go", "Stopping: 500 * time.Millisecond, Grace: 5 * time.Second"},
	{"docs/design.md", "| until 6 s |", "internal/action/publish.go", "interruptedUntil = 6 * time.Second"},
	{"docs/design.md", "is given 300 ms", "internal/action/stdout.go", "unread = 300 * time.Millisecond"},
	{"docs/design.md", "within four minutes", "internal/action/post.go", "postTime = 4 * time.Minute"},
	{"docs/design.md", "more than 1,000 files", "internal/bundle/pack.go", "manyFiles = 1000"},
	{"docs/design.md", "blocks of 512 KiB", "internal/bundle/gzip.go", "blockSize = 512 << 10"},
	{"docs/design.md", "in memory up to 1 MiB", "internal/bundle/sink.go", "smallArchive = 1 << 20"},
	{"docs/design.md", "any twelve bytes in a row", "internal/secret/redactor.go", "window = 12"},
	{"README.md", "Above 50 MiB", "internal/action/pack.go", "warnFrom = 50 << 20"},
	{"README.md", "at most 1,000,000 bytes", "internal/report/report.go", "SummaryLimit = 1_000_000"},
	{"README.md", "65,000 characters", "internal/report/report.go", "CommentLimit = 65_000"},
	{"README.md", "nine at most", "internal/action/publish.go", "mostPlaces = 9"},
	{"README.md", "TLS 1.2 or newer", "internal/network/network.go", "MinVersion: tls.VersionTLS12"},
	{"SECURITY.md", "Values shorter than four bytes", "internal/secret/secret.go", "Shortest = 4"},
}

// TestFigures finds each figure in its document and in the code. Whoever changes
// one changes the other, and the row here.
func TestFigures(t *testing.T) {
	t.Parallel()
	for _, f := range figures {
		if !strings.Contains(spaced(t, f.document), f.says) {
			t.Errorf("%s does not say %q any more", f.document, f.says)
		}
		if !strings.Contains(spaced(t, f.file), f.code) {
			t.Errorf("%s does not hold %q any more, for which %s says %q", f.file, f.code, f.document, f.says)
		}
	}
}

var spaces = regexp.MustCompile(`\s+`)

// spaced gives a file with one space where there were several.
func spaced(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return spaces.ReplaceAllString(string(text), " ")
}
