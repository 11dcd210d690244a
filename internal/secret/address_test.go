package secret_test

import (
	"net/url"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

// signedAddresses are addresses in the formats of the supported stores, with the parts
// that must not be shown even by themselves.
var signedAddresses = map[string]struct {
	address string
	secrets []string
}{
	"S3": {
		address: "https://acme-scalr.s3.eu-central-1.amazonaws.com/configuration-versions/cv-v0o1dcma0" +
			"/8f14e45fceea167a5a36dedd4bea2543.tar.gz" +
			"?X-Amz-Algorithm=AWS4-HMAC-SHA256" +
			"&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260101%2Feu-central-1%2Fs3%2Faws4_request" +
			"&X-Amz-Date=20260101T000000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=content-type%3Bhost" +
			"&X-Amz-Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024" +
			"&X-Amz-Security-Token=IQoJb3JpZ2luX2VjEJr%2F%2F%2F%2Fw%2FEaCWV1LWNlbnRyYWwtMSJHMEUCIQ%3D%3D" +
			"&x-id=PutObject",
		secrets: []string{
			"8f14e45fceea167a5a36dedd4bea2543",
			"AKIAIOSFODNN7EXAMPLE",
			"fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024",
			"IQoJb3JpZ2luX2VjEJr",
			"EaCWV1LWNlbnRyYWwtMSJHMEUCIQ",
		},
	},
	"Google": {
		address: "https://storage.googleapis.com/acme-scalr/uploads/2026/archive.tar.gz?X-Goog-Algorithm=GOOG4-RSA-SHA256" +
			"&X-Goog-Credential=signer%40acme-scalr.iam.gserviceaccount.com%2F20260101%2Fauto%2Fstorage%2Fgoog4_request" +
			"&X-Goog-Date=20260101T000000Z&X-Goog-Expires=600&X-Goog-SignedHeaders=host" +
			"&X-Goog-Signature=247a2aa45f169edf4d187d54e7cc46e4731b1e6273242c4f4c39a1d2507a0e58",
		secrets: []string{"247a2aa45f169edf4d187d54e7cc46e4731b1e6273242c4f4c39a1d2507a0e58"},
	},
	"Azure": {
		address: "https://acmescalr.blob.core.windows.net/bundles/9f86d081-884c-4d65-9a2f-eaa0c55ad015?sv=2020-08-04" +
			"&se=2026-01-01T00%3A15%3A00Z&sr=b&sp=cw&sig=q7Zp3Vx9Lr2Tn8Wd5Kc1%2FJh7%2BBm4Gs6Yf0%3D",
		secrets: []string{"9f86d081-884c-4d65-9a2f-eaa0c55ad015", "q7Zp3Vx9Lr2Tn8Wd5Kc1/Jh7+Bm4Gs6Yf0="},
	},
	"other names": {
		address: "https://blob.scalr.io/u/q7Zp3Vx9/Lr2Tn8Wd5Kc1?t=Bm4Gs6Yf0Jh7&n=1767225600&auth=s3cr3t-upl0ad&h=9f2c7d1e",
		secrets: []string{"q7Zp3Vx9", "Lr2Tn8Wd5Kc1", "Bm4Gs6Yf0Jh7", "s3cr3t-upl0ad", "9f2c7d1e"},
	},
	"a bare query": {"https://blob.scalr.io/upload?q7Zp3Vx9Lr2Tn8Wd5Kc1", []string{"q7Zp3Vx9Lr2Tn8Wd5Kc1"}},
	"semicolons":   {"https://blob.scalr.io/upload;v=1?a=1;key=q7Zp3Vx9Lr2Tn8Wd5Kc1", []string{"q7Zp3Vx9Lr2Tn8Wd5Kc1"}},
	"bad escapes":  {"https://blob.scalr.io/upload?sig=q7Zp3Vx9Lr%ZZTn8Wd5Kc1", []string{"q7Zp3Vx9Lr%ZZTn8Wd5Kc1"}},
	"a JWT": {
		address: "https://blob.scalr.io/upload?jwt=eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1cGxvYWQifQ.c2lnbmF0dXJlLW9mLWl0",
		secrets: []string{"eyJzdWIiOiJ1cGxvYWQifQ"},
	},
	"escaped path": {
		address: "https://blob.scalr.io/q7Zp3Vx9%2FLr2Tn8Wd5Kc1/archive.tar.gz?x=1",
		secrets: []string{"q7Zp3Vx9/Lr2Tn8Wd5Kc1"},
	},
	"letters alone": {
		address: "https://blob.scalr.io/upload?sig=qzpvxlrtnwdkcbmgsyfjh&key=QZPVXLRTNWDKCBMG&k=qZpVxLrTnWdKc",
		secrets: []string{"qzpvxlrtnwdkcbmgsyfjh", "QZPVXLRTNWDKCBMG", "qZpVxLrTnWdKc"},
	},
}

func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestAddressIsHidden: neither the address nor its path, its query or an unguessable
// part is shown.
func TestAddressIsHidden(t *testing.T) {
	t.Parallel()
	for name, c := range signedAddresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u, r := mustParse(t, c.address), &secret.Redactor{}
			r.Add(secret.Address(u)...)
			host := u.Scheme + "://" + u.Host
			if got := r.String(c.address); !strings.HasPrefix(got, host) ||
				len(u.Path) >= 8 && strings.Trim(got[len(host):], "*?") != "" && len(u.RawQuery) >= 8 {
				t.Errorf("the address is shown as %q", got)
			}
			texts := map[string]string{}
			if len(u.RawQuery) >= 8 {
				texts["the query"], texts["the parameters"] = u.RawQuery, strings.ReplaceAll("?"+u.RawQuery, "&", "\n&")
			}
			if len(u.Path) >= 8 {
				texts["the path"], texts["the decoded path"] = u.EscapedPath(), u.Path
			}
			if len(u.Path) >= 13 && strings.Count(u.Path, "/") > 1 {
				texts["the key"] = u.Path[1:]
			}
			for what, text := range texts {
				left := strings.Trim(r.String("<"+text+">"), "<>*?\n")
				if left != "" && (what != "the parameters" || !areNames(left)) {
					t.Errorf("%s is shown as %q", what, left)
				}
			}
			for _, s := range c.secrets {
				for _, text := range []string{s, url.QueryEscape(s)} {
					if got := r.String("the value " + text + " is wrong"); got != "the value *** is wrong" {
						t.Errorf("%q is shown as %q", text, got)
					}
				}
				if n := len(s) - 1; n > 12 {
					if got := r.String("cut: " + s[:n]); got != "cut: ***" {
						t.Errorf("%q is shown as %q", s[:n], got)
					}
				}
			}
		})
	}
}

