package scalr_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// wantShape compares two responses: they must have the same status and headers, and the same body members with the same
// types. A value that is null in one of them may have any type in the other.
func wantShape(t *testing.T, got, want string) {
	t.Helper()
	gotHead, gotBody, _ := strings.Cut(got, "\n\n")
	wantHead, wantBody, _ := strings.Cut(want, "\n\n")
	if gotHead != wantHead {
		t.Errorf("the simulator's response is\n%s\nwant\n%s", gotHead, wantHead)
	}
	var g, w any
	gotErr, wantErr := json.Unmarshal([]byte(gotBody), &g), json.Unmarshal([]byte(wantBody), &w)
	if (gotErr == nil) != (wantErr == nil) {
		t.Errorf("the simulator's body is %q, want JSON: %v", gotBody, wantErr == nil)
	}
	for _, d := range shapes("", g, w) {
		t.Error("the simulator's response: " + d)
	}
}

// freely named are objects whose member names are data.
var freelyNamed = []string{"/attributes/status-timestamps", "/attributes/permissions", "/attributes/execution-details"}

func shapes(path string, got, want any) (differences []string) {
	if got == nil || want == nil || slices.ContainsFunc(freelyNamed, func(end string) bool { return strings.HasSuffix(path, end) }) {
		return nil
	}
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s is %T, want an object", path, got)}
		}
		for name := range maps.Keys(merged(g, w)) {
			inner, has := g[name]
			wanted, wants := w[name]
			if has != wants {
				differences = append(differences, fmt.Sprintf("%s/%s: there %v, wanted %v", path, name, has, wants))
				continue
			}
			differences = append(differences, shapes(path+"/"+name, inner, wanted)...)
		}
	case []any:
		g, ok := got.([]any)
		if !ok {
			return []string{fmt.Sprintf("%s is %T, want a list", path, got)}
		}
		for i := range min(len(g), len(w)) {
			differences = append(differences, shapes(path+"/"+strconv.Itoa(i), g[i], w[i])...)
		}
	default:
		if fmt.Sprintf("%T", got) != fmt.Sprintf("%T", want) {
			return []string{fmt.Sprintf("%s is %T, want %T", path, got, want)}
		}
	}
	return differences
}

func merged(a, b map[string]any) map[string]any {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
