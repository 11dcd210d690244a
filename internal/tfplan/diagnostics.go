package tfplan

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/secret"
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

// The bounds on what is kept of a log's diagnostics: the number for each level and the
// size of each one in bytes.
const (
	maxDiagnostics    = 50
	maxDiagnosticSize = 6000
	maxJoinedTitle    = 300 // bytes of a title that is joined from several lines
)

var (
	diagnosticTitle = lazyregexp.New(`^(Error|Warning):(?: (.*))?$`)
	diagnosticPlace = lazyregexp.New(`^  on (.+) line ([1-9][0-9]{0,8})(?:, in .*)?:$`)
	diagnosticWith  = lazyregexp.New(`^  with .+,$`)
	diagnosticCode  = lazyregexp.New(`^ +[0-9]+:|^ +[├│]|^  (?:on|with) |^  \(source code not available\)$|^$`)
	// toolOutput matches what the tool prints after a diagnostic. A message may begin a line with the tool's name, too,
	// such as "Terraform acquires a state lock to protect the state".
	toolOutput = lazyregexp.New(`^(?:Terraform|OpenTofu) (?:will (?:perform|invoke) the following |planned the following actions|` +
		`used the selected providers|detected the following changes|has compared your |has been successfully initialized|` +
		`has created a lock file|has made some changes to the provider|v\d)`)
	similarWarnings = lazyregexp.New(`^\(and (one|[0-9]{1,6}) more similar warnings? elsewhere\)$`)
)

// diagnostics extracts the errors and warnings of a log, line by line. Terraform and
// OpenTofu draw each in a box ("╷ │ ╵"); if a command drew a box, only boxes count. Without
// colors there are no boxes: a title follows a blank line and ends at the next one, and
// the text below ends at the next title, at a rule, where a plan continues, or at a line
// that the tool prints in the current stage. Hooks, ssh and scripts print similar lines,
// but in the middle of others. With -compact-warnings the warnings are a list.
type diagnostics struct {
	ended        diagnosticList // of the commands that ended
	before       diagnosticList // without boxes, above the first command; they count if no command drew a box
	boxes, plain diagnosticList // of the current command
	uncolored    diagnosticList // of the current command: without boxes and colors, though an earlier command used colors
	compact      compactWarnings

	current  diagnosticLines // the diagnostic that is being read
	boxed    bool
	open     bool
	stage    stage
	titled   bool // the title of a diagnostic without a box is being read
	hasText  bool // the diagnostic without a box has text below its title
	started  bool // at least one line was read
	blank    bool // the previous line was empty
	colored  bool // the current command writes in colors
	earlier  bool // an earlier command wrote in colors
	drawn    bool // a command drew a box
	output   bool // the tool has printed something
	doubtful bool // the current diagnostic belongs to uncolored
	inColors bool // the current line has colors

	redact *secret.Redactor
}

// diagnosticList holds the diagnostics that are printed in one form.
type diagnosticList struct {
	list     []Diagnostic
	count    map[string]int // kept diagnostics by level
	warnings int            // all, including those that Terraform only counts
}

// diagnosticLines are the lines of one diagnostic.
type diagnosticLines struct {
	lines []string
	size  int
	last  string // the last line that is not empty, even if it is not kept
}

func newDiagnostics(redact *secret.Redactor) diagnostics { return diagnostics{redact: redact} }

// all returns the diagnostics that are kept.
func (d *diagnostics) all() []Diagnostic {
	list := d.list()
	return slices.Concat(list.list, d.compact.list)
}

// warnings returns the number of all warnings.
func (d *diagnostics) warnings() int { return d.list().warnings + d.compact.warnings }

// list returns the diagnostics of all commands, except for those in lists.
func (d *diagnostics) list() diagnosticList {
	var all diagnosticList
	if !d.drawn {
		all.addAll(d.before)
	}
	all.addAll(d.ended)
	d.addCurrent(&all)
	return all
}

// addCurrent adds the diagnostics of the current command: those in boxes if there are
// any, or else those in colors if it writes in colors and so did an earlier command.
func (d *diagnostics) addCurrent(to *diagnosticList) {
	switch {
	case len(d.boxes.list) > 0:
		to.addAll(d.boxes)
	case d.colored:
		to.addAll(d.plain)
	default:
		to.addAll(d.plain)
		to.addAll(d.uncolored)
	}
}

// nextCommand begins the output of another command, which may have other options than
// the one before: with TF_CLI_ARGS_plan=-no-color, only init draws boxes.
func (d *diagnostics) nextCommand() {
	if d.output {
		d.addCurrent(&d.ended)
	} else {
		d.before.addAll(d.plain)
		d.ended.addAll(d.boxes)
	}
	d.earlier = d.earlier || d.colored
	d.boxes, d.plain, d.uncolored, d.colored = diagnosticList{}, diagnosticList{}, diagnosticList{}, false
}

