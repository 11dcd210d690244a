package tfplan

import (
	"regexp"
	"strconv"
	"strings"

	"scalr-run-action/internal/secret"
)

// Diagnostic is one error or warning as Terraform printed it.
type Diagnostic struct {
	Level   string // error or warning
	File    string // relative to the directory that Terraform ran in; empty when it names none
	Line    int    // 1 or more with a File, else 0
	Title   string // one line
	Message string // what it says beyond the title, without the excerpt of the code
	Text    string // all of it, as printed, without colours and bars
}

// The bounds on what is kept of a log's diagnostics: of each level, and of each one.
const (
	mostDiagnostics   = 50
	longestDiagnostic = 6000
)

var (
	diagnosticTitle = regexp.MustCompile(`^(Error|Warning): (.+)$`)
	diagnosticPlace = regexp.MustCompile(`^  on (.+) line ([1-9][0-9]{0,8})(?:, in .*)?:$`)
	diagnosticCode  = regexp.MustCompile(`^ +[0-9]+:|^ +[├│]|^  (?:on|with) |^$`)
)

// diagnostics picks the errors and warnings out of a log, line by line. Terraform
// and OpenTofu draw each in a box ("╷ │ ╵"). Without colours there is none, and
// it ends at the next one, at a rule, or where a plan goes on.
type diagnostics struct {
	found []Diagnostic
	count map[string]int // by level
	lines []string       // of the one that is being read
	size  int
	boxed bool
	open  bool

	redact *secret.Redactor
}

func (d *diagnostics) add(line string) {
	inner, barred := strings.CutPrefix(line, "│")
	switch {
	case line == "╷":
		d.close()
		d.open, d.boxed = true, true
	case strings.HasPrefix(line, "╵"):
		d.close()
	case d.open && d.boxed && barred:
		d.keep(strings.TrimPrefix(inner, " "))
	case d.open && d.boxed:
		d.close() // the box broke off
		d.add(line)
	case isTitle(line):
		d.close()
		d.open = true
		d.keep(line)
	case d.open && unboxedEnd(line):
		d.close()
	case d.open:
		d.keep(line)
	}
}

func unboxedEnd(line string) bool {
	return isRule(line) || byTool(line) || strings.HasPrefix(line, "Plan: ") || isHeader(line)
}

func isTitle(line string) bool {
	return (strings.HasPrefix(line, "Error: ") || strings.HasPrefix(line, "Warning: ")) && diagnosticTitle.MatchString(line)
}

// keep takes a line of the box, within the bound. A box may hold several.
func (d *diagnostics) keep(line string) {
	if d.size += len(line) + 1; d.size <= longestDiagnostic {
		d.lines = append(d.lines, strings.TrimRight(line, " "))
	}
}

func (d *diagnostics) close() {
	if d.open {
		safe := strings.Split(d.redact.String(strings.Join(d.lines, "\n")), "\n")
		if one, ok := parseDiagnostic(safe); ok && d.count[one.Level] < mostDiagnostics {
			d.count[one.Level]++
			d.found = append(d.found, one)
		}
	}
	*d = diagnostics{found: d.found, count: d.count, redact: d.redact}
}

func parseDiagnostic(lines []string) (Diagnostic, bool) {
	for len(lines) > 0 && lines[0] == "" {
		lines = lines[1:]
	}
	if len(lines) == 0 {
		return Diagnostic{}, false
	}
	title := diagnosticTitle.FindStringSubmatch(lines[0])
	if title == nil {
		return Diagnostic{}, false
	}
	one := Diagnostic{
		Level: strings.ToLower(title[1]),
		Title: strings.TrimSpace(title[2]),
		Text:  strings.TrimRight(strings.Join(lines, "\n"), "\n"),
	}
	rest := lines[1:]
	for i, l := range rest {
		if place := diagnosticPlace.FindStringSubmatch(l); place != nil && one.File == "" {
			one.File = place[1]
			one.Line, _ = strconv.Atoi(place[2])
			rest = afterExcerpt(rest[i:])
			break
		}
	}
	one.Message = strings.TrimSpace(strings.Join(rest, "\n"))
	return one, true
}

// afterExcerpt skips the place, the lines of code and the values shown with them.
func afterExcerpt(lines []string) []string {
	for len(lines) > 0 && diagnosticCode.MatchString(lines[0]) {
		lines = lines[1:]
	}
	return lines
}
