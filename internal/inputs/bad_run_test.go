package inputs_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/inputs"
)

func TestBadTarget(t *testing.T) {
	t.Parallel()
	id := func(name, value, says string) row {
		return row{name: name, with: with{"workspace-id": value}, input: "workspace-id", says: says}
	}
	byName := func(name, value, says string) row {
		return row{name: name, with: with{"workspace-id": "", "workspace": value}, input: "workspace", says: says}
	}
	rows := []row{
		id("empty", "", "is empty, and so is workspace|workspace-id: ws-v0abc123|workspace: production/network"),
		id("name", "network", "looks like a name|Workspace ids start with ws-|workspace: environment/network"),
		id("full name", "production/network", "looks like a name|write workspace: production/network"),
		id("prefix alone", "ws-", "must be ws- and then letters and digits|workspace-id: ws-v0abc123"),
		id("environment id", "env-v0abc123", "looks like an environment id|Workspace ids start with ws-"),
		id("run id", "run-v0abc123", "looks like a run id|Workspace ids start with ws-"),
		id("account id", "acc-v0abc123", "looks like an account id"),
		id("configuration version id", "cv-v0abc123", "looks like a configuration version id"),
		id("page of the workspace", "https://acme.scalr.io/v2/e/env-v0e/workspaces/ws-v0abc999", "is a web address|workspace-id: ws-v0abc999"),
		id("page of something else", "https://acme.scalr.io/v2/e/env-v0e", "is a web address|workspace-id: ws-v0abc123"),
		id("way up", "ws-../../x", "letters and digits only"),
		id("query", "ws-a?b=c", "letters and digits only"),
		id("action", "ws-a/actions/lock", "letters and digits only"),
		id("encoded way up", "ws-%2e%2e", "letters and digits only"),
		id("unicode", "ws-аbc", "letters and digits only"),
		id("10 kB of letters", "ws-"+strings.Repeat("a", 10_000), "is 10003 characters long"),
		id("10 kB", strings.Repeat("é", 5_000), "is 5000 characters long"),
		id("longest id, with a hyphen", "ws-"+strings.Repeat("a", 60)+"-", "letters and digits only"),
		id("line break", "ws-a\nws-b", "letters and digits only"),
		{name: "token by mistake", with: with{"workspace-id": goodToken}, input: "workspace-id", says: "looks like a name", hides: goodToken, unquoted: true},
		id("upper case", "WS-ABC", "looks like a name"),
		id("expression", "${{ vars.WORKSPACE }}", "the expression was not evaluated|workspace-id: ${{ vars.NAME }}"),
		{name: "both", with: with{"workspace": "production/network"}, input: "workspace-id", says: "cannot be combined with workspace|Remove one"},
		byName("no environment", "network", "names no environment|workspace: production/network"),
		byName("id", "ws-v0abc123", "looks like an id|workspace-id: ws-v0abc123"),
		byName("no workspace", "production/", "has nothing on one side of the slash"),
		byName("nothing before the slash", "/network", "has nothing on one side of the slash"),
		byName("slash alone", "/", "has nothing on one side of the slash"),
		byName("blank environment", " / network", "has nothing on one side"),
		byName("page", "https://acme.scalr.io/v2/e/env-v0e/workspaces/ws-v0abc999", "is a web address|workspace-id: ws-v0abc999"),
		byName("two lines", "production/network\nstaging/network", "contains a line break|workspace: "),
		byName("escape", "production/\x1b]8;;", "contains the control character U+001B"),
		byName("long", "production/"+strings.Repeat("n", 600), "is 611 characters long"),
		byName("name not evaluated", "${{ inputs.workspace }}", "the expression was not evaluated"),
	}
	runRows(t, rows)
}

