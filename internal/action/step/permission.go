package step

import (
	"errors"
	"strings"

	"scalr-run-action/internal/scalr"
)

// Scopes at which Scalr grants permissions.
const (
	anyScope      = "on the workspace, its environment or the account"
	accountScope  = "on the account"
	thatOrAccount = "on the environment or the account"
)

// permissions names, for the beginning of an operation, what it takes. The names
// are those of Scalr's own list, GET /permissions; docs/oidc.md says where it can
// be read. The list has none for discarding a run and none for tags.
var permissions = []struct{ operation, needs, scope string }{
	{"create a run", "`runs:create`", anyScope},
	{"apply run", "`runs:apply`", anyScope},
	{"cancel run", "`runs:cancel`", anyScope},
	{"discard run", "`runs:cancel` or `runs:apply` (Scalr does not document which of them discards)", anyScope},
	{"override policy check", "`policy-checks:override`", anyScope},
	{"read the plan as JSON", "`plans:read-json-output`", anyScope},
	{"read run", "`*:read`", anyScope},
	{"list the runs", "`*:read`", anyScope},
	{"read workspace", "`workspaces:read`", anyScope},
	{"list workspaces", "`workspaces:read`", anyScope},
	{"create workspace", "`workspaces:create` on the environment or the account, and `software-versions:read`", accountScope},
	{"change workspace", "`workspaces:update` on the workspace, its environment or the account, and `software-versions:read`", accountScope},
	{"delete workspace", "`workspaces:delete`", anyScope},
	{"read environment", "`environments:read`", thatOrAccount},
	{"list environments", "`environments:read`", thatOrAccount},
	{"create environment", "`environments:create`", accountScope},
	{"change environment", "`environments:update`", thatOrAccount},
	{"delete environment", "`environments:delete`", thatOrAccount},
	{"list tags", "`*:read`", accountScope},
	{"create tag", "`*:create`", accountScope},
	{"list provider configurations", "`cloud-credentials:read`", accountScope},
	{"read provider configuration", "`cloud-credentials:read`", accountScope},
	{"change provider configuration link", "`workspaces:link-provider-configuration`", thatOrAccount},
	{"delete provider configuration link", "`workspaces:link-provider-configuration`", thatOrAccount},
	{"link provider configuration", "`workspaces:link-provider-configuration`", thatOrAccount},
	{"change provider configuration", "`cloud-credentials:update`", accountScope},
	{"list agent pools", "`agent-pools:read`", accountScope},
	{"read agent pool", "`agent-pools:read`", accountScope},
	{"list the variables", "`variables:read`", anyScope},
	{"create variable", "`variables:create`", anyScope},
	{"change variable", "`variables:update`", anyScope},
	{"list the provider configurations", "`*:read`", anyScope},
	{"list policy groups", "`policy-groups:read`", accountScope},
	{"link policy group", "`policy-groups:update`", accountScope},
	{"unlink policy group", "`policy-groups:update`", accountScope},
}

// MissingPermission says what the token may lack after a 403 or 404. Scalr answers an
// object that the token may not see like one that does not exist, by either status.
func MissingPermission(err error) string {
	var e *scalr.Error
	if !errors.As(err, &e) || e.Storage || !errors.Is(e, scalr.ErrForbidden) && !errors.Is(e, scalr.ErrNotFound) {
		return ""
	}
	for _, p := range permissions {
		switch {
		case !strings.HasPrefix(e.Op, p.operation):
		case errors.Is(e, scalr.ErrNotFound):
			return " Either the object does not exist, or the token lacks a permission: this takes " + p.needs + " " + p.scope + "."
		default:
			return " Either the token lacks a permission, or the object does not exist: this takes " + p.needs + " " + p.scope + "."
		}
	}
	return ""
}
