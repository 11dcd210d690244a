package plays

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testScope returns a scope with a value of every type.
func testScope(outcomes ...string) scope {
	return scope{object{
		"github": object{"event_name": "merge_group", "event": object{"number": 7.0, "pull_request": nil}},
		"steps": object{
			"list": object{
				"outputs": object{
					"workspaces": `[{"environment":"preview-7"},{"environment":"Preview-8"},{"name":"x"}]`,
					"count":      "3",
				},
			},
			"one-by": object{"outputs": object{"vpc_id": "vpc'1"}},
		},
		"matrix": object{"number": 8.0, "place": object{"id": "env-1"}, "many": list{"a", object{"b": "c"}}},
		"inputs": object{"dry-run": false},
	}, func(name string) bool { return name == "always" || contains(toList(outcomes), name) }}
}

func toList(texts []string) list {
	all := list{}
	for _, t := range texts {
		all = append(all, t)
	}
	return all
}

func TestEvaluate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]any{
		"'it''s'":                            "it's",
		"0x1f":                               31.0,
		"-1.5":                               -1.5,
		"null":                               nil,
		"true":                               true,
		" ( 1 ) ":                            1.0,
		"github.event.number":                7.0,
		"github.event.pull_request.head.sha": nil,
		"github.none":                        nil,
		"GitHub_not":                         errorText("no context"),
		"steps.one-by.outputs.vpc_id":        "vpc'1",
		"steps.LIST.outputs.Count":           "3",
		"matrix['place'].id":                 "env-1",
		"matrix.many[1].b":                   "c",
		"matrix.many[2]":                     nil,
		"matrix.many[-1]":                    nil,
		"matrix.many[0.5]":                   nil,
		"matrix.many.*.b":                    filtered{"c"},
		"fromJSON(steps.list.outputs.workspaces).*.environment": filtered{"preview-7", "Preview-8"},
		"matrix.place.*":      filtered{"env-1"},
		"github.event_name.*": filtered{},

		"'a' == 'A'":                 true,
		"'a' != 'A'":                 false,
		"1 == '1'":                   true,
		"1 == ' 1 '":                 true,
		"'' == 0":                    true,
		"null == 0":                  true,
		"true == 1":                  true,
		"true == 'true'":             false,
		"null == ''":                 true,
		"matrix == matrix":           false,
		"'x' == 0":                   false,
		"github.event.number != '7'": false,
		"null == null":               true,
		"'a' && 'b'":                 "b",
		"'' && 'b'":                  "",
		"'a' || 'b'":                 "a",
		"0 || null":                  nil,
		"1 && '' || 'else'":          "else",
		"!'x'":                       false,
		"!!''":                       false,
		"!0":                         true,
		"github.event_name == 'merge_group' && 'destroy' || ''": "destroy",
		"!inputs.dry-run && 'true' || ''":                       "true",
		"1 == 2 || 3 == 3 && 'yes'":                             "yes",
		"!1 == 2":                                               false,

		"contains('Hello', 'ELL')":   true,
		"contains(matrix.many, 'A')": true,
		"contains(matrix.many, 'x')": false,
		"contains(fromJSON(steps.list.outputs.workspaces).*.environment, format('preview-{0}', matrix.number))": true,
		"contains(fromJSON(steps.list.outputs.workspaces).*.environment, format('preview-{0}', 'x'))":           false,
		"contains(fromJSON('[]').*.environment, 'preview-7')":                                                   false,
		"format('{1} {{0}} {0}', 1, true)":                                                                      "true {0} 1",
		"toJSON(matrix.place)":                                                                                  "{\n  \"id\": \"env-1\"\n}",
		"fromJSON('[1]')":                                                                                       list{1.0},
		"success()":                                                                                             true,
		"always()":                                                                                              true,
		"failure() || cancelled()":                                                                              false,

		"none.x":               errorText("no context"),
		"hashFiles('x')":       errorText("hashFiles"),
		"startsWith('a', 'b')": errorText("startsWith"),
		"fromJSON('{')":        errorText("not JSON"),
		"fromJSON()":           errorText("0 arguments"),
		"contains('a')":        errorText("1 arguments"),
		"format()":             errorText("0 arguments"),
		"format('{0}')":        errorText("no argument"),
		"format('{', 1)":       errorText("brace"),
		"'open":                errorText("not understood"),
		`"x"`:                  errorText("not understood"),
		"1 < 2":                errorText("not understood"),
		"1 2":                  errorText("left over"),
		"":                     errorText("value is missing"),
		"(1":                   errorText("missing"),
		"a.":                   errorText("no name"),
		"github.":              errorText("no name"),
		"github[1":             errorText("missing"),
		"contains('a' 'b')":    errorText("missing"),
		"1 &&":                 errorText("missing"),
		"!":                    errorText("missing"),
		"fromJSON(none)":       errorText("no context"),
		"none && 1":            errorText("no context"),
		"1 == none":            errorText("no context"),
		"matrix[none]":         errorText("no context"),
	} {
		got, err := evaluate(text, testScope("success"))
		if wrong, ok := want.(errorText); ok {
			if err == nil || !strings.Contains(err.Error(), string(wrong)) {
				t.Errorf("%s: got %v and the error %v, want one with %q", text, got, err, wrong)
			}
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: error %v, (-want +got)\n%s", text, err, diff)
		}
	}
}

type errorText string

func TestFill(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]any{
		"plain":                               "plain",
		"${{ matrix.number }}":                8.0,
		"a ${{ matrix.number }}":              "a 8",
		"${{ matrix.number }}${{ 'x' }}":      "8x",
		" ${{ null }}":                        " ",
		"${{ '}}' }}":                         "}}",
		"${{ matrix.many }}":                  list{"a", object{"b": "c"}},
		"x ${{ matrix.many }}, ${{ matrix }}": "x Array, Object",
		"${{ inputs.dry-run }}":               false,
		"n=${{ 12345678 }}":                   "n=12345678",
		"${{ 'x'":                             errorText("no end"),
		"${{ none }}":                         errorText("no context"),
	} {
		got, err := fillValue(text, testScope())
		if wrong, ok := want.(errorText); ok {
			if err == nil || !strings.Contains(err.Error(), string(wrong)) {
				t.Errorf("%s: got %v and the error %v, want one with %q", text, got, err, wrong)
			}
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: error %v, (-want +got)\n%s", text, err, diff)
		}
	}
}

func TestEvalIf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		condition, status string
		want              bool
	}{
		{status: "success", want: true},
		{status: "failure"},
		{condition: "matrix.number == 8", status: "success", want: true},
		{condition: "matrix.number == 8", status: "failure"},
		{condition: "matrix.number == 9", status: "success"},
		{condition: "always()", status: "failure", want: true},
		{condition: "${{ always() && matrix.number == 9 }}", status: "failure"},
		{condition: "failure()", status: "failure", want: true},
		{condition: "!cancelled()", status: "failure", want: true},
		{condition: "!cancelled()", status: "cancelled"},
		{condition: "'success'", status: "failure"},
	} {
		if got, err := evalIf(c.condition, testScope(c.status)); got != c.want || err != nil {
			t.Errorf("%q after %s: got %v, %v, want %v", c.condition, c.status, got, err, c.want)
		}
	}
	if _, err := evaluate("success()", scope{}); err == nil {
		t.Error("a status was returned where none may be asked for")
	}
	if _, err := evalIf("nothing(", testScope("failure")); err == nil {
		t.Error("a condition that cannot be read was no error")
	}
}
