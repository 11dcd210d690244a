package scalrsim

import (
	"encoding/json"
	"strings"
	"time"
)

func logScenarios() []Scenario {
	with := func(log string) RunScript {
		script := changesScript()
		script.Plan.Log = log
		return script
	}
	rewritten := changesScript()
	rewritten.Steps = []Step{
		{Status: "planning", For: 2 * time.Second, Log: "Initializing...\nReading the state...\nA line that will be replaced\n"},
		{Status: "planning", For: 2 * time.Second, Log: "Initializing...\nReading the state again...\n" + planText(networkChanges(), ""), Rewrite: true},
		{Status: "planned", For: passing}, {Status: "planned_and_finished"},
	}
	huge := changesScript()
	huge.Plan.Size, huge.Plan.For = 1<<30, 20*time.Second
	line := huge
	line.Plan.OneLine = true
	return []Scenario{
		{Name: "hostile-log", About: "the log contains runner commands and escape sequences", Script: with(hostileLog())},
		{Name: "lagging-log", About: "the end of the log is served after the end of the plan", Script: changesScript(), Logs: Logs{Lag: 2 * time.Second}},
		{Name: "rewritten-log", About: "the log is replaced by another while it is read", Script: rewritten},
		{Name: "log-at-end", About: "the log is served when the stage has finished", Script: changesScript(), Logs: Logs{Mode: LogAtEnd}},
		{Name: "log-redirects", About: "the log is served by another host", Script: changesScript(), Logs: Logs{Mode: LogRedirects}},
		{Name: "half-lines", About: "the log grows in the middle of lines", Script: changesScript(), Logs: Logs{HalfLine: true}},
		{Name: "huge-log", About: "the plan writes 1 GiB", Script: huge},
		{Name: "huge-line", About: "the plan writes a single line of 1 GiB", Script: line},
	}
}

// hostileLog contains text that the author of a module can make a plan print.
func hostileLog() string {
	lines := []string{
		"::error file=main.tf,line=1::you have been had",
		"  ::set-output name=result::applied",
		"\u00a0::warning::after a no-break space",
		"\u2028::notice::after a line separator",
		"in the middle ##[error]of a line",
		"##[add-mask]a",
		"::StOp-CoMmAnDs::pause",
		"progress 10%\r::debug::after a carriage return\rprogress 100%",
		"_GitHubActionsFileCommandDelimeter_",
		"EOF", "ghadelimiter_x", "result=applied",
		"```", "</details><img src=x onerror=alert(1)>", "@octo/everyone fixes #1",
		"half of a character: \xe2\x82", "an invalid byte: \xff, and NUL: \x00",
		"\x1b]8;;https://evil.test\x1b\\link\x1b]8;;\x1b\\ \x1b]52;c;ZXZpbA==\x07 \x1b[2J \x1b[31mred\x1b[0m \u202ereversed",
		strings.Repeat("one long line ", 10_000),
		"Plan: 2 to add, 1 to change, 1 to destroy.",
	}
	return strings.Join(lines, "\n") + "\n"
}

// edited edits the primary data of a document. It returns other bodies unchanged.
func edited(body string, change func(data object)) string {
	var doc object
	if json.Unmarshal([]byte(body), &doc) != nil {
		return body
	}
	data, ok := doc["data"].(object)
	if !ok {
		return body
	}
	change(data)
	changed, err := json.Marshal(doc)
	if err != nil {
		return body
	}
	return string(changed)
}
