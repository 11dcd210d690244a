package inputs

import (
	"slices"
	"strings"
)

// maxSpellingNotes leaves room for other warnings: GitHub shows ten per step.
const maxSpellingNotes = 5

// otherNames maps names of inputs in similar actions to the names of this action.
var otherNames = map[string]string{
	"api-token": "token", "scalr-token": "token", "api-key": "token",
	"hostname": "base-url", "host": "base-url", "url": "base-url", "address": "base-url", "scalr-hostname": "base-url",
	"directory": "path", "dir": "path", "working-dir": "path",
	"workspace-name": "workspace", "environment-name": "name",
	"plan-only": "dry-run", "speculative": "dry-run", "is-dry": "dry-run", "is-destroy": "destroy",
	"target-addrs": "targets", "replace-addrs": "replace",
	"vars": "variables", "env-vars": "environment-variables",
	"sensitive-env-vars": "sensitive-environment-variables", "timeout-minutes": "timeout", "audience": "oidc-audience", "jwt": "id-token",
	"pull-request": "pr-number", "pull-request-number": "pr-number",
	"new-name": "rename-to", "deletion-protection-enabled": "deletion-protection",
}

// noteSpelling warns about misspelled inputs and suggests the right name. The runner also warns about
// unknown inputs, but without a suggestion.
func (r *reader) noteSpelling() {
	given := slices.Clone(r.src.Given)
	slices.Sort(given)
	for i, variable := range given {
		given[i] = strings.ToLower(strings.TrimPrefix(strings.ToUpper(variable), "INPUT_"))
	}
	noted := 0
	for _, name := range given {
		meant := r.meantName(name)
		if meant == "" || isRead(name, meant, given) {
			continue
		}
		if noted++; noted > maxSpellingNotes {
			break
		}
		if !r.src.Origin.OnGitHub && strings.ReplaceAll(name, "_", "-") == meant {
			r.warnf("INPUT_%s is ignored, because INPUT_%s is set too.", strings.ToUpper(name), strings.ToUpper(meant))
			continue
		}
		r.warnf("%s is not an input of this action. Did you mean %s?", r.quote(name), meant)
	}
}

// meantName returns the input that is most similar to an unknown name, or "" if the name is known or
// similar to none.
func (r *reader) meantName(name string) string {
	hyphened := strings.ReplaceAll(name, "_", "-")
	switch {
	case r.has(name):
		return ""
	case r.has(hyphened):
		return hyphened
	case r.has(otherNames[hyphened]):
		return otherNames[hyphened]
	}
	var names []string
	for _, in := range r.inputs {
		names = append(names, in.Name)
	}
	near, _ := nearest(hyphened, names)
	return near
}

// isRead reports whether a name stands for the input although it has underscores, since few shells can set names with a
// hyphen. GitHub sets every input of an action.yml, but none for a bare container image.
func isRead(name, input string, given []string) bool {
	return strings.ReplaceAll(name, "_", "-") == input && !slices.Contains(given, input)
}
