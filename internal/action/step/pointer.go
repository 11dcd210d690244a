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

// inputOfName maps operations to the input that sets the attribute name, where it is not the input name.
var inputOfName = map[scalr.Operation]string{
	scalr.OpCreateTag:         "tags",
	scalr.OpUpdateEnvironment: "rename-to",
	scalr.OpUpdateProvider:    "provider-configurations",
}

// InputOf returns the input that sets an attribute of a request, if their names differ.
func InputOf(member string) (input string, ok bool) {
	input, ok = inputOfAttribute[member]
	return input, ok
}

// InputOfError returns the input to which Scalr's error refers, or "" if there is none. It uses the JSON:API member
// source.pointer, such as "/data/attributes/target-addrs/0".
func InputOfError(err error) string {
	var known *inputError
	if errors.As(err, &known) {
		return known.input
	}
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
			if input := inputOfName[e.Op.Operation]; member == "name" && input != "" {
				return input
			}
			return member
		}
	}
	return ""
}

// inputError is an error that refers to an input.
type inputError struct {
	error
	input string
}

func (e *inputError) Unwrap() error { return e.error }

// ForInput returns err with the input to which it refers.
func ForInput(err error, input string) error { return &inputError{err, input} }
