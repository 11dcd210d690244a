package step

import (
	"errors"

	"scalr-run-action/internal/scalr"
)

// The scopes at which Scalr grants permissions.
const (
	anyScope      = "on the workspace, its environment or the account"
	accountScope  = "on the account"
	thatOrAccount = "on the environment or the account"
)

// permissions maps operations to the permission that they require; Scalr documents none for the others. The names are
// those of Scalr's API (GET /permissions); see docs/oidc.md. Scalr has no permission for discarding a run and none for
// tags.
var permissions = map[scalr.Operation]struct{ needs, scope string }{
	scalr.OpCreateRun:           {"`runs:create` (for a run that applies also `runs:apply`)", anyScope},
	scalr.OpApplyRun:            {"`runs:apply`", anyScope},
	scalr.OpCancelRun:           {"`runs:cancel`", anyScope},
	scalr.OpDiscardRun:          {"`runs:cancel` or `runs:apply` (Scalr does not document which of them discards)", anyScope},
	scalr.OpOverridePolicyCheck: {"`policy-checks:override`", anyScope},
	scalr.OpReadPlanJSON:        {"`plans:read-json-output`", anyScope},
	scalr.OpReadRun:             {"`*:read`", anyScope},
	scalr.OpReadRunPart:         {"`*:read`", anyScope},
	scalr.OpReadPlanLog:         {"`*:read`", anyScope},
	scalr.OpReadApplyLog:        {"`*:read`", anyScope},
	scalr.OpListRuns:            {"`*:read`", anyScope},
	scalr.OpReadWorkspace:       {"`workspaces:read`", anyScope},
	scalr.OpListWorkspaces:      {"`workspaces:read`", anyScope},
	scalr.OpCreateWorkspace:     {"`workspaces:create` on the environment or the account, and `software-versions:read`", accountScope},
	scalr.OpUpdateWorkspace:     {"`workspaces:update` on the workspace, its environment or the account, and `software-versions:read`", accountScope},
	scalr.OpDeleteWorkspace:     {"`workspaces:delete`", anyScope},
	scalr.OpReadEnvironment:     {"`environments:read`", thatOrAccount},
	scalr.OpListEnvironments:    {"`environments:read`", thatOrAccount},
	scalr.OpCreateEnvironment:   {"`environments:create`", accountScope},
	scalr.OpUpdateEnvironment:   {"`environments:update`", thatOrAccount},
	scalr.OpDeleteEnvironment:   {"`environments:delete`", thatOrAccount},
	scalr.OpListTags:            {"`*:read`", accountScope},
	scalr.OpListResourceTags:    {"`*:read`", accountScope},
	scalr.OpCreateTag:           {"`*:create`", accountScope},
	scalr.OpAddTags:             {"`*:update`", accountScope},
	scalr.OpReplaceTags:         {"`*:update`", accountScope},
	scalr.OpRemoveTags:          {"`*:update`", accountScope},
	scalr.OpListProviders:       {"`cloud-credentials:read`", accountScope},
	scalr.OpReadProvider:        {"`cloud-credentials:read`", accountScope},
	scalr.OpUpdateProviderLink:  {"`workspaces:link-provider-configuration`", thatOrAccount},
	scalr.OpDeleteProviderLink:  {"`workspaces:link-provider-configuration`", thatOrAccount},
	scalr.OpCreateProviderLink:  {"`workspaces:link-provider-configuration`", thatOrAccount},
	scalr.OpUpdateProvider:      {"`cloud-credentials:update`", accountScope},
	scalr.OpListAgentPools:      {"`agent-pools:read`", accountScope},
	scalr.OpReadAgentPool:       {"`agent-pools:read`", accountScope},
	scalr.OpListVariables:       {"`variables:read`", anyScope},
	scalr.OpCreateVariable:      {"`variables:create`", anyScope},
	scalr.OpUpdateVariable:      {"`variables:update`", anyScope},
	scalr.OpListProviderLinks:   {"`*:read`", anyScope},
	scalr.OpListPolicyGroups:    {"`policy-groups:read`", accountScope},
	scalr.OpLinkPolicyGroup:     {"`policy-groups:update`", accountScope},
	scalr.OpUnlinkPolicyGroup:   {"`policy-groups:update`", accountScope},
}

// MissingPermission returns a sentence about the permission that the token may lack after a 403 or 404. Scalr returns
// the same status for an object that does not exist and for one that the token cannot read.
func MissingPermission(err error) string {
	var e *scalr.Error
	if !errors.As(err, &e) || e.Storage || !errors.Is(e, scalr.ErrForbidden) && !errors.Is(e, scalr.ErrNotFound) {
		return ""
	}
	p, ok := permissions[e.Op.Operation]
	switch {
	case !ok:
		return ""
	case errors.Is(e, scalr.ErrNotFound):
		return " Either the object does not exist, or the token lacks a permission: the operation requires " + p.needs + " " + p.scope + "."
	}
	return " Either the token lacks a permission, or the object does not exist: the operation requires " + p.needs + " " + p.scope + "."
}
