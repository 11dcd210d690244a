package inputs_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/inputs"
)

func TestBadBaseURL(t *testing.T) {
	t.Parallel()
	url := func(name, value, says string) row {
		return row{name: name, with: with{"base-url": value}, input: "base-url", says: says}
	}
	hidden := func(name, value, says, hides string) row {
		return row{name: name, with: with{"base-url": value}, input: "base-url", says: says, hides: hides, unquoted: true}
	}
	rows := []row{
		url("empty", "", "is empty|SCALR_HOSTNAME|base-url: https://acme.scalr.io"),
		url("blanks", " \t\n", "is empty|base-url: https://acme.scalr.io"),
		url("account name", "acme", "is not a complete host name|base-url: https://acme.scalr.io"),
		url("other account name", "Globex/", "is not a complete host name|base-url: https://globex.scalr.io"),
		url("odd account name", "-acme", "is not a complete host name|base-url: https://acme.scalr.io"),
		url("http", "http://acme.scalr.io", "uses http|unencrypted|Use https://acme.scalr.io"),
		url("http with port", "http://acme.scalr.io:8080/", "uses http|Use https://acme.scalr.io:8080"),
		url("HTTP", "HTTP://ACME.scalr.io", "uses http|Use https://acme.scalr.io"),
		url("http to a private address", "http://10.0.0.1", "uses http|Use https://10.0.0.1"),
		url("http to a name like localhost", "http://localhost.evil.test", "uses http"),
		url("http to a name like loopback", "http://127.0.0.1.evil.test", "uses http"),
		url("ftp", "ftp://acme.scalr.io/x", `has the scheme "ftp"|base-url: https://acme.scalr.io`),
		url("javascript", "javascript:alert(1)", `does not begin with https:// but with "javascript:"`),
		url("mailto", "mailto:acme.scalr.io", `does not begin with https://`),
		url("ftp in capitals", "FTP://ACME.Scalr.IO", `has the scheme "FTP"|base-url: https://acme.scalr.io`),
		url("ftp to a name without a dot", "ftp://acme", `has the scheme "ftp"|base-url: https://acme.scalr.io`),
		url("ftp to what is not a name", "ftp://-globex.scalr.io", `has the scheme "ftp"|base-url: https://acme.scalr.io`),
		url("ftp to another name in capitals", "FTP://Globex.Example.COM", `has the scheme "FTP"|base-url: https://globex.example.com`),
		url("ftp to another name", "ftp://globex.example.com", `has the scheme "ftp"|base-url: https://globex.example.com`),
		url("file", "file:///etc/passwd", `has the scheme "file"`),
		url("https without slashes", "https:acme.scalr.io", "does not begin with https://"),
		url("scheme alone", "https://", "has no host"),
		url("scheme and slash", "https:///", "has no host"),
		url("dot alone", "https://.", "has no host"),
		hidden("user and password", "https://u5er:pa55word@acme.scalr.io", "a user name or password|not shown|Remove it", "u5er|pa55word"),
		hidden("password with slash", "https://u5er:pa/55@acme.scalr.io", "a user name or password", "u5er|55"),
		hidden("user that looks like the host", "https://acme.scalr.io@evil.test", "a user name or password", "evil.test"),
		hidden("bare with user", "u5er@acme.scalr.io", "a user name or password", "u5er"),
		hidden("query", "https://globex.scalr.io/?token=s3cret", "contains a query|not shown|base-url: https://globex.scalr.io", "s3cret"),
		hidden("empty query", "https://globex.scalr.io?", "contains a query|base-url: https://globex.scalr.io", ""),
		hidden("fragment", "https://globex.scalr.io/#s3cret", "contains a fragment|base-url: https://globex.scalr.io", "s3cret"),
		hidden("query after what is wrong too", "ftp://x?s3cret", "contains a query|base-url: https://acme.scalr.io", "s3cret"),
		url("path", "https://acme.scalr.io/v2/e/env-abc", `has the path "/v2/e/env-abc"|base-url: https://acme.scalr.io`),
		url("path up", "https://acme.scalr.io/../", `has the path "/../"|base-url: https://acme.scalr.io`),
		url("other API", "https://acme.scalr.io/api/tfe/v2/", "has the path"),
		url("encoded path", "https://acme.scalr.io/%2e%2e/", "has the path"),
		url("port zero", "https://acme.scalr.io:0", "has an invalid port|base-url: https://acme.scalr.io"),
		url("port after the last", "https://acme.scalr.io:65536", "has an invalid port|1 to 65535"),
		url("account name of digits", "123", "is not a complete host name|base-url: https://123.scalr.io"),
		hidden("query alone", "?token=s3cret", "contains a query", "s3cret"),
		url("port too big", "https://acme.scalr.io:99999", "has an invalid port|1 to 65535"),
		url("port that overflows", "https://acme.scalr.io:99999999999999999999", "has an invalid port"),
		url("port that is a word", "https://acme.scalr.io:https", "is not a web address"),
		url("space", "https://exa mple", "contains a space|base-url: https://acme.scalr.io"),
		url("homograph", "https://\u0430cme.scalr.io", `has a host with the character U+0430|\u0430cme.scalr.io`),
		url("IDN", "https://bücher.example", "has a host with the character U+00FC|xn--"),
		url("full-width dot", "https://acme。scalr.io", "has a host with the character U+3002"),
		url("metadata service", "https://169.254.169.254", "has a link-local address"),
		url("metadata service in IPv6 dress", "https://[::ffff:169.254.169.254]/", "has a link-local address"),
		url("metadata service by name", "https://metadata.google.internal", "a cloud's metadata service"),
		url("metadata service of IPv6", "https://[fd00:ec2::254]", "a cloud's metadata service"),
		url("metadata service of others", "http://100.100.100.200", "a cloud's metadata service"),
		url("metadata service of Oracle", "https://192.0.0.192", "a cloud's metadata service"),
		url("metadata service translated", "https://[64:ff9b::a9fe:a9fe]", "has a link-local address"),
		url("metadata service tunneled", "https://[2002:a9fe:a9fe::1]", "has a link-local address"),
		url("this machine translated", "http://[64:ff9b::7f00:1]", "carries the IPv4 address of this machine"),
		url("octal address", "https://0177.0.0.1", "has an invalid host name"),
		url("zone", "https://[fe80::1%25eth0]", "has an address with a zone"),
		url("link-local IPv6", "https://[fe80::1]", "has a link-local address"),
		url("no machine", "https://0.0.0.0", "does not belong to a single machine"),
		url("multicast", "https://224.0.0.1", "does not belong to a single machine"),
		url("IPv6 without brackets", "https://fe80::1:2:3", "is not a web address"),
		url("hexadecimal address", "https://0x7f.1", "has an invalid host name"),
		url("decimal address", "https://2130706433", "has an invalid host name"),
		url("short address", "https://127.1", "has an invalid host name"),
		url("two dots", "https://acme..scalr.io", "has an invalid host name"),
		url("long label", "https://"+strings.Repeat("a", 64)+".scalr.io", "has an invalid host name"),
		url("long name", "https://"+strings.Repeat("a.", 200)+"io", "has an invalid host name"),
		url("line break and header", "https://acme.scalr.io\nHost: evil.test", "contains a line break"),
		url("NUL", "https://acme.scalr.io\x00", "contains a NUL character"),
		url("bytes", "https://acme\xff.scalr.io", "contains bytes that are not UTF-8"),
		url("backslash", `https:\\acme.scalr.io`, "contains a backslash"),
		url("text turned around", "https://acme\u202e.scalr.io", "invisible character U+202E"),
		url("expression", "${{ vars.SCALR_URL }}", "the expression was not evaluated"),
		{name: "bad environment variable", with: with{"base-url": ""}, env: map[string]string{"SCALR_HOSTNAME": "http://acme.scalr.io"},
			input: "base-url", says: "the environment variable SCALR_HOSTNAME uses http|Use https://acme.scalr.io"},
		{name: "empty in a terminal", with: with{"base-url": ""}, origin: inputs.Origin{HasIDToken: true}, input: "base-url",
			says: "is empty|Set that variable, such as SCALR_HOSTNAME=acme.scalr.io", hides: "repository"},
		{name: "environment action", action: "environment", with: with{"base-url": "acme"}, input: "base-url", says: "is not a complete host name"},
		{name: "workspace action", action: "workspace", with: with{"base-url": "http://acme.scalr.io"}, input: "base-url", says: "uses http"},
	}
	runRows(t, rows)
}

