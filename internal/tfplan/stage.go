package tfplan

import (
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

// stage is the stage of the command that prints a log. Terraform prints warnings about
// the arguments and the backend before it begins an operation, such as a plan, and all
// other diagnostics at its end.
type stage struct {
	working bool // the operation has printed progress or a plan
	ended   bool // the diagnostics or the result at the end of the operation were read
}

var (
	// initStep matches the first line of a step of init.
	initStep = lazyregexp.New(`^(?:(?:Initializing|Upgrading) [\w ]{1,80}\.\.\.|Successfully configured the backend .*)$`)
	// commandStart matches what the tool prints at the end of init and before it begins a command.
	commandStart = lazyregexp.New(`^(?:Terraform|OpenTofu) (?:has been successfully initialized!|v\d)`)
	// operationStart matches what an operation prints first, except for its progress.
	operationStart = lazyregexp.New(`^(?:Changes to Outputs:$|No changes\. (?:Your infrastructure|Infrastructure|No objects) |` +
		`No current changes\. |Note: Objects have changed outside of |Planning failed\. |An execution plan has been generated|` +
		`Refreshing (?:Terraform )?state in-memory|Acquiring state lock\. |Action started: |` +
		`(?:Terraform|OpenTofu) (?:will (?:perform|invoke) |planned the |used the selected |detected the following ))`)
	// operationEnd matches what an operation prints below its diagnostics.
	operationEnd = lazyregexp.New(`^(?:(?:Apply|Destroy) complete!|Outputs:$|Saved the plan to: |Releasing state lock\. )`)
	// progressLine matches what follows an address.
	progressLine = lazyregexp.New(`^ (\(deposed object [0-9a-zA-Z]+\): )?(?:(?:Still [a-z]+|[A-Z][a-z]+ing(?: state| import)?)\.\.\.|` +
		`[A-Z][a-z]+ complete (?:after \d|\[)|Provisioning with '|Importing from ID |Import prepared!|Configuration unknown, deferring\.\.\.)`)
)

// add reads a line that does not belong to a diagnostic.
func (s *stage) add(line string) {
	switch {
	case isInitStep(line), byTool(line) && commandStart.MatchString(line):
		s.working = false
	case !s.working:
		s.working = isHeader(line) || strings.HasPrefix(line, "Plan: ") || operationStart.MatchString(line) || isResourceProgress(line)
	}
}

// follows reports whether a line is not part of the diagnostic above it, which has no box:
// the tool prints it in this stage. Only the text of a diagnostic at the end of an
// operation is controlled by the author of a configuration and can imitate such lines. An
// error ends an operation, so progress does not follow it.
func (s *stage) follows(line string, warning bool) bool {
	switch {
	case operationEnd.MatchString(line):
		return true
	case isInitStep(line):
		return warning || !s.working
	}
	return warning && !s.working && (operationStart.MatchString(line) || isResourceProgress(line))
}

// isInitStep reports whether init begins a step.
func isInitStep(line string) bool {
	return line != "" && strings.IndexByte("IUS", line[0]) >= 0 && initStep.MatchString(line)
}

// isInitEnd reports whether init reports its success; another command may follow.
func isInitEnd(line string) bool {
	return strings.HasSuffix(line, " has been successfully initialized!") && byTool(line)
}

// isResourceProgress reports whether a line reports the progress of one resource.
func isResourceProgress(line string) bool {
	if line == "" || !beginsAddress(line[0]) || !strings.Contains(line, ": ") {
		return false
	}
	address, _ := splitAddress(line)
	m := progressLine.FindStringSubmatch(line[len(address):])
	return m != nil && strings.Contains(address, ".") && (m[1] == "") == strings.HasSuffix(address, ":")
}

// beginsAddress reports whether an address may begin with the character: a letter or an
// underscore.
func beginsAddress(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' }