// areNames reports whether lines contain only names of parameters with masked values.
func areNames(lines string) bool {
	for line := range strings.SplitSeq(lines, "\n") {
		if _, value, _ := strings.Cut(line, "="); strings.Trim(value, "*") != "" {
			return false
		}
	}
	return true
}

// TestAddressKeepsCommonText: texts that share words with known addresses of all stores
// are unchanged.
func TestAddressKeepsCommonText(t *testing.T) {
	t.Parallel()
	r := &secret.Redactor{}
	for _, c := range signedAddresses {
		r.Add(secret.Address(mustParse(t, c.address))...)
	}
	r.Add(secret.Address(mustParse(t,
		"https://blob.scalr.io/acc-svrcncgh453bi8g/env-v0o1dcma0/production/network/run-v0p500fu3/plan-v0q1"+
			"/eu-west-10/123456789012/configuration.json"+
			"?region=us-gov-west-1&role=admin&name=checkout-queue&account=123456789012"))...)
	for _, text := range []string{
		"The configuration version cv-v0o1dcma0 was uploaded to acme-scalr.s3.eu-central-1.amazonaws.com.",
		`aws_s3_bucket.data["eu-central-1"] will be destroyed in us-gov-west-1 and europe-west10`,
		"arn:aws:iam::123456789012:role/deployer and arn:aws:iam::210987654321:role/admin",
		"https://acme.scalr.io/v2/e/env-v0o1dcma0/workspaces/ws-v0o1dcmb1/runs/run-v0p500fu3",
		`workspace "production/network" (ws-v0o1dcmb1) of acc-svrcncgh453bi8g`,
		"https://blob.scalr.io answered 403 Forbidden; storage.googleapis.com, acmescalr.blob.core.windows.net",
		"AWS4-HMAC-SHA256 and GOOG4-RSA-SHA256 are algorithms, aws4_request is a scope",
		"archive.tar.gz, application/octet-stream, content-type;host, signer@acme-scalr.iam.gserviceaccount.com",
		"2026-01-01T00:15:00Z and 20260101T000000Z; in 900 s; disp=cwd; user=billing sr=black",
		"the upload, the uploads of 2026, the bundles, the storage, PutObject, request has expired",
		"module.checkout_queue.aws_sqs_queue.main: Creation complete after 1m12s [id=checkout-queue]",
		`"sha256:9b74c9897bac770ffc029102a200c5de" k8s x86 s3 ec2 i18n`,
	} {
		if got := r.String(text); got != text {
			t.Errorf("got  %q\nwant %q", got, text)
		}
	}
}

