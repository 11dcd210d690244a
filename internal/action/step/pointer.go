package step

import (
	"errors"
	"strings"

	"scalr-run-action/internal/scalr"
)

// inputOfAttribute maps attributes of a request to the inputs that set them, where the names differ.
var inputOfAttribute = map[string]string{
	"account":                     "account-id",
	"configuration-version":       "path",
	"deletion-protection-enabled": "deletion-protection",
	"is-destroy":                  "destroy",
	"is-dry":                      "dry-run",
	"replace-addrs":               "replace",
	"target-addrs":                "targets",
}

// attributesNamedAsInput are the attributes that have the name of their input.
var attributesNamedAsInput = map[string]bool{
	"auto-apply": true, "auto-destroy-days": true, "cost-estimation-enabled": true, "default-provider-configurations": true,
	"environment": true, "environment-type": true, "execution-mode": true, "iac-platform": true, "mask-sensitive-output": true,
	"message": true, "name": true, "policy-groups": true, "provider-configurations": true, "refresh": true, "refresh-only": true,
	"remote-backend": true, "save-plan": true, "tags": true, "terraform-version": true, "variables": true, "working-directory": true,
	"workspace": true,
}

// InputOf returns the input that sets an attribute of a request, if their names differ.
func InputOf(member string) (input string, ok bool) {
	input, ok = inputOfAttribute[member]
	return input, ok
}

// InputOfError returns the input to which Scalr's error refers, or "" if there is none. It uses the JSON:API member
// source.pointer, such as "/data/attributes/target-addrs/0".
func InputOfError(err error) string {
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
		if input, ok := inputOfAttribute[member]; ok {
			return input
		}
		if attributesNamedAsInput[member] {
			return member
		}
	}
	return ""
}
