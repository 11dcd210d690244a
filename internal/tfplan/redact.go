package tfplan

import (
	"encoding/json"
	"strings"

	"scalr-run-action/internal/secret"
)

// redacted takes the secrets out of every text of the plan. Diffs are redacted
// value by value when they are made, and once more as a whole.
func (p Plan) redacted(r *secret.Redactor) Plan {
	for _, list := range [][]Change{p.Changes, p.Drift} {
		for i := range list {
			c := &list[i]
			for _, text := range []*string{&c.Address, &c.Previous, &c.Deposed, &c.ImportID, &c.Reason, &c.Diff} {
				*text = r.String(*text)
			}
		}
	}
	redactAll(r, p.Outputs)
	redactAll(r, p.JSON.Doubts)
	redactAll(r, p.Text.Doubts)
	p.OutputDiff, p.JSONProblem = r.String(p.OutputDiff), r.String(p.JSONProblem)
	return p
}

func (a Apply) redacted(r *secret.Redactor) Apply {
	for i := range a.Done {
		a.Done[i].Address = r.String(a.Done[i].Address)
	}
	return a
}

func redactAll(r *secret.Redactor, list []string) {
	for i := range list {
		list[i] = r.String(list[i])
	}
}

// redactedLines redacts a passage as a whole.
func redactedLines(r *secret.Redactor, lines []string) []string {
	return strings.Split(r.String(strings.Join(lines, "\n")), "\n")
}

// redactedValue is a JSON value without secrets in its texts and numbers.
func redactedValue(r *secret.Redactor, value any) any {
	switch value := value.(type) {
	case string:
		return r.String(value)
	case json.Number:
		if safe := r.String(value.String()); safe != value.String() {
			return safe
		}
	case []any:
		list := make([]any, len(value))
		for i, v := range value {
			list[i] = redactedValue(r, v)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(value))
		for name, v := range value {
			object[r.String(name)] = redactedValue(r, v)
		}
		return object
	}
	return value
}
