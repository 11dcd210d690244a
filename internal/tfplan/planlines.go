package tfplan

import (
	"regexp"
	"strings"
)

// Here is what the lines of a plan look like.

var (
	planBody = regexp.MustCompile(`^(?:  [-+~.]| \.|-/\+|\+/-|\./\+|\+/\.| <=|   ) \S+ "`)
	planSum  = regexp.MustCompile(`^Plan: (?:(\d{1,9}) to import, )?(\d{1,9}) to add, (\d{1,9}) to change, (\d{1,9}) to destroy` +
		`(?:, (\d{1,9}) to forget)?\.(?: Actions: (\d{1,9}) to invoke\.)?$`)
	deposed = regexp.MustCompile(`^\(deposed object ([0-9a-zA-Z]+)\) `)
	rule    = regexp.MustCompile(`^(?:─{20,}|-{20,})$`)
	// resource is what an address looks like: a type and a name, perhaps in a module.
	resource = regexp.MustCompile(`^(?:[A-Za-z_][\w-]*(?:\[[^\]]*\])?\.)+[A-Za-z_][\w-]*(?:\[.*\])?$`)
)

// A log may have millions of lines, so that what comes first is cheap.
func isRule(line string) bool {
	return (strings.HasPrefix(line, "-") || strings.HasPrefix(line, "─")) && rule.MatchString(line)
}

// isHeader reports a comment line above a block: one or two blanks deep.
func isHeader(line string) bool {
	text, ok := strings.CutPrefix(strings.TrimPrefix(line, " "), " # ")
	if !ok {
		text, ok = strings.CutPrefix(line, " # ")
	}
	return ok && text != "" && text[0] != ' '
}

// isNote reports a line below a header that says no more than others do, such as
// the identity by which a resource is imported.
func isNote(line string) bool {
	return strings.HasPrefix(line, "  #") || strings.HasPrefix(line, " (because ")
}

// byTool reports a sentence that begins with the tool's name.
func byTool(line string) bool {
	return strings.HasPrefix(line, "Terraform ") || strings.HasPrefix(line, "OpenTofu ")
}

const outputsTitle = "Changes to Outputs:"

// isBlock reports the first line of a resource's block.
func isBlock(line string) bool { return strings.Contains(line, ` "`) && planBody.MatchString(line) }

// isEnd reports the words with which a plan without a sum ends: one without
// changes, one that changes nothing but outputs, and one that only looks for drift.
// They are wrapped at 78 columns.
func isEnd(line string) bool {
	return line == "No changes." || strings.HasPrefix(line, "No changes. ") ||
		strings.HasPrefix(line, "You can apply this plan to save these new output values") ||
		strings.HasPrefix(line, "This is a refresh-only plan, so ")
}

// isProgress reports a line that is printed before a plan.
func isProgress(line string) bool {
	return strings.HasSuffix(line, ": Reading...") || strings.Contains(line, ": Refreshing state...") ||
		strings.Contains(line, ": Read complete after ") || strings.HasPrefix(line, "Initializing ")
}
