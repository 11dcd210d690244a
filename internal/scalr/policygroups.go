package scalr

import (
	"context"
	"net/http"
	"net/url"
)

// PolicyGroup is a set of policies that the runs of its environments are checked against.
type PolicyGroup struct{ ID, Name string }

// PolicyGroups lists the policy groups that the token can read.
func (c *Client) PolicyGroups(ctx context.Context) ([]PolicyGroup, error) {
	return list(ctx, c, Op{Operation: OpListPolicyGroups}, []string{"policy-groups"}, url.Values{"fields[policy-groups]": {"name"}}, defaultPolicy,
		func(r resource, _ document) PolicyGroup {
			return PolicyGroup{ID: r.ID, Name: r.Attributes.name()}
		})
}

// LinkPolicyGroup links a policy group to an environment. The policy groups of an environment are read-only there
// (openapi.yml, create_policy_group_environments).
func (c *Client) LinkPolicyGroup(ctx context.Context, id, environmentID string) error {
	return c.do(ctx, call{op: OpLinkPolicyGroup.on(id), method: http.MethodPost, path: []string{"policy-groups", id, "relationships", "environments"},
		kind: documentType, policy: defaultPolicy, body: map[string]any{"data": references("environments", []string{environmentID})}})
}

// UnlinkPolicyGroup removes the link. A 404 may mean that the link no longer exists.
func (c *Client) UnlinkPolicyGroup(ctx context.Context, id, environmentID string) error {
	return c.do(ctx, call{op: OpUnlinkPolicyGroup.on(id), method: http.MethodDelete,
		path: []string{"policy-groups", id, "relationships", "environments", environmentID}, policy: defaultPolicy})
}
