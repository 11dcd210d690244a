package tfplan

import (
	"regexp"
	"slices"
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
	diagnosticCode  = regexp.MustCompile(`^ +[0-9]+:|^ +[├│]|^  (?:on|with) |^  \(source code not available\)$|^$`)
	similarWarnings = regexp.MustCompile(`^\(and (one|[0-9]{1,6}) more similar warnings? elsewhere\)$`)
)

// diagnostics picks the errors and warnings out of a log, line by line. Terraform and OpenTofu draw each in a box
// ("╷ │ ╵"); where one is drawn, only boxes count. Without colors there are no boxes: there a title stands between blank
// lines, and its text ends at the next one, at a rule, or where a plan goes on. What hooks, ssh and scripts print looks
// much like it, but stands within other lines. With -compact-warnings the warnings are a list.
type diagnostics struct {
	boxes, plain diagnosticList
	compact      compactWarnings

	one      diagnosticLines // the one that is being read
	boxed    bool
	open     bool
	titled   bool // the last line was a title without a box
	begun    bool // there was a line
	blank    bool // the last line was empty
	colored  bool // Terraform writes in colors
	inColors bool // the line that is read has colors

	redact *secret.Redactor
}

// diagnosticList is what was found of one kind.
type diagnosticList struct {
	kept     []Diagnostic
	count    map[string]int // of those that are kept, by level
	warnings int            // all, those included that Terraform only counts
}

// diagnosticLines are the lines of one diagnostic.
type diagnosticLines struct {
	lines []string
	size  int
	last  string // the last line that is not empty, also one that is not kept
}

func newDiagnostics(redact *secret.Redactor) diagnostics {
	list := func() diagnosticList { return diagnosticList{count: map[string]int{}} }
	return diagnostics{boxes: list(), plain: list(), compact: compactWarnings{diagnosticList: list()}, redact: redact}
}

// found gives what Terraform printed, as far as it is kept.
func (d *diagnostics) found() []Diagnostic { return slices.Concat(d.list().kept, d.compact.kept) }

// warnings is the number of all warnings.
func (d *diagnostics) warnings() int { return d.list().warnings + d.compact.warnings }

func (d *diagnostics) list() *diagnosticList {
	if len(d.boxes.kept) > 0 {
		return &d.boxes
	}
	return &d.plain
}

// add reads a line; inColors says that there were colors in it.
func (d *diagnostics) add(line string, inColors bool) {
	d.inColors = inColors
	d.colored = d.colored || inColors && isToolLine(line)
	d.read(line)
	d.compact.add(line, d.redact)
	d.begun, d.blank = true, strings.TrimSpace(line) == ""
}

// isToolLine reports a line that the tool writes in colors if it writes any.
func isToolLine(line string) bool {
	return byTool(line) || isHeader(line) || strings.HasPrefix(line, "Plan: ") || strings.HasPrefix(line, "No changes") ||
		strings.HasPrefix(line, "Initializing ")
}

func (d *diagnostics) read(line string) {
	inner, barred := strings.CutPrefix(line, "│")
	switch {
	case line == "╷":
		d.close()
		d.open, d.boxed = true, true
	case strings.HasPrefix(line, "╵"):
		d.close()
	case d.open && d.boxed && barred:
		d.one.keep(strings.TrimPrefix(inner, " "))
	case d.open && d.boxed:
		d.close() // the box broke off
		d.read(line)
	case d.titled && line != "":
		d.drop() // it is the first line of something else
		d.read(line)
	case isTitle(line) && (d.blank || !d.begun && line[0] == 'E') && (d.inColors || !d.colored):
		d.close()
		d.open, d.titled = true, true
		d.one.keep(line)
	case d.open && unboxedEnd(line):
		d.close()
	case d.open:
		d.titled = false
		d.one.keep(line)
	}
}

func unboxedEnd(line string) bool {
	return isRule(line) || byTool(line) || strings.HasPrefix(line, "Plan: ") || isHeader(line)
}

func isTitle(line string) bool {
	return (strings.HasPrefix(line, "Error: ") || strings.HasPrefix(line, "Warning: ")) && diagnosticTitle.MatchString(line)
}

// keep takes a line, within the bound. A box may hold several.
func (d *diagnosticLines) keep(line string) {
	line = strings.TrimRight(line, " ")
	if line != "" {
		d.last = line
	}
	if d.size += len(line) + 1; d.size <= longestDiagnostic {
		d.lines = append(d.lines, line)
	}
}

// drop forgets the one that is being read.
func (d *diagnostics) drop() {
	d.one, d.open, d.boxed, d.titled = diagnosticLines{}, false, false, false
}

func (d *diagnostics) close() {
	if d.open && !d.titled {
		safe := strings.Split(d.redact.String(strings.Join(d.one.lines, "\n")), "\n")
		one, ok := parseDiagnostic(safe)
		switch {
		case !ok:
		case d.boxed:
			d.boxes.add(one, 1+similar(d.one.last))
		case one.Level == "error" || strings.Contains(one.Text, "\n"): // a warning says more than its title
			d.plain.add(one, 1+similar(d.one.last))
		}
	}
	d.drop()
}

// similar is how many more warnings the last line of one stands for.
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

// add takes a diagnostic that stands for so many.
func (l *diagnosticList) add(one Diagnostic, times int) {
	if one.Level == "warning" {
		l.warnings += times
	}
	if l.count[one.Level] < mostDiagnostics {
		l.count[one.Level]++
		l.kept = append(l.kept, one)
	}
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
			one.place(place[1], place[2])
			rest = afterExcerpt(rest[i:])
			break
		}
	}
	one.Message = strings.TrimSpace(strings.Join(rest, "\n"))
	return one, true
}

// place sets where the diagnostic points to, if that is a file: the value of a variable has none, "<value for var.x>".
func (d *Diagnostic) place(file, line string) {
	if !strings.HasPrefix(file, "<") {
		d.File = file
		d.Line, _ = strconv.Atoi(line)
	}
}

// afterExcerpt skips the place, the lines of code and the values shown with them.
func afterExcerpt(lines []string) []string {
	for len(lines) > 0 && diagnosticCode.MatchString(lines[0]) {
		lines = lines[1:]
	}
	return lines
}
