package step

import "strings"

// NamesWorkflowRun reports whether the message contains the URL of the workflow run, with or without an attempt. The
// URL must not be followed by a digit, which would make it the URL of another run.
func NamesWorkflowRun(message, address string) bool {
	address, _, _ = strings.Cut(address, "/attempts/")
	for address != "" {
		at := strings.Index(message, address)
		if at < 0 {
			return false
		}
		message = message[at+len(address):]
		if message == "" || message[0] < '0' || message[0] > '9' {
			return true
		}
	}
	return false
}
