package secret_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

func TestDeclaredIsRedactedAsWhole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		secret     string
		text, want string
	}{
		"whole":  {"correct horse battery staple", "a correct horse battery staple b", "a *** b"},
		"a part": {"correct horse battery staple", "a correct horse battery b", "a correct horse battery b"},
		"a host": {
			secret: "https://vault.example.com:8200",
			text:   "https://vault.example.com:8200/v1 www.example.com https://vault.example.com",
			want:   "***/v1 www.example.com https://vault.example.com",
		},
		"an ARN": {
			secret: "arn:aws:iam::123456789012:role/deploy",
			text:   "arn:aws:iam::999999999999:role/reader arn:aws:iam::123456789012:role/deploy",
			want:   "arn:aws:iam::999999999999:role/reader ***",
		},
		"short": {
			secret: "debug",
			text:   "debug debugging nodebug _debug debug_x debug-mode 'debug' DEBUG debug",
			want:   "*** debugging nodebug _debug debug_x ***-mode '***' DEBUG ***",
		},
		"short number": {"5432", "5432 15432 54321 :5432/ 5432m port=5432", "*** 15432 54321 :***/ 5432m port=***"},
		"next to other letters": {
			secret: "hunter2",
			text:   "éhunter2 hunter2é “hunter2” │hunter2│ …hunter2…",
			want:   "éhunter2 hunter2é “***” │***│ …***…",
		},
		"with its own boundaries": {"(pass)", "x(pass)y", "x***y"},
		"one boundary":            {"pass!", "pass!x xpass!", "***x xpass!"},
		"eleven bytes":            {"elevenbytes", "elevenbytes elevenbytesx", "*** elevenbytesx"},
		"twelve bytes":            {"twelve bytes", "xtwelve bytesx", "x***x"},
		"too short":               {"abc", "abc", "abc"},
		"an ordinary word":        {"production", "production, productions", "***, productions"},
		"true":                    {"true", "true", "true"},
		"surrounded by space":     {"  hunter2\n", "hunter2", "***"},
		"after escapes": {
			secret: "hunter2",
			text:   `\nhunter2 \thunter2 %3Dhunter2 \u003dhunter2 \x3dhunter2 \075hunter2 \u000ahunter2`,
			want:   `\n*** \t*** %3D*** \u003d*** \x3d*** \075*** \u000a***`,
		},
		"after colors": {
			secret: "hunter2",
			text:   "\x1b[32mhunter2\x1b[0m \x1b[38;5;1mhunter2 \x1b[mhunter2",
			want:   "\x1b[32m***\x1b[0m \x1b[38;5;1m*** \x1b[m***",
		},
		"without an escape": {
			secret: "hunter2",
			text:   "[32mhunter2 mhunter2 3Dhunter2 nhunter2",
			want:   "[32mhunter2 mhunter2 3Dhunter2 nhunter2",
		},
		"base64, alone":        {"hunter2", "aHVudGVyMg== aHVudGVyMg", "*** ***"},
		"base64, among others": {"hunter2", "dTpodW50ZXIyeA==", "dTp***eA=="},
		"hex of a short one":   {"5432", "35343332 1353433329", "*** 1353433329"},
		"in a URL":             {"p@ss!1", "https://u:p%40ss%211@h/?q=p%40ss%211&r=1", "https://u:***@h/?q=***&r=1"},
		"in JSON":              {`p"1\x`, `{"a":"p\"1\\x"}`, `{"a":"***"}`},
		"in JSON in JSON":      {`p"1\x`, `{\"a\":\"p\\\"1\\\\x\"}`, `{\"a\":\"***\"}`},
		"in ASCII":             {"pässwörd", `p\u00e4ssw\u00f6rd p\u00E4ssw\u00F6rd`, "*** ***"},
		"in XML": {
			secret: "a<b>&'c'",
			text:   "a&lt;b&gt;&amp;&#39;c&#39; a&lt;b&gt;&amp;&apos;c&apos; a&lt;b&gt;&amp;&#x27;c&#x27;",
			want:   "*** *** ***",
		},
		"in a shell":                  {"it's $1 \"x\"", `'it'\''s $1 "x"' "it's \$1 \"x\"" it\'s\ \$1\ \"x\"`, `'***' "***" ***`},
		"in Terraform":                {"a${b}%{c}\"d", `"a$${b}%%{c}\"d" a$${b}%%{c}"d`, `"***" ***`},
		"with a tab":                  {"first\tsecond", "first    second first second", "*** ***"},
		"with an invisible character": {"first\u200bsecond", "firstsecond", "***"},
		"truncated": {
			secret: "correct horse battery staple",
			text:   "it says correct horse ba… and goes on",
			want:   "it says ***… and goes on",
		},
		"with other line ends": {"alpha beta\r\ngamma", "(alpha beta\ngamma) (alpha beta) (gamma)", "(***) (alpha beta) (gamma)"},
		"after a key": {
			secret: "-----BEGIN KEY-----\nabcdefgh\n-----END KEY-----\ngamma\ndelta",
			text:   "(abcdefgh) (gamma) (delta)",
			want:   "(***) (gamma) (delta)",
		},
		"truncated early": {"correct horse battery staple", "it says correct… and goes on", "it says correct… and goes on"},
		"not truncated":   {"correct horse battery staple", "correct horse ba, and so on …", "correct horse ba, and so on …"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := declared(c.secret)
			if got := r.String(c.text); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			for size := 1; size <= len(c.text) && !strings.Contains(c.text, "…"); size++ {
				if got := stream(r, c.text, size); got != c.want {
					t.Errorf("in pieces of %d: got %q, want %q", size, got, c.want)
				}
			}
		})
	}
}

