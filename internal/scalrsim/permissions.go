package scalrsim

import (
	"maps"
	"slices"
	"strings"
)

// permissions maps some of Scalr's permissions to the scopes in which they may be granted. The public list is
// https://github.com/ianwestcott/scalr_permissions.
var permissions = map[string]string{
	"*:*": "account environment workspace", "*:read": "account environment workspace", "*:create": "account environment workspace",
	"*:update": "account environment workspace", "*:delete": "account environment workspace",
	"runs:create": "account environment workspace", "runs:cancel": "account environment workspace", "runs:apply": "account environment workspace",
	"policy-checks:override": "account environment workspace", "plans:read-json-output": "account environment workspace",
	"workspaces:read": "account environment workspace", "workspaces:create": "account environment",
	"workspaces:update": "account environment workspace", "workspaces:delete": "account environment workspace",
	"workspaces:lock": "account environment workspace", "workspaces:link-provider-configuration": "account environment workspace",
	"variables:read": "account environment workspace", "variables:create": "account environment workspace",
	"variables:update": "account environment workspace", "variables:delete": "account environment workspace",
	"environments:create": "account", "environments:read": "account environment", "environments:update": "account environment",
	"environments:delete": "account environment", "software-versions:read": "account environment workspace",
	"cloud-credentials:read": "account", "cloud-credentials:update": "account", "agent-pools:read": "account environment",
	"policy-groups:read": "account", "policy-groups:update": "account",
}

// addPermissions stores the permissions for GET /permissions.
func (s *Server) addPermissions() {
	for _, name := range slices.Sorted(maps.Keys(permissions)) {
		scopes := list{}
		for _, scope := range strings.Fields(permissions[name]) {
			scopes = append(scopes, scope)
		}
		s.add("permissions", name, object{"description": nil, "applicable-scopes": scopes}, nil)
	}
}
