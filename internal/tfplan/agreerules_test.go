package tfplan

import (
	"fmt"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
)

// blockOf returns the block of a.b in a log.
func blockOf(t *testing.T, header, body string) *resourceBlock {
	t.Helper()
	l := NewLog(nil)
	fmt.Fprint(l, "Terraform will perform the following actions:\n\n"+header+"\n"+body+"    }\n")
	l.flush()
	one := l.text.single(key{address: "a.b"})
	if one == nil || len(one.lines) == 0 {
		t.Fatalf("no block was read from\n%s\n%s", header, body)
	}
	return one
}

func changeOf(t *testing.T, change string) *tfjson.ResourceChange {
	t.Helper()
	var c tfjson.ResourceChange
	if err := decode([]byte(`{"address":"a.b","mode":"managed","type":"a","name":"b","change":`+change+`}`), &c); err != nil {
		t.Fatal(err)
	}
	return &c
}

// TestTextAgrees: a text is shown only if each of its lines agrees with the JSON.
func TestTextAgrees(t *testing.T) {
	t.Parallel()
	const update = `  # a.b will be updated in-place` + "\n" + `  ~ resource "a" "b" {`
	for name, tt := range map[string]struct {
		before, after string // members of the values
		marks         string // further members of the change
		text          string // the lines of the block, each indented by four columns less
		want          bool
	}{
		"a changed value":            {`"x":1`, `"x":2`, ``, "  ~ x = 1 -> 2", true},
		"another value before":       {`"x":1`, `"x":2`, ``, "  ~ x = 3 -> 2", false},
		"another value after":        {`"x":1`, `"x":2`, ``, "  ~ x = 1 -> 3", false},
		"another name":               {`"x":1`, `"x":2`, ``, "  ~ y = 1 -> 2", false},
		"no arrow":                   {`"x":1`, `"x":2`, ``, "  ~ x = 2", false},
		"no sign":                    {`"x":1`, `"x":2`, ``, "    x = 1 -> 2", true},
		"a sign of another change":   {`"x":1`, `"x":2`, ``, "  + x = 1 -> 2", false},
		"the attribute twice":        {`"x":1`, `"x":2`, ``, "  ~ x = 1 -> 2\n  ~ x = 1 -> 2", false},
		"the attribute as a block":   {`"x":1`, `"x":2`, ``, "  ~ x {\n    }", false},
		"a changed one is missing":   {`"x":1,"y":1`, `"x":2,"y":2`, ``, "  ~ x = 1 -> 2", false},
		"an unchanged one":           {`"x":1,"y":1`, `"x":2,"y":1`, ``, "  ~ x = 1 -> 2\n    y = 1", true},
		"an unchanged one is hidden": {`"x":1,"y":1`, `"x":2,"y":1`, ``, "  ~ x = 1 -> 2\n    # (1 unchanged attribute hidden)", true},
		"an unchanged one, altered":  {`"x":1,"y":1`, `"x":2,"y":1`, ``, "  ~ x = 1 -> 2\n    y = 2", false},
		"an unchanged one, as added": {`"x":1,"y":1`, `"x":2,"y":1`, ``, "  ~ x = 1 -> 2\n  + y = 1", false},
		"an unchanged one, removed":  {`"x":1,"y":1`, `"x":2,"y":1`, ``, "  ~ x = 1 -> 2\n  - y = 1", false},
		"an unchanged one, changed":  {`"x":1,"y":1`, `"x":2,"y":1`, ``, "  ~ x = 1 -> 2\n  ~ y = 1", false},
		"an unknown attribute":       {`"x":1`, `"x":2`, ``, "  ~ x = 1 -> 2\n    z = 1", false},
		"empty texts are missing":    {`"x":1,"y":""`, `"x":2,"y":null`, ``, "  ~ x = 1 -> 2", true},
		"null to an empty text":      {`"x":1,"y":null`, `"x":2,"y":""`, ``, "  ~ x = 1 -> 2", true},
		"null to a text":             {`"x":1,"y":null`, `"x":2,"y":"a"`, ``, "  ~ x = 1 -> 2", false},
		"a text to null":             {`"x":1,"y":"a"`, `"x":2,"y":null`, ``, "  ~ x = 1 -> 2", false},
		"null to unknown":            {`"x":1,"y":null`, `"x":2`, `,"after_unknown":{"y":true}`, "  ~ x = 1 -> 2", false},
		"added":                      {`"y":1`, `"y":1,"x":2`, ``, "  + x = 2", true},
		"added, as changed":          {`"y":1`, `"y":1,"x":2`, ``, "  ~ x = 2", false},
		"added, as removed":          {`"y":1`, `"y":1,"x":2`, ``, "  - x = 2", false},
		"removed":                    {`"x":1`, ``, ``, "  - x = 1 -> null", true},
		"removed, as added":          {`"x":1`, ``, ``, "  + x = 1", false},
		"removed, as changed":        {`"x":1`, ``, ``, "  ~ x = 1 -> null", false},
		"removed, still there":       {`"x":1`, `"x":1`, ``, "  - x = 1 -> null", false},
		"an empty list, removed":     {`"x":1,"y":[]`, `"x":2`, ``, "  ~ x = 1 -> 2\n  - y = [] -> null", true},
		"an empty list, added":       {`"x":1`, `"x":2,"y":[]`, ``, "  ~ x = 1 -> 2\n  + y = []", true},
		"known after the apply":      {`"x":1`, ``, `,"after_unknown":{"x":true}`, "  ~ x = 1 -> (known after apply)", true},
		"known, shown as unknown":    {`"x":1`, `"x":2`, ``, "  ~ x = 1 -> (known after apply)", false},
		"unknown, shown as removed":  {`"x":1`, ``, `,"after_unknown":{"x":true}`, "  - x = 1 -> null", false},
		"added and unknown":          {``, ``, `,"after_unknown":{"x":true}`, "  + x = (known after apply)", true},
		"a word":                     {`"x":true`, `"x":false`, ``, "  ~ x = true -> false", true},
		"a word as a text":           {`"x":"true"`, `"x":"false"`, ``, "  ~ x = true -> false", false},
		"a text as a word":           {`"x":true`, `"x":false`, ``, `  ~ x = "true" -> "false"`, false},
		"a number as a text":         {`"x":1`, `"x":2`, ``, `  ~ x = "1" -> "2"`, false},
		"equal numbers":              {`"x":1.0,"y":1e3`, `"x":2,"y":2000`, ``, "  ~ x = 1 -> 2.00\n  ~ y = 1000 -> 2e+3", true},
		"a long number":              {`"x":12345678901234567890`, `"x":1`, ``, "  ~ x = 12345678901234567891 -> 1", false},
		"a huge exponent":            {`"x":1e9999`, `"x":1`, ``, "  ~ x = 1e9999 -> 1", true},
		"a word of digits and dots":  {`"x":1`, `"x":2`, ``, "  ~ x = 1.2.3 -> 2", false},
		"a list becomes unknown":     {`"x":["a"]`, ``, `,"after_unknown":{"x":true}`, "  ~ x = [\n        \"a\",\n    ] -> (known after apply)", true},
		"a list, unknown, altered":   {`"x":["a"]`, ``, `,"after_unknown":{"x":true}`, "  ~ x = [\n        \"z\",\n    ] -> (known after apply)", false},
		"a list, unknown, less":      {`"x":["a","b"]`, ``, `,"after_unknown":{"x":true}`, "  ~ x = [\n        \"a\",\n    ] -> (known after apply)", false},
		"a part becomes unknown": {`"x":["a","b"]`, `"x":["a"]`, `,"after_unknown":{"x":[false,true]}`,
			"  ~ x = [\n        \"a\",\n      - \"b\",\n      + (known after apply),\n    ]", true},
		"a huge exponent, altered": {`"x":1e9999`, `"x":1`, ``, "  ~ x = 1e9998 -> 1", false},
		"a text with escapes":      {`"x":"a\"b\\c"`, `"x":"${y}"`, ``, `  ~ x = "a\"b\\c" -> "${y}"`, true},
		"a text with a sign":       {`"x":"a -> b"`, `"x":"c"`, ``, `  ~ x = "a -> b" -> "c"`, true},
		"an open text":             {`"x":"a"`, `"x":"b"`, ``, `  ~ x = "a" -> "b`, false},
		"an invalid escape":        {`"x":"a"`, `"x":"b"`, ``, `  ~ x = "a" -> "b\z"`, false},
		"a comment":                {`"x":1`, `"x":2`, ``, "  ~ x = 1 -> 2 # a comment", false},
		"forces a replacement":     {`"x":1`, `"x":2`, ``, "  ~ x = 1 -> 2 # forces replacement", true},
		"a list": {`"x":["a","b"]`, `"x":["a","c"]`, ``,
			"  ~ x = [\n      ~ \"b\" -> \"c\",\n        # (1 unchanged element hidden)\n    ]", true},
		"a list, an added element":   {`"x":["a"]`, `"x":["a","c"]`, ``, "  ~ x = [\n        \"a\",\n      + \"c\",\n    ]", true},
		"a list, twice the element":  {`"x":["a"]`, `"x":["a","c"]`, ``, "  ~ x = [\n      + \"c\",\n      + \"c\",\n    ]", false},
		"a list, removed and added":  {`"x":["a"]`, `"x":["b"]`, ``, "  ~ x = [\n      - \"a\",\n      + \"b\",\n    ]", true},
		"a list, only removed":       {`"x":["a"]`, `"x":["b"]`, ``, "  ~ x = [\n      - \"a\",\n    ]", false},
		"a list, only added":         {`"x":["a"]`, `"x":["b"]`, ``, "  ~ x = [\n      + \"b\",\n    ]", false},
		"a list, an altered element": {`"x":["a","z"]`, `"x":["b","z"]`, ``, "  ~ x = [\n      ~ \"a\" -> \"b\",\n        \"q\",\n    ]", false},
		"a list, shown as unchanged": {`"x":["a"]`, `"x":["b"]`, ``, "  ~ x = [\n      - \"a\",\n      + \"b\",\n        \"b\",\n    ]", false},
		"a list, unchanged before":   {`"x":["a"]`, `"x":["b"]`, ``, "  ~ x = [\n      - \"a\",\n      + \"b\",\n        \"a\",\n    ]", false},
		"a list, an empty text, out": {`"x":["a"]`, `"x":["b"]`, ``, "  ~ x = [\n      - \"a\",\n      + \"b\",\n      - \"\",\n    ]", false},
		"a list, an empty text, in":  {`"x":["a"]`, `"x":["b"]`, ``, "  ~ x = [\n      - \"a\",\n      + \"b\",\n      + \"\",\n    ]", false},
		"a list, an empty text":      {`"x":["a"]`, `"x":["b"]`, ``, "  ~ x = [\n      - \"a\",\n      + \"b\",\n        \"\",\n    ]", false},
		"a map":                      {`"x":{"k":1}`, `"x":{"k":2}`, ``, "  ~ x = {\n      ~ \"k\" = 1 -> 2\n    }", true},
		"a map, another key":         {`"x":{"k":1}`, `"x":{"k":2}`, ``, "  ~ x = {\n      ~ \"q\" = 1 -> 2\n    }", false},
		"a map, a key that is added": {`"x":{}`, `"x":{"k":2}`, ``, "  ~ x = {\n      + \"k\" = 2\n    }", true},
		"a map, a key of spaces":     {`"x":{"a\tb":1}`, `"x":{"a\tb":2}`, ``, "  ~ x = {\n      ~ \"a\\tb\" = 1 -> 2\n    }", true},
		"a map on one line":          {`"x":{"k":1}`, `"x":{"k":2}`, ``, "  ~ x = {k = 1} -> {k = 2}", false},
		"a block":                    {`"x":[{"k":1}]`, `"x":[{"k":2}]`, ``, "  ~ x {\n      ~ k = 1 -> 2\n    }", true},
		"two blocks": {`"x":[{"k":1},{"k":3}]`, `"x":[{"k":2},{"k":4}]`, ``,
			"  ~ x {\n      ~ k = 1 -> 2\n    }\n  ~ x {\n      ~ k = 3 -> 4\n    }", true},
		"a block less":            {`"x":[{"k":1},{"k":3}]`, `"x":[{"k":2},{"k":4}]`, ``, "  ~ x {\n      ~ k = 1 -> 2\n    }", false},
		"a labeled block":         {`"x":[{"k":1}]`, `"x":[{"k":2}]`, ``, "  ~ x \"k\" {\n      ~ k = 1 -> 2\n    }", true},
		"a label that is unknown": {`"x":[{"k":1}]`, `"x":[{"k":2}]`, ``, "  ~ x \"z\" {\n      ~ k = 1 -> 2\n    }", false},
		"a sensitive value": {`"x":"a"`, `"x":"b"`, `,"before_sensitive":{"x":true},"after_sensitive":{"x":true}`,
			"  ~ x = (sensitive value)", true},
		"a sensitive value, shown": {`"x":"a"`, `"x":"b"`, `,"before_sensitive":{"x":true},"after_sensitive":{"x":true}`,
			`  ~ x = "a" -> "b"`, false},
		"sensitive and unknown": {`"x":"a"`, ``, `,"after_unknown":{"x":true},"before_sensitive":{"x":true}`, "  ~ x = (sensitive value)", true},
		"added, sensitive and unknown": {``, ``, `,"after_unknown":{"x":true},"after_sensitive":{"x":true}`,
			"  + x = (sensitive value)", true},
		"a part is sensitive and unknown": {``, ``, `,"after_unknown":{"x":{"p":true,"q":[true]}},"after_sensitive":{"x":{"p":true}}`,
			"  + x = {\n      + p = (sensitive value)\n      + q = [\n          + (known after apply),\n        ]\n    }", true},
		"a part is sensitive, unknown not shown": {``, ``, `,"after_unknown":{"x":{"p":true,"q":[true]}},"after_sensitive":{"x":{"p":true}}`,
			"  + x = {\n      + p = (sensitive value)\n    }", false},
		"elements, unknown not shown": {``, ``, `,"after_unknown":{"x":[true,true]},"after_sensitive":{"x":[true,false]}`,
			"  + x = [\n      + (sensitive value),\n    ]", false},
		"write-only":            {`"y":1`, `"y":2,"x":null`, ``, "  ~ y = 1 -> 2\n  + x = (write-only attribute)", true},
		"write-only, not in it": {`"y":1`, `"y":2`, ``, "  ~ y = 1 -> 2\n  + x = (write-only attribute)", false},
		"a value as write-only": {`"y":1`, `"y":2,"x":3`, ``, "  ~ y = 1 -> 2\n  + x = (write-only attribute)", false},
		"sensitive before":      {`"x":"a"`, `"x":"b"`, `,"before_sensitive":{"x":true}`, `  ~ x = (sensitive value) -> "b"`, true},
		"sensitive after":       {`"x":"a"`, `"x":"b"`, `,"after_sensitive":{"x":true}`, `  ~ x = "a" -> (sensitive value)`, true},
		"sensitive after, not shown": {`"x":"a"`, `"x":"b"`, `,"after_sensitive":{"x":true}`,
			"  ~ x = (sensitive value)", true},
		"sensitive after, another value": {`"x":"a"`, `"x":"b"`, `,"after_sensitive":{"x":true}`,
			`  ~ x = "c" -> (sensitive value)`, false},
		"becomes sensitive": {`"x":"a"`, `"x":"a"`, `,"after_sensitive":{"x":true}`,
			"    # Warning: this attribute value will be marked as sensitive and will not\n" +
				"    # display in UI output after applying this change. The value is unchanged.\n  ~ x = (sensitive value)", true},
		"a removed sensitive value": {`"x":"a"`, ``, `,"before_sensitive":{"x":true}`, "  - x = (sensitive value) -> null", true},
		"an added sensitive value":  {``, `"x":"a"`, `,"after_sensitive":{"x":true}`, "  + x = (sensitive value)", true},
		"a part is sensitive": {`"x":{"k":"a","l":"c"}`, `"x":{"k":"b","l":"d"}`,
			`,"before_sensitive":{"x":{"k":true}},"after_sensitive":{"x":{"k":true}}`,
			"  ~ x = {\n      ~ \"k\" = (sensitive value)\n      ~ \"l\" = \"c\" -> \"d\"\n    }", true},
		"a part is sensitive, shown": {`"x":{"k":"a","l":"c"}`, `"x":{"k":"b","l":"d"}`,
			`,"before_sensitive":{"x":{"k":true}},"after_sensitive":{"x":{"k":true}}`,
			"  ~ x = {\n      ~ \"k\" = \"a\" -> \"b\"\n      ~ \"l\" = \"c\" -> \"d\"\n    }", false},
		"a write-only attribute": {`"y":1,"x":null`, `"y":2,"x":null`, ``, "  ~ y = 1 -> 2\n    x = (write-only attribute)", true},
		"JSON in a text": {`"x":"{\"k\":1,\"l\":true}"`, `"x":"{\"k\":2,\"l\":true}"`, ``,
			"  ~ x = jsonencode(\n      ~ {\n          ~ k = 1 -> 2\n            # (1 unchanged attribute hidden)\n        }\n    )", true},
		"JSON in a text, altered": {`"x":"{\"k\":1}"`, `"x":"{\"k\":2}"`, ``,
			"  ~ x = jsonencode(\n      ~ {\n          ~ k = 1 -> 3\n        }\n    )", false},
		"a list of JSON in a text": {`"x":"[1]"`, `"x":"[2]"`, ``,
			"  ~ x = jsonencode(\n      ~ [\n          - 1,\n          + 2,\n        ]\n    )", true},
		"braces that are no JSON":   {`"x":"{a"`, `"x":"[b"`, ``, `  ~ x = "{a" -> "[b"`, true},
		"JSON of a number":          {`"x":"1"`, `"x":"2"`, ``, `  ~ x = "1" -> "2"`, true},
		"a name in an odd place":    {`"x":1`, `"x":2`, ``, "      ~ x = 1 -> 2", false},
		"a bracket at the start":    {`"x":1`, `"x":2`, ``, "    ]\n  ~ x = 1 -> 2", false},
		"an arrow at the start":     {`"x":1`, `"x":2`, ``, "  ~ x = 1 -> 2\n    -> 2", false},
		"a note at the start":       {`"x":1`, `"x":2`, ``, "    (known after apply)\n  ~ x = 1 -> 2", false},
		"less indentation":          {`"x":1`, `"x":2`, ``, "  ~ x = 1 -> 2\ny = 1", false},
		"an unusual sign":           {`"x":1`, `"x":2`, ``, "  . x = 1 -> 2", true},
		"a blank line":              {`"x":1`, `"x":2`, ``, "  ~ x = 1 -> 2\n\n", true},
		"a name of a nested object": {`"x":{"k":{"l":1}}`, `"x":{"k":{"l":2}}`, ``, "  ~ x = {\n      ~ k = {\n          ~ l = 1 -> 2\n        }\n    }", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := "    " + strings.ReplaceAll(tt.text, "\n", "\n    ") + "\n"
			change := changeOf(t, `{"actions":["update"],"before":{`+tt.before+`},"after":{`+tt.after+`}`+tt.marks+`}`)
			if got := blockOf(t, update, body).agrees(change); got != tt.want {
				t.Errorf("got %t for\n%s", got, body)
			}
		})
	}
}

