package bundle

import (
	"bytes"
	"slices"
	"strings"

	"scalr-run-action/internal/hclscan"
)

// alwaysExcluded reports whether files with this name are never uploaded, regardless of the ignore file: .git
// may contain the job's token, and google-github-actions/auth and get-gke-credentials write credentials to
// gha-creds-*.json and gha-kubeconfig-* in the checkout.
func alwaysExcluded(name []byte) bool {
	return string(name) == ".git" || bytes.HasPrefix(name, []byte("gha-kubeconfig-")) ||
		bytes.HasPrefix(name, []byte("gha-creds-")) && bytes.HasSuffix(name, []byte(".json"))
}

// hasExcludedComponent reports whether any component of the path is always excluded.
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

func isTerraform(name []byte) bool { return hclscan.IsTerraform(string(name)) }

// isConfiguration reports whether a file with this name belongs to Terraform, OpenTofu or Terragrunt.
func isConfiguration(name []byte) bool {
	return isTerraform(name) || hasAnySuffix(name, ".hcl")
}

// isState reports whether a file with this name is Terraform state, or a backup or lock of it.
func isState(name []byte) bool {
	return bytes.HasSuffix(name, []byte(".tfstate")) || bytes.Contains(name, []byte(".tfstate."))
}

// repositoryConfig is the name of a file that may contain credentials in a bare Git repository.
const repositoryConfig = "config"

// secretNames lists the names of files with credentials. PEM keys are detected by their content instead.
var secretNames = map[string]bool{
	".env": true, ".envrc": true, ".netrc": true, ".npmrc": true, ".pypirc": true, ".pgpass": true, ".git-credentials": true,
	".terraformrc": true, "terraform.rc": true, "credentials.tfrc.json": true, "id_rsa": true, "id_dsa": true, "id_ecdsa": true,
	"id_ed25519": true, ".vault-token": true, "kubeconfig": true, "tfplan": true, "application_default_credentials.json": true,
}

// secretPaths maps names of files with credentials to the name of their parent directory.
var secretPaths = map[string]string{"credentials": ".aws", "config.json": ".docker", "config": ".kube"}

// isSecretPath reports whether the names of a file and its parent directory suggest that it contains secrets.
func isSecretPath(path []byte) bool {
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
