package bundle_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scalr-run-action/internal/bundle"
)

const keyBody = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n" +
	"MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu\n-----END PRIVATE KEY-----\n"

// keyFiles are files that contain a key, and files that only resemble them.
var keyFiles = []struct {
	name    string
	content string
	key     bool
}{
	{"plain.pem", "-----BEGIN PRIVATE KEY-----\n" + keyBody, true},
	{"short", "-----BEGIN EC PRIVATE KEY-----", true},
	{"openssh", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n", true},
	{"pgp.json", `{"key":"-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v1\n\nlQOYBF\n"}`, true},
	{"pgp.txt", "The file begins with -----BEGIN PGP PRIVATE KEY BLOCK----- and a version.\n", false},
	{"pgp.asc", "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v1\n\nlQOYBF\n", true},
	{"bag.txt", "Bag Attributes\n    friendlyName: x\n    localKeyID: 54 69\nKey Attributes: <No Attributes>\n" +
		"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + keyBody, true},
	{"comment.txt", "# our key\n\n-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", true},
	{"crlf.txt", "key\r\n-----BEGIN RSA PRIVATE KEY-----\r\nMIIEvQIBADAN\r\n", true},
	{"chain.pem", "-----BEGIN CERTIFICATE-----\n" + strings.Repeat("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n",
		900) + "-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n" + keyBody, true},
	{"indented.yml", "tls:\n  key: |\n    -----BEGIN PRIVATE KEY-----\n    MIIEvQIBADANBgkqhkiG9w0B\n", true},
	{"heredoc.tf", "locals {\n  key = <<-EOT\n    -----BEGIN RSA PRIVATE KEY-----\n    MIIEvQIBADANBgkqhkiG9w0B\n    EOT\n}\n", true},
	{"string.tf", `locals { key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEvQIBADAN\nabc" }`, true},
	{"sa.json", `{"type": "service_account", "project_id": "p", "private_key": "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n"}`, true},
	{"sa-elsewhere.txt", "\ufeff\n{\n  \"private_key\" : \"redacted\",\n  \"type\"\n :\n\"service_account\"}", true},
	{"sa-list.json", `[{"type": "x"}, {"private_key": "x", "type":"service_account"}]`, true},
	{"ca.pem", "-----BEGIN CERTIFICATE-----\nPRIVATE KEY\n", false},
	{"public.pem", "-----BEGIN PUBLIC KEY-----\nMIIE\n", false},
	{"readme.md", "# Keys\n\nPut your key here:\n\n```\n-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----\n```\n", false},
	{"readme-2.md", "A file that begins with -----BEGIN PRIVATE KEY----- is a PRIVATE KEY.\n", false},
	{"check.go", "if strings.HasPrefix(s, \"-----BEGIN RSA PRIVATE KEY-----\") {\n\treturn\n}\n", false},
	{"check.tf", "condition = can(regex(\"-----BEGIN [A-Z ]*PRIVATE KEY-----\", var.key))\n", false},
	{"placeholder.tf", "key = <<EOT\n-----BEGIN PRIVATE KEY-----\n<your key>\nEOT\n", false},
	{"end.txt", "A key begins with\n-----BEGIN PRIVATE KEY-----\n", false},
	{"authorized.json", `{"type": "authorized_user", "private_key": "x"}`, false},
	{"docs.md", `The file has "type": "service_account" and a "private_key".`, false},
	{"schema.json", `{"properties": {"type": {"const": "service_account"}, "private_key": {"type": "string"}}}`, false},
	{"public-sa.json", `{"type": "service_account", "client_email": "x"}`, false},
}

func TestKeysAreDetectedByContent(t *testing.T) {
	t.Parallel()
	root, ready := checkout(t, "infra/main.tf"), checkout(t)
	var archive []string
	for _, f := range keyFiles {
		must(t, os.WriteFile(filepath.Join(root, "infra", f.name), []byte(f.content), 0o644))
		archive = append(archive, f.name, f.content)
	}
	must(t, os.WriteFile(filepath.Join(ready, "x.tgz"), gzipped(t, tarballOf(t, archive...)), 0o644))
	for how, warned := range map[string]*messages{"directory": pack(t, root, "infra").warned, "archive": pack(t, ready, "x.tgz").warned} {
		count := 0
		for _, f := range keyFiles {
			if f.key {
				count++
			}
		}
		if !warned.mentions("private key", fmt.Sprintf("(%d)", count)) {
			t.Errorf("%s: got warnings %q, want one with %d keys", how, warned.lines, count)
		}
	}
	for _, f := range keyFiles {
		one := checkout(t, "main.tf")
		must(t, os.WriteFile(filepath.Join(one, f.name), []byte(f.content), 0o644))
		if got := pack(t, one, ".").warned.mentions("private key", fmt.Sprintf("%q", f.name)); got != f.key {
			t.Errorf("%s: warning is %v, want %v", f.name, got, f.key)
		}
	}
}

func TestSecretsAreDetectedByName(t *testing.T) {
	t.Parallel()
	secret := []string{".env", ".env.production", ".envrc", ".pgpass", ".netrc", "x/.aws/credentials",
		".docker/config.json", ".kube/config", "gcloud/application_default_credentials.json", "a.tfplan", "tfplan",
		"x/plan.tfplan",
		"id_ed25519", "store.jks", "kubeconfig"}
	others := []string{".env.example", "credentials", "aws/credentials", "x.aws/credentials", ".aws/config", "config.json", "docker/config.json", "tfplan.md",
		"plan.tf", ".envrc.md", "env",
		"x/config", "y/config", "y/HEAD", "y/objects/", "y/refs"}
	s := pack(t, checkout(t, append(append([]string{"main.tf"}, secret...), others...)...), ".")
	if len(s.warned.lines) != 1 || !s.warned.mentions("may contain secrets", fmt.Sprintf("(%d)", len(secret))) {
		t.Errorf("got warnings %q, want one with %d files", s.warned.lines, len(secret))
	}
	s = pack(t, checkout(t, "main.tf", "a/repo.git/HEAD", "a/repo.git/config", "a/repo.git/objects/", "a/repo.git/refs/"), ".")
	if !s.warned.mentions("repositories", `(1): "a/repo.git/config"`) {
		t.Errorf("got warnings %q, want one with the repository", s.warned.lines)
	}
}

func TestPrebuiltArchiveWarnings(t *testing.T) {
	t.Parallel()
	root := checkout(t)
	must(t, os.WriteFile(filepath.Join(root, "x.tgz"), gzipped(t, tarball(t, file("./main.tf"), file(".git/config"), file("sub/.git/HEAD"),
		link("mods/.git", "../x"),
		file("a/gha-creds-0123.json"), file("terraform.tfstate"), file("env/x.tfstate.backup"), file("my.tfstates"), file(".gitignore"), file("b/.env"),
		file("b/.env.example"))), 0o644))
	var warned messages
	_, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: "x.tgz", Warn: warned.add})
	must(t, err)
	for _, want := range [][]string{
		{"never uploaded", "(4)", `".git/config"`, `"a/gha-creds-0123.json"`, `"mods/.git"`, `"sub/.git/HEAD"`},
		{"state", "(2)", `"env/x.tfstate.backup"`, `"terraform.tfstate"`},
		{"may contain secrets", `(1): "b/.env"`},
	} {
		if !warned.mentions(want...) {
			t.Errorf("got warnings %q, want one with %q", warned.lines, want)
		}
	}
	if len(warned.lines) != 3 {
		t.Errorf("got %d warnings, want 3: %q", len(warned.lines), warned.lines)
	}
	must(t, os.WriteFile(filepath.Join(root, "clean.tgz"), gzipped(t, tarball(t, file("main.tf"), file("mods/x/config"))), 0o644))
	var quiet messages
	_, err = bundle.List(t.Context(), bundle.Options{Root: root, Path: "clean.tgz", Warn: quiet.add})
	must(t, err)
	if len(quiet.lines) > 0 {
		t.Errorf("got warnings %q, want none", quiet.lines)
	}
}