// TestHeadAgrees: the first and the last line of a block name the resource of the JSON.
func TestHeadAgrees(t *testing.T) {
	t.Parallel()
	const body = "      ~ x = 1 -> 2\n"
	for name, tt := range map[string]struct {
		words, first string
		mode         string
		want         bool
	}{
		"the resource":     {"will be updated in-place", `  ~ resource "a" "b" {`, "managed", true},
		"another name":     {"will be updated in-place", `  ~ resource "a" "c" {`, "managed", false},
		"another type":     {"will be updated in-place", `  ~ resource "c" "b" {`, "managed", false},
		"a data source":    {"will be read during apply", ` <= data "a" "b" {`, "data", true},
		"no data source":   {"will be read during apply", ` <= data "a" "b" {`, "managed", false},
		"a data resource":  {"will be read during apply", ` <= resource "a" "b" {`, "data", false},
		"more on the line": {"will be updated in-place", `  ~ resource "a" "b" { # text`, "managed", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := changeOf(t, `{"actions":["update"],"before":{"x":1},"after":{"x":2}}`)
			c.Mode = tfjson.ResourceMode(tt.mode)
			one := blockOf(t, "  # a.b "+tt.words+"\n"+tt.first, body)
			if got := one.agrees(c); got != tt.want {
				t.Errorf("got %t for\n%s", got, strings.Join(one.lines, "\n"))
			}
		})
	}
	for after, want := range map[string]bool{`{}`: true, `{"x":null}`: true, `{"x":[]}`: true, `{"x":1}`: false} {
		c := changeOf(t, `{"actions":["create"],"before":null,"after":`+after+`}`)
		if got := blockOf(t, "  # a.b will be created\n"+`  + resource "a" "b" {`, "").agrees(c); got != want {
			t.Errorf("a block without attributes: got %t for %s", got, after)
		}
	}
	one := blockOf(t, "  # a.b will be updated in-place\n"+`  ~ resource "a" "b" {`, body)
	c := changeOf(t, `{"actions":["update"],"before":{"x":1},"after":{"x":2}}`)
	for _, lines := range [][]string{nil, one.lines[:1], one.lines[:2], {`  ~ resource "a" "b" {`, "    }"}, {`  ~ resource "a" "b" {}`}} {
		short := *one
		short.lines = lines
		if short.agrees(c) {
			t.Errorf("%d lines agree:\n%s", len(lines), strings.Join(lines, "\n"))
		}
	}
}