// TestMasksAreBoundaries: a short secret next to another one is found.
func TestMasksAreBoundaries(t *testing.T) {
	t.Parallel()
	r := declared("hunter2", "correct horse battery")
	text := "correct horse batteryhunter2, hunter2correct horse battery, correct horse batteryhunter2correct horse " +
		"battery, hunter2hunter2"
	want := "***, ***, ***, hunter2hunter2"
	for size := 1; size <= len(text); size++ {
		if got := stream(r, text, size); got != want {
			t.Errorf("in pieces of %d: got %q", size, got)
		}
	}
	if got := r.String(text); got != want {
		t.Errorf("got %q", got)
	}
}

const pem = `-----BEGIN RSA PRIVATE KEY-----
MIIEowIBAAKCAQEAq7Zp3Vx9Lr2Tn8Wd5Kc1Jh7Bm4Gs6Yf0q7Zp3Vx9Lr2Tn8Wd
5Kc1Jh7Bm4Gs6Yf0q7Zp3Vx9Lr2Tn8Wd5Kc1Jh7Bm4Gs6Yf0q7Zp3Vx9Lr2Tn8Xe
q7Zp3w==
-----END RSA PRIVATE KEY-----
`

// TestDeclaredOfSeveralLines: of a text of several lines, each line that is not common is
// secret.
func TestDeclaredOfSeveralLines(t *testing.T) {
	t.Parallel()
	account := `{
  "type": "service_account",
  "project_id": "acme-prod-123456",
  "private_key_id": "8f14e45fceea167a5a36dedd4bea2543aabbccdd",
  "private_key": "` + strings.ReplaceAll(pem, "\n", `\n`) + `",
  "client_email": "deploy@acme-prod-123456.iam.gserviceaccount.com",
  "client_id": "123456789012345678901",
  "auth_uri": "https://accounts.google.com/o/oauth2/auth",
  "universe_domain": "googleapis.com"
}`
	azure := `{"clientId":"9f86d081-884c-4d65-9a2f-eaa0c55ad015","clientSecret":"q7Z8Q~p3Vx9Lr2Tn8Wd5Kc1Jh7Bm4Gs6Yf0",` +
		`"subscriptionId":"2c26b46b-68ff-c68f-f99b-453c1d304134",` +
		`"tenantId":"fcde2b2e-dba5-6bf4-08c6-01fb719f9e7b","resourceManagerEndpointUrl":"https://management.azure.com/"}`
	kubeconfig := `apiVersion: v1
kind: Config
current-context: production
clusters:
- name: production
  cluster:
    server: https://k8s.example.com:6443
users:
- name: deploy
  user:
    token: q7Zp3Vx9Lr2Tn8Wd5Kc1
    password: "hunter 2"
# Managed by Terraform, for the platform team
`
	env := "AWS_REGION=eu-central-1\nexport DB_PASSWORD='swordfish'\nDB_HOST=db.example.com\nPIN=5432\nDEBUG=true\n" +
		"API=x9Q2xLw7Rk4V\nREPLICAS=3\n"
	for name, c := range map[string]struct {
		secret      secret.Value
		hides, rest []string
	}{
		"a key": {secret.Declared(pem), []string{
			"MIIEowIBAAKCAQEAq7Zp3Vx9Lr2Tn8Wd5Kc1Jh7Bm4Gs6Yf0q7Zp3Vx9Lr2Tn8Wd",
			"q7Zp3w==",
			"5Kc1Jh7Bm4Gs6Yf0q7Zp3Vx9Lr2Tn8Wd5Kc1Jh7Bm4Gs6Yf0q7Zp3Vx9Lr2Tn8Xe",
			strings.ReplaceAll(strings.TrimSpace(pem), "\n", `\n`),
		}, []string{"-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"}},
		"a key with other line ends": {
			secret: secret.Declared(strings.ReplaceAll(pem, "\n", "\r\n")),
			hides:  []string{strings.TrimSpace(pem), "q7Zp3w=="},
			rest:   nil,
		},
		"an account": {secret.Declared(account), []string{
			account,
			"8f14e45fceea167a5a36dedd4bea2543aabbccdd",
			strings.ReplaceAll(pem, "\n", `\n`),
			strings.TrimSpace(pem),
			"q7Zp3w==",
		}, []string{
			"service_account", "acme-prod-123456", "deploy@acme-prod-123456.iam.gserviceaccount.com", "123456789012345678901",
			"https://accounts.google.com/o/oauth2/auth", "googleapis.com", "private_key_id", `"type": "service_account",`,
		}},
		"credentials": {secret.Declared(azure), []string{azure, "q7Z8Q~p3Vx9Lr2Tn8Wd5Kc1Jh7Bm4Gs6Yf0"}, []string{

			"9f86d081-884c-4d65-9a2f-eaa0c55ad015", "2c26b46b-68ff-c68f-f99b-453c1d304134",
			"fcde2b2e-dba5-6bf4-08c6-01fb719f9e7b", "https://management.azure.com/", "clientSecret",
		}},
		"a kubeconfig": {secret.Declared(kubeconfig), []string{"q7Zp3Vx9Lr2Tn8Wd5Kc1", "hunter 2"}, []string{
			"apiVersion: v1",
			"kind: Config",
			"current-context: production",
			"https://k8s.example.com:6443",
			"name: deploy",
			"# Managed by Terraform, for the platform team",
			"password: ",
			"clusters:",
		}},
		"an environment": {
			secret: secret.Declared(env),
			hides:  []string{"swordfish", "5432", "x9Q2xLw7Rk4V"},
			rest:   []string{"eu-central-1", "db.example.com", "AWS_REGION", "true", "3"},
		},
		"passwords": {
			secret: secret.Declared("hunter2\ncorrect horse battery staple\n}\nx9Q2xLw7"),
			hides:  []string{"hunter2", "correct horse battery staple", "x9Q2xLw7"},
			rest:   []string{"}"},
		},
		"passphrases": {
			secret: secret.Declared("alpha-secret-line-one\n  beta-secret-line-2  \nstaple\nus-gov-west-1\n" +
				"db.checkout.example.com\n/etc/ssl/certs/ca\nacc-v0o1dcmb1abcd"),
			hides: []string{"alpha-secret-line-one", "beta-secret-line-2"},
			rest:  []string{"staple", "us-gov-west-1", "db.checkout.example.com", "/etc/ssl/certs/ca", "acc-v0o1dcmb1abcd"},
		},
		"a text in quotes": {secret.Expression(`"hunter2"`), []string{"hunter2"}, nil},
		"a key in quotes": {
			secret: secret.Expression(`"` + strings.ReplaceAll(pem, "\n", `\n`) + `"`),
			hides:  []string{strings.TrimSpace(pem), "q7Zp3w=="},
			rest:   nil,
		},
		"a heredoc": {
			secret: secret.Expression("<<-EOT\n  " + strings.ReplaceAll(pem, "\n", "\n  ") + "\n  EOT\n"),
			hides:  []string{"q7Zp3w==", "MIIEowIBAAKCAQEAq7Zp3Vx9Lr2Tn8Wd5Kc1Jh7Bm4Gs6Yf0q7Zp3Vx9Lr2Tn8Wd"},
			rest:   []string{"EOT"},
		},
		"a text with an escaped quote at the start": {secret.Expression(`"\"hunter2 b"`), []string{`"hunter2 b`}, nil},
		"a text with an escaped quote at the end":   {secret.Expression(`"hunter2 b\""`), []string{`hunter2 b"`}, nil},
		"an empty text": {
			secret.Expression(`{ "user" = "", "password" = "swordfish" }`), []string{"swordfish"}, []string{", "},
		},
		"an empty key": {secret.Expression(`{ "" = "swordfish" }`), []string{"swordfish"}, []string{"="}},
		"a number":     {secret.Expression("123456"), []string{"123456"}, nil},
		"a list": {
			secret: secret.Expression(`["hunter2", "x9Q2xLw7", "eu-west-1", 8080]`),
			hides:  []string{"hunter2", "x9Q2xLw7"},
			rest:   []string{"eu-west-1", "8080"},
		},
		"a list of words": {
			secret: secret.Expression(`["swordfish", "letmein", "eu-west-1", "db.example.com", ` +
				`"arn:aws:iam::123456789012:role/x"]`),
			hides: []string{"swordfish", "letmein"},
			rest:  []string{"eu-west-1", "db.example.com", "arn:aws:iam::123456789012:role/x"},
		},
		"a list of numbers": {secret.Expression("[4711, 5822,\n 15]"), []string{"4711", "5822"}, []string{"15", "47110"}},
		"a list in JSON":    {secret.Declared(`["swordfish", "1234"]`), []string{"swordfish", "1234"}, nil},
		"an object": {
			secret: secret.Expression(`{ user = "deploy", password = "production", region = "eu-west-1", "api-key" : "abcd", ` +
				`token="a$${b}\u0041\n" }`),
			hides: []string{"production", "abcd", "a${b}A"},
			rest:  []string{"deploy", "eu-west-1", "password", "token"},
		},
		"a call": {
			secret: secret.Expression(`jsonencode({ tokens = ["q7Zp3Vx9Lr2T"], name = "web" })`),
			hides:  []string{"q7Zp3Vx9Lr2T"},
			rest:   []string{"jsonencode", "web"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := new(secret.Redactor)
			if !r.Add(c.secret) || !c.secret.Hideable() {
				t.Error("not all forms were added")
			}
			for _, text := range c.hides {
				if got := r.String("  + " + text + ","); strings.Trim(got, "*\\nr \n-+,") != "" &&
					!strings.Contains(text, "PRIVATE KEY") || strings.Contains(got, text) {
					t.Errorf("%q is shown as %q", text, got)
				}
			}
			for _, text := range c.rest {
				if got := r.String(text); got != text {
					t.Errorf("%q is shown as %q", text, got)
				}
			}
			for _, line := range c.secret.Lines() {
				if strings.ContainsAny(line, "\r\n") || len(line) < 4 || slices.Contains(c.rest, line) {
					t.Errorf("Lines contains %q", line)
				}
			}
		})
	}
}

