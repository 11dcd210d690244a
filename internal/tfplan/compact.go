package tfplan

import (
	"strconv"
	"strings"

	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/secret"
)

var (
	compactPlace = lazyregexp.New(`^  on (.+) line ([1-9][0-9]{0,8})(?: \(and ([0-9]{1,6}) more\))?$`)
	compactTimes = lazyregexp.New(`^  \(([0-9]{1,6}) occurr?ences of this warning\)$`)
	compactEnd   = lazyregexp.New(`^To see the full warning notes, run \S+ without -compact-warnings\.$`)
)

// compactWarnings reads the list that -compact-warnings prints. The list counts only
// once its last line, which names the option, was read: scripts print lists of warnings, too.
type compactWarnings struct {
	diagnosticList
	open   []compactWarning
	more   int // warnings beyond those in open
	inList bool
}

// compactWarning is an entry of the list with the number of warnings that it represents.
type compactWarning struct {
	lines []string
	times int
}

func (c *compactWarnings) add(line string, redact *secret.Redactor) {
	entry, begins := strings.CutPrefix(line, "- ")
	switch {
	case line == "Warnings:":
		c.open, c.more, c.inList = nil, 0, true
	case !c.inList || line == "":
	case begins && len(c.open) == maxDiagnostics:
		c.more++
	case begins:
		c.open = append(c.open, compactWarning{lines: []string{"Warning: " + entry}, times: 1})
	case strings.HasPrefix(line, "  ") && len(c.open) > 0:
		c.detail(line)
	default:
		if compactEnd.MatchString(line) {
			c.end(redact)
		}
		c.open, c.more, c.inList = nil, 0, false
	}
}

// detail reads a line below an entry: its location or its number of occurrences.
func (c *compactWarnings) detail(line string) {
	times := 1
	if m := compactPlace.FindStringSubmatch(line); m != nil {
		more, _ := strconv.Atoi(m[3])
		times += more
	} else if m := compactTimes.FindStringSubmatch(line); m != nil {
		times, _ = strconv.Atoi(m[1])
	}
	if c.more > 0 { // it belongs to an entry that is not kept
		c.more += times - 1
		return
	}
	if last := &c.open[len(c.open)-1]; len(last.lines) < 4 {
		last.lines = append(last.lines, line)
		last.times = max(last.times, times)
	}
}

func (c *compactWarnings) end(redact *secret.Redactor) {
	for _, w := range c.open {
		text := redact.String(strings.Join(w.lines, "\n"))
		title, details, _ := strings.Cut(strings.TrimPrefix(text, "Warning: "), "\n")
		one := Diagnostic{Level: "warning", Title: strings.TrimSpace(title), Text: text}
		for line := range strings.SplitSeq(details, "\n") {
			if m := compactPlace.FindStringSubmatch(line); m != nil && one.File == "" {
				one.setLocation(m[1], m[2])
			}
		}
		c.diagnosticList.add(one, w.times)
	}
	c.warnings += c.more
}