func TestBadMode(t *testing.T) {
	t.Parallel()
	mode := func(name, value, says string) row {
		return row{name: name, with: with{"mode": value}, input: "mode", says: says}
	}
	rows := []row{
		mode("Plan", "Plan", `is not a mode: "Plan"|Did you mean plan?|mode: run with dry-run: true`),
		mode("apply", " apply ", `is not a mode: "apply"|mode: run with dry-run: false|mode: confirm`),
		mode("destory", "destory", "Did you mean destroy?|mode: run with destroy: true"),
		mode("destroy", "destroy", "Set mode: run with destroy: true"),
		mode("true", "true", "is not one of the allowed values|run, watch, confirm, override, discard, cancel, check"),
		mode("Run", "Run", "Did you mean run?"),
		{
			name: "unknown, and what depends on the mode", with: with{"mode": "runs", "workspace-id": "", "save-plan": "true"},
			input: "mode", says: "is not one of the allowed values|Did you mean run?",
		},
		mode("cancle", "cancle", "Did you mean cancel?"),
		mode("two words", "run,watch", "is not one of the allowed values"),
		mode("long", strings.Repeat("run", 10_000), "is not one of the allowed values"),
		mode("expression", "${{ inputs.mode }}", "the expression was not evaluated"),
		{name: "watch without a run", with: with{"mode": "watch", "workspace-id": ""}, input: "run-id", says: "is empty, but mode: watch|run-id: run-v0abc123"},
		{name: "confirm without a run", with: with{"mode": "confirm"}, input: "run-id", says: "is empty, but mode: confirm"},
		{name: "override without a run", with: with{"mode": "override"}, input: "run-id", says: "is empty, but mode: override"},
		{name: "discard without a run", with: with{"mode": "discard"}, input: "run-id", says: "is empty, but mode: discard"},
		{name: "cancel without a run", with: with{"mode": "cancel"}, input: "run-id", says: "is empty, but mode: cancel"},
		{name: "check without a workspace", with: with{"mode": "check", "workspace-id": ""}, input: "workspace-id", says: "is empty, and so is workspace"},
		{name: "run with a run", with: with{"run-id": "run-v0abc123"}, input: "run-id", says: "is set, but mode: run creates a new run|mode: watch"},
		{name: "run id that is a workspace's", with: with{"mode": "watch", "run-id": "ws-v0abc123"}, input: "run-id",
			says: "looks like a workspace id|Run ids start with run-"},
		{name: "run id that is a number", with: with{"mode": "watch", "run-id": "42"}, input: "run-id", says: "looks like a name|run-id: run-v0abc123"},
		{name: "run id that is a page", with: with{"mode": "cancel", "run-id": "https://acme.scalr.io/v2/e/env-a/workspaces/ws-b/runs/run-c"},
			input: "run-id", says: "is a web address|run-id: run-c"},
		{name: "run id with a way up", with: with{"mode": "cancel", "run-id": "run-../../x"}, input: "run-id", says: "letters and digits only"},
		{name: "expected version without a run", with: with{"expected-configuration-version-id": "cv-v0abc123"}, input: "expected-configuration-version-id",
			says: "must be used with run-id|mode: confirm"},
		{name: "expected version in a check", with: with{
			"mode": "check", "expected-configuration-version-id": "cv-v0abc123",
		}, input: "expected-configuration-version-id",
			says: "must be used with run-id"},
		{name: "expected version that is a run", with: with{"mode": "confirm", "run-id": "run-a", "expected-configuration-version-id": "run-a"},
			input: "expected-configuration-version-id", says: "looks like a run id|Configuration version ids start with cv-|" +
				"expected-configuration-version-id: cv-v0abc123"},
		{name: "expected version not evaluated", with: with{"mode": "confirm", "run-id": "run-a", "expected-configuration-version-id": "${{ needs.x }}"},
			input: "expected-configuration-version-id", says: "the expression was not evaluated"},
		{name: "workspace and its id for a run", with: with{"mode": "confirm", "run-id": "run-a", "workspace": "production/network"},
			input: "workspace-id", says: "cannot be combined with workspace"},
		{name: "watch without waiting", with: with{"mode": "watch", "run-id": "run-a", "wait": "false"}, input: "wait",
			says: "mode: watch only waits|wait: true"},
	}
	runRows(t, rows)
}

