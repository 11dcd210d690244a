package tfplan

import (
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// The prefixes that Terragrunt puts before each line of the tool that it runs.
var (
	// prettyPrefix is that of 0.67 and later: 10:15:02.101 STDOUT [unit] tofu: text
	prettyPrefix = regexp.MustCompile(`^\d\d:\d\d:\d\d(?:\.\d{1,9})? STD(?:OUT|ERR) +(?:\[([^\]]{1,300})\] )?[\w./-]{1,100}:(?: (.*))?$`)
	// keyValuePrefix is that of its key-value format: time=… level=stdout prefix=unit tf-path=tofu msg=text
	keyValuePrefix = regexp.MustCompile(`^time=\S{1,100} level=std(?:out|err)(?: prefix="?([^"\s]{1,300})"?)?(?: (?:tf-?path|binary)=\S{1,300})? msg=(.*)$`)
	// barePrefix is that of older versions: [unit] text
	barePrefix = regexp.MustCompile(`^\[([^\]\s]{1,300})\](?: (.*))?$`)
)

// mostUnits is how many units of a log are distinguished; the lines of
// further ones are read as those of one.
const mostUnits = 500

// cutUnit takes Terragrunt's prefix off a line.
func (l *Log) cutUnit(line string) (unit, text string) {
	if line == "" {
		return "", line
	}
	var m []string
	switch c := line[0]; {
	case c >= '0' && c <= '9':
		m = prettyPrefix.FindStringSubmatch(line)
	case c == 't':
		m = keyValuePrefix.FindStringSubmatch(line)
	case c == '[':
		if m = barePrefix.FindStringSubmatch(line); m != nil && !l.isUnit(m[1], m[2]) {
			return "", line
		}
	}
	if m == nil {
		return "", line
	}
	if m[1] == "" {
		return ".", m[2]
	}
	return strings.Clone(m[1]), m[2]
}

// isUnit reports whether a word in brackets at the start of a line names a unit. Scripts
// print such words, too ("[INFO] done"): it does once it stands before words of the tool.
func (l *Log) isUnit(word, text string) bool {
	if l.bare[word] {
		return true
	}
	if len(l.bare) >= mostUnits || !byTool(text) && !isEnd(text) && !isProgress(text) && text != "╷" {
		return false
	}
	if l.bare == nil {
		l.bare = map[string]bool{}
	}
	l.bare[strings.Clone(word)] = true
	return true
}

// enter goes on with the text of a unit.
func (p *planText) enter(unit string) {
	if unit == p.unit {
		return
	}
	if p.units == nil {
		p.units = map[string]position{}
	}
	p.units[p.unit] = p.position
	if _, known := p.units[unit]; !known && len(p.units) >= mostUnits {
		unit = "…"
	}
	p.position = p.units[unit]
	delete(p.units, unit)
	p.unit = unit
}

// unitOf names the unit whose text has the change; empty if none has it, or several do.
func (p *planText) unitOf(c Change, drifted bool) string {
	found := p.homes[key{address: c.Address, deposed: c.Deposed, drifted: drifted}]
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// home takes down the unit of a change, up to the second one.
func (p *planText) home(k key) {
	unit := k.unit
	k.unit = ""
	if unit == "" || len(p.homes[k]) > 1 || slices.Contains(p.homes[k], unit) {
		return
	}
	if p.homes == nil {
		p.homes = map[key][]string{}
	}
	p.homes[k] = append(p.homes[k], unit)
}

// foundIn gives the diagnostics of a unit.
func (l *Log) foundIn(unit string) *diagnostics {
	if unit == "" {
		return &l.found
	}
	if l.units == nil {
		l.units = map[string]*diagnostics{}
	}
	if l.units[unit] == nil && len(l.units) >= mostUnits {
		unit = "…"
	}
	if l.units[unit] == nil {
		one := newDiagnostics(l.redact)
		l.units[unit] = &one
	}
	return l.units[unit]
}

// diagnostics are those of all units. The files of a unit lie below it.
func (l *Log) diagnostics() []Diagnostic {
	all := l.found.found()
	for _, unit := range slices.Sorted(maps.Keys(l.units)) {
		l.units[unit].close()
		for _, d := range l.units[unit].found() {
			if d.File != "" && filepath.IsLocal(unit) && !path.IsAbs(d.File) {
				d.File = path.Join(unit, d.File)
			}
			all = append(all[:len(all):len(all)], d)
			if len(all) >= 2*mostDiagnostics {
				return all
			}
		}
	}
	return all
}

// warnings is the number of all warnings, of all units.
func (l *Log) warnings() int {
	n := l.found.warnings()
	for _, d := range l.units {
		d.close()
		n += d.warnings()
	}
	return n
}
