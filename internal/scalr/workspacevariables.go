package scalr

import (
	"context"
	"net/http"
	"net/url"

	"scalr-run-action/internal/sanitize"
)

// WorkspaceVariable is a variable that is stored in a workspace. Scalr does not report the value of a sensitive
// variable; it is empty then.
type WorkspaceVariable struct {
	ID string
	Variable
}

// WorkspaceVariables lists the workspace's own variables, without those inherited from its environment or account.
func (c *Client) WorkspaceVariables(ctx context.Context, workspaceID string) ([]WorkspaceVariable, error) {
	return c.workspaceVariables(ctx, workspaceID, "", defaultPolicy)
}

// workspaceVariables lists the variables with the key, or all if key is empty.
func (c *Client) workspaceVariables(ctx context.Context, workspaceID, key string, p policy) ([]WorkspaceVariable, error) {
	query := url.Values{"filter[workspace]": {workspaceID}}
	setIf(query, "filter[key]", literal(key))
	var own []WorkspaceVariable
	all, err := list(ctx, c, OpListVariables.on(workspaceID), []string{"vars"}, query, p,
		func(r resource, _ document) *WorkspaceVariable {
			if r.ref("workspace") != workspaceID {
				return nil // an inherited variable: changing it would affect other workspaces
			}
			v := r.workspaceVariable()
			return &v
		})
	for _, v := range all {
		if v != nil && (key == "" || v.Key == key) {
			own = append(own, *v)
		}
	}
	return own, err
}

// workspaceVariable reads a variable. env is the older name of shell.
func (r resource) workspaceVariable() WorkspaceVariable {
	a := r.Attributes
	category := a.text("category")
	return WorkspaceVariable{r.ID, Variable{Key: a.text("key"), Value: a.text("value"), Shell: category == "shell" || category == "env",
		HCL: a.set("hcl"), Sensitive: a.set("sensitive")}}
}

// CreateVariable stores a variable in a workspace and ensures that exactly one has its key and category. created is
// false if another client has created it meanwhile; the returned variable may then have another value.
func (c *Client) CreateVariable(ctx context.Context, workspaceID string, v Variable) (stored WorkspaceVariable, created bool, err error) {
	return createNamed(ctx, c,
		func() (WorkspaceVariable, error) { return c.postVariable(ctx, workspaceID, v) },
		func() (WorkspaceVariable, bool, error) {
			list, err := c.workspaceVariables(ctx, workspaceID, v.Key, lookupPolicy)
			for _, stored := range list {
				if stored.Shell == v.Shell {
					return stored, true, nil
				}
			}
			return WorkspaceVariable{}, false, err
		})
}

func (c *Client) postVariable(ctx context.Context, workspaceID string, v Variable) (stored WorkspaceVariable, err error) {
	op := OpCreateVariable.on(sanitize.Note(v.Key, 128))
	err = c.do(ctx, call{
		op: op, method: http.MethodPost, path: []string{"vars"}, kind: documentType, policy: createPolicy,
		body: body("vars", "", v.attributes(), map[string]any{"workspace": reference{"workspaces", workspaceID}}),
		read: func(a answer) (err error) { stored, err = a.workspaceVariable(op); return err },
	})
	return stored, err
}

// UpdateVariable changes the value of a stored variable, and whether it is an expression or sensitive. It returns the
// variable that Scalr reports. Scalr's own clients never make a sensitive variable readable; they delete it.
func (c *Client) UpdateVariable(ctx context.Context, id string, v Variable) (stored WorkspaceVariable, err error) {
	op := OpUpdateVariable.on(sanitize.Note(v.Key, 128))
	attrs := map[string]any{"value": v.Value, "sensitive": v.Sensitive}
	if !v.Shell {
		attrs["hcl"] = v.HCL
	}
	err = c.do(ctx, call{
		op: op, method: http.MethodPatch, path: []string{"vars", id}, kind: documentType, policy: defaultPolicy, body: body("vars", id, attrs, nil),
		read: func(a answer) (err error) { stored, err = a.workspaceVariable(op); return err },
	})
	return stored, err
}

func (a answer) workspaceVariable(op Op) (WorkspaceVariable, error) {
	r, _, err := a.one(op, "vars")
	return r.workspaceVariable(), err
}