func TestBadToken(t *testing.T) {
	t.Parallel()
	token := func(name, value, says, hides string) row {
		return row{name: name, with: with{"token": value}, input: "token", says: says, hides: hides, unquoted: true}
	}
	missing := func(name string, origin inputs.Origin, says string) row {
		return row{name: name, with: with{"token": ""}, origin: origin, input: "token", says: says}
	}
	rows := []row{
		token(
			"empty", "",
			"is empty|Check that the secret is defined and that this job can read it.|"+
				"`environment:`|`secrets: inherit`|token: ${{ secrets.SCALR_TOKEN }}|service-account",
			"",
		),
		token("white space", " \n\t ", "is empty|Check that the secret is defined", ""),
		token("line break within", "abcd1234\nefgh5678", "contains a line break|17 characters|not shown", "abcd1234|efgh5678"),
		token("carriage return within", "abcd1234\refgh5678", "contains a line break", "abcd1234|efgh5678"),
		token("NUL", "abcd1234\x00efgh5678", "contains a NUL character", "abcd1234|efgh5678"),
		token("escape", "abcd1234\x1befgh5678", "contains a control character", "abcd1234|efgh5678"),
		token("space within", "abcd1234 efgh5678", "contains white space", "abcd1234|efgh5678"),
		token("not ASCII", "abcd1234ä", "contains a character that is not ASCII", "abcd1234"),
		token("not UTF-8", "abcd1234\xff", "contains a character that is not ASCII", "abcd1234"),
		token("Bearer", "Bearer abcd1234efgh", "begins with the word Bearer", "abcd1234"),
		token("bearer", "bearer abcd1234efgh", "begins with the word Bearer", "abcd1234"),
		token("quotation marks", `"abcd1234efgh"`, "begins with a quotation mark", "abcd1234"),
		token("expression", "${{ secrets.MY_SECRET }}", "the expression was not evaluated|24 characters", "MY_SECRET"),
		token("masked", "***", "a masked value was pasted|3 characters", ""),
		token("one character too short", "abc1234", "is too short for a token|7 characters", "abc1234"),
		token("short", "abc12", "is too short for a token|5 characters", "abc12"),
		token("1 MiB", strings.Repeat("Zq", 1<<19), "is too long for a token|1048576 characters", "ZqZq"),
		token("GitHub token", "ghp_0123456789abcdefghij", "a GitHub token|Scalr needs its own token", "0123456789"),
		{name: "bad environment variable", with: with{"token": ""}, env: map[string]string{"SCALR_TOKEN": "abcd1234 efgh5678"},
			input: "token", says: "the environment variable SCALR_TOKEN contains white space", hides: "abcd1234|efgh5678"},
		missing("fork", inputs.Origin{OnGitHub: true, Fork: true}, "is empty. GitHub does not give secrets to workflows from forks."+
			"|Skip the step with `if: github.event.pull_request.head.repo.full_name == github.repository`"+
			"|Do not switch to pull_request_target with a checkout of the PR: a plan runs the PR's code"),
		missing("Dependabot", inputs.Origin{OnGitHub: true, Dependabot: true}, "Dependabot can read only its own secrets|"+
			"Add it under Dependabot secrets|or skip"),
		missing("terminal", inputs.Origin{Fork: true, HasIDToken: true}, "Set the environment variable SCALR_TOKEN"),
		{name: "short token in a terminal", with: with{"token": "abc"}, origin: inputs.Origin{HasIDToken: true}, input: "token", unquoted: true,
			says: "is too short for a token|Create a token in Scalr and set the environment variable SCALR_TOKEN=<token>", hides: "secrets."},
		{name: "GitHub token in a terminal", with: with{"token": "ghp_0123456789abcdefghij"}, origin: inputs.Origin{HasIDToken: true}, input: "token",
			unquoted: true, says: "a GitHub token|Create one in Scalr and set the environment variable SCALR_TOKEN=<token>", hides: "secrets."},
		{name: "environment action", action: "environment", with: with{"token": ""}, input: "token", says: "is empty"},
		{name: "workspace action", action: "workspace", with: with{"token": "***"}, input: "token", says: "a masked value was pasted", unquoted: true},
		{name: "GitHub's own token broken", with: with{"comment": "true", "github-token": "ghs_ abcd1234"}, input: "github-token",
			says: "contains white space among its 13 characters|not shown|github-token: ", hides: "abcd1234", unquoted: true},
		{name: "GitHub's own token not evaluated", with: with{"comment": "new", "github-token": "${{ github.token }}"}, input: "github-token",
			says: "the expression was not evaluated", unquoted: true},
	}
	runRows(t, rows)
}

