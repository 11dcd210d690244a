package bundle

import (
	"bytes"
	"slices"
	"strings"
)

// neverSent are names that stay out whatever the ignore file says: .git may hold the job's token, and the sign-in action
// for Google Cloud leaves its credentials in the checkout.
func neverSent(name []byte) bool {
	return string(name) == ".git" ||
		bytes.HasPrefix(name, []byte("gha-creds-")) && bytes.HasSuffix(name, []byte(".json"))
}

// neverSentAnywhere says whether any component of a path is such a name.
func neverSentAnywhere(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if neverSent([]byte(part)) {
			return true
		}
	}
	return false
}

func hasAnySuffix(name []byte, suffixes ...string) bool {
	return slices.ContainsFunc(suffixes, func(s string) bool { return bytes.HasSuffix(name, []byte(s)) })
}

// isTerraform says whether Terraform or OpenTofu reads a file of this name in its working directory.
func isTerraform(name []byte) bool {
	return hasAnySuffix(name, ".tf", ".tf.json", ".tofu", ".tofu.json")
}

// isConfiguration counts Terragrunt's files too.
func isConfiguration(name []byte) bool {
	return isTerraform(name) || hasAnySuffix(name, ".hcl")
}

// looksSecret goes by the name alone. A key in PEM form is found by its content.
func looksSecret(name []byte) bool {
	n := string(name)
	switch n {
	case ".env", ".netrc", ".npmrc", ".pypirc", ".git-credentials", ".terraformrc", "terraform.rc", "credentials.tfrc.json",
		"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".vault-token", "kubeconfig":
		return true
	}
	if strings.HasPrefix(n, ".env.") {
		return !hasAnySuffix(name, ".example", ".sample", ".template", ".dist")
	}
	return hasAnySuffix(name, ".p12", ".pfx", ".ppk", ".kdbx", ".jks")
}
