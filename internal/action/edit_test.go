package action_test

import "encoding/json"

// editPart changes the attributes of all resources of one type in a response, included resources as well.
func editPart(body, kind string, change func(attributes map[string]any)) string {
	var doc map[string]any
	if json.Unmarshal([]byte(body), &doc) != nil {
		return body
	}
	included, _ := doc["included"].([]any)
	for _, r := range append(included, doc["data"]) {
		if r, ok := r.(map[string]any); ok && r["type"] == kind {
			change(r["attributes"].(map[string]any))
		}
	}
	edited, err := json.Marshal(doc)
	if err != nil {
		return body
	}
	return string(edited)
}