func TestBadBooleans(t *testing.T) {
	t.Parallel()
	var rows []row
	for _, name := range []string{"dry-run", "destroy", "auto-apply", "save-plan", "refresh", "refresh-only", "wait", "summary", "allow-pull-request-target"} {
		rows = append(rows,
			row{name: name + " yes", with: with{name: "yes"}, input: name, says: `is neither true nor false: "yes"|` + name + ": true"},
			row{name: name + " 0", with: with{name: "0"}, input: name, says: `is neither true nor false: "0"|` + name + ": false"},
			row{name: name + " ture", with: with{name: "ture"}, input: name, says: `is neither true nor false|` + name + ": true"},
			row{name: name + " expression", with: with{name: "${{ inputs.x }}"}, input: name, says: "the expression was not evaluated"},
		)
	}
	for _, name := range []string{"cost-estimation-enabled", "mask-sensitive-output", "remote-backend"} {
		rows = append(rows, row{name: name, action: "environment", with: with{name: "on"}, input: name, says: "is neither true nor false|" + name + ": true"})
	}
	for _, name := range []string{"auto-apply", "deletion-protection"} {
		rows = append(rows, row{
			name: "workspace " + name, action: "workspace", with: with{name: "NO"}, input: name,
			says: "is neither true nor false|" + name + ": false",
		})
	}
	for word, meant := range map[string]string{
		"y": "true", "YES": "true", "on": "true", "1": "true", "T": "true", "Enabled": "true",
		"no": "false", "n": "false", "off": "false", "0": "false", "f": "false", "DISABLED": "false",
	} {
		rows = append(rows,
			row{name: word, with: with{"wait": word}, input: "wait", says: "is neither true nor false|Set wait: " + meant},
			row{name: word + " without a default", action: "workspace", with: with{"auto-apply": word}, input: "auto-apply",
				says: "is neither true nor false|Set auto-apply: " + meant})
	}
	rows = append(rows, row{name: "two lines", with: with{"dry-run": "true\nfalse"}, input: "dry-run", says: "is neither true nor false"},
		row{name: "something else", with: with{"auto-apply": "maybe"}, input: "auto-apply", says: "is neither true nor false|auto-apply: true or false"})
	runRows(t, rows)
}

func TestBadTimeout(t *testing.T) {
	t.Parallel()
	timeout := func(name, value, says string) row {
		return row{name: name, with: with{"timeout": value}, input: "timeout", says: says}
	}
	runRows(t, []row{
		timeout("zero", "0", "is out of range|from 1s to 120h|timeout: 30m"),
		timeout("negative", "-1", "is not a duration|timeout: 30m"),
		timeout("negative minutes", "-5m", "is out of range"),
		timeout("word", "abc", "is not a duration|timeout: 30m"),
		timeout("no unit", "30", "is not a duration|timeout: 30m or 30s"),
		timeout("exponent", "1e9h", "is not a duration"),
		timeout("space", "5 m", "is not a duration|timeout: 5m"),
		timeout("words", "10 minutes", "is not a duration|timeout: 10m"),
		timeout("days", "1d", "is not a duration|timeout: 24h"),
		timeout("several days", "3 days", "is not a duration|timeout: 72h"),
		timeout("century", "99999999h", "is out of range|from 1s to 120h|timeout: 30m"),
		timeout("more than a job lasts", "121h", "is out of range|from 1s to 120h"),
		timeout("too short", "10ms", "is out of range"),
		timeout("expression", "${{ vars.TIMEOUT }}", "the expression was not evaluated"),
	})
}

func TestBadWaitForLock(t *testing.T) {
	t.Parallel()
	wait := func(name, value, timeout, says string) row {
		return row{name: name, with: with{"dry-run": "false", "wait-for-lock": value, "timeout": timeout}, input: "wait-for-lock", says: says}
	}
	runRows(t, []row{
		wait("longer than hours", "3h", "2h0m0s", "is longer than timeout|at most wait-for-lock: 2h"),
		wait("longer than minutes", "3h", "90m", "is longer than timeout|at most wait-for-lock: 1h30m"),
		wait("longer than seconds", "3h", "90s", "is longer than timeout|at most wait-for-lock: 1m30s"),
		wait("longer than hours and seconds", "3h", "1h10s", "is longer than timeout|at most wait-for-lock: 1h0m10s"),
		wait("no duration", "soon", "", "wait-for-lock: 30m"),
		wait("zero", "0s", "", "is out of range"),
		wait("longer than the default timeout", "61m", "", `is longer than timeout|"61m"|"60m"`),
		wait("longer than timeout", "10m", "5m", "is longer than timeout"),
	})
}

