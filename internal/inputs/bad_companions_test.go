package inputs_test

import (
	"strings"
	"testing"
)

func TestBadEnvironment(t *testing.T) {
	t.Parallel()
	one := func(name, input, value, says string) row {
		return row{name: name, action: "environment", with: with{input: value}, input: input, says: says}
	}
	more := func(name string, w with, input, says string) row {
		return row{name: name, action: "environment", with: w, input: input, says: says}
	}
	runRows(t, []row{
		one("mode", "mode", "presnet", "is not one of the allowed values|Did you mean present?|present, absent, show, list"),
		one("mode with another name", "mode", "Create", "Did you mean present?|present, absent, show, list"),
		one("mode to delete", "mode", "delete", "Did you mean absent?|present, absent, show, list"),
		one("mode of the root action", "mode", "run", "present, absent, show, list"),
		one("mode not evaluated", "mode", "${{ inputs.mode }}", "the expression was not evaluated"),
		one("nothing", "name", "", "is empty, and so is environment-id|name: production or environment-id: env-v0abc123"),
		more("nothing to delete", with{"mode": "absent", "name": ""}, "name", "is empty, and so is environment-id"),
		more("both", with{"environment-id": "env-a"}, "name", "cannot be combined with environment-id|Remove one"),
		more("workspace id", with{"name": "", "environment-id": "ws-v0abc123"}, "environment-id", "looks like a workspace id|Environment ids start with env-"),
		more("name for an id", with{"name": "", "environment-id": "production"}, "environment-id", "looks like a name|write name: production"),
		more("way up", with{"name": "", "environment-id": "env-../x"}, "environment-id", "letters and digits only"),
		one("long name", "name", strings.Repeat("n", 256), "is 256 characters long, at most 255"),
		one("name of two lines", "name", "a\nb", "contains a line break|name: production"),
		one("name not evaluated", "name", "${{ inputs.name }}", "the expression was not evaluated"),
		one("new name", "rename-to", "a\x00", "contains a NUL character|rename-to: "),
		one("long new name", "rename-to", strings.Repeat("ä", 256), "is 256 characters long"),
		one("account", "account-id", "acme", "looks like a name|Account ids start with acc-"),
		one("other account", "account-id", "env-v0abc123", "looks like an environment id"),
		one("workspace as the account", "account-id", "ws-v0abc123", "looks like a workspace id"),
		one("tags-mode", "tags-mode", "append", "is not one of the allowed values|add, replace, remove, clear"),
		more("clear with tags", with{"tags-mode": "clear", "tags": "a"}, "tags", "is set, but tags-mode: clear"),
		more("replace without tags", with{"tags-mode": "replace"}, "tags", "is empty, but tags-mode: replace|tags: preview"),
		more("remove without tags", with{"tags-mode": "remove", "tags": "\n \n"}, "tags", "is empty, but tags-mode: remove"),
		one("long tag", "tags", "a\n"+strings.Repeat("b", 256), "line 2 is 256 characters long"),
		one("tag with an escape", "tags", "a\x1b", "line 1 contains the control character U+001B"),
		one("tag not evaluated", "tags", "pr-${{ github.event.number }}", "the expression was not evaluated"),
		one("provider configuration", "provider-configurations", "a\tb", "line 1 contains the control character U+0009|provider-configurations: "),
		one("default provider configuration", "default-provider-configurations", "a\x00b", "line 1 contains a NUL character"),
		one("policy group", "policy-groups", strings.Repeat("p", 300), "line 1 is 300 characters long"),
		one("policy-groups-mode", "policy-groups-mode", "delete", "add, remove|policy-groups-mode: add"),
		more("query", with{"mode": "list", "query": "a\nb"}, "query", "contains a line break|query: "),
		more("filter-tag", with{"mode": "list", "filter-tag": "a\rb"}, "filter-tag", "contains a line break"),
		more("filter-policy-group", with{"mode": "list", "filter-policy-group": strings.Repeat("p", 300)}, "filter-policy-group", "is 300 characters long"),
		more("date", with{
			"mode": "list", "filter-latest-run-date": "2026-01-01",
		}, "filter-latest-run-date", "is not a range of dates|: between:2026-01-01T00:00:00Z,"),
		more("one date", with{"mode": "list", "filter-latest-run-date": "between:2026-01-01T00:00:00Z"}, "filter-latest-run-date", "is not a range of dates"),
		more("first date mistyped", with{"mode": "list", "filter-latest-run-date": "between:2026-01-01,2026-02-01T00:00:00Z"},
			"filter-latest-run-date", "is not a range of dates"),
		more("second date mistyped", with{"mode": "list", "filter-latest-run-date": "between:2026-01-01T00:00:00Z,2026-02-01"},
			"filter-latest-run-date", "is not a range of dates"),
		more("dates in reverse", with{"mode": "list", "filter-latest-run-date": "between:2026-02-01T00:00:00Z,2026-01-01T00:00:00Z"},
			"filter-latest-run-date", "whose end is before its start|between:2026-01-01T00:00:00Z,2026-02-01T00:00:00Z"),
		more("sort", with{"mode": "list", "sort": "names"}, "sort", "is not a sort attribute|Did you mean name?|sort: -created-at"),
		more("sort by what is gone", with{"mode": "list", "sort": "name,cost-estimation-enabled"}, "sort", "is not a sort attribute"),
		more("sort with space", with{"mode": "list", "sort": "name, created-at"}, "sort", "is not a sort attribute"),
	})
}

