package scalr

import (
	"context"
	"encoding/json"
	"net/http"

	"scalr-run-action/internal/jsonstream"
)

// Output is one output of a workspace's state.
type Output struct {
	Name      string
	Value     json.RawMessage // of any type; nil for a sensitive output that was not requested
	Sensitive bool
}

// Outputs reads a workspace's outputs; there are none without a state. Scalr sends sensitive values unencrypted: they
// are kept only if requested, and the caller must mask them before any other use. The endpoint returns plain JSON
// (openapi.yml, list_workspace_outputs).
func (c *Client) Outputs(ctx context.Context, workspaceID string, sensitive bool) ([]Output, error) {
	op := OpReadOutputs.on(workspaceID)
	var list []Output
	err := c.do(ctx, call{
		op: op, method: http.MethodGet, path: []string{"workspaces", workspaceID, "outputs"}, policy: defaultPolicy, plain: true,
		read: func(a answer) error {
			list = nil
			return members(a.json, func(name string) (err error) {
				switch name {
				case "data":
					list, err = a.outputs()
				case "errors", "error":
					err = a.problems()
				}
				return err
			})
		},
	})
	markSensitive(list)
	for i := range list {
		if list[i].Sensitive && !sensitive {
			list[i].Value = nil
		}
	}
	return list, err
}

func (a answer) outputs() (list []Output, err error) {
	if c, err := a.json.Peek(); err == nil && c != '[' && c != 'n' {
		return nil, malformed(a.op, "the response is not a list of outputs")
	}
	err = elements(a.json, func() error {
		o, err := readOutput(a.json)
		list = append(list, o)
		return err
	})
	return list, err
}

// markSensitive marks all outputs of one name as sensitive if one of them is.
func markSensitive(list []Output) {
	names := map[string]bool{}
	for _, o := range list {
		names[o.Name] = names[o.Name] || o.Sensitive
	}
	for i := range list {
		list[i].Sensitive = names[list[i].Name]
	}
}

func readOutput(r *jsonstream.Reader) (o Output, err error) {
	if err := r.Keep(memberOverhead); err != nil {
		return o, err
	}
	err = members(r, func(name string) (err error) {
		switch name {
		case "name":
			o.Name, _, err = r.Text(maxText)
		case "value":
			if o.Value, err = r.Raw(maxKept); err == nil && o.Value == nil {
				err = r.Keep(maxKept) // exceeds the limit: an output is never omitted silently
			}
		case "sensitive":
			var c byte
			c, err = r.Peek()
			o.Sensitive = o.Sensitive || c != 'f' // only an explicit false is not sensitive
		}
		return err
	})
	return o, err
}
