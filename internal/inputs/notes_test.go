package inputs_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/inputs"
)

func TestNotes(t *testing.T) {
	t.Parallel()
	note := func(text string) inputs.Notes { return inputs.Notes{{Text: text}} }
	warning := func(text string) inputs.Notes { return inputs.Notes{{Text: text, Warning: true}} }
	tests := []struct {
		name  string
		row   row
		given []string
		want  inputs.Notes
	}{
		{"none", row{}, []string{"INPUT_TOKEN", "INPUT_BASE-URL", "INPUT_WORKSPACE-ID", "INPUT_ENTRYPOINT", "INPUT_ARGS", "INPUT_SOMETHING_ELSE"}, nil},
		{"token with line break", row{with: with{"token": goodToken + "\n"}}, nil,
			note("The value of token had leading or trailing white space (1 character), which was removed; store the value without it.")},
		{"SCALR_TOKEN with line breaks", row{with: with{"token": ""}, env: map[string]string{"SCALR_TOKEN": "\n" + goodToken + "\r\n"}}, nil,
			note("The value of SCALR_TOKEN had leading or trailing white space (3 characters), which was removed; store the value without it.")},
		{"service account wins", row{with: with{"token": "", "service-account": "ci@acme.scalr.io"}, env: map[string]string{"SCALR_TOKEN": "x"}}, nil,
			note("service-account is used to sign in; the environment variable SCALR_TOKEN is ignored.")},
		{"host of the environment, token of the input", row{with: with{"base-url": " "}, env: map[string]string{"SCALR_HOSTNAME": "acme.scalr.io"}}, nil,
			note("The host acme.scalr.io comes from the environment variable SCALR_HOSTNAME, and the token in the input token is sent there. " +
				"Earlier steps of the job can set this variable; set base-url: https://acme.scalr.io to pin the host.")},
		{"host of the environment, service account", row{action: "workspace", with: with{"base-url": "", "token": "", "service-account": "ci@acme.scalr.io"},
			env: map[string]string{"SCALR_HOSTNAME": "https://evil.example:8443/"}}, nil,
			note("The host evil.example:8443 comes from the environment variable SCALR_HOSTNAME, and the OIDC token for service-account is sent there. " +
				"Earlier steps of the job can set this variable; set base-url: https://evil.example:8443 to pin the host.")},
		{"host of the environment, token of the input, elsewhere", row{with: with{"base-url": " "}, origin: inputs.Origin{HasIDToken: true},
			env: map[string]string{"SCALR_HOSTNAME": "acme.scalr.io"}}, nil,
			note("The host acme.scalr.io comes from the environment variable SCALR_HOSTNAME, and the token in the input token is sent there.")},
		{"host of the environment, service account, elsewhere", row{with: with{"base-url": "", "token": "", "service-account": "ci@acme.scalr.io"},
			origin: inputs.Origin{HasIDToken: true}, env: map[string]string{"SCALR_HOSTNAME": "acme.scalr.io"}}, nil, nil},
		{"host and token of the environment", row{with: with{"base-url": "", "token": ""},
			env: map[string]string{"SCALR_HOSTNAME": "acme.scalr.io", "SCALR_TOKEN": goodToken}}, nil, nil},
		{"host of the input", row{env: map[string]string{"SCALR_HOSTNAME": "evil.example"}}, nil, nil},
		{"audience alone", row{with: with{"oidc-audience": "scalr"}}, nil, warning("oidc-audience has no effect without service-account.")},
		{"audience with a ready token", row{with: with{"oidc-audience": "scalr", "id-token": goodIDToken,
			"service-account": "ci@acme.scalr.io", "token": ""}}, nil,
			warning("oidc-audience has no effect with id-token, whose audience its issuer has set.")},
		{"a ready token without audience", row{with: with{"id-token": goodIDToken, "service-account": "ci@acme.scalr.io", "token": ""}}, nil, nil},
		{
			"underscore", row{}, []string{"INPUT_WORKSPACE-ID", "INPUT_WORKSPACE_ID"},
			warning(`"workspace_id" is not an input of this action. Did you mean workspace-id?`),
		},
		{"underscore, read instead of the hyphen", row{}, []string{"INPUT_GITHUB_TOKEN"}, nil},
		{"both spellings off GitHub", row{origin: inputs.Origin{HasIDToken: true}}, []string{"INPUT_DRY-RUN", "INPUT_DRY_RUN"},
			warning("INPUT_DRY_RUN is ignored, because INPUT_DRY-RUN is set too.")},
		{"underscore off GitHub", row{origin: inputs.Origin{HasIDToken: true}}, []string{"INPUT_WORKSPACE_ID"}, nil},
		{"message not evaluated", row{with: with{"message": " ${{ github.sha }}\n"}}, nil, warning("message is an expression, and the expression was " +
			"not evaluated. GitHub evaluates expressions in a workflow file only; write it there, under `with:`, or give the plain text.")},
		{"message of a commit that names an expression", row{with: with{"message": "Replace ${{ github.sha }}"}}, nil, nil},
		{"variables in quotation marks", row{with: with{"variables": "a=\"1\"\nb=\"\nc='2'\nd:=\"3\"\ne=\"4'\nf='5"}}, nil,
			warning("variables: the quotation marks around the value of line 1, 3 are part of the value. Write the text without them.")},
		{"misspelt", row{}, []string{"dryrun"}, warning(`"dryrun" is not an input of this action. Did you mean dry-run?`)},
		{"underscores, and cut off", row{action: "environment"}, []string{"default_provider_confi"},
			warning(`"default_provider_confi" is not an input of this action. Did you mean default-provider-configurations?`)},
		{"name in a similar action", row{}, []string{"INPUT_DIRECTORY"}, warning(`"directory" is not an input of this action. Did you mean path?`)},
		{"input of another of our actions", row{action: "environment"}, []string{"INPUT_DRY-RUN", "INPUT_NEW_NAME"},
			warning(`"new_name" is not an input of this action. Did you mean rename-to?`)},
		{"secrets among plain variables", row{with: with{"environment-variables": "AWS_REGION=eu-west-1\nGITHUB_TOKEN=x\nAPI_KEY=x\nclient_secret=x\n" +
			"PGPASSWORD=x\nGOOGLE_CREDENTIALS=x\n" +
			"AWS_ACCESS_KEY_ID=x\nKEYBOARD=x\nTOKEN=x\nEMPTY_KEY="}}, nil,
			warning("environment-variables are stored and shown as plain text, and these seem to contain secrets: " +
				"GITHUB_TOKEN, API_KEY, client_secret, PGPASSWORD, GOOGLE_CREDENTIALS. " +
				"Set secrets with sensitive-environment-variables.")},
		{"one secret among plain variables", row{with: with{"environment-variables": "API_KEY=x"}}, nil,
			warning("environment-variables are stored and shown as plain text, and these seem to contain secrets: API_KEY. " +
				"Set secrets with sensitive-environment-variables.")},
		{"secrets among secrets", row{with: with{"sensitive-environment-variables": "API_KEY=x9Q2xLw7", "variables": "api_key=x"}}, nil, nil},
		{"too short to be masked", row{with: with{"sensitive-variables": "a=abc\nb=abcd\n\nc=true\nd=\ne:=\"abc\""}}, nil,
			warning("sensitive-variables: the value of line 1, 4, 6 is stored as sensitive but not masked: it is shorter than 4 bytes, " +
				"or a word such as true, and every other text that contains it would be masked as well.")},
		{"environment variable that is too short", row{with: with{"sensitive-environment-variables": "A=12"}}, nil,
			warning("sensitive-environment-variables: the value of line 1 is stored as sensitive but not masked: it is shorter than 4 bytes, " +
				"or a word such as true, and every other text that contains it would be masked as well.")},
		{"unused by confirm", row{with: with{"mode": "confirm", "run-id": "run-1", "dry-run": "false", "auto-apply": "true", "variables": "a=1"}}, nil,
			warning("mode: confirm acts on a run that exists; auto-apply, variables have no effect.")},
		{"lock of a dry run", row{with: with{"wait-for-lock": "5m"}}, nil,
			note("wait-for-lock has no effect, since a dry run does not need the workspace's lock.")},
		{"lock for as long as the step", row{with: with{"dry-run": "false", "wait-for-lock": "5m", "timeout": "5m"}}, nil, nil},
		{"lock of a real run", row{with: with{"dry-run": "false", "wait-for-lock": "5m"}}, nil, nil},
		{"lock of a run that exists", row{with: with{"mode": "watch", "run-id": "run-1", "wait-for-lock": "5m"}}, nil,
			warning("mode: watch acts on a run that exists; wait-for-lock has no effect.")},
		{"used by confirm and override", row{with: with{"mode": "override", "run-id": "run-1", "destroy": "true"}}, nil, nil},
		{"unused by discard", row{with: with{"mode": "discard", "run-id": "run-1", "destroy": "true"}}, nil,
			warning("mode: discard acts on a run that exists; destroy has no effect.")},
		{"nothing unused by check", row{with: with{"mode": "check"}}, nil, nil},
		{"two names in alphabetical order", row{}, []string{"INPUT_WAITS", "INPUT_DRYRUN"}, inputs.Notes{
			{Text: `"dryrun" is not an input of this action. Did you mean dry-run?`, Warning: true},
			{Text: `"waits" is not an input of this action. Did you mean wait?`, Warning: true},
		}},
		{"unused by check", row{with: with{"mode": "check", "run-id": "run-1"}}, nil, warning("run-id has no effect, since mode: check acts on no run.")},
		{"unused by list", row{action: "environment", with: with{"mode": "list", "tags": "a"}}, nil,
			warning("mode: list changes nothing and lists by filters; name, tags have no effect.")},
		{"unused by present", row{action: "environment", with: with{"query": "a"}}, nil,
			warning("mode: present acts on one environment; query has no effect.")},
		{"unused by absent", row{action: "environment", with: with{"mode": "absent", "rename-to": "a", "sort": "name"}}, nil,
			warning("mode: absent acts on one environment and sets nothing in it; rename-to, sort have no effect.")},
		{"unused by outputs", row{action: "workspace", with: with{"mode": "outputs", "tags": "a"}}, nil,
			warning("mode: outputs acts on one workspace and sets nothing in it; tags has no effect.")},
		{"unused by workspace list", row{action: "workspace", with: with{"mode": "list"}}, nil,
			warning("mode: list changes nothing and lists by filters; name has no effect.")},
		{"comma in a tag", row{action: "workspace", with: with{"tags": "a,b"}}, nil,
			warning(`tags: "a,b" is taken as one item, because items are separated by lines, not by commas.`)},
		{"comma in a workspace of the overview", row{action: "overview", with: with{"workspaces": "eu/a, eu/b\nws-1"}}, nil,
			warning(`workspaces: "eu/a, eu/b" is taken as one item, because items are separated by lines, not by commas.`)},
		{"comma in a workspace", row{action: "affected", with: with{"workspaces": "eu/a, eu/b"}}, nil,
			warning(`workspaces: "eu/a, eu/b" is taken as one item, because items are separated by lines, not by commas.`)},
		{"comma in a dependency", row{action: "affected", with: with{"depends-on": "eu/a: eu/b, eu/c"}}, nil,
			warning(`depends-on: "eu/a: eu/b, eu/c" is taken as one item, because items are separated by lines, not by commas.`)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			src := tt.row.source()
			src.Given = tt.given
			got, err := load(tt.row.action, src)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("got -, want +:\n%s", diff)
			}
		})
	}
}

