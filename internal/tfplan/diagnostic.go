package tfplan

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

// Diagnostic is an error or a warning printed by Terraform.
type Diagnostic struct {
	Level   string // error or warning
	Unit    string // Terragrunt unit; empty if there is none
	File    string // relative to Terraform's working directory; empty if not reported
	Line    int    // 1 or more with a File, else 0
	Title   string // the summary as one line, shortened if it has several
	Message string // the details without the excerpt of the code, below the summary if that has several lines
	Text    string // the whole text as printed, without colors and bars
	Similar int    // number of further warnings that Terraform only counts
}

// The bounds on what is kept of a log's diagnostics.
const (
	maxDiagnostics    = 50   // of each level
	maxDiagnosticSize = 6000 // bytes of the text
	maxJoinedTitle    = 300  // bytes of a title that is joined from several lines
)

var (
	diagnosticTitle = lazyregexp.New(`^(Error|Warning):(?: (.*))?$`)
	diagnosticPlace = lazyregexp.New(`^  on (.+) line ([1-9][0-9]{0,8})(?:, in .*)?:$`)
	diagnosticWith  = lazyregexp.New(`^  with .+,$`)
	diagnosticCode  = lazyregexp.New(`^ +[0-9]+:|^ +[├│]|^  (?:on|with) |^  \(source code not available\)$|^$`)
	similarWarnings = lazyregexp.New(`^\(and (one|[0-9]{1,6}) more similar warnings? elsewhere\)$`)
)

// parseDiagnostic parses the lines of a diagnostic, of which the first is not empty. It
// returns false if that is not a title.
func parseDiagnostic(lines []string) (Diagnostic, bool) {
	title := diagnosticTitle.FindStringSubmatch(lines[0])
	if title == nil {
		return Diagnostic{}, false
	}
	one := Diagnostic{
		Level: strings.ToLower(title[1]),
		Text:  strings.TrimRight(strings.Join(lines, "\n"), "\n"),
	}
	summary, details := splitSummary(lines[1:])
	summary = trimBlank(slices.Concat(title[2:], summary))
	for i, l := range details {
		if place := diagnosticPlace.FindStringSubmatch(l); place != nil {
			one.setLocation(place[1], place[2])
			details = afterExcerpt(details[i:])
			break
		}
	}
	one.Message = strings.TrimSpace(strings.Join(details, "\n"))
	if len(summary) == 0 { // Terraform does not require one
		summary = strings.SplitN(cmp.Or(one.Message, title[1]), "\n", 2)[:1]
	}
	one.setSummary(summary)
	return one, true
}

// isTargeting reports whether the diagnostic is the warning that a plan is limited by -target or -exclude.
func (d Diagnostic) isTargeting() bool {
	return d.Level == "warning" && d.File == "" && d.Title == "Resource targeting is in effect"
}

// setSummary sets the title, and adds the summary to the message if it has several lines.
func (d *Diagnostic) setSummary(lines []string) {
	d.Title = joinTitle(lines)
	if len(lines) > 1 {
		d.Message = strings.TrimSpace(strings.Join(lines, "\n") + "\n\n" + d.Message)
	}
}

// splitSummary separates the further lines of a summary from what follows it: its place,
// or a blank line if there is none.
func splitSummary(lines []string) (summary, details []string) {
	end := slices.IndexFunc(lines, func(l string) bool {
		return diagnosticPlace.MatchString(l) || diagnosticWith.MatchString(l)
	})
	if end < 0 {
		end = slices.Index(lines, "")
	}
	if end < 0 {
		end = len(lines)
	}
	return lines[:end], lines[end:]
}

// trimBlank removes the empty lines at both ends.
func trimBlank(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// joinTitle joins the lines of a summary, as many as fit into maxJoinedTitle.
func joinTitle(lines []string) string {
	title := strings.TrimSpace(lines[0])
	for _, l := range lines[1:] {
		l = strings.TrimSpace(l)
		if len(title)+1+len(l) > maxJoinedTitle {
			return title + " …"
		}
		if l != "" {
			title += " " + l
		}
	}
	return title
}

// setLocation sets the file and the line unless the location is not a file, such as
// "<value for var.x>".
func (d *Diagnostic) setLocation(file, line string) {
	if !strings.HasPrefix(file, "<") {
		d.File = file
		d.Line, _ = strconv.Atoi(line)
	}
}

// afterExcerpt skips the location, the lines of code and the values shown with them.
func afterExcerpt(lines []string) []string {
	for len(lines) > 0 && diagnosticCode.MatchString(lines[0]) {
		lines = lines[1:]
	}
	return lines
}

// similar returns the number of further warnings that the last line of a warning reports.
func similar(line string) int {
	m := similarWarnings.FindStringSubmatch(line)
	if m == nil {
		return 0
	}
	if m[1] == "one" {
		return 1
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// diagnosticList holds the diagnostics that are printed in one form.
type diagnosticList struct {
	list     []Diagnostic
	count    map[string]int // kept diagnostics by level
	warnings int            // all, including those that Terraform only counts
}

// add records a diagnostic that represents as many as times.
func (l *diagnosticList) add(one Diagnostic, times int) {
	if one.Level == "warning" {
		l.warnings += times
		one.Similar = times - 1
	}
	if l.count == nil {
		l.count = map[string]int{}
	}
	if l.count[one.Level] < maxDiagnostics {
		l.count[one.Level]++
		l.list = append(l.list, one)
	}
}

// addAll adds the diagnostics of another list.
func (l *diagnosticList) addAll(other diagnosticList) {
	warnings := l.warnings + other.warnings // including those that the other list does not keep
	for _, one := range other.list {
		l.add(one, 1+one.Similar)
	}
	l.warnings = warnings
}