// TestForgottenAgrees: an object that is forgotten is shown with its values before, and without signs.
func TestForgottenAgrees(t *testing.T) {
	t.Parallel()
	c := changeOf(t, `{"actions":["forget"],"before":{"x":1,"p":"s"},"after":null,"before_sensitive":{"p":true}}`)
	for text, want := range map[string]bool{
		"        p = (sensitive value)\n        x = 1\n": true,
		"        x = 1\n":                                    true,
		"        x = 2\n":                                    false,
		"      - x = 1 -> null\n":                            false,
		"      + x = 1\n":                                    false,
		"        # (2 unchanged attributes hidden)\n":        true,
		"        x = 1\n        y = 1\n":                     false,
		"        x = (known after apply)\n":                  false,
		"        p = \"s\"\n        x = 1\n":                 false,
		"        x = 1\n        # forgotten by the author\n": false,
	} {
		for _, first := range []string{`  . resource "a" "b" {`, ` . resource "a" "b" {`} {
			one := blockOf(t, "  # a.b will no longer be managed by Terraform\n"+first, text)
			if got := one.agrees(c); got != want {
				t.Errorf("got %t for\n%s", got, strings.Join(one.lines, "\n"))
			}
		}
	}
}

// TestTextLinesAgree compares texts of several lines.
func TestTextLinesAgree(t *testing.T) {
	t.Parallel()
	const open, end = "      ~ x = <<-EOT\n", "        EOT\n"
	for name, tt := range map[string]struct {
		before, after string // values of x
		marks         string
		text          string
		want          bool
	}{
		"a changed line":             {`"a\nb"`, `"a\nc"`, ``, open + "            a\n          - b\n          + c\n" + end, true},
		"an altered line":            {`"a\nb"`, `"a\nc"`, ``, open + "            z\n          - b\n          + c\n" + end, false},
		"another removed line":       {`"a\nb"`, `"a\nc"`, ``, open + "            a\n          - z\n          + c\n" + end, false},
		"another added line":         {`"a\nb"`, `"a\nc"`, ``, open + "            a\n          - b\n          + z\n" + end, false},
		"a removed line is missing":  {`"a\nb"`, `"a\nc"`, ``, open + "            a\n          + c\n" + end, false},
		"an added line is missing":   {`"a\nb"`, `"a\nc"`, ``, open + "            a\n          - b\n" + end, false},
		"an unchanged line, missing": {`"a\nb"`, `"a\nc"`, ``, open + "          - b\n          + c\n" + end, true},
		"a removed line, kept":       {`"a\nb"`, `"a\nc"`, ``, open + "            b\n          - b\n          + c\n" + end, false},
		"an added line, kept":        {`"a\nb"`, `"a\nc"`, ``, open + "            c\n          - b\n          + c\n" + end, false},
		"one more line":              {`"a\nb"`, `"a\nc"`, ``, open + "            a\n            z\n          - b\n          + c\n" + end, false},
		"one more removed line":      {`"a\nb"`, `"a\nc"`, ``, open + "            a\n          - b\n          - z\n          + c\n" + end, false},
		"one more added line":        {`"a\nb"`, `"a\nc"`, ``, open + "            a\n          - b\n          + c\n          + z\n" + end, false},
		"a line of after, removed":   {`"a\nb"`, `"a\nc"`, ``, open + "            a\n          - b\n          - c\n          + c\n" + end, false},
		"a line of before, added":    {`"a\nb"`, `"a\nc"`, ``, open + "            a\n          - b\n          + b\n          + c\n" + end, false},
		"a blank line":               {`"a\n\nb"`, `"a\n\nc"`, ``, open + "            a\n\n          - b\n          + c\n" + end, true},
		"a line that occurs twice":   {`"a\na\nb"`, `"a\nb"`, ``, open + "          - a\n            a\n            b\n" + end, true},
		"removed twice":              {`"a\na\nb"`, `"a\nb"`, ``, open + "          - a\n          - a\n            b\n" + end, false},
		"an arrow to a text": {`"a\nb"`, `"c"`, ``,
			open + "            a\n            b\n        EOT -> \"c\"\n", true},
		"an arrow to another text": {`"a\nb"`, `"c"`, ``,
			open + "            a\n            b\n        EOT -> \"d\"\n", false},
		"an arrow from another text": {`"a\nb"`, `"c"`, ``,
			open + "            a\n            z\n        EOT -> \"c\"\n", false},
		"an arrow to an unknown text": {`"a\nb"`, `null`, `,"after_unknown":{"x":true}`,
			open + "            a\n            b\n        EOT -> (known after apply)\n", true},
		"an arrow to lines": {`"c"`, `"a\nb"`, ``,
			"      ~ x = \"c\" -> <<-EOT\n            a\n            b\n" + end, true},
		"an arrow to other lines": {`"c"`, `"a\nb"`, ``,
			"      ~ x = \"c\" -> <<-EOT\n            a\n            z\n" + end, false},
		"an arrow to fewer lines": {`"c"`, `"a\nb"`, ``, "      ~ x = \"c\" -> <<-EOT\n            a\n" + end, false},
		"one line becomes two":    {`"a"`, `"a\nb"`, ``, open + "            a\n          + b\n" + end, true},
		"two lines become one":    {`"a\nb"`, `"a"`, ``, open + "            a\n          - b\n" + end, true},
		"an added text":           {`null`, `"a\nb"`, ``, "      + x = <<-EOT\n            a\n            b\n" + end, true},
		"an added text, altered":  {`null`, `"a\nb"`, ``, "      + x = <<-EOT\n            a\n            z\n" + end, false},
		"a removed text":          {`"a\nb"`, `null`, ``, "      - x = <<-EOT\n            a\n            b\n        EOT -> null\n", true},
		"a removed text, altered": {`"a\nb"`, `null`, ``, "      - x = <<-EOT\n            a\n            z\n        EOT -> null\n", false},
		"an older mark":           {`"a\nb"`, `"a\nc"`, ``, "      ~ x = <<~EOT\n            a\n          - b\n          + c\n" + end, true},
		"another mark":            {`"a\nb"`, `"a\nc"`, ``, "      ~ x = <<-END\n            a\n          - b\n          + c\n        END\n", false},
		"a line to the left":      {`"a\nb"`, `"a\nc"`, ``, open + "            a\n          - b\n          + c\n         z\n" + end, false},
		"an empty added line":     {`"a\nb"`, `"a\n\nb"`, ``, open + "            a\n          +\n            b\n" + end, true},
		"a tab":                   {`"a\n\tb"`, `"a\n\tc"`, ``, open + "            a\n          -     b\n          +     c\n" + end, true},
		"a tab within a line":     {`"a\nx\tb"`, `"a\nx\tc"`, ``, open + "            a\n          - x    b\n          + x    c\n" + end, true},
		"a missing tab":           {`"a\nx\tb"`, `"a\nx\tc"`, ``, open + "            a\n          - xb\n          + xc\n" + end, false},
		"a space instead of tab":  {`"a\nx\tb"`, `"a\nx\tc"`, ``, open + "            a\n          - x b\n          + x c\n" + end, false},
		"null as an empty text":   {`null`, `"null\nb"`, ``, "      + x = <<-EOT\n            null\n            b\n" + end, true},
		"a sign within the text":  {`"- a\nb"`, `"- a\nc"`, ``, open + "            - a\n          - b\n          + c\n" + end, true},
		"a sign of its own":       {`"- a\nb"`, `"- a\nc"`, ``, open + "          - a\n          - b\n          + c\n" + end, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			change := changeOf(t, `{"actions":["update"],"before":{"x":`+tt.before+`},"after":{"x":`+tt.after+`}`+tt.marks+`}`)
			one := blockOf(t, "  # a.b will be updated in-place\n"+`  ~ resource "a" "b" {`, tt.text)
			if got := one.agrees(change); got != tt.want {
				t.Errorf("got %t for\n%s", got, strings.Join(one.lines, "\n"))
			}
		})
	}
}

