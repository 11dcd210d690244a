package report

import (
	"flag"
	"fmt"
	"html"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var logFile = flag.String("log", "", "output of `go run ./demo`, to take a picture of as GitHub's log")

// logStyle is the style of GitHub's log view, which is dark in both themes.
const logStyle = `<style>.markdown-body { background: #0d1117; color: #e6edf3 } .line { display: flex; font: 12px/20px ui-monospace, monospace }
.line i { color: #7d8590; flex: 0 0 32px; text-align: right; margin-right: 16px; font-style: normal }
.line span { white-space: pre-wrap; overflow-wrap: anywhere } .line u { color: #3fb950; text-decoration: none }</style>`

var (
	bold1m     = regexp.MustCompile("\x1b\\[1m([^\x1b]*)")
	green32m   = regexp.MustCompile("\x1b\\[32m([^\x1b]*)")
	otherCodes = regexp.MustCompile("\x1b\\[[0-9;]*m")
)

// TestLogPicture shows the log of a step as GitHub does:
//
//	go run ./demo > demo.log
//	go test ./internal/report -run LogPicture -log $PWD/demo.log -pictures ../../docs/pictures -stylesheet $PWD/package
func TestLogPicture(t *testing.T) {
	browser := findBrowser(t, "log", "pictures", "stylesheet")
	step, _, _ := strings.Cut(readText(t, *logFile), "\nOutputs of the step:")
	page := logStyle
	for i, line := range strings.Split(strings.TrimRight(step, "\n"), "\n") {
		line = bold1m.ReplaceAllString(html.EscapeString(line), "<b>$1</b>")
		line = otherCodes.ReplaceAllString(green32m.ReplaceAllString(line, "<u>$1</u>"), "")
		page += fmt.Sprintf("<div class=line><i>%d</i><span>%s&nbsp;</span></div>", i+1, line)
	}
	photograph(t, browser, "dark", page, filepath.Join(*pictures, "live-log.png"))
}
