package hclscan

import (
	"encoding/json"
	"errors"
	"strings"
)

// ErrNotJSON reports that a file in JSON syntax is not valid JSON.
var ErrNotJSON = errors.New("it is not valid JSON")

// object holds the members of a JSON object in the order of the file. Terraform merges members of the same name ("JSON
// Configuration Syntax" of HCL).
type object []member

type member struct {
	name  string
	value any // an object, []any, or a value of [json.Token]
}

// labels is the number of labels of each type of block whose labels are names in JSON.
var labels = map[string]int{
	"terraform": 0, "locals": 0, "module": 1, "variable": 1, "output": 1, "provider": 1, "check": 1, "moved": 0, "import": 0, "removed": 0,
	"resource": 2, "data": 2, "ephemeral": 2,
}

// scanJSON reads Terraform's JSON syntax, in which every string is a template.
func scanJSON(text string, v Visitor) error {
	if !json.Valid([]byte(text)) { // it also limits the depth
		return ErrNotJSON
	}
	root, ok := readValue(json.NewDecoder(strings.NewReader(text))).(object)
	if !ok {
		return nil
	}
	for _, m := range root.withoutComments() {
		if m.name == "module" {
			modulesInJSON(m.value, 2, v)
		}
		if n, ok := labels[m.name]; ok {
			blocksInJSON(m.value, n, v)
		} else {
			stringsInJSON(m.value, v)
		}
	}
	return nil
}

// readValue reads a value of a valid text.
func readValue(d *json.Decoder) any {
	d.UseNumber()
	token, _ := d.Token()
	switch token {
	case json.Delim('{'):
		members := object{}
		for d.More() {
			name, _ := d.Token()
			text, _ := name.(string)
			members = append(members, member{text, readValue(d)})
		}
		_, _ = d.Token() // the closing brace
		return members
	case json.Delim('['):
		elements := []any{}
		for d.More() {
			elements = append(elements, readValue(d))
		}
		_, _ = d.Token() // the closing bracket
		return elements
	}
	return token
}

// withoutComments returns the members of the body of a block without those named //, which are comments.
func (o object) withoutComments() object {
	var list object
	for _, m := range o {
		if m.name != "//" {
			list = append(list, m)
		}
	}
	return list
}

// modulesInJSON reports the source of each module call. A module call is an object, or a list of objects,
// under its name.
func modulesInJSON(value any, depth int, v Visitor) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			modulesInJSON(element, depth, v)
		}
	case object:
		for _, m := range value {
			switch {
			case depth > 1:
				modulesInJSON(m.value, depth-1, v)
			case m.name == "source":
				content, literal := m.value.(string)
				v.Source(content, literal)
			}
		}
	}
}

// blocksInJSON reports the strings in the bodies of blocks with the given number of labels. Bodies may have comments.
func blocksInJSON(value any, labels int, v Visitor) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			blocksInJSON(element, labels, v)
		}
	case object:
		if labels == 0 {
			stringsInJSON(value.withoutComments(), v)
			return
		}
		for _, m := range value {
			blocksInJSON(m.value, labels-1, v)
		}
	default:
		stringsInJSON(value, v)
	}
}

// stringsInJSON reports every string and the strings in its templates.
func stringsInJSON(value any, v Visitor) {
	switch value := value.(type) {
	case string:
		v.Text(value, "")
		l := &lexer{text: value, visitor: v}
		l.heredocLine(len(value))
	case []any:
		for _, element := range value {
			stringsInJSON(element, v)
		}
	case object:
		for _, m := range value {
			stringsInJSON(m.value, v)
		}
	}
}