// TestRemarks: a block may contain the comments that Terraform writes, and no others.
func TestRemarks(t *testing.T) {
	t.Parallel()
	change := changeOf(t, `{"actions":["update"],"before":{"x":1},"after":{"x":2}}`)
	agrees := func(remark string) bool {
		return blockOf(t, "  # a.b will be updated in-place\n"+`  ~ resource "a" "b" {`, "      ~ x = 1 -> 2 "+remark+"\n").agrees(change)
	}
	for _, remark := range []string{
		"# forces replacement",
		"# forces replacement,",
		"# (1 unchanged attribute hidden)",
		"# (12 unchanged attributes hidden)",
		"# (2 changed attributes hidden)",
		"# whitespace changes",
		"# whitespace changes,",
		"# whitespace changes force replacement",
		"# (known after apply)",
		"# (sensitive value)",
		"# At least one attribute in this block is (or was) sensitive,",
		"# so its contents will not be displayed.",
		"# Warning: this attribute value will be marked as sensitive and will not",
		"# Warning: this attribute value will no longer be marked as sensitive",
		"# Warning: this block will be marked as sensitive and will not",
		"# display in UI output after applying this change.",
		"# after applying this change.",
		"# after applying this change. The value is unchanged.",
		"# forces replacement  ",
	} {
		if !agrees(remark) {
			t.Errorf("%q disagrees", remark)
		}
		for _, other := range []string{remark + "x", "#x" + remark, strings.Replace(remark, "# ", "#", 1)} {
			if agrees(other) {
				t.Errorf("%q agrees", other)
			}
		}
	}
}

// TestPlaceholders: each placeholder of a value that is not shown may stand for null, and no other text in brackets.
func TestPlaceholders(t *testing.T) {
	t.Parallel()
	change := changeOf(t, `{"actions":["update"],"before":{"x":1,"y":null},"after":{"x":2,"y":null}}`)
	for text, want := range map[string]bool{
		"(sensitive value)":       true,
		"(sensitive)":             true,
		"(write-only attribute)":  true,
		"(ephemeral value)":       true,
		"(known after apply)":     false, // it is known
		"(sensitive value) -> 1":  false,
		"(hidden value)":          false,
		"(ephemeral)":             false,
		"(write-only)":            false,
		"(Sensitive value)":       false,
		"(ephemeral value) extra": false,
	} {
		body := "      ~ x = 1 -> 2\n        y = " + text + "\n"
		if got := blockOf(t, "  # a.b will be updated in-place\n"+`  ~ resource "a" "b" {`, body).agrees(change); got != want {
			t.Errorf("%s: got %t", text, got)
		}
	}
}
