package secret_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

// TestKnownFormatsAreNotSecret: a text with a well-known format is not secret, whatever its name.
func TestKnownFormatsAreNotSecret(t *testing.T) {
	t.Parallel()
	for format, list := range map[string][]string{
		"numbers":    {"12345678", "1,234,567.89", "+12345.678", "-12345678", "$1234.56", "12345678 MB", "12345.678%", "123456789_000"},
		"versions":   {"v1.31.4-rc.1", "~> 15.0.1", ">= 1.31.4", "1.31.4+k3s1"},
		"timestamps": {"2026-01-01", "2026-01-01T00:15:00Z", "2026-01-01 00:15:00.5+01:00"},
		"regions":    {"eu-central-1", "us-gov-west-1", "northamerica-northeast1"},
		"addresses of mail": {
			"deploy.bot+x@acme-prod.example.com", "D3pl0y@acme.io",
		},
		"ARNs":     {"arn:aws:iam::123456789012:role/q7Zp3Vx9", "arn:aws-us-gov:s3:::q7Zp3Vx9"},
		"IPv6":     {"2001:db8::ff00:42:8329", "fe80::1a2b:3c4d"},
		"networks": {"fd00:1a2b::/32", "10.20.0.0/16"},
		"ports":    {"[2001:db8::1]:8080", "10.1.2.3:8080"},
		"URLs":     {"https://vault.example.com:8200", "s3://acme-data/logs/", "http://q7zp3vx9lr2t.example.com/", "postgres://app@db/app"},
		"hosts": {
			"db-1.example.com", "db.example.com:5432", "*.example.com", "example.com.", "registry.example.com/team/app",
			"a.qzpvxlrtnwdkcbmgsy",
			strings.Repeat("a1.", 83) + "abcd",
		},
		"words": {
			"checkout", "checkout-queue", "CheckoutQueue", "PLATFORM_TEAM", "AdministratorAccess", "abc def ghijklm",
			"platform team-of-all",
		},
		"long numbers": {"12-34-56-78", "12/34/5678"},
	} {
		for _, text := range list {
			for _, name := range []string{"password", "value"} {
				if secret.LooksSecret(name, text) {
					t.Errorf("%s: %q called %s looks secret", format, text, name)
				}
			}
		}
	}
}

// TestNoKnownFormat: a text that only resembles a well-known format is secret if its name says so.
func TestNoKnownFormat(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"https://app:hunter2@db.example.com", "postgres://app:hunter2@/db", "b2c https://example.com", "https://example.com/a b2c",
		"https://example.com/a\tb2c", "https://example.com/a\nb2c", "http://[b2c.example", "a.qzpvxlrtnwdkcbmgsyf", "DB1.example.com",
		strings.Repeat("a1.", 83) + "abcde",
		"abc def ghijklmn", "12-34-56-789", "qzpvxlrtnwdkcbmgsyf", "QZPVXLRTNWDKCBMG", "2001:db8::x0", "12345678x9y",
	} {
		if !secret.LooksSecret("password", text) {
			t.Errorf("%q does not look secret", text)
		}
	}
}

// TestRandomTexts: a text looks secret from 40 bits without a pattern on, which depends on the characters in it.
func TestRandomTexts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"9bdfacbdc1":                true, // ten hexadecimal digits
		"9bdfacbdc":                 false,
		"9BDFACBDC1":                true,
		"9BDFACBDC":                 false,
		"1a0a9a8f1":                 false,
		"1g0a9a8f":                  true, // eight letters and digits
		"1z0a9a8f":                  true,
		"1G0A9A8F":                  true,
		"1Z0A9A8F":                  true,
		"1g0a9a8":                   false, // too short
		"ABCDaEFG":                  true,  // eight letters in both cases
		"ABCDzEFG":                  true,
		"bcAAdefg":                  true,
		"bcZZdefg":                  true,
		"1gaa2-3gaa4":               true, // the sum of two parts
		"1gaa2-3gaa":                true,
		"1gaa2-3g":                  false,
		"AbCdefg1":                  false, // words, written as one
		"AbCdEfg1":                  true,
		"AbAdAfgh12":                true,
		"ZbZdZfgh12":                true,
		"1234567890123456789012345": true,  // too long for a number
		"123456789012345678901234":  false, // a long number
		"a-12345678901234567890123": false,
		"qzpvxlrtnwdkcbmgsy":        true, // too long for a word
		"qzpvxlrtnwdkcbmgs":         false,
		"QZPVXLRTNWDKCBMG":          true,
		"QZPVXLRTNWDKCBM":           false,
		"vm9f86d081-884c-4d65-9a2f-eaa0c55ad01512345":                               false, // a UUID
		"x sha256:9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de": false,
		"vmx9f86d081-884c-4d65-9a2f-eaa0c55ad01512345":                              false, // letters and digits around it
		"1ga-1a2b3c":            false, // 39.5 bits
		"about 100% sure of it": false, // it resembles an address with an invalid escape
		"x sha256x9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de": true,
		"vpc-0a1b2c3d4e5f6a7b8":                   false,
		"vpc-0a1b2c3d4e5f6a7b89":                  true,
		"https://example.com/a/9bdfacbdc1":        true,
		"https://example.com/a/9bdfacbdc":         false,
		"https://example.com/?9bdfacbdc1":         true,
		"https://example.com/?9bdfacbdc":          false,
		"https://example.com/#9bdfacbdc1":         true,
		"https://example.com/#9bdfacbdc":          false,
		"https://9bdfacbdc1.example.com/":         false,
		"https://app:hunter2@db.example.com/":     true,
		"postgres://app:hunter2@/db?host=/socket": true,
		"https://app:@db.example.com/":            false,
		" \t\r\n\"'`,;9bdfac\"'`,;\t\r\n ":        false, // six digits in punctuation
	} {
		if got := secret.LooksSecret("value", text); got != want {
			t.Errorf("%q: looks secret: %t", text, got)
		}
	}
}

