package secret_test

import (
	_ "embed"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

var (
	//go:embed testdata/common.txt
	commonFile string
	//go:embed testdata/secrets.txt
	secretsFile string

	// commonTexts are not secret by themselves; secretTexts are.
	commonTexts = lines(commonFile)
	secretTexts = append(lines(secretsFile), pem)
)

func lines(file string) []string { return strings.Split(strings.TrimSuffix(file, "\n"), "\n") }

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
	for name, want := range map[string]bool{
		"db_password":   true,
		"client-secret": true,
		"APIKey":        true,
		"token":         true,
		"region":        false,
		"keyboard":      false,
		"user_name":     false,
	} {
		if got := secret.LooksSecret(name, "hunter-2024x"); got != want {
			t.Errorf("a short text called %s: got %v", name, got)
		}
		if secret.LooksSecret(name, "eu-west-1") || secret.LooksSecret(name, "hunter2") {
			t.Errorf("a region, or a very short text, called %s looks like a secret", name)
		}
	}
}

// TestCommonTextsAreShown: with secrets of all kinds added, common texts are unchanged.
func TestCommonTextsAreShown(t *testing.T) {
	t.Parallel()
	r := new(secret.Redactor)
	for _, text := range secretTexts {
		r.Add(secret.Declared(text), secret.Leaf("key: "+text+"\nregion: eu-west-1\nversion: 1.31\n"))
	}
	r.Add(secret.Declared("https://vault.example.com:8200/v1"),
		secret.Declared("arn:aws:iam::123456789012:role/deployer"), secret.Declared("debug"), secret.Declared("54321"),
		secret.Declared("eu-west-2"), secret.New("tok-0123456789abcdefABCDEF"), secret.Exact(`{"name":"checkout",`+
			`"region":"eu-west-1"}`))
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
