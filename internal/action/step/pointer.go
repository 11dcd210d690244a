package step

import (
	"errors"
	"strings"

	"scalr-run-action/internal/scalr"
)

// fromPointer names, for a member of a request, the input that it was made of.
// A member that is called like its input needs no entry.
var fromPointer = map[string]string{
	"account":                     "account-id",
	"configuration-version":       "path",
	"deletion-protection-enabled": "deletion-protection",
	"is-destroy":                  "destroy",
	"is-dry":                      "dry-run",
	"replace-addrs":               "replace",
	"target-addrs":                "targets",
}

// sameName are the members that are called like their inputs.
var sameName = map[string]bool{
	"auto-apply": true, "auto-destroy-days": true, "cost-estimation-enabled": true, "default-provider-configurations": true,
	"environment": true, "environment-type": true, "execution-mode": true, "iac-platform": true, "mask-sensitive-output": true,
	"message": true, "name": true, "policy-groups": true, "provider-configurations": true, "refresh": true, "refresh-only": true,
	"remote-backend": true, "save-plan": true, "tags": true, "terraform-version": true, "variables": true, "working-directory": true,
	"workspace": true,
}

// InputOf names the input that a member of a request is made of, if it is called otherwise.
func InputOf(member string) (input string, ok bool) {
	input, ok = fromPointer[member]
	return input, ok
}

// PointedTo finds the input that Scalr's words point to (JSON:API, source.pointer:
// "/data/attributes/target-addrs/0"); "" when they point to none.
func PointedTo(err error) string {
	var e *scalr.Error
	if !errors.As(err, &e) {
		return ""
	}
	for _, p := range e.Problems {
		elements := strings.Split(p.Pointer, "/")
		if len(elements) < 4 {
			continue
		}
		member := elements[3]
		if input, ok := fromPointer[member]; ok {
			return input
		}
		if sameName[member] {
			return member
		}
	}
	return ""
}