// TestSecretNames: a text is secret by itself because of its name.
func TestSecretNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"db_password", "PASSWD", "passphrase", "passcode", "db.pass", "user-pwd", "pin", "basic_auth", "sas", "dsn", "my_secret_1",
		"token", "credentials", "apikey", "api_key", "access-key", "storage.key", "signingKey", "connection_string", "ssh_key", "key",
		"webhook_url",
	} {
		if !secret.LooksSecret(name, "hunter-2024x") {
			t.Errorf("%s is not secret", name)
		}
	}
	for _, name := range []string{"", "region", "keyboard", "passenger", "pinned", "authority", "monkey", "name"} {
		if secret.LooksSecret(name, "hunter-2024x") {
			t.Errorf("%s is secret", name)
		}
	}
}

// TestDeclaredMembers: in a text that is declared secret, a member is secret by itself unless its value is common, or
// its name is that of a plain value and the value is not random.
func TestDeclaredMembers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line, text string
		hidden     bool
	}{
		{"password: abcd", "abcd", true},
		{"password: abc", "abc", false},
		{"password: true", "true", false},
		{"password: NULL", "NULL", false},
		{"password: eu-west-1", "eu-west-1", true},
		{"other: abcd", "abcd", false},
		{"other: abcd1", "abcd1", true},
		{"other: eu-west-1", "eu-west-1", false},
		{"other: ws-v0o1dcmb1abcd", "ws-v0o1dcmb1abcd", false},
		{"user_name: abcd1", "abcd1", false},
		{"user_name: 9bdfacbdc", "9bdfacbdc", false},
		{"user_name: 9bdfacbdc1", "9bdfacbdc1", true},
		{"environment: abcd1", "abcd1", false},
		{"client_id: 9f86d081-884c-4d65-9a2f-eaa0c55ad015", "9f86d081-884c-4d65-9a2f-eaa0c55ad015", false},
		{"other: 9f86d081-884c-4d65-9a2f-eaa0c55ad015", "9f86d081-884c-4d65-9a2f-eaa0c55ad015", true},
		{"other: 'abcd1'", "abcd1", true},
		{"other: 'abcd1", "'abcd1", true},
		{"other: 'abcd1", "abcd1", false},
		{"other: abcd1'", "abcd1'", true},
		{"other: abcd1'", "abcd1", false},
		{"other =", "other", false},
		{"export OTHER=abcd1", "abcd1", true},
		{"- other = abcd1", "abcd1", true},
		{"abcd1", "abcd1", true},
		{"'abcd1',", "abcd1", true},
		{"# abcd1", "abcd1", false},
		{"// abcd1", "abcd1", false},
		{"-- abcd1", "abcd1", false},
		{"; abcd1", "abcd1", false},
		{"/* abcd1", "abcd1", false},
		{"# other: abcd1", "abcd1", false},
		{"https://vault.example.com:8200", "//vault.example.com:8200", false},
		{"https://vault.example.com:8200", "https://vault.example.com:8200", false},
		{"alpha beta gamma", "alpha beta gamma", true},
		{"ab cd efghij", "ab cd efghij", true},
		{"ab cd efghi", "ab cd efghi", false},
		{"alpha betagamma", "alpha betagamma", false},
		{"alpha/beta/gamma", "alpha/beta/gamma", false},
		{"'alpha beta gamma',", "alpha beta gamma", true},
		{"us-gov-west-1", "us-gov-west-1", false},
		{`{"other": "'abcd1',"}`, "'abcd1',", true},
		{`{"other": "'vpc-0a1b2c3d4e5f6a7b8',"}`, "'vpc-0a1b2c3d4e5f6a7b8',", false},
		{`{"password": "'true',"}`, "'true',", false},
		{`{"password": "'abc',"}`, "'abc',", false},
	} {
		got := declared("first: x\n"+c.line+"\nlast: y").String("("+c.text+")") == "(***)"
		if got != c.hidden {
			t.Errorf("%q: %q is secret: %t", c.line, c.text, got)
		}
	}
}