// TestNamesInSimilarActions checks the suggestion for each name that similar actions use.
func TestNamesInSimilarActions(t *testing.T) {
	t.Parallel()
	for action, names := range map[string]string{
		"": "api-token=token scalr-token=token api-key=token hostname=base-url host=base-url url=base-url address=base-url " +
			"scalr-hostname=base-url directory=path dir=path working-dir=path workspace-name=workspace plan-only=dry-run " +
			"speculative=dry-run is-dry=dry-run is-destroy=destroy target=targets target-addrs=targets replace-addrs=replace " +
			"vars=variables env-vars=environment-variables sensitive-env-vars=sensitive-environment-variables " +
			"secret-environment-variables=sensitive-environment-variables timeout-minutes=timeout audience=oidc-audience jwt=id-token " +
			"pull-request=pr-number pull-request-number=pr-number",
		"environment": "environment-name=name new-name=rename-to tag=tags",
		"workspace":   "deletion-protection-enabled=deletion-protection",
	} {
		for pair := range strings.FieldsSeq(names) {
			name, meant, _ := strings.Cut(pair, "=")
			src := row{action: action}.source()
			src.Given = []string{"INPUT_" + strings.ToUpper(name)}
			got, err := load(action, src)
			want := inputs.Notes{{Text: `"` + name + `" is not an input of this action. Did you mean ` + meant + "?", Warning: true}}
			if diff := cmp.Diff(got, want); err != nil || diff != "" {
				t.Errorf("%s: %v; got -, want +:\n%s", name, err, diff)
			}
		}
	}
}

