package scalr

import (
	"context"
	"encoding/json"
	"net/http"
)

// Output is one output of a workspace's state. Sensitive values come in clear:
// whoever reads them must hide them first.
type Output struct {
	Name      string
	Value     json.RawMessage // of any type
	Sensitive bool
}

// Outputs reads a workspace's outputs; none without a state. The endpoint speaks
// plain JSON (openapi.yml, list_workspace_outputs).
func (c *Client) Outputs(ctx context.Context, workspaceID string) ([]Output, error) {
	op := "read the outputs of workspace " + workspaceID
	var list []Output
	err := c.do(ctx, call{
		op: op, method: http.MethodGet, path: []string{"workspaces", workspaceID, "outputs"}, policy: starting, plain: true,
		read: func(a answer) error {
			var doc struct {
				Data []struct {
					Name      string          `json:"name"`
					Value     json.RawMessage `json:"value"`
					Sensitive bool            `json:"sensitive"`
				} `json:"data"`
			}
			if json.Unmarshal(a.body, &doc) != nil {
				return malformed(op, "the answer is not a list of outputs")
			}
			list = list[:0]
			for _, o := range doc.Data {
				list = append(list, Output{o.Name, o.Value, o.Sensitive})
			}
			return nil
		},
	})
	return list, err
}
