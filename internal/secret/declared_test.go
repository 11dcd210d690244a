package secret_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

func TestDeclaredCountsAsAWhole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		secret     string
		text, want string
	}{
		"whole":                 {"correct horse battery staple", "a correct horse battery staple b", "a *** b"},
		"a part":                {"correct horse battery staple", "a correct horse battery b", "a correct horse battery b"},
		"a host":                {"https://vault.example.com:8200", "https://vault.example.com:8200/v1 www.example.com https://vault.example.com", "***/v1 www.example.com https://vault.example.com"},
		"an ARN":                {"arn:aws:iam::123456789012:role/deploy", "arn:aws:iam::999999999999:role/reader arn:aws:iam::123456789012:role/deploy", "arn:aws:iam::999999999999:role/reader ***"},
		"short":                 {"debug", "debug debugging nodebug _debug debug_x debug-mode 'debug' DEBUG debug", "*** debugging nodebug _debug debug_x ***-mode '***' DEBUG ***"},
		"short number":          {"5432", "5432 15432 54321 :5432/ 5432m port=5432", "*** 15432 54321 :***/ 5432m port=***"},
		"beside other letters":  {"hunter2", "éhunter2 hunter2é “hunter2” │hunter2│ …hunter2…", "éhunter2 hunter2é “***” │***│ …***…"},
		"with borders itself":   {"(pass)", "x(pass)y", "x***y"},
		"half a border":         {"pass!", "pass!x xpass!", "***x xpass!"},
		"eleven bytes":          {"elevenbytes", "elevenbytes elevenbytesx", "*** elevenbytesx"},
		"twelve bytes":          {"twelve bytes", "xtwelve bytesx", "x***x"},
		"too short":             {"abc", "abc", "abc"},
		"an ordinary word":      {"production", "production, productions", "***, productions"},
		"true":                  {"true", "true", "true"},
		"surrounded by space":   {"  hunter2\n", "hunter2", "***"},
		"behind escapes":        {"hunter2", `\nhunter2 \thunter2 %3Dhunter2 \u003dhunter2 \x3dhunter2 \075hunter2 \u000ahunter2`, `\n*** \t*** %3D*** \u003d*** \x3d*** \075*** \u000a***`},
		"behind colors":         {"hunter2", "\x1b[32mhunter2\x1b[0m \x1b[38;5;1mhunter2 \x1b[mhunter2", "\x1b[32m***\x1b[0m \x1b[38;5;1m*** \x1b[m***"},
		"behind no escape":      {"hunter2", "[32mhunter2 mhunter2 3Dhunter2 nhunter2", "[32mhunter2 mhunter2 3Dhunter2 nhunter2"},
		"base64, alone":         {"hunter2", "aHVudGVyMg== aHVudGVyMg", "*** ***"},
		"base64, among others":  {"hunter2", "dTpodW50ZXIyeA==", "dTp***eA=="},
		"hex of a short one":    {"5432", "35343332 1353433329", "*** 1353433329"},
		"in a URL":              {"p@ss!1", "https://u:p%40ss%211@h/?q=p%40ss%211&r=1", "https://u:***@h/?q=***&r=1"},
		"in JSON":               {`p"1\x`, `{"a":"p\"1\\x"}`, `{"a":"***"}`},
		"in JSON in JSON":       {`p"1\x`, `{\"a\":\"p\\\"1\\\\x\"}`, `{\"a\":\"***\"}`},
		"in ASCII":              {"pässwörd", `p\u00e4ssw\u00f6rd p\u00E4ssw\u00F6rd`, "*** ***"},
		"in XML":                {"a<b>&'c'", "a&lt;b&gt;&amp;&#39;c&#39; a&lt;b&gt;&amp;&apos;c&apos; a&lt;b&gt;&amp;&#x27;c&#x27;", "*** *** ***"},
		"in a shell":            {"it's $1 \"x\"", `'it'\''s $1 "x"' "it's \$1 \"x\"" it\'s\ \$1\ \"x\"`, `'***' "***" ***`},
		"in Terraform":          {"a${b}%{c}\"d", `"a$${b}%%{c}\"d" a$${b}%%{c}"d`, `"***" ***`},
		"with a tab":            {"first\tsecond", "first    second first second", "*** ***"},
		"with what is not seen": {"first\u200bsecond", "firstsecond", "***"},
		"cut":                   {"correct horse battery staple", "it says correct horse ba… and goes on", "it says ***… and goes on"},
		"cut early":             {"correct horse battery staple", "it says correct… and goes on", "it says correct… and goes on"},
		"not cut":               {"correct horse battery staple", "correct horse ba, and so on …", "correct horse ba, and so on …"},
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

// TestMasksAreBorders: beside another secret a short one is found, too.
func TestMasksAreBorders(t *testing.T) {
	t.Parallel()
	r := declared("hunter2", "correct horse battery")
	text := "correct horse batteryhunter2, hunter2correct horse battery, correct horse batteryhunter2correct horse battery, hunter2hunter2"
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

// TestDeclaredOfSeveralLines: what is secret of a text is, line by line, what no other text has.
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
	azure := `{"clientId":"9f86d081-884c-4d65-9a2f-eaa0c55ad015","clientSecret":"q7Z8Q~p3Vx9Lr2Tn8Wd5Kc1Jh7Bm4Gs6Yf0","subscriptionId":"2c26b46b-68ff-c68f-f99b-453c1d304134",` +
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
	env := "AWS_REGION=eu-central-1\nexport DB_PASSWORD='swordfish'\nDB_HOST=db.example.com\nPIN=5432\nDEBUG=true\nAPI=x9Q2xLw7Rk4V\nREPLICAS=3\n"
	for name, c := range map[string]struct {
		secret      secret.Value
		hides, rest []string
	}{
		"a key": {secret.Declared(pem), []string{
			"MIIEowIBAAKCAQEAq7Zp3Vx9Lr2Tn8Wd5Kc1Jh7Bm4Gs6Yf0q7Zp3Vx9Lr2Tn8Wd", "q7Zp3w==",
			"5Kc1Jh7Bm4Gs6Yf0q7Zp3Vx9Lr2Tn8Wd5Kc1Jh7Bm4Gs6Yf0q7Zp3Vx9Lr2Tn8Xe", strings.ReplaceAll(strings.TrimSpace(pem), "\n", `\n`),
		}, []string{"-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"}},
		"a key with other line ends": {secret.Declared(strings.ReplaceAll(pem, "\n", "\r\n")), []string{strings.TrimSpace(pem), "q7Zp3w=="}, nil},
		"an account": {secret.Declared(account), []string{
			account, "8f14e45fceea167a5a36dedd4bea2543aabbccdd", strings.ReplaceAll(pem, "\n", `\n`), strings.TrimSpace(pem), "q7Zp3w==",
		}, []string{
			"service_account", "acme-prod-123456", "deploy@acme-prod-123456.iam.gserviceaccount.com", "123456789012345678901",
			"https://accounts.google.com/o/oauth2/auth", "googleapis.com", "private_key_id", `"type": "service_account",`,
		}},
		"credentials": {secret.Declared(azure), []string{azure, "q7Z8Q~p3Vx9Lr2Tn8Wd5Kc1Jh7Bm4Gs6Yf0"}, []string{
			"9f86d081-884c-4d65-9a2f-eaa0c55ad015", "2c26b46b-68ff-c68f-f99b-453c1d304134", "fcde2b2e-dba5-6bf4-08c6-01fb719f9e7b", "https://management.azure.com/", "clientSecret",
		}},
		"a kubeconfig": {secret.Declared(kubeconfig), []string{"q7Zp3Vx9Lr2Tn8Wd5Kc1", "hunter 2"}, []string{
			"apiVersion: v1", "kind: Config", "current-context: production", "https://k8s.example.com:6443", "name: deploy", "# Managed by Terraform, for the platform team", "password: ", "clusters:",
		}},
		"an environment": {secret.Declared(env), []string{"swordfish", "5432", "x9Q2xLw7Rk4V"}, []string{"eu-central-1", "db.example.com", "AWS_REGION", "true", "3"}},
		"passwords":      {secret.Declared("hunter2\ncorrect horse battery staple\n}\nx9Q2xLw7"), []string{"hunter2", "correct horse battery staple", "x9Q2xLw7"}, []string{"}"}},
		"passphrases": {secret.Declared("alpha-secret-line-one\n  beta-secret-line-2  \nstaple\nus-gov-west-1\ndb.checkout.example.com\n/etc/ssl/certs/ca\nacc-v0o1dcmb1abcd"),
			[]string{"alpha-secret-line-one", "beta-secret-line-2"},
			[]string{"staple", "us-gov-west-1", "db.checkout.example.com", "/etc/ssl/certs/ca", "acc-v0o1dcmb1abcd"}},
		"a text in quotes": {secret.Expression(`"hunter2"`), []string{"hunter2"}, nil},
		"a key in quotes":  {secret.Expression(`"` + strings.ReplaceAll(pem, "\n", `\n`) + `"`), []string{strings.TrimSpace(pem), "q7Zp3w=="}, nil},
		"a heredoc":        {secret.Expression("<<-EOT\n  " + strings.ReplaceAll(pem, "\n", "\n  ") + "\n  EOT\n"), []string{"q7Zp3w==", "MIIEowIBAAKCAQEAq7Zp3Vx9Lr2Tn8Wd5Kc1Jh7Bm4Gs6Yf0q7Zp3Vx9Lr2Tn8Wd"}, []string{"EOT"}},
		"a number":         {secret.Expression("123456"), []string{"123456"}, nil},
		"a list":           {secret.Expression(`["hunter2", "x9Q2xLw7", "eu-west-1", 8080]`), []string{"hunter2", "x9Q2xLw7"}, []string{"eu-west-1", "8080"}},
		"a list of words": {secret.Expression(`["swordfish", "letmein", "eu-west-1", "db.example.com", "arn:aws:iam::123456789012:role/x"]`),
			[]string{"swordfish", "letmein"}, []string{"eu-west-1", "db.example.com", "arn:aws:iam::123456789012:role/x"}},
		"a list of numbers": {secret.Expression("[4711, 5822,\n 15]"), []string{"4711", "5822"}, []string{"15", "47110"}},
		"a list in JSON":    {secret.Declared(`["swordfish", "1234"]`), []string{"swordfish", "1234"}, nil},
		"an object": {secret.Expression(`{ user = "deploy", password = "production", region = "eu-west-1", "api-key" : "abcd", token="a$${b}\u0041\n" }`),
			[]string{"production", "abcd", "a${b}A"}, []string{"deploy", "eu-west-1", "password", "token"}},
		"a call": {secret.Expression(`jsonencode({ tokens = ["q7Zp3Vx9Lr2T"], name = "web" })`), []string{"q7Zp3Vx9Lr2T"}, []string{"jsonencode", "web"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := new(secret.Redactor)
			if !r.Add(c.secret) || !c.secret.Hideable() {
				t.Error("not all of it is looked for")
			}
			for _, text := range c.hides {
				if got := r.String("  + " + text + ","); strings.Trim(got, "*\\nr \n-+,") != "" && !strings.Contains(text, "PRIVATE KEY") || strings.Contains(got, text) {
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
					t.Errorf("the runner is to hide %q", line)
				}
			}
		})
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		value secret.Value
		want  []string
	}{
		"a text":       {secret.Declared("hunter2"), []string{"hunter2"}},
		"a key":        {secret.Declared("-----BEGIN KEY-----\nabcdefgh\nab==\n-----END KEY-----"), []string{"abcdefgh", "ab=="}},
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

// What nobody has chosen to keep secret, and what somebody has.
var (
	commonTexts = []string{
		"eu-west-1", "eu-central-1a", "us-gov-west-1", "europe-west10-b", "eastus2", "westeurope", "northamerica-northeast1", "1.31", "v1.2.3-rc.1", "~> 5.0", "1.31.4+k3s1",
		"production", "platform-team", "correct", "checkout", "checkout-queue", "acme-data-9f2c7d1e", "AdministratorAccess", "true", "null", "5432", "123456789012", "10Gi", "500m", "30s", "0.5",
		"https://vault.example.com:8200", "https://checkout.example.com/v1/health?full=true", "http://localhost:8080", "s3://acme-data/logs/", "git@github.com:acme/infra.git",
		"checkout.c9akciq32xyz.eu-west-1.rds.amazonaws.com", "db.example.com:5432", "*.example.com", "deploy@acme.io", "registry.example.com/team/app", "internal-k8s-7f9c2d1b8a.elb.amazonaws.com",
		"arn:aws:iam::123456789012:role/deploy", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1B2c3", "10.0.0.0/16", "192.168.1.1", "2001:db8::ff00:42:8329", "fd00:1a2b:3c4d:5e6f::1", "10.1.2.3:8080",
		"vpc-0a1b2c3d4e5f6a7b8", "sg-0a1b2c3d", "i-0a1b2c3d4e5f6a7b8", "ws-v0o1dcmb1abcd", "env-v0o1dcma0abcd", "9f86d081-884c-4d65-9a2f-eaa0c55ad015",
		"/subscriptions/9f86d081-884c-4d65-9a2f-eaa0c55ad015/resourceGroups/acme", "sha256:9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de", "2026-01-01T00:15:00Z", "t3.medium",
		"db.r6g.large", "gp3", "ami-0a1b2c3d4e5f6a7b8", "projects/acme-prod/locations/europe-west1", "/var/run/secrets/token", "AmazonLinux2", "x86_64", "nginx:1.27", "UTC", "kubernetes.io/ingress.class",
	}
	secretTexts = []string{
		"tok-9fQ2xLw7Rk4VbN8s", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "ghp_q7Zp3Vx9Lr2Tn8Wd5Kc1Jh7Bm4Gs6Yf0q7Z", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
		"aB3$xY9!kL2@mN5#", "q7Z8Q~p3Vx9Lr2Tn8Wd5Kc1Jh7", "8f14e45fceea167a5a36dedd4bea2543", "postgres://app:s3cret-pw@db.example.com:5432/app", "xoxb-123456789012-abcDEF123ghiJKL456",
		"https://hooks.example.com/services/T00000000/B00000000/q7Zp3Vx9Lr2Tn8Wd5Kc1Jh7B", "qzpvxlrtnwdkcbmgsyfjh", "sim-output-9d41f7c2a6b8", "https://acme.blob.core.windows.net/x?sv=2020-08-04&sig=q7Zp3Vx9Lr2Tn8Wd5Kc1",
		"dGhpcyBpcyBhIHNlY3JldCBrZXk1Ng==", pem,
	}
)

func TestLooksSecret(t *testing.T) {
	t.Parallel()
	for _, text := range commonTexts {
		if secret.LooksSecret("value", text) {
			t.Errorf("%q looks like a secret", text)
		}
	}
	for _, text := range secretTexts {
		if !secret.LooksSecret("value", text) {
			t.Errorf("%q does not look like a secret", text)
		}
	}
	for name, want := range map[string]bool{"db_password": true, "client-secret": true, "APIKey": true, "token": true, "region": false, "keyboard": false, "user_name": false} {
		if got := secret.LooksSecret(name, "hunter-2024x"); got != want {
			t.Errorf("a short text called %s: got %v", name, got)
		}
		if secret.LooksSecret(name, "eu-west-1") || secret.LooksSecret(name, "hunter2") {
			t.Errorf("a region, or a very short text, called %s looks like a secret", name)
		}
	}
}

// TestNothingElseIsHidden: beside secrets of every kind, what is common is shown.
func TestNothingElseIsHidden(t *testing.T) {
	t.Parallel()
	r := new(secret.Redactor)
	for _, text := range secretTexts {
		r.Add(secret.Declared(text), secret.Leaf("key: "+text+"\nregion: eu-west-1\nversion: 1.31\n"))
	}
	r.Add(secret.Declared("https://vault.example.com:8200/v1"), secret.Declared("arn:aws:iam::123456789012:role/deployer"), secret.Declared("debug"), secret.Declared("54321"),
		secret.Declared("eu-west-2"), secret.New("tok-0123456789abcdefABCDEF"), secret.Exact(`{"name":"checkout","region":"eu-west-1"}`))
	for _, text := range commonTexts {
		if got := r.String(text); got != text {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
	for _, text := range secretTexts {
		if got := r.String("a: " + text); strings.Contains(got, strings.TrimSpace(text)) {
			t.Errorf("%q is not hidden", text)
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