func TestBadPath(t *testing.T) {
	t.Parallel()
	path := func(name, value, says string) row {
		return row{name: name, with: with{"path": value}, env: map[string]string{"GITHUB_WORKSPACE": "/github/workspace"}, input: "path", says: says}
	}
	runRows(t, []row{
		path("up", "..", "points outside the checkout|path: infra/network"),
		path("up from within", "infra/../../x", `points outside the checkout|is "../x" relative to it`),
		path("root", "/", "is outside the checkout"),
		path("process", "/proc/self", "is outside the checkout"),
		path("temporary directory", "/github/runner_temp", "is outside the checkout|an empty path uploads the whole checkout"),
		path("prefix of the checkout", "/github/workspace-evil", "is outside the checkout"),
		path("absolute way up", "/github/workspace/../x", "is outside the checkout"),
		path("home", "~", "begins with ~"),
		path("below home", "~/infra", "begins with ~|path: infra/network"),
		path("variable", "$HOME", "begins with a variable"),
		path("variable in braces", "${GITHUB_WORKSPACE}/infra", "begins with a variable"),
		path("pattern", "infra/*", "is a pattern"),
		path("pattern of one letter", "infra/?", "is a pattern"),
		path("NUL", "infra\x00", "contains a NUL character"),
		path("line break", "infra\nother", "contains a line break"),
		path("address", "https://github.com/acme/infra", "is a web address"),
		path("a byte too long", strings.Repeat("a/", 2048)+"b", "is longer than 4096 characters"),
		path("long", strings.Repeat("a/", 3000), "is longer than 4096 characters"),
		path("expression", "${{ inputs.path }}", "the expression was not evaluated"),
	})
}