func TestBadWorkspace(t *testing.T) {
	t.Parallel()
	one := func(name, input, value, says string) row {
		return row{name: name, action: "workspace", with: with{input: value}, input: input, says: says}
	}
	more := func(name string, w with, input, says string) row {
		return row{name: name, action: "workspace", with: w, input: input, says: says}
	}
	nameless := func(more with) with {
		w := with{"name": "", "environment": ""}
		for k, v := range more {
			w[k] = v
		}
		return w
	}
	runRows(t, []row{
		one("mode", "mode", "output", "is not one of the allowed values|Did you mean outputs?"),
		one("mode of the root action", "mode", "check", "present, absent, show, list, outputs"),
		more("nothing", nameless(nil), "workspace-id", "is empty, and so are environment and name|workspace-id: ws-v0abc123"),
		more("nothing to read", nameless(with{"mode": "outputs"}), "workspace-id", "is empty, and so are environment and name"),
		one("no environment", "environment", "", "is empty, but name is set|environment: production"),
		one("no name", "name", "", "is empty, but environment is set|name: network"),
		more("id and name", with{"workspace-id": "ws-a", "environment": ""}, "workspace-id", "cannot be combined with name|Remove one"),
		more("id and environment", with{"workspace-id": "ws-a", "name": ""}, "workspace-id", "cannot be combined with environment|Remove environment"),
		more("environment id", nameless(with{"workspace-id": "env-v0abc123"}), "workspace-id", "looks like an environment id"),
		more("name for an id", nameless(with{"workspace-id": "network"}), "workspace-id", "looks like a name|write name: network"),
		more("way up", nameless(with{"workspace-id": "ws-a/../b"}), "workspace-id", "letters and digits only"),
		one("name with a dot", "name", "net.work", "contains a character that a workspace's name cannot have|name: network-eu"),
		one("name with a slash", "name", "production/network", "contains a character that a workspace's name cannot have"),
		one("long name", "name", strings.Repeat("n", 256), "is 256 characters long"),
		one("environment of two lines", "environment", "a\nb", "contains a line break"),
		one("environment not evaluated", "environment", "${{ env.E }}", "the expression was not evaluated"),
		one("platform", "iac-platform", "tofu", "is not one of the allowed values|Did you mean opentofu?|terraform, opentofu"),
		one("platform in capitals", "iac-platform", "OpenTofu", "Did you mean opentofu?"),
		one("version", "terraform-version", "1.9.8; rm", "is not a version|terraform-version: 1.9.8"),
		one("version with v", "terraform-version", "v1.9.8", "begins with a v|terraform-version: 1.9.8"),
		one("version 0 with v", "terraform-version", "v0.15.5", "begins with a v|terraform-version: 0.15.5"),
		one("version 9 with v", "terraform-version", "v9.0.0", "begins with a v|terraform-version: 9.0.0"),
		one("version not evaluated", "terraform-version", "${{ vars.TF }}", "the expression was not evaluated"),
		one("long version", "terraform-version", strings.Repeat("1.", 50), "is not a version"),
		one("absolute directory", "working-directory", "/infra", "is absolute|working-directory: infra/network"),
		one("directory up", "working-directory", "../infra", "points outside the uploaded directory"),
		one("directory of two lines", "working-directory", "a\nb", "contains a line break"),
		one("long directory", "working-directory", strings.Repeat("d", 256), "is 256 characters long"),
		one("execution mode", "execution-mode", "agent", "remote, local|execution-mode: remote"),
		one("days", "auto-destroy-days", "3", "is not one of the allowed values|1, 2, 7, 14"),
		one("no day", "auto-destroy-days", "0", "1, 2, 7, 14"),
		one("environment type", "environment-type", "prod", "allowed values|Did you mean production?|production, staging, testing, development, unmapped"),
		one("environment type spelt", "environment-type", "developement", "Did you mean development?"),
		one("tags-mode", "tags-mode", "set", "add, replace, remove, clear"),
		one("var file with an escape", "var-files", "a\x1b", "line 1 contains the control character U+001B"),
		one("var files and none", "var-files", "none\na.tfvars", "contains `none` together with other lines|Write only `none`"),
		one("agent pool of two lines", "agent-pool", "a\nb", "contains a line break|agent-pool: private-network"),
		one("agent pool not evaluated", "agent-pool", "${{ vars.POOL }}", "the expression was not evaluated"),
		one("short run timeout", "run-operation-timeout", "9", "is out of range|10 to 720 minutes"),
		one("long run timeout", "run-operation-timeout", "721", "is out of range|run-operation-timeout: 90"),
		one("run timeout with a unit", "run-operation-timeout", "90m", "is not a whole number of minutes|or none"),
		one("negative run timeout", "run-operation-timeout", "-10", "is not a whole number of minutes"),
		one("endless run timeout", "run-operation-timeout", "99999999999999999999", "is not a whole number of minutes"),
		one("force-latest-run", "force-latest-run", "none", "is neither true nor false"),
		one("platform cannot be cleared", "iac-platform", "none", "is not one of the allowed values"),
		one("provider configuration without its alias", "provider-configurations", "aws\naws as", "has no alias after as|aws-production as eu"),
		one("alias with a dot", "provider-configurations", "aws as aws.eu", "has an alias that Terraform does not accept|aws.eu"),
		one("long alias", "provider-configurations", "aws as "+strings.Repeat("a", 129), "has an alias that Terraform does not accept"),
		one("provider configurations and none", "provider-configurations", "aws\nnone", "contains `none` together with other lines"),
		one("variable without a value", "variables", "region", "line 1 has no ="),
		row{name: "expression for the shell", action: "workspace", with: with{"environment-variables": "A:=[1]"}, input: "environment-variables",
			says: "an environment variable cannot be an expression", unquoted: true},
		more("variable twice", with{"variables": "a=1", "sensitive-variables": "a=2"}, "sensitive-variables", "is already set in line 1 of variables"),
		one("tag", "tags", "a\x7f", "line 1 contains the control character U+007F"),
		more("query", with{"mode": "list", "name": "", "query": strings.Repeat("q", 256)}, "query", "is 256 characters long"),
		more("filter-tag", with{"mode": "list", "name": "", "filter-tag": "a\nb"}, "filter-tag", "contains a line break"),
		more("filter-name", with{"mode": "list", "name": "", "filter-name": "a\nb"}, "filter-name", "contains a line break"),
	})
}
