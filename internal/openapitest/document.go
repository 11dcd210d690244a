// Package openapitest validates the HTTP exchanges of tests against an OpenAPI document: the requests of a
// client and the responses of a simulated server.
package openapitest

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"gopkg.in/yaml.v3"
)

// Document is an OpenAPI document with strict schemas: a member that a schema does not name is an error,
// although most schemas of documents allow additional members.
type Document struct {
	doc    *openapi3.T
	router routers.Router
}

// Load reads a document in JSON (*.json) or YAML. If edit is not nil, Load calls it with the parsed document
// before interpreting it.
func Load(file string, edit func(document map[string]any)) (*Document, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var tree map[string]any
	parse := yaml.Unmarshal
	if strings.HasSuffix(file, ".json") {
		parse = json.Unmarshal
	}
	if err := parse(text, &tree); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if edit != nil {
		edit(tree)
	}
	removeExamples(tree)
	if text, err = json.Marshal(tree); err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	closeSchemas(doc)
	router, err := gorillamux.NewRouter(doc)
	return &Document{doc, router}, err
}

// Schema returns the named schema, or nil if there is none.
func (d *Document) Schema(name string) *openapi3.Schema {
	if ref := d.doc.Components.Schemas[name]; ref != nil {
		return ref.Value
	}
	return nil
}

// removeExamples removes the examples of bodies, which may refer to files that are not published.
func removeExamples(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, body := v["schema"]; body {
			delete(v, "examples")
		}
		for _, inner := range v {
			removeExamples(inner)
		}
	case []any:
		for _, inner := range v {
			removeExamples(inner)
		}
	}
}

// closeSchemas disallows members that a schema does not name.
func closeSchemas(doc *openapi3.T) {
	seen := map[*openapi3.Schema]bool{}
	for _, s := range doc.Components.Schemas {
		closeSchema(s.Value, seen)
	}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if op.RequestBody != nil {
				closeContent(op.RequestBody.Value.Content, seen)
			}
			for _, res := range op.Responses.Map() {
				closeContent(res.Value.Content, seen)
			}
		}
	}
}

func closeContent(c openapi3.Content, seen map[*openapi3.Schema]bool) {
	for _, media := range c {
		if media.Schema != nil {
			closeSchema(media.Schema.Value, seen)
		}
	}
}

func closeSchema(s *openapi3.Schema, seen map[*openapi3.Schema]bool) {
	if s == nil || seen[s] {
		return
	}
	seen[s] = true
	if len(s.Properties) > 0 && s.AdditionalProperties.Has == nil && s.AdditionalProperties.Schema == nil {
		no := false
		s.AdditionalProperties.Has = &no
	}
	for _, p := range s.Properties {
		closeSchema(p.Value, seen)
	}
	for _, refs := range []openapi3.SchemaRefs{s.AnyOf, s.OneOf, s.AllOf} {
		for _, r := range refs {
			closeSchema(r.Value, seen)
		}
	}
	if s.Items != nil {
		closeSchema(s.Items.Value, seen)
	}
}
