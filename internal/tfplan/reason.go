package tfplan

import (
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// reasons describes Terraform's action reasons.
var reasons = map[tfjson.ActionReason]string{
	tfjson.ActionReasonReplaceBecauseTainted:         "it is tainted",
	tfjson.ActionReasonReplaceByRequest:              "as requested",
	tfjson.ActionReasonReplaceByTriggers:             "changes in `replace_triggered_by`",
	tfjson.ActionReasonDeleteBecauseNoResourceConfig: "it is no longer in the configuration",
	tfjson.ActionReasonDeleteBecauseWrongRepetition:  "its `count` or `for_each` was added or removed",
	tfjson.ActionReasonDeleteBecauseCountIndex:       "its index is out of range for `count`",
	tfjson.ActionReasonDeleteBecauseEachKey:          "its key is no longer in `for_each`",
	tfjson.ActionReasonDeleteBecauseNoModule:         "its module is no longer in the configuration",
	tfjson.ActionReasonDeleteBecauseNoMoveTarget:     "it was moved to an address that is not in the configuration",
	"delete_because_enabled_false":                   "its `enabled` is false",         // OpenTofu 1.11
	"forgot_because_lifecycle_destroy_in_config":     "`lifecycle.destroy` is `false`", // OpenTofu
	"forgot_because_lifecycle_destroy_in_state":      "`lifecycle.destroy` was `false` before it was removed from the configuration",
	tfjson.ActionReasonReadBecauseConfigUnknown:      "its configuration is known only after the apply",
	tfjson.ActionReasonReadBecauseDependencyPending:  "it depends on changes that are pending",
	tfjson.ActionReasonReadBecauseCheckNested:        "a `check` block reads it",

	// The reasons of deferred changes, in the words of hashicorp/terraform,
	// internal/command/jsonformat/plan.go.
	"instance_count_unknown":  "because the number of resource instances is unknown",
	"resource_config_unknown": "because the resource configuration is unknown",
	"provider_config_unknown": "because the provider configuration is unknown",
	"deferred_prereq":         "because a prerequisite for this resource is deferred",
	"absent_prereq":           "because a prerequisite for this resource has not yet been created",
}

// forcedReason describes the attributes that force a replacement.
func forcedReason(names []string) string {
	var list []string
	for _, n := range names {
		n = "`" + strings.ReplaceAll(n, "`", "'") + "`"
		if len(list) == 5 {
			list = append(list, "more")
			break
		}
		list = append(list, n)
	}
	switch len(list) {
	case 0:
		return ""
	case 1:
		return list[0] + " cannot be changed in place"
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1] + " cannot be changed in place"
}

// dotted formats a path of the plan JSON as Terraform does: ingress[0].port.
func dotted(path []any) string {
	var out strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case string:
			if out.Len() > 0 {
				out.WriteByte('.')
			}
			out.WriteString(step)
		default:
			out.WriteString("[" + compact(step) + "]")
		}
	}
	return out.String()
}