func TestDeclaredLines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		value secret.Value
		want  []string
	}{
		"a text": {secret.Declared("hunter2"), []string{"hunter2"}},
		"a key": {
			value: secret.Declared("-----BEGIN KEY-----\nabcdefgh\nab==\n-----END KEY-----"),
			want:  []string{"abcdefgh", "ab=="},
		},
		"a credential": {secret.New("ghs_0123456789"), []string{"ghs_0123456789"}},
		"an address":   {secret.Whole("/bundles/production"), nil},
		"exactly":      {secret.Exact(`{"a":1,"b":"c"}`), []string{`{"a":1,"b":"c"}`}},
		"in quotes":    {secret.Expression(`"a\"hunter2"`), []string{`a"hunter2`}},
		"too short":    {secret.Declared("abc"), nil},
		"empty":        {secret.Declared(""), nil},
	} {
		if got := c.value.Lines(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		if got := c.value.Hideable(); got != (len(c.want) > 0 || name == "an address") {
			t.Errorf("%s: hideable: %v", name, got)
		}
	}
}

func TestManyLines(t *testing.T) {
	t.Parallel()
	var lines strings.Builder
	for n := range 500 {
		fmt.Fprintf(&lines, "PASSWORD_%d=x%07dz\n", n, n*7919)
	}
	r := new(secret.Redactor)
	if !r.Add(secret.Declared(lines.String())) {
		t.Error("there is no room for 500 lines")
	}
	if got := r.String("x0000000z x0007919z x0007918z"); got != "*** *** x0007918z" {
		t.Errorf("got %q", got)
	}
}
