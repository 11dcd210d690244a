package tfplan_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/tfplan"
)

// TestJSONProvesNothing: JSON that contradicts itself, is of an unknown format or lists nothing does not prove that
// nothing is planned.
func TestJSONProvesNothing(t *testing.T) {
	t.Parallel()
	const version = `{"format_version":"1.2","terraform_version":"1.9.0",`
	change := func(values string) string {
		return version + `"resource_changes":[{"address":"a.b","change":{` + values + `}}]}`
	}
	for name, c := range map[string]struct {
		document string
		proof    bool
	}{
		"an empty list":            {version + `"resource_changes":[]}`, true},
		"null":                     {`{"format_version":"1.2","resource_changes":null}`, false},
		"null outputs":             {`{"format_version":"1.2","output_changes":null}`, false},
		"format 0.2":               {strings.Replace(version, "1.2", "0.2", 1) + `"resource_changes":[]}`, true},
		"format 2.0":               {strings.Replace(version, "1.2", "2.0", 1) + `"resource_changes":[]}`, false},
		"format 10":                {strings.Replace(version, "1.2", "10", 1) + `"resource_changes":[]}`, false},
		"a number as format":       {strings.Replace(version, `"1.2"`, "1.2", 1) + `"resource_changes":[]}`, false},
		"update":                   {change(`"actions":["update"],"before":{},"after":{}`), true},
		"update to null":           {change(`"actions":["update"],"before":{},"after":null`), false},
		"update to unknown":        {change(`"actions":["update"],"before":{},"after":null,"after_unknown":true`), true},
		"no-op to null":            {change(`"after":null,"before":{"a":1},"actions":["no-op"]`), false},
		"create of null":           {change(`"actions":["create"],"before":{},"after":null`), false},
		"values not reported":      {change(`"actions":["update"]`), true},
		"nothing before and after": {change(`"actions":["no-op"],"before":null,"after":null`), true},
		"destroy":                  {change(`"actions":["delete"],"before":{},"after":null`), true},
		"forget":                   {change(`"actions":["forget"],"before":{},"after":null`), true},
	} {
		plan := tfplan.NewLog(nil).Plan(t.Context(), strings.NewReader(c.document))
		if got := plan.JSON.Complete && len(plan.JSON.Problems) == 0; got != c.proof {
			t.Errorf("%s: got %+v", name, plan.JSON)
		}
	}
}

// TestUnclearMarks: a mark of a sensitive value that is neither false nor an object or a list is set.
func TestUnclearMarks(t *testing.T) {
	t.Parallel()
	for mark, shown := range map[string]bool{
		`false`: true, `true`: false, `"true"`: false, `"false"`: false, `1`: false, `0`: false, `null`: false, `{}`: true,
	} {
		resource := `{"address":"a.b","change":{"actions":["create"],"before":null,"after":{"p":"hunter2"},"after_sensitive":{"p":` + mark + `}}}`
		output := `"o":{"actions":["create"],"before":null,"after":"hunter3","before_sensitive":false,"after_sensitive":` + mark + `}`
		plan := tfplan.NewLog(nil).Plan(t.Context(), strings.NewReader(
			`{"format_version":"1.2","terraform_version":"1.9.0","resource_changes":[`+resource+`],"output_changes":{`+output+`}}`))
		if got := strings.Contains(plan.Changes[0].Diff, "hunter2"); got != shown {
			t.Errorf("%s: the diff is %s", mark, plan.Changes[0].Diff)
		}
		if got := strings.Contains(plan.OutputDiff, "hunter3"); got != shown {
			t.Errorf("%s: the output is %s", mark, plan.OutputDiff)
		}
	}
}
