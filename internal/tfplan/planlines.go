package tfplan

import (
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

var (
	// planBody matches the first line of a block. Terraform 1.14 prints one space before "+/.", and OpenTofu two before
	// "./+".
	planBody = lazyregexp.New(`^(?:  [-+~.]| \.| {0,2}(?:-/\+|\+/-|\./\+|\+/\.|<=)|   ) \S+ "`)
	planSum  = lazyregexp.New(`^Plan: (?:(\d{1,9}) to import, )?` +
		`(\d{1,9}) to add, (\d{1,9}) to change, (\d{1,9}) to destroy` +
		`(?:, (\d{1,9}) to forget)?\.(?: Actions: (\d{1,9}) to invoke\.)?$`)
	deposed = lazyregexp.New(`^\(deposed object ([0-9a-zA-Z]+)\) `)
	rule    = lazyregexp.New(`^(?:─{20,}|-{20,})$`)
	// resource matches an address: a type and a name, optionally in a module.
	resource = lazyregexp.New(`^(?:` + namePattern + `(?:` + keyPattern + `)?\.)+` + namePattern + `(?:\[.*\])?$`)
)

// The parts of an address. A name may contain letters of any script.
const (
	namePattern = `[\p{L}_][\p{L}\p{M}\p{N}\p{Pc}-]*`
	keyPattern  = `\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\]`
)

// isRule reports whether a line is a horizontal rule. The cheap checks come first,
// because a log may have millions of lines.
func isRule(line string) bool {
	return (strings.HasPrefix(line, "-") || strings.HasPrefix(line, "─")) && rule.MatchString(line)
}

// isHeader reports whether a line is a comment above a block, indented by one or two
// spaces.
func isHeader(line string) bool {
	text, ok := strings.CutPrefix(strings.TrimPrefix(line, " "), " # ")
	if !ok {
		text, ok = strings.CutPrefix(line, " # ")
	}
	return ok && text != "" && text[0] != ' '
}

// isNote reports whether a line below a header is redundant, such as the identity by
// which a resource is imported.
func isNote(line string) bool {
	return strings.HasPrefix(line, "  #") || strings.HasPrefix(line, " (because ")
}

// byTool reports whether a line begins with the tool's name.
func byTool(line string) bool {
	return strings.HasPrefix(line, "Terraform ") || strings.HasPrefix(line, "OpenTofu ")
}

const outputsTitle = "Changes to Outputs:"

// isBlock reports whether a line is the first one of a resource's block.
func isBlock(line string) bool { return strings.Contains(line, ` "`) && planBody.MatchString(line) }

// isPartial reports whether a line begins the list of deferred objects.
func isPartial(line string) bool { return strings.HasPrefix(line, "Note: This is a partial plan") }

// hasOnlyDeferred reports whether a line ends a plan that has no changes, but deferred objects,
// whose list follows.
func hasOnlyDeferred(line string) bool { return strings.HasPrefix(line, "No current changes. ") }

// isEnd reports whether a line ends a plan without a summary: a plan without changes,
// one that changes only outputs, or a refresh-only plan. Terraform wraps these texts at
// 78 columns.
func isEnd(line string) bool {
	return line == "No changes." || strings.HasPrefix(line, "No changes. ") || hasOnlyDeferred(line) ||
		strings.HasPrefix(line, "You can apply this plan to save these new output values") ||
		strings.HasPrefix(line, "This is a refresh-only plan, so ")
}

// isProgress reports whether a line is printed before a plan.
func isProgress(line string) bool {
	return strings.HasSuffix(line, ": Reading...") || strings.Contains(line, ": Refreshing state...") ||
		strings.Contains(line, ": Read complete after ") || strings.HasPrefix(line, "Initializing ")
}
