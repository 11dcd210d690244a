package scalrsim

import (
	"slices"
)

// softwareVersions lists the versions that runs can use, by platform.
var softwareVersions = map[string][]string{
	"terraform": {"1.0.11", "1.1.9", "1.2.9", "1.3.10", "1.4.7", "1.5.7", "1.6.6", "1.7.5", "1.8.5", "1.9.0", "1.9.8", "1.10.5", "1.11.4", "1.12.0"},
	"opentofu":  {"1.6.3", "1.7.10", "1.8.11", "1.9.0", "1.9.4", "1.10.7", "1.11.4", "1.12.0"},
}

// checkVersion rejects a terraform-version that is not available for the platform. If only the platform
// changes, it checks the current version of the workspace.
func (s *Server) checkVersion(doc input, self *resource) *reply {
	platform, platformGiven := doc.attributes["iac-platform"].(string)
	version, versionGiven := doc.attributes["terraform-version"].(string)
	if !versionGiven && (self == nil || !platformGiven) {
		return nil // Scalr chooses the version, or nothing changes
	}
	if self != nil && !platformGiven {
		platform = textOf(self.attributes["iac-platform"])
	}
	if self != nil && !versionGiven {
		version = textOf(self.attributes["terraform-version"])
	}
	if platform == "" {
		platform = "terraform"
	}
	if slices.Contains(softwareVersions[platform], version) {
		return nil
	}
	return invalid("Invalid Attribute", "/data/attributes/terraform-version", "Version '"+version+"' of "+platform+" is not available.")
}
