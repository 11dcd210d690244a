package tfplan

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"scalr-run-action/internal/secret"
)

// Redacted returns a copy of the plan with its texts redacted. The texts of a Log were
// already redacted with the secrets known when they were read, diffs value by value.
func (p Plan) Redacted(r *secret.Redactor) Plan {
	p.Changes, p.Drift = redactedChanges(r, p.Changes), redactedChanges(r, p.Drift)
	p.Outputs = redactedTexts(r, p.Outputs)
	p.JSON.Problems, p.Text.Problems = redactedTexts(r, p.JSON.Problems), redactedTexts(r, p.Text.Problems)
	p.OutputDiff, p.JSONProblem, p.Tail = r.String(p.OutputDiff), r.String(p.JSONProblem), r.String(p.Tail)
	p.Diagnostics = redactedDiagnostics(r, p.Diagnostics)
	return p
}

func redactedChanges(r *secret.Redactor, list []Change) []Change {
	list = slices.Clone(list)
	for i := range list {
		c := &list[i]
		for _, text := range []*string{&c.Address, &c.Unit, &c.Previous, &c.Deposed, &c.ImportID, &c.Reason, &c.Diff} {
			*text = r.String(*text)
		}
	}
	return list
}

func redactedDiagnostics(r *secret.Redactor, list []Diagnostic) []Diagnostic {
	list = slices.Clone(list)
	for i := range list {
		d := &list[i]
		for _, text := range []*string{&d.Unit, &d.File, &d.Title, &d.Message, &d.Text} {
			*text = r.String(*text)
		}
	}
	return list
}

// Redacted returns a copy of the apply with its texts redacted.
func (a Apply) Redacted(r *secret.Redactor) Apply {
	a.Done = slices.Clone(a.Done)
	for i := range a.Done {
		a.Done[i].Address = r.String(a.Done[i].Address)
	}
	a.Diagnostics, a.Tail = redactedDiagnostics(r, a.Diagnostics), r.String(a.Tail)
	return a
}

func redactedTexts(r *secret.Redactor, list []string) []string {
	list = slices.Clone(list)
	for i := range list {
		list[i] = r.String(list[i])
	}
	return list
}

// redactedLines redacts lines as one text, because a secret may have several lines.
func redactedLines(r *secret.Redactor, lines []string) []string {
	return strings.Split(r.String(strings.Join(lines, "\n")), "\n")
}

// redactedValue returns a JSON value with its strings, member names and numbers redacted.
func redactedValue(r *secret.Redactor, value any) any {
	switch value := value.(type) {
	case string:
		return r.String(value)
	case json.Number:
		if r.HidesNumber(value.String()) {
			return secret.Mask
		}
	case []any:
		list := make([]any, len(value))
		for i, v := range value {
			list[i] = redactedValue(r, v)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(value))
		for _, name := range slices.Sorted(maps.Keys(value)) {
			object[unusedName(object, r.String(name))] = redactedValue(r, value[name])
		}
		return object
	}
	return value
}

// unusedName makes a name unique within an object: redaction may produce equal names.
func unusedName(object map[string]any, name string) string {
	unique := name
	for n := 2; ; n++ {
		if _, used := object[unique]; !used {
			return unique
		}
		unique = fmt.Sprintf("%s-%d", name, n)
	}
}