func TestBadReporting(t *testing.T) {
	t.Parallel()
	one := func(name, input, value, says string) row {
		return row{name: name, with: with{input: value}, input: input, says: says}
	}
	runRows(t, []row{
		one("on-cancel", "on-cancel", "Stop", "is not one of the allowed values|Did you mean stop?|on-cancel: stop"),
		one("on-cancel other", "on-cancel", "kill", "stop, stop-apply, leave"),
		one("on-cancel spelt", "on-cancel", "stop_apply", "Did you mean stop-apply?"),
		one("fail-on", "fail-on", "destory", `line 1 is not a condition: "destory"|Did you mean destroy?|fail-on: destroy`),
		one("fail-on commas", "fail-on", "changes,destroy", "line 1 is not a condition|per line, not separated by commas"),
		one("fail-on later line", "fail-on", "changes\n\ndestroys", "line 3 is not a condition|Did you mean destroy?"),
		one("fail-on boolean", "fail-on", "true", "line 1 is not a condition"),
		one("fail-on expression", "fail-on", "${{ inputs.gates }}", "the expression was not evaluated"),
		one("max-cost-increase", "max-cost-increase", "50", "fail-on does not contain cost-increase|fail-on: cost-increase"),
		{name: "max-cost-increase dollars", with: with{"fail-on": "cost-increase", "max-cost-increase": "$50"}, input: "max-cost-increase",
			says: "is not an amount of money|max-cost-increase: 50"},
		{name: "max-cost-increase negative", with: with{"fail-on": "cost-increase", "max-cost-increase": "-1"}, input: "max-cost-increase",
			says: "is not an amount of money"},
		{name: "max-cost-increase infinite", with: with{"fail-on": "cost-increase", "max-cost-increase": "inf"}, input: "max-cost-increase",
			says: "is not an amount of money"},
		{name: "max-cost-increase comma", with: with{"fail-on": "cost-increase", "max-cost-increase": "12,5"}, input: "max-cost-increase",
			says: "is not an amount of money|max-cost-increase: 12.5"},
		{name: "fail-on without waiting", with: with{"fail-on": "destroy", "wait": "False"}, input: "fail-on", says: "is set|wait: false|Set wait: true"},
		one("terraform-outputs", "terraform-outputs", "nonsensitive", "is not one of the allowed values|Did you mean non-sensitive?"),
		one("terraform-outputs boolean", "terraform-outputs", "false", "non-sensitive, none, all"),
		one("comment", "comment", "updated", "is not a comment mode|Did you mean update?|comment: update"),
		one("comment yes", "comment", "yes", "is not a comment mode|hide-and-new, changes-only"),
		one("comment expression", "comment", "${{ inputs.comment }}", "the expression was not evaluated"),
		one("comment-tag", "comment-tag", "a-->b", "contains a character that is not allowed|comment-tag: eu-west-1"),
		one("comment-tag lines", "comment-tag", "a\nb", "contains a character that is not allowed"),
		one("comment-tag long", "comment-tag", strings.Repeat("a", 101), "is 101 characters long"),
		one("comment-tag expression", "comment-tag", "${{ matrix.region }}", "the expression was not evaluated"),
		one("pr-number", "pr-number", "#42", "is not a whole number above zero|pr-number: 42"),
		one("pr-number zero", "pr-number", "0", "is not a whole number above zero"),
		one("pr-number negative", "pr-number", "-1", "is not a whole number above zero"),
		one("pr-number fraction", "pr-number", "4.2", "is not a whole number above zero"),
		one("pr-number huge", "pr-number", "99999999999999999999", "is not a whole number above zero"),
		one("pr-number reference", "pr-number", "refs/pull/42/merge", "is not a whole number above zero"),
		{name: "fork's head", origin: inputs.Origin{OnGitHub: true, Event: "pull_request_target", ForkHead: true}, input: "allow-pull-request-target",
			says: "pull_request_target with the head of a fork|executes the code|allow-pull-request-target: true"},
		{name: "fork's head, workflow_run", origin: inputs.Origin{OnGitHub: true, Event: "workflow_run", ForkHead: true}, input: "allow-pull-request-target",
			says: "workflow_run with the head of a fork|executes the code|allow-pull-request-target: true"},
		{name: "commit of a deployment", origin: inputs.Origin{OnGitHub: true, Event: "deployment_status", ForkHead: true, HeadUnknown: true},
			input: "allow-pull-request-target",
			says:  "deployment_status gives this job your secrets|may be in a fork|the name of a branch or tag|allow-pull-request-target: true"},
		{name: "unknown head", origin: inputs.Origin{OnGitHub: true, Event: "issue_comment", ForkHead: true, HeadUnknown: true},
			input: "allow-pull-request-target",
			says:  "issue_comment gives this job your secrets|does not say whether|only if its head is in this repository|allow-pull-request-target: true"},
		{name: "fork's head, confirm", with: with{
			"mode": "confirm", "run-id": "run-a",
		}, origin: inputs.Origin{OnGitHub: true, Event: "pull_request_target", ForkHead: true},
			input: "allow-pull-request-target", says: "pull_request_target"},
	})
}

func TestBadCombinations(t *testing.T) {
	t.Parallel()
	runRows(t, []row{
		{name: "auto-apply of a dry run", with: with{"auto-apply": "true"}, input: "auto-apply", says: "dry-run is \"true\" too|never applies|dry-run: false"},
		{name: "saved plan of a dry run", with: with{"save-plan": "true"}, input: "save-plan", says: "dry-run is \"true\" too|dry-run: false"},
		{name: "saved plan applied", with: with{"save-plan": "TRUE", "dry-run": "false", "auto-apply": "true"}, input: "save-plan",
			says: "auto-apply is \"true\" too|remove auto-apply", unquoted: true},
		{name: "refresh-only destroy", with: with{"refresh-only": "true", "destroy": "true"}, input: "refresh-only", says: "destroy is \"true\" too"},
		{name: "refresh-only without refresh", with: with{"refresh-only": "true", "refresh": "false"}, input: "refresh-only", says: "refresh is \"false\""},
		{name: "replace and destroy", with: with{"replace": "aws_instance.web", "destroy": "true"}, input: "replace", says: "replaces nothing|destroy: false"},
		{name: "replace and refresh-only", with: with{"replace": "aws_instance.web", "refresh-only": "true"}, input: "replace", says: "replaces nothing"},
	})
}