func TestBadServiceAccount(t *testing.T) {
	t.Parallel()
	account := func(name, value, says string) row {
		return row{name: name, with: with{"service-account": value, "token": ""}, input: "service-account", says: says}
	}
	from := func(name string, origin inputs.Origin, says string) row {
		return row{name: name, with: with{"service-account": "ci@acme.scalr.io", "token": ""}, origin: origin,
			input: "service-account", says: says, unquoted: true}
	}
	rows := []row{
		account("name", "ci", "is not an e-mail address|service-account: ci@acme.scalr.io"),
		account("id", "sa-v0abc123", "is not an e-mail address but its id"),
		account("two", "a@acme.scalr.io,b@acme.scalr.io", "is not an e-mail address"),
		account("no domain", "ci@", "is not an e-mail address"),
		account("address", "https://ci@acme.scalr.io/", "is not an e-mail address"),
		account("line break", "ci@acme.scalr.io\nx", "contains a line break"),
		account("long", strings.Repeat("a", 300)+"@acme.scalr.io", "is 314 characters long, at most 254"),
		account("expression", "${{ vars.SA }}", "the expression was not evaluated"),
		from("no permission", inputs.Origin{OnGitHub: true}, "needs GitHub's OIDC token|permissions: { id-token: write"),
		from("fork", inputs.Origin{OnGitHub: true, Fork: true}, "needs GitHub's OIDC token|forks|Skip the step with `if: "),
		from("terminal", inputs.Origin{Fork: true}, "needs an OIDC token|SCALR_ID_TOKEN|SCALR_TOKEN"),
		{name: "variable on GitHub", with: with{"service-account": "ci@acme.scalr.io", "token": ""}, env: map[string]string{"SCALR_ID_TOKEN": goodIDToken},
			origin: inputs.Origin{OnGitHub: true}, input: "service-account",
			says: "needs an OIDC token|SCALR_ID_TOKEN is ignored|the input id-token", unquoted: true},
		{name: "with token", with: with{"service-account": "ci@acme.scalr.io"}, input: "service-account",
			says: "cannot be combined with token|Remove token", hides: goodToken},
		{name: "audience", with: with{"service-account": "ci@acme.scalr.io", "token": "", "oidc-audience": "a\nb"}, input: "oidc-audience",
			says: "contains a line break|oidc-audience: "},
		{name: "long audience", with: with{"service-account": "ci@acme.scalr.io", "token": "", "oidc-audience": strings.Repeat("a", 256)},
			input: "oidc-audience", says: "is 256 characters long"},
		{name: "environment action", action: "environment", with: with{"service-account": "ci", "token": ""}, input: "service-account",
			says: "is not an e-mail"},
		{name: "workspace action", action: "workspace", with: with{"service-account": "ci", "token": ""}, input: "service-account", says: "is not an e-mail"},
	}
	runRows(t, rows)
}

