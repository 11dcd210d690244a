package tfplan

import (
	"slices"
	"strconv"
	"strings"
)

// forceScanner reads the lines of a block after the first, one by one, and keeps the
// names of the first attributes that force a replacement.
type forceScanner struct {
	blockScanner
	names []string
}

// scanForces reads the first lines of a block.
func scanForces(lines []string) *forceScanner {
	scan := new(forceScanner)
	for _, l := range lines[min(1, len(lines)):] {
		scan.add(l)
	}
	return scan
}

func (s *forceScanner) add(line string) {
	rest, ok := s.next(line)
	if !ok || !forces(rest) || len(s.names) == maxReplacePaths {
		return
	}
	if name := strings.Clone(s.path.String()); name != "" && !slices.Contains(s.names, name) {
		s.names = append(s.names, name)
	}
}

// forcedReason describes the attributes that Terraform marked as forcing the replacement, also of a block whose lines are
// not kept.
func (t *resourceBlock) forcedReason() string {
	scan := t.scan
	if scan == nil {
		scan = scanForces(t.lines)
	}
	return forcedReason(scan.names)
}

// blockScanner follows the lines of a block after the first.
type blockScanner struct {
	text heredoc
	path blockPath // of the current line
}

// next moves to the next line and returns it without its sign and indentation. It returns
// false if the line is blank or inside a multi-line text.
func (s *blockScanner) next(line string) (rest string, ok bool) {
	_, rest, where := s.text.cut(line)
	if rest = strings.TrimLeft(rest, " "); where == insideText || rest == "" {
		return "", false
	}
	if where != endOfText {
		s.path.enter(rest, len(line)-len(rest))
	}
	return rest, true
}

// forces reports whether a line, which is not part of a multi-line text, has the remark
// that its value forces a replacement. In a list, a comma follows the remark.
func forces(line string) bool {
	line = strings.TrimSuffix(line, ",")
	return strings.HasSuffix(line, forcesReplacement) || strings.HasSuffix(line, " # whitespace changes force replacement")
}

// blockPath holds the attributes and blocks that contain a line of a resource block,
// the outermost one first.
type blockPath []pathStep

type pathStep struct {
	column  int
	name    string // empty for an element of a list, and for the value in jsonencode(…)
	labeled bool   // a block with a label, which is a member of the JSON's value
}

// enter moves to the line, given without its sign and indentation, at a column.
func (p *blockPath) enter(line string, column int) {
	steps := *p
	for len(steps) > 0 && steps[len(steps)-1].column > column {
		steps = steps[:len(steps)-1]
	}
	if last := len(steps) - 1; strings.IndexByte("]})", line[0]) >= 0 {
		*p = steps // the end of the value that begins at this column
		return
	} else if last >= 0 && steps[last].column == column {
		steps = steps[:last]
	}
	name := labelOf(line)
	if name == "" && len(steps) == 0 { // a resource has only attributes and blocks
		name, _, _ = strings.Cut(line, " ")
	}
	if len(steps) == maxNesting {
		*p = steps
		return
	}
	*p = append(steps, pathStep{column, name, strings.HasPrefix(line, name+` "`)})
}

// names returns the names of the path up to the first list or block with a label.
func (p blockPath) names() (names []string) {
	for _, step := range p {
		if step.name != "" {
			names = append(names, step.name)
		}
		if step.name == "" || step.labeled {
			break
		}
	}
	return names
}

// String returns the names of the path up to the first list, whose hidden elements make
// the indices unknown.
func (p blockPath) String() string {
	var names []any
	for _, step := range p {
		if step.name == "" {
			break
		}
		names = append(names, step.name)
	}
	return dotted(names)
}

// labelOf returns the name at the start of a line that begins an attribute, an element of
// a map or a block; empty if the line begins another value.
func labelOf(line string) string {
	name, rest, _ := strings.Cut(line, " ")
	if strings.HasPrefix(line, `"`) {
		if quoted, err := strconv.QuotedPrefix(line); err == nil {
			name, _ = strconv.Unquote(quoted) // QuotedPrefix has checked it
			rest = line[len(quoted):]
		}
	}
	rest = strings.TrimLeft(rest, " ")
	if strings.HasPrefix(rest, "= ") || strings.HasPrefix(rest, "{") || strings.HasPrefix(rest, `"`) {
		return name
	}
	return ""
}
