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
	after  bool // the previous line is part of an entry
}

// compactWarning is an entry of the list with the number of warnings that it represents.
type compactWarning struct {
	lines []string
	times int
}

func (c *compactWarnings) add(line string, redact *secret.Redactor) {
	entry, begins := strings.CutPrefix(line, "- ")
	after := c.after
	c.after = c.inList && line != ""
	switch {
	case line == "Warnings:":
		c.open, c.more, c.inList, c.after = nil, 0, true, false
	case !c.inList || line == "":
	case begins && len(c.open) == maxDiagnostics:
		c.more++
	case begins:
		c.open = append(c.open, compactWarning{lines: []string{"Warning: " + entry}, times: 1})
	case strings.HasPrefix(line, "  ") && len(c.open) > 0:
		c.detail(line)
	case after && len(c.open) > 0 && !compactEnd.MatchString(line): // a summary may have several lines
		c.detail(line)
	default:
		if compactEnd.MatchString(line) {
			c.end(redact)
		}
		c.open, c.more, c.inList = nil, 0, false
	}
}

// detail reads a line below an entry: its location, its number of occurrences or a
// further line of its summary.
func (c *compactWarnings) detail(line string) {
	times, most := 1, 6
	if m := compactPlace.FindStringSubmatch(line); m != nil {
		more, _ := strconv.Atoi(m[3])
		times += more
	} else if m := compactTimes.FindStringSubmatch(line); m != nil {
		times, _ = strconv.Atoi(m[1])
	} else {
		most = 4
	}
	if c.more > 0 { // it belongs to an entry that is not kept
		c.more += times - 1
		return
	}
	last := &c.open[len(c.open)-1]
	last.times = max(last.times, times)
	if len(last.lines) < most {
		last.lines = append(last.lines, line)
	}
}

func (c *compactWarnings) end(redact *secret.Redactor) {
	for _, w := range c.open {
		text := redact.String(strings.Join(w.lines, "\n"))
		one := Diagnostic{Level: "warning", Text: text}
		var summary []string
		for i, line := range strings.Split(strings.TrimPrefix(text, "Warning: "), "\n") {
			m := compactPlace.FindStringSubmatch(line)
			switch {
			case m != nil && one.File == "":
				one.setLocation(m[1], m[2])
			case m != nil:
			case i == 0 || !compactTimes.MatchString(line) && !strings.HasPrefix(line, "  with "):
				summary = append(summary, line)
			}
		}
		if summary = trimBlank(summary); len(summary) == 0 {
			summary = []string{"Warning"}
		}
		one.setSummary(summary)
		c.diagnosticList.add(one, w.times)
	}
	c.warnings += c.more
}