// goodIDToken has the format of a signed token.
const goodIDToken = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwcm9qZWN0X3BhdGg6YWNtZS9pbmZyYSJ9.c2lnbmF0dXJlLW9mLTEyMw"

func TestBadIDToken(t *testing.T) {
	t.Parallel()
	token := func(name, value, says string) row {
		return row{name: name, with: with{"id-token": value, "service-account": "ci@acme.scalr.io", "token": ""}, origin: inputs.Origin{OnGitHub: true},
			input: "id-token", says: says, hides: value, unquoted: true}
	}
	rows := []row{
		token("variable that was not expanded", "$SCALR_ID_TOKEN", "is not a JSON Web Token|15 characters|not shown"),
		token("two parts", "eyJhbGciOi.J9eyJzdWIi", "is not a JSON Web Token"),
		token("five parts", "eyJh.bGci.OiJS.UzI1.NiJ9", "is not a JSON Web Token"),
		token("empty part", "eyJhbGciOi..c2lnbmF0dXJl", "is not a JSON Web Token"),
		token("other base64", "eyJh+GciOi.eyJzd/Ii.c2lnbmF0dXJl", "is not a JSON Web Token"),
		token("expression", "${{ env.ID_TOKEN }}", "the expression was not evaluated"),
		token("Bearer", "Bearer "+goodIDToken, "begins with the word Bearer"),
		token("masked", "[MASKED] of GitLab", "contains white space"),
		token("asterisks", "********", "a masked value was pasted"),
		token("line break", "eyJhbGciOi\neyJzdWIi", "contains a line break"),
		token("32 KiB", strings.Repeat("Zq9", 1<<14), "is too long for a token|at most 32768"),
		{name: "without account", with: with{"id-token": goodIDToken, "token": ""}, input: "id-token",
			says: "is set without service-account|service-account: ci@acme.scalr.io", hides: goodIDToken, unquoted: true},
		{
			name: "with token", with: with{"id-token": goodIDToken}, input: "id-token",
			says: "cannot be combined with token|Remove id-token", hides: goodIDToken, unquoted: true,
		},
		{name: "bad variable", with: with{"service-account": "ci@acme.scalr.io", "token": ""}, env: map[string]string{"SCALR_ID_TOKEN": "x.y.z"},
			origin: inputs.Origin{Fork: true}, input: "id-token", says: "the environment variable SCALR_ID_TOKEN is too short", unquoted: true},
		{name: "variable without account", with: with{"token": ""}, env: map[string]string{"SCALR_ID_TOKEN": goodIDToken},
			origin: inputs.Origin{Fork: true}, input: "token", says: "is empty|SCALR_ID_TOKEN signs in with service-account only|INPUT_SERVICE_ACCOUNT"},
		{name: "environment action", action: "environment", with: with{"id-token": "x.y.z", "service-account": "ci@acme.scalr.io", "token": ""},
			input: "id-token", says: "is too short", unquoted: true},
		{
			name: "workspace action", action: "workspace", with: with{"id-token": goodIDToken, "token": ""},
			input: "id-token", says: "without service-account", unquoted: true,
		},
	}
	runRows(t, rows)
}

