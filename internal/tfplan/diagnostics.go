package tfplan

import (
	"slices"
	"strings"

	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/secret"
)

// toolOutput matches what the tool prints after a diagnostic. A message may begin a line
// with the tool's name, too, such as "Terraform acquires a state lock to protect the state".
var toolOutput = lazyregexp.New(`^(?:Terraform|OpenTofu) (?:will (?:perform|invoke) the following |planned the following actions|` +
	`used the selected providers|detected the following changes|has compared your |has been successfully initialized|` +
	`has created a lock file|has made some changes to the provider|v\d)`)

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

	current  openDiagnostic
	stage    stage
	started  bool // at least one line was read
	blank    bool // the previous line was empty
	colored  bool // the current command writes in colors
	earlier  bool // an earlier command wrote in colors
	drawn    bool // a command drew a box
	output   bool // the tool has printed something
	inColors bool // the current line has colors

	redact *secret.Redactor
}

// openDiagnostic is the diagnostic that is being read.
type openDiagnostic struct {
	open  bool // there is one
	boxed bool
	// The following are set only without a box.
	inTitle  bool // the title is being read
	hasText  bool // there is text below the title
	doubtful bool // it belongs to the uncolored ones

	lines []string
	size  int
	last  string // the last line that is not empty, even if it is not kept
}

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
	if len(d.boxes.list) > 0 {
		to.addAll(d.boxes)
		return
	}
	to.addAll(d.plain)
	if !d.colored {
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
	wasOpen, initStep := d.current.open, isInitStep(line)
	begins := initStep && (!d.output || d.stage.working && !wasOpen) // text can imitate it
	d.read(line)
	if begins && !d.current.open {
		d.nextCommand()
	}
	d.colored = d.colored || inColors && isToolLine(line)
	d.output = d.output || initStep || isToolLine(line)
	if !d.current.open {
		d.stage.add(line)
		d.stage.ended = d.stage.ended && !d.unboxedEnd(line) && (wasOpen || !initStep)
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
	c := &d.current
	switch {
	case line == "╷":
		d.close()
		c.open, c.boxed = true, true
	case strings.HasPrefix(line, "╵"):
		d.close()
	case c.boxed && barred:
		c.keep(strings.TrimPrefix(inner, " "))
	case c.boxed:
		d.close() // the box broke off
		d.read(line)
	case c.inTitle && d.titleBreaksOff(line):
		*c = openDiagnostic{} // the title was the first line of another text
		d.read(line)
	case c.inTitle:
		c.inTitle = line != ""
		c.keep(line)
	case isTitle(line) && (d.blank || !d.started && line[0] == 'E') && (d.inColors || !d.colored):
		d.close()
		c.open, c.inTitle, c.doubtful = true, true, d.earlier && !d.inColors
		d.stage.ended = d.stage.ended || d.stage.working
		c.keep(line)
	case !c.open:
	case d.unboxedEnd(line):
		d.close()
	case d.stage.follows(line, isWarning(c.lines[0])):
		// A warning without text counts here, unlike above: a script's title is less likely.
		c.hasText = c.hasText || c.hasShortTitle()
		d.close()
	case c.doubtful && d.inColors && isResourceProgress(line):
		d.close() // the command writes in colors, so a script printed the text
	default:
		c.hasText = c.hasText || line != ""
		c.keep(line)
	}
}

// titleBreaksOff reports whether a line that follows a line of a title without a box does
// not belong to it. Terraform prints a title with all its lines and then a blank line.
func (d *diagnostics) titleBreaksOff(line string) bool {
	first := d.current.lines[0]
	switch {
	case line == "":
		return len(d.current.lines) == 1 && !isTitle(first) // it has no summary
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
func (d *diagnostics) inText() bool { return d.current.hasText }

// isTitle reports whether a line is the first one of a title. It has no more text if the
// summary begins with a line break.
func isTitle(line string) bool {
	return strings.HasPrefix(line, "Error: ") || strings.HasPrefix(line, "Warning: ")
}

func isWarning(title string) bool { return strings.HasPrefix(title, "Warning:") }

// hasShortTitle reports whether the title of a diagnostic without a box has one line.
func (d *openDiagnostic) hasShortTitle() bool { return len(d.lines) < 2 || d.lines[1] == "" }

// keep appends a line, within maxDiagnosticSize. The title is kept even if it is longer.
func (d *openDiagnostic) keep(line string) {
	line = strings.TrimRight(line, " ")
	first := d.last == ""
	if line == "" && first {
		return
	}
	if line != "" {
		d.last = line
	}
	if d.size += len(line) + 1; d.size <= maxDiagnosticSize || first {
		d.lines = append(d.lines, line)
	}
}

// close ends the diagnostic that is being read, if there is one.
func (d *diagnostics) close() {
	c := d.current
	d.current = openDiagnostic{}
	if !c.open || c.inTitle {
		return
	}
	one, ok := parseDiagnostic(strings.Split(d.redact.String(strings.Join(c.lines, "\n")), "\n"))
	list := &d.plain
	switch {
	case !ok:
		return
	case c.boxed:
		d.drawn = true
		list = &d.boxes
	case one.Level == "warning" && !c.hasText: // a warning has more text than its title
		return
	case c.doubtful:
		list = &d.uncolored
	}
	list.add(one, 1+similar(c.last))
}
