package tfplan

import (
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// headline returns the meaning of Terraform's words that follow an address.
func headline(words string) (action Action, drifted, ok bool) {
	for _, row := range headlines {
		if strings.HasPrefix(words, row.words) {
			if row.action == Replace && strings.Contains(words, " not be destroyed") {
				return Succeed, false, true
			}
			return row.action, row.drifted, true
		}
	}
	return "", false, false
}

// headlineReason returns the reason for a replacement that follows an address; empty if
// the words contain none.
func headlineReason(words string) string {
	switch {
	case strings.HasPrefix(words, "is tainted, so "):
		return reasons[tfjson.ActionReasonReplaceBecauseTainted]
	case strings.HasPrefix(words, "will be replaced, as requested"):
		return reasons[tfjson.ActionReasonReplaceByRequest]
	case strings.HasPrefix(words, "will be replaced due to changes in replace_triggered_by"):
		return reasons[tfjson.ActionReasonReplaceByTriggers]
	}
	return ""
}

// headlines are the words of hashicorp/terraform and opentofu/opentofu,
// internal/command/jsonformat/plan.go, and of their older versions.
var headlines = []struct {
	words   string
	action  Action
	drifted bool
}{
	{words: "will be created", action: Create},
	{words: "will be updated in-place", action: Update},
	{words: "will be destroyed", action: Destroy},
	{words: "must be replaced", action: Replace},
	{words: "will be replaced", action: Replace},
	{words: "is tainted, so ", action: Replace},
	{words: "will be read during apply", action: Read},
	{words: "has moved to ", action: Move},
	{words: "will be imported", action: Import},
	{words: "will no longer be managed by ", action: Forget},
	{words: "will be removed from Terraform state", action: Forget},
	{words: "will be removed from the OpenTofu state", action: Forget},
	{words: "will be invoked", action: Invoke},
	{words: "was deferred", action: Defer},
	{words: "has changed", action: Update, drifted: true},
	{words: "has been changed", action: Update, drifted: true},
	{words: "has been deleted", action: Destroy, drifted: true},
}