// TestGoodIDToken checks that the input works everywhere and needs no permission, and that the variable is
// only used outside of GitHub.
func TestGoodIDToken(t *testing.T) {
	t.Parallel()
	const other = goodIDToken + "9"
	for name, tt := range map[string]struct {
		row  row
		want string
	}{
		"input":           {row{with: with{"id-token": goodIDToken + "\n"}, origin: inputs.Origin{OnGitHub: true}}, goodIDToken},
		"input of a fork": {row{with: with{"id-token": goodIDToken}, origin: inputs.Origin{OnGitHub: true, Fork: true}}, goodIDToken},
		"variable":        {row{env: map[string]string{"SCALR_ID_TOKEN": goodIDToken}, origin: inputs.Origin{Fork: true}}, goodIDToken},
		"variable and input": {
			row{with: with{"id-token": goodIDToken}, env: map[string]string{"SCALR_ID_TOKEN": other}, origin: inputs.Origin{Fork: true}},
			goodIDToken,
		},
		"variable on GitHub": {row{env: map[string]string{"SCALR_ID_TOKEN": goodIDToken}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := tt.row.source()
			get := src.Get
			src.Get = func(name string) string {
				switch name {
				case "token":
					return ""
				case "service-account":
					return "ci@acme.scalr.io"
				}
				return get(name)
			}
			got, _, err := inputs.LoadRun(src)
			if err != nil || got.IDToken.Reveal() != tt.want || !got.Token.Empty() {
				t.Errorf("got the ID token %q, error %v, want %q", got.IDToken.Reveal(), err, tt.want)
			}
		})
	}
}
