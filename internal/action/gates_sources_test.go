package action_test

import (
	"fmt"
	"strings"
)

// gateSource is the information that Scalr, the plan JSON and the log contain about a plan, with the expected result
// of `fail-on: destroy`: passes, destroys or unknown.
type gateSource struct {
	name, verdict string
	// additions and destructions are the numbers in Scalr's responses; nil if not reported.
	additions, destructions any
	hasChanges              any
	planJSON                string // "" for a 404
	log                     string
}

const (
	logHead    = "\nTerraform will perform the following actions:\n"
	logCreates = "\n  # terraform_data.a will be created\n  + resource \"terraform_data\" \"a\" {\n      + input = " +
		"\"a\"\n    }\n"
	logDestroys = "\n  # terraform_data.b will be destroyed\n  - resource \"terraform_data\" \"b\" {\n      - input " +
		"= \"b\" -> null\n    }\n"
	logNone   = "\nNo changes. Your infrastructure matches the configuration.\n"
	logBegins = "terraform_data.b: Refreshing state... [id=1]\n"
)

func logOf(creates, destroys int) string {
	return logBegins + logHead + strings.Repeat(logCreates, creates) + strings.Repeat(logDestroys, destroys) +
		fmt.Sprintf("\nPlan: %d to add, 0 to change, %d to destroy.\n", creates, destroys)
}

func planJSONOf(actions ...string) string {
	var changes []string
	for i, a := range actions {
		changes = append(changes, fmt.Sprintf(`{"address":"terraform_data.r%d","mode":"managed","change":{%s}}`, i, a))
	}
	return `{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[` + strings.Join(changes, ",") + `]}`
}

// gateSources returns the combinations of available and missing information about a plan.
func gateSources() []gateSource {
	const creates, destroys = `"actions":["create"]`, `"actions":["delete"]`
	return []gateSource{
		{
			name:         "all sources without destruction",
			verdict:      "passes",
			additions:    1,
			destructions: 0,
			hasChanges:   true,
			planJSON:     planJSONOf(creates),
			log:          logOf(1, 0),
		},
		{name: "only Scalr's numbers", verdict: "passes", additions: 1, destructions: 0, hasChanges: true, log: logBegins},
		{name: "only plan JSON", verdict: "passes", hasChanges: true, planJSON: planJSONOf(creates), log: logBegins},
		{name: "only complete log", verdict: "passes", hasChanges: true, log: logOf(1, 0)},
		{name: "no source", verdict: "unknown", hasChanges: true, log: logBegins},
		{name: "has-changes and truncated log", verdict: "unknown", log: logBegins + logHead + logCreates},
		{name: "empty JSON object", verdict: "unknown", hasChanges: true, planJSON: "{}", log: logBegins},
		{
			name:         "destruction in Scalr's numbers",
			verdict:      "destroys",
			additions:    1,
			destructions: 1,
			hasChanges:   true,
			planJSON:     planJSONOf(creates),
			log:          logOf(1, 0),
		},
		{
			name:         "destruction in JSON",
			verdict:      "destroys",
			additions:    1,
			destructions: 0,
			hasChanges:   true,
			planJSON:     planJSONOf(creates, destroys),
			log:          logOf(1, 0),
		},
		{
			name:       "replacement in JSON",
			verdict:    "destroys",
			hasChanges: true,
			planJSON:   planJSONOf(`"actions":["create","delete"]`),
			log:        logBegins,
		},
		{
			name:         "destruction in log",
			verdict:      "destroys",
			additions:    1,
			destructions: 0,
			hasChanges:   true,
			planJSON:     planJSONOf(creates),
			log:          logOf(1, 1),
		},
		{
			name:       "destruction in truncated log, empty JSON",
			verdict:    "destroys",
			hasChanges: true,
			planJSON:   planJSONOf(),
			log:        logBegins + logHead + logDestroys,
		},
		{
			name:         "unknown action",
			verdict:      "unknown",
			additions:    1,
			destructions: 0,
			hasChanges:   true,
			planJSON:     planJSONOf(`"actions":["obliterate"]`),
			log:          logOf(1, 0),
		},
		{
			name:         "contradictory actions",
			verdict:      "destroys",
			additions:    1,
			destructions: 0,
			hasChanges:   true,
			planJSON:     planJSONOf(`"actions":["update","delete"]`),
			log:          logOf(1, 0),
		},
		{
			name:         "repeated actions",
			verdict:      "destroys",
			additions:    1,
			destructions: 0,
			hasChanges:   true,
			planJSON:     planJSONOf(`"actions":["delete"],"actions":["create"]`),
			log:          logOf(1, 0),
		},
		{
			name:         "negative number",
			verdict:      "unknown",
			additions:    1,
			destructions: -1,
			hasChanges:   true,
			planJSON:     planJSONOf(creates),
			log:          logOf(1, 0),
		},
		{
			name:         "has-changes: false with destructions",
			verdict:      "destroys",
			additions:    0,
			destructions: 3,
			hasChanges:   false,
			planJSON:     planJSONOf(),
			log:          logNone,
		},
		{
			name:         "has-changes: false with additions",
			verdict:      "unknown",
			additions:    3,
			destructions: 0,
			hasChanges:   false,
			planJSON:     planJSONOf(),
			log:          logNone,
		},
	}
}

// edit sets the values of the source in a response.
func (g gateSource) edit(body string) string {
	planned := false
	body = editPart(body, "plans", func(plan map[string]any) {
		if planned = plan["status"] == "finished"; planned {
			plan["resource-additions"], plan["resource-destructions"], plan["has-changes"] = g.additions, g.destructions,
				g.hasChanges
			if plan["resource-changes"] = any(0); g.additions == nil {
				plan["resource-changes"] = nil
			}
		}
	})
	body = editPart(body, "applies", func(apply map[string]any) {
		apply["resource-additions"], apply["resource-changes"], apply["resource-destructions"] = nil, nil, nil
	})
	return editPart(body, "runs", func(run map[string]any) {
		if planned {
			run["has-changes"] = g.hasChanges
		}
	})
}