// TestAddressOfManyParts: the number of values does not grow with an address of very
// many parts from a hostile server.
func TestAddressOfManyParts(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{
		"parameters": "https://blob.scalr.io/upload?" + strings.Repeat("a1b2c3d4=q7Zp3Vx9&", 5000),
		"plain ones": "https://blob.scalr.io/upload?" + strings.Repeat("name=value&", 5000),
		"elements":   "https://blob.scalr.io" + strings.Repeat("/q7Zp3Vx9", 5000),
		"mixed ones": "https://blob.scalr.io" + strings.Repeat("/uploads/q7Zp3Vx9", 5000),
		"one value":  "https://blob.scalr.io/upload?key=" + strings.Repeat("word:q7Zp3Vx9:", 5000),
	} {
		u := mustParse(t, address)
		if n := len(secret.Address(u)) + len(secret.Parameters(u)); n > 1000 {
			t.Errorf("%s: got %d values, want at most 1000", name, n)
		}
	}
}

// TestWhole: a Value made by Whole is redacted only as a whole.
func TestWhole(t *testing.T) {
	t.Parallel()
	r := &secret.Redactor{}
	r.Add(secret.Whole("/uploads/production/network"), secret.Whole("abc"))
	for text, want := range map[string]string{
		"GET /uploads/production/network HTTP/1.1": "GET *** HTTP/1.1",
		"%2Fuploads%2Fproduction%2Fnetwork":        "***",
		`\/uploads\/production\/network`:           "***",
		"/uploads/production":                      "/uploads/production",
		"abc":                                      "abc",
	} {
		if got := r.String(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestPartsOfAddress: which parts of an address are hidden depends on their length, on their place and on whether they
// are words.
func TestPartsOfAddress(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ address, text, want string }{
		"a path of eight bytes":        {"https://h.io/uploads", "GET /uploads", "GET ***"},
		"a path of seven bytes":        {"https://h.io/upload", "GET /upload", "GET /upload"},
		"an escaped path":              {"https://h.io/up%20load", "/up%20load /up load", "*** ***"},
		"a name of twelve bytes":       {"https://h.io/a/bcdefghijk", "(a/bcdefghijk)", "(***)"},
		"a name of eleven bytes":       {"https://h.io/a/bcdefghij", "(a/bcdefghij)", "(a/bcdefghij)"},
		"a name without a slash":       {"https://h.io/configuration", "(configuration)", "(configuration)"},
		"a query of eight bytes":       {"https://h.io/?a=b&c=de", "(a=b&c=de)", "(***)"},
		"a query of seven bytes":       {"https://h.io/?a=b&c=d", "(a=b&c=d)", "(a=b***)"},
		"a parameter of words":         {"https://h.io/?role=admin", "?role=admin &role=admin role=admin", "*** *** ***"},
		"its part in another text":     {"https://h.io/?mode=abc&role=admin", "?role=admin xrole=admin", "*** xrole=admin"},
		"a parameter without a value":  {"https://h.io/?admin&uploads", "(?admin) (&uploads) (admin)", "(***) (***) (admin)"},
		"a parameter with escapes":     {"https://h.io/?role=a%20b&x=y", "(?role=a%20b) (?role=a b)", "(***) (***)"},
		"a random piece of six bytes":  {"https://h.io/x/q7Zp3V", "(q7Zp3V)", "(***)"},
		"a random piece of five bytes": {"https://h.io/x/q7Zp3", "(q7Zp3)", "(q7Zp3)"},
		"a random name of a parameter": {"https://h.io/?q7Zp3Vx9=admin", "(q7Zp3Vx9) (admin)", "(***) (admin)"},
		"a piece of the host":          {"https://q7Zp3V.h.io/?k=q7Zp3V", "(q7Zp3V)", "(q7Zp3V)"},
		"a random value with words": {
			address: "https://h.io/?k=admin/q7Zp3Vx9",
			text:    "(admin/q7Zp3Vx9) (admin) (q7Zp3Vx9) (admin/q7Zp3V)",
			want:    "(***) (admin) (***) (admin/q7Zp3V)",
		},
		"a random value with short words": {"https://h.io/?k=abc/q7Zp3Vx9L", "(abc/q7Zp3Vx9L) (bc/q7Zp3Vx9L)", "(***) (***)"},
		"random values with delimiters":   {"https://h.io/?k=q7Zp3V/x9Lr2T", "(7Zp3V/x9Lr2) (7Zp3V/x9Lr2T)", "(7Zp3V/x9Lr2) (***)"},
		"any twelve bytes of such":        {"https://h.io/?k=q7Zp3V/x9Lr2T", "7Zp3V/x9Lr2T", "***"},
		"a value of 200 random pieces and a word": {
			address: "https://h.io/?k=" + strings.Repeat("q7Zp3V:", 200) + "word-word",
			text:    "(p3V:word-word)",
			want:    "(p3V:word-word)",
		},
		"a value of 201 random pieces and a word": {
			address: "https://h.io/?k=" + strings.Repeat("q7Zp3V:", 201) + "word-word",
			text:    "(p3V:word-word)",
			want:    "(***)",
		},
		"an id of Scalr as a file": {"https://h.io/x/cv-v0o1dcma0.tar.gz", "(cv-v0o1dcma0.tar.gz)", "(cv-v0o1dcma0.tar.gz)"},
		"a piece between other delimiters": {
			"https://h.io/?k=word%2Cq7Zp3Vx9%3Bx9Q2xLw7%20Lr2Tn8Wd", "(q7Zp3Vx9) (x9Q2xLw7) (Lr2Tn8Wd)", "(***) (***) (***)",
		},
		"a malformed escape in a name":       {"https://h.io/?q7Zp3%ZZVx9=1", "(q7Zp3%ZZVx9)", "(***)"},
		"a malformed escape among words":     {"https://h.io/?role=%ZZ&x=y", "(?role=%ZZ)", "(***)"},
		"a parameter after many of no value": {"https://h.io/?" + strings.Repeat("a;", 198) + "b;q7Zp3Vx9Lr", "(q7Zp3Vx9Lr)", "(***)"},
		"a parameter after too many":         {"https://h.io/?" + strings.Repeat("a;", 199) + "b;q7Zp3Vx9Lr", "(q7Zp3Vx9Lr)", "(q7Zp3Vx9Lr)"},
	} {
		r := new(secret.Redactor)
		r.Add(secret.Address(mustParse(t, c.address))...)
		if got := r.String(c.text); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestParameters: a server may quote a parameter without its delimiter, escaped or not.
func TestParameters(t *testing.T) {
	t.Parallel()
	r := new(secret.Redactor)
	r.Add(secret.Parameters(mustParse(t, "https://h.io/x?role=a%20b;name&x=q7Zp3Vx9Lr&a=b&c"))...)
	if got := r.String("role=a%20b role=a b name x=q7Zp3Vx9Lr q7Zp3Vx9Lr a=b c"); got != "*** *** *** *** q7Zp3Vx9Lr a=b c" {
		t.Errorf("got %s", got)
	}
}