// add reads a line; inColors is true if it contained colors.
func (d *diagnostics) add(line string, inColors bool) {
	d.inColors = inColors
	inText := d.open
	begins := isInitStep(line) && (!d.output || d.stage.working && !inText) // text can imitate it
	d.read(line)
	if begins && !d.open {
		d.nextCommand()
	}
	d.colored = d.colored || inColors && isToolLine(line)
	d.output = d.output || isToolLine(line) || isInitStep(line)
	if !d.open {
		d.stage.add(line)
		d.stage.ended = d.stage.ended && !d.unboxedEnd(line) && (inText || !isInitStep(line))
		if isInitEnd(line) {
			d.nextCommand()
		}
	}
	d.compact.add(line, d.redact)
	d.started, d.blank = true, strings.TrimSpace(line) == ""
}

// isToolLine reports whether the tool prints the line in colors if it uses colors.
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
		d.current.keep(strings.TrimPrefix(inner, " "))
	case d.open && d.boxed:
		d.close() // the box broke off
		d.read(line)
	case d.titled && d.titleBreaksOff(line):
		d.drop() // the title was the first line of another text
		d.read(line)
	case d.titled:
		d.titled = line != ""
		d.current.keep(line)
	case isTitle(line) && (d.blank || !d.started && line[0] == 'E') && (d.inColors || !d.colored):
		d.close()
		d.open, d.titled, d.doubtful = true, true, d.earlier && !d.inColors
		d.stage.ended = d.stage.ended || d.stage.working
		d.current.keep(line)
	case d.open && d.unboxedEnd(line):
		d.close()
	case d.open && d.stage.follows(line, isWarning(d.current.lines[0])):
		// A warning without text counts here, unlike above: a script's title is less likely.
		d.hasText = d.hasText || d.current.hasShortTitle()
		d.close()
	case d.open && d.doubtful && d.inColors && isResourceProgress(line):
		d.close() // the command writes in colors, so a script printed the text
	case d.open:
		d.hasText = d.hasText || line != ""
		d.current.keep(line)
	}
}

// titleBreaksOff reports whether a line that follows a line of a title without a box does
// not belong to it. Terraform prints a title with all its lines and then a blank line.
func (d *diagnostics) titleBreaksOff(line string) bool {
	first := d.current.lines[0]
	switch {
	case line == "":
		return len(d.current.lines) == 1 && strings.HasSuffix(first, ":") && !isTitle(first)
	case strings.HasPrefix(first, "Warning: Permanently added "): // by ssh, and a script goes on
		return true
	}
	return !isRule(line) && (d.unboxedEnd(line) || d.stage.follows(line, true))
}

func (d *diagnostics) unboxedEnd(line string) bool {
	return isRule(line) || isHeader(line) || toolOutput.MatchString(line) || strings.HasPrefix(line, "Plan: ") && !d.inText()
}

// inText reports whether the text of a diagnostic without a box is being read. A line of
// it that looks like a plan's summary belongs to it, because Terraform lists the changes,
// whose lines end a diagnostic, above the summary.
func (d *diagnostics) inText() bool { return d.open && !d.boxed && d.hasText }

// isTitle reports whether a line is the first one of a title. It is empty if a summary
// begins with a line break.
func isTitle(line string) bool {
	return strings.HasPrefix(line, "Error: ") || strings.HasPrefix(line, "Warning: ")
}

func isWarning(title string) bool { return strings.HasPrefix(title, "Warning:") }

// hasShortTitle reports whether the title of a diagnostic without a box has one line.
func (d *diagnosticLines) hasShortTitle() bool { return len(d.lines) < 2 || d.lines[1] == "" }

// keep appends a line, within maxDiagnosticSize. The title is kept even if it is longer.
func (d *diagnosticLines) keep(line string) {
	line = strings.TrimRight(line, " ")
	if line == "" && d.last == "" {
		return
	}
	isTitle := d.last == ""
	if line != "" {
		d.last = line
	}
	if d.size += len(line) + 1; d.size <= maxDiagnosticSize || isTitle {
		d.lines = append(d.lines, line)
	}
}

// drop discards the diagnostic that is being read.
func (d *diagnostics) drop() {
	d.current, d.open, d.boxed, d.titled, d.hasText = diagnosticLines{}, false, false, false, false
}

func (d *diagnostics) close() {
	if d.open && !d.titled {
		safe := strings.Split(d.redact.String(strings.Join(d.current.lines, "\n")), "\n")
		one, ok := parseDiagnostic(safe)
		switch {
		case !ok:
		case d.boxed:
			d.drawn = true
			d.boxes.add(one, 1+similar(d.current.last))
		case one.Level == "warning" && !d.hasText: // a warning has more text than its title
		case d.doubtful:
			d.uncolored.add(one, 1+similar(d.current.last))
		default:
			d.plain.add(one, 1+similar(d.current.last))
		}
	}
	d.drop()
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
	warnings := l.warnings + other.warnings
	for _, one := range other.list {
		l.add(one, 1+one.Similar)
	}
	l.warnings = warnings
}

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
