package step

import "strings"

// NamesWorkflowRun reports whether the message holds the address of the workflow
// run, of whatever attempt. A digit behind it makes it the address of another one.
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
