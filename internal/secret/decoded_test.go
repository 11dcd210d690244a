package secret_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

const privateKey = "-----BEGIN RSA PRIVATE KEY-----\n" +
	"MIIEowIBAAKCAQEAx7Zp3Vx9Lr2Tn8QkW5sYd1HfJm4Gb6Rc0EoUvAiPtNqXlKzD\n" +
	"b7Zp3Vx9Lr2Tn8QkW5sYd1HfJm4Gb6Rc0EoUvAiPtNqXlKzDQ9wS8yMhC2jFgB3e\n" +
	"R5t==\n" +
	"-----END RSA PRIVATE KEY-----\n"

func encoded(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// wrapped breaks a text into lines.
func wrapped(s string) string {
	var lines []string
	for len(s) > 76 {
		lines, s = append(lines, s[:76]), s[76:]
	}
	return strings.Join(append(lines, s), "\n")
}

// TestDecodedKeys: each line of a private key is found if the key is declared as a text of one line or in base64, and a
// configuration decodes it.
func TestDecodedKeys(t *testing.T) {
	t.Parallel()
	escaped := strings.ReplaceAll(privateKey, "\n", `\n`)
	inJSON := `{"type": "service_account", "private_key": "` + escaped + `"}`
	for name, text := range map[string]string{
		"escaped":                     escaped,
		"escaped with carriage":       strings.ReplaceAll(privateKey, "\n", `\r\n`),
		"escaped twice":               strings.ReplaceAll(privateKey, "\n", `\\n`),
		"escaped twice with carriage": strings.ReplaceAll(privateKey, "\n", `\\r\\n`),
		"quoted":                      `"` + escaped + `"`,
		"quoted for a shell":          `'` + escaped + `'`,
		"base64":                      encoded(privateKey),
		"base64 in lines":             wrapped(encoded(privateKey)),
		"base64 in lines of Windows":  strings.ReplaceAll(wrapped(encoded(privateKey)), "\n", "\r\n"),
		"base64 without padding":      base64.RawStdEncoding.EncodeToString([]byte(privateKey + "é")),
		"base64 of a URL":             base64.URLEncoding.EncodeToString([]byte("# ~~~???>>>\n" + privateKey)),
		"base64 of base64":            encoded(encoded(privateKey)),
		"base64 of JSON":              encoded(inJSON),
		"base64 in YAML":              "users:\n- user:\n    client-key-data: " + encoded(privateKey) + "\n",
		"escaped in a file":           "USER=a\nKEY=" + escaped + "\n",
	} {
		r := new(secret.Redactor)
		if !r.Add(secret.Declared(text)) {
			t.Errorf("%s: no room", name)
		}
		for line := range strings.Lines(privateKey) {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "-----") {
				continue
			}
			if got := r.String("    +   " + line + "\n"); got != "    +   ***\n" {
				t.Errorf("%s: a line of the key is shown as %q", name, got)
			}
		}
	}
}

// TestDecodedTexts: the decoded text of a secret is secret if it is a text and not short.
func TestDecodedTexts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ secret, text, want string }{
		"a password in base64":         {encoded("S3cr3t-pw-Zx81!q"), "a S3cr3t-pw-Zx81!q b", "a *** b"},
		"twelve bytes in base64":       {encoded("S3cr3t-pw-Zx"), "a S3cr3t-pw-Zx b", "a *** b"},
		"words in base64":              {encoded("correct horse"), "a correct horse b", "a *** b"},
		"eleven bytes in base64":       {encoded("S3cr3t-pw-Z"), "a S3cr3t-pw-Z b", "a S3cr3t-pw-Z b"},
		"bytes in base64":              {encoded("S3cr3t\x00pw\x01Zx81"), "a S3cr3t\x00pw\x01Zx81 b", "a S3cr3t\x00pw\x01Zx81 b"},
		"an invalid text in base64":    {encoded("S3cr3t\xffpw-Zx81"), "a S3cr3t\xffpw-Zx81 b", "a S3cr3t\xffpw-Zx81 b"},
		"words of an escaped text":     {`region\nproduction\nS3cr3tZx81`, "production S3cr3tZx81 region", "production *** region"},
		"a quoted text":                {`"Zx81-Q9x-wK2\nS3cr3tZx81"`, "a Zx81-Q9x-wK2 b S3cr3tZx81 c", "a *** b *** c"},
		"a path with escapes":          {`D:\network\names\S3cr3t`, `network names etwork`, `network names etwork`},
		"the encoded text is still it": {encoded("correct horse"), "a " + encoded("correct horse"), "a ***"},
	} {
		if got := declared(c.secret).String(c.text); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestPasswordInAddress: the password in a declared address is secret by itself, unless it is a word.
func TestPasswordInAddress(t *testing.T) {
	t.Parallel()
	const address = "postgres://admin:Tr0ub4dor%263x@db.acme.io:5432/app"
	for name, c := range map[string]struct{ secret, text, want string }{
		"decoded":   {address, "admin Tr0ub4dor&3x db.acme.io", "admin *** db.acme.io"},
		"encoded":   {address, "admin Tr0ub4dor%263x db.acme.io", "admin *** db.acme.io"},
		"in base64": {encoded(address), "admin Tr0ub4dor&3x db.acme.io", "admin *** db.acme.io"},
		"in a list": {`["` + address + `"]`, "admin Tr0ub4dor&3x db.acme.io", "admin *** db.acme.io"},
		"a word":    {"postgres://postgres:postgres@db.acme.io/app", "postgres db.acme.io", "postgres db.acme.io"},
	} {
		if got := declared(c.secret).String(c.text); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
