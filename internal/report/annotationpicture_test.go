package report

import (
	"cmp"
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"scalr-run-action/internal/job/runnertest"
)

var (
	stepFile   = flag.String("step", "", "raw output of a step with annotations, to take a picture of")
	changeFile = flag.String("change", "", "output of `git diff` for the pull request that the step ran for")
	primer     = flag.String("primer", "", "directory of the npm package @primer/primitives, GitHub's own colors")
)

// diffStyle is the style of GitHub's diffs, and of the list of annotations below a workflow run.
const diffStyle = `<style>
.box { border: 1px solid var(--borderColor-default); border-radius: 6px; margin-bottom: 24px; overflow: hidden }
.head { background: var(--bgColor-muted); border-bottom: 1px solid var(--borderColor-default); padding: 10px 16px }
.head.file { font: 12px/20px ui-monospace, monospace }
.line { display: flex; font: 12px/20px ui-monospace, monospace }
.line i { font-style: normal; color: var(--fgColor-muted); flex: 0 0 50px; text-align: right; padding-right: 10px; box-sizing: border-box }
.line span { white-space: pre; flex: 1; padding-left: 10px }
.add { background: var(--diffBlob-additionLine-bgColor) } .add i { background: var(--diffBlob-additionNum-bgColor) }
.del { background: var(--diffBlob-deletionLine-bgColor) } .del i { background: var(--diffBlob-deletionNum-bgColor) }
.hunk { background: var(--diffBlob-hunkLine-bgColor); color: var(--fgColor-muted) }
.note { display: flex; padding: 12px 16px; font-size: 12px; line-height: 18px }
.inline { margin: 8px 10px; border: 1px solid var(--borderColor-default); border-left: 2px solid var(--borderColor-danger-emphasis); border-radius: 6px }
.note svg { fill: var(--fgColor-danger); flex: none; margin: 1px 12px 0 0 } .note b { display: block; margin: 4px 0 }
.note em { color: var(--fgColor-muted); font-style: normal } .note pre { all: unset; white-space: pre-wrap; overflow-wrap: anywhere }
.note + .note:not(.inline) { border-top: 1px solid var(--borderColor-default) } .note u { color: var(--fgColor-accent) }
</style>`

var (
	hunkStart = regexp.MustCompile(`^@@ -(\d+)(?:,\d+)? \+(\d+)`)
	webLink   = regexp.MustCompile(`https://\S+`)
)

// TestAnnotationPicture shows the annotations of a step as GitHub does, in the diff and below the workflow run. `.ci/pictures`
// creates its files.
func TestAnnotationPicture(t *testing.T) {
	browser := findBrowser(t, "step", "change", "primer", "pictures", "stylesheet")
	var errs []runnertest.Command
	for _, line := range runnertest.Lines(readText(t, *stepFile)) {
		if c, ok := runnertest.ParseCommand(line); ok && c.Name == "error" {
			errs = append(errs, c)
		}
	}
	page := diffPage(readText(t, *changeFile), errs) + "<div class=box><div class=head><strong>Annotations</strong><br>" +
		fmt.Sprintf("%d errors</div>", len(errs))
	for _, c := range errs {
		place := "Plan network"
		if c.Properties["file"] != "" {
			place += ": " + c.Properties["file"] + "#L" + c.Properties["line"]
		}
		page += notice("note", place, c)
	}
	for suffix, theme := range themes {
		colors := readText(t, filepath.Join(*primer, "dist/css/functional/themes", theme+".css"))
		photograph(t, browser, theme, fmt.Sprintf(`<style>%s</style>%s<div data-color-mode=%[3]s data-%[3]s-theme=%[3]s>%s</div></div>`,
			colors, diffStyle, theme, page), filepath.Join(*pictures, "annotations"+suffix+".png"))
	}
}

func readText(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// diffPage renders the diff of one file, with each annotation below the line that it names.
func diffPage(diff string, errs []runnertest.Command) string {
	page, file := "", ""
	removed, added := 0, 0
	for line := range strings.Lines(diff) {
		line = strings.TrimRight(line, "\n")
		if name, ok := strings.CutPrefix(line, "+++ b/"); ok {
			file = name
			page += "<div class=box><div class='head file'>" + html.EscapeString(file) + "</div>"
		}
		if m := hunkStart.FindStringSubmatch(line); m != nil {
			removed, _ = strconv.Atoi(m[1])
			added, _ = strconv.Atoi(m[2])
			page += diffLine("hunk", "", "", line)
			continue
		}
		switch {
		case removed == 0: // before the first hunk
		case line[0] == '-':
			page += diffLine("del", strconv.Itoa(removed), "", line)
			removed++
		case line[0] == '+':
			page += diffLine("add", "", strconv.Itoa(added), line)
			page += notesAt(errs, file, added)
			added++
		default:
			page += diffLine("same", strconv.Itoa(removed), strconv.Itoa(added), line)
			page += notesAt(errs, file, added)
			removed, added = removed+1, added+1
		}
	}
	return page + "</div>"
}

func diffLine(class, before, after, text string) string {
	return fmt.Sprintf("<div class='line %s'><i>%s</i><i>%s</i><span>%s</span></div>", class, before, after, html.EscapeString(text))
}

// notesAt renders the annotations of a line of a file.
func notesAt(errs []runnertest.Command, file string, line int) string {
	notes := ""
	for _, c := range errs {
		if c.Properties["file"] == file && c.Properties["line"] == strconv.Itoa(line) {
			notes += notice("note inline", fmt.Sprintf("Check failure on line %d in %s<br>GitHub Actions / Plan network", line, file), c)
		}
	}
	return notes
}

func notice(class, place string, c runnertest.Command) string {
	text := webLink.ReplaceAllString(html.EscapeString(c.Data), "<u>$0</u>")
	return fmt.Sprintf("<div class='%s'><svg width=16 height=16 viewBox='0 0 16 16'><path d='%s'/></svg><div><em>%s</em><b>%s</b><pre>%s</pre></div></div>",
		class, failureIcon, place, html.EscapeString(cmp.Or(c.Properties["title"], "Error")), text)
}

// failureIcon is x-circle-fill of GitHub's Octicons (MIT license).
const failureIcon = "M2.343 13.657A8 8 0 1 1 13.658 2.343 8 8 0 0 1 2.343 13.657ZM6.03 4.97a.751.751 0 0 0-1.042.018.751.751 0 0 0-.018 " +
	"1.042L6.94 8 4.97 9.97a.749.749 0 0 0 .326 1.275.749.749 0 0 0 .734-.215L8 9.06l1.97 1.97a.749.749 0 0 0 1.275-.326.749.749 0 0 0-.215-.734L9.06 8" +
	"l1.97-1.97a.749.749 0 0 0-.326-1.275.749.749 0 0 0-.734.215L8 6.94Z"