// TestNotesOfHostileNames checks that misspelled names are quoted, and that their number is limited.
func TestNotesOfHostileNames(t *testing.T) {
	t.Parallel()
	src := row{}.source()
	for _, c := range "abcdefgh" {
		src.Given = append(src.Given, "INPUT_RUN_ID"+string(c), "INPUT_WAIT\n::error::"+string(c), "INPUT_"+strings.Repeat("A", 1<<16))
	}
	notes, err := load("", src)
	if err != nil {
		t.Fatal(err)
	}
	if len(notes) != 5 {
		t.Errorf("got %d notes, want 5", len(notes))
	}
	for _, n := range notes {
		checkText(t, n.Text)
	}
}

// TestForkHead checks the modes that execute no code of a fork, and the input that allows it.
func TestForkHead(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]with{
		"allowed": {"allow-pull-request-target": "true"},
		"watch":   {"mode": "watch", "run-id": "run-1"},
		"discard": {"mode": "discard", "run-id": "run-1"},
		"cancel":  {"mode": "cancel", "run-id": "run-1"},
	} {
		origin := inputs.Origin{OnGitHub: true, Fork: true, Event: "issue_comment", ForkHead: true, HeadUnknown: true}
		if _, err := load("", row{with: w, origin: origin}.source()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
