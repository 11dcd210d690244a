package bundle

import (
	"bytes"
	"slices"
	"strings"
)

// alwaysExcluded are names that the ignore file cannot include: .git may contain the job's token, and the sign-in action for
// Google Cloud leaves its credentials in the checkout.
func alwaysExcluded(name []byte) bool {
	return string(name) == ".git" ||
		bytes.HasPrefix(name, []byte("gha-creds-")) && bytes.HasSuffix(name, []byte(".json"))
}

// hasExcludedComponent reports whether any component of a path is such a name.
func hasExcludedComponent(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if alwaysExcluded([]byte(part)) {
			return true
		}
	}
	return false
}

func hasAnySuffix(name []byte, suffixes ...string) bool {
	return slices.ContainsFunc(suffixes, func(s string) bool { return bytes.HasSuffix(name, []byte(s)) })
}

// isTerraform reports whether Terraform or OpenTofu reads a file of this name in its working directory.
func isTerraform(name []byte) bool {
	return hasAnySuffix(name, ".tf", ".tf.json", ".tofu", ".tofu.json")
}

// isConfiguration also accepts Terragrunt's files.
func isConfiguration(name []byte) bool {
	return isTerraform(name) || hasAnySuffix(name, ".hcl")
}

// isState reports whether a file of this name is Terraform's state, or a backup or lock of it.
func isState(name []byte) bool {
	return bytes.HasSuffix(name, []byte(".tfstate")) || bytes.Contains(name, []byte(".tfstate."))
}

// repositoryConfig is the name of a file that may contain credentials if it is in a bare Git repository.
const repositoryConfig = "config"

// secretNames are names of files with credentials. A PEM key is detected by its content.
var secretNames = map[string]bool{
	".env": true, ".envrc": true, ".netrc": true, ".npmrc": true, ".pypirc": true, ".pgpass": true, ".git-credentials": true,
	".terraformrc": true, "terraform.rc": true, "credentials.tfrc.json": true, "id_rsa": true, "id_dsa": true, "id_ecdsa": true,
	"id_ed25519": true, ".vault-token": true, "kubeconfig": true, "tfplan": true, "application_default_credentials.json": true,
}

// secretPaths are names that are only secret in a certain directory.
var secretPaths = map[string]string{"credentials": ".aws", "config.json": ".docker", "config": ".kube"}

// looksSecret considers only the names of the file and of its directory.
func looksSecret(path []byte) bool {
	dir, name := []byte(nil), path
	if i := bytes.LastIndexByte(path, '/'); i >= 0 {
		dir, name = path[:i], path[i+1:]
	}
	if secretNames[string(name)] {
		return true
	}
	if parent, ok := secretPaths[string(name)]; ok && string(dir[bytes.LastIndexByte(dir, '/')+1:]) == parent {
		return true
	}
	if bytes.HasPrefix(name, []byte(".env.")) {
		return !hasAnySuffix(name, ".example", ".sample", ".template", ".dist")
	}
	return hasAnySuffix(name, ".tfplan", ".p12", ".pfx", ".ppk", ".kdbx", ".jks")
}
