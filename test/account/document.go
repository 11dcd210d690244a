package main

import "slices"

type object = map[string]any

// document is a JSON:API document of one resource.
func document(kind string, attributes, relationships object) object {
	data := object{"type": kind, "attributes": attributes}
	if relationships != nil {
		data["relationships"] = relationships
	}
	return object{"data": data}
}

// withID is the document as an update of the resource.
func withID(doc object, id string) object {
	doc["data"].(object)["id"] = id
	return doc
}

// one is a relationship to one resource.
func one(kind, id string) object { return object{"data": object{"type": kind, "id": id}} }

func sorted(items []string) []string { return slices.Sorted(slices.Values(items)) }

func either(is bool, then, otherwise string) string {
	if is {
		return then
	}
	return otherwise
}
