package tfplan

import (
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

// The prefixes that Terragrunt adds to each line of the tool that it runs.
var (
	// prettyPrefix is used by 0.67 and later: 10:15:02.101 STDOUT [unit] tofu: text
	prettyPrefix = lazyregexp.New(`^\d\d:\d\d:\d\d(?:\.\d{1,9})? STD(?:OUT|ERR) +` +
		`(?:\[([^\]]{1,300})\] )?[\w./-]{1,100}:(?: (.*))?$`)
	// keyValuePrefix is used by the key-value format: time=… level=stdout prefix=unit tf-path=tofu msg=text
	keyValuePrefix = lazyregexp.New(`^time=\S{1,100} level=std(?:out|err)(?: prefix="?([^"\s]{1,300})"?)?` +
		`(?: (?:tf-?path|binary)=\S{1,300})? msg=(.*)$`)
	// barePrefix is used by older versions: [unit] text
	barePrefix = lazyregexp.New(`^\[([^\]\s]{1,300})\](?: (.*))?$`)
)

// rootUnit is the unit of the directory in which Terragrunt runs.
const rootUnit = "."

// maxUnits is the number of units of a log that are distinguished; the lines of all
// further units are read as those of one unit.
const maxUnits = 500

// cutUnit separates Terragrunt's prefix from a line.
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
		return rootUnit, m[2]
	}
	return strings.Clone(m[1]), m[2]
}

// isUnit reports whether a word in brackets at the start of a line is the name of a
// unit. Scripts print such words, too ("[INFO] done"), so it is one only from the first
// line on in which text of the tool follows it.
func (l *Log) isUnit(word, text string) bool {
	if l.bare[word] {
		return true
	}
	if len(l.bare) >= maxUnits || !byTool(text) && !isEnd(text) && !isProgress(text) && text != "╷" {
		return false
	}
	if l.bare == nil {
		l.bare = map[string]bool{}
	}
	l.bare[strings.Clone(word)] = true
	return true
}

// enter switches to the text of a unit.
func (p *planText) enter(unit string) {
	if unit == p.unit {
		return
	}
	if p.units == nil {
		p.units = map[string]position{}
	}
	p.units[p.unit] = p.position
	if _, known := p.units[unit]; !known && len(p.units) >= maxUnits {
		unit = "…"
	}
	p.position = p.units[unit]
	delete(p.units, unit)
	p.unit = unit
}

// unitOf returns the unit whose text contains the change; empty unless it is exactly one.
func (p *planText) unitOf(c Change, drifted bool) string {
	found := p.unitsOf[key{address: c.Address, deposed: c.Deposed, drifted: drifted}]
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// recordUnit records the unit of a change, up to the second one.
func (p *planText) recordUnit(k key) {
	unit := k.unit
	k.unit = ""
	if unit == "" || len(p.unitsOf[k]) > 1 || slices.Contains(p.unitsOf[k], unit) {
		return
	}
	if p.unitsOf == nil {
		p.unitsOf = map[key][]string{}
	}
	p.unitsOf[k] = append(p.unitsOf[k], unit)
}

// diagnosticsOf returns the diagnostics of a unit.
func (l *Log) diagnosticsOf(unit string) *diagnostics {
	if unit == "" {
		return &l.diags
	}
	if l.units == nil {
		l.units = map[string]*diagnostics{}
	}
	if l.units[unit] == nil && len(l.units) >= maxUnits {
		unit = "…"
	}
	if l.units[unit] == nil {
		l.units[unit] = &diagnostics{redact: l.redact}
	}
	return l.units[unit]
}

// diagnostics returns the diagnostics of all units.
func (l *Log) diagnostics() []Diagnostic {
	all := l.diags.all()
	count := map[string]int{} // of the units' diagnostics by level
	for _, unit := range slices.Sorted(maps.Keys(l.units)) {
		l.units[unit].close()
		for _, d := range l.units[unit].all() {
			d.setUnit(unit)
			if count[d.Level]++; count[d.Level] <= 2*maxDiagnostics {
				all = append(all[:len(all):len(all)], d)
			}
		}
	}
	return append(all, l.json.list...)
}

// setUnit sets the unit, and adds the unit's directory to the file.
func (d *Diagnostic) setUnit(unit string) {
	if unit != rootUnit {
		d.Unit = unit
	}
	if d.File != "" && filepath.IsLocal(unit) && !path.IsAbs(d.File) {
		d.File = path.Join(unit, d.File)
	}
}

// removeOnlyUnit removes the unit of the changes if it is the only one, and that of the directory itself: a run of a single
// unit has no name for it.
func removeOnlyUnit(lists ...[]Change) {
	inOther := func(c Change) bool { return c.Unit != "" && c.Unit != rootUnit }
	for _, list := range lists {
		if slices.ContainsFunc(list, inOther) {
			return
		}
	}
	for _, list := range lists {
		for i := range list {
			list[i].Unit = ""
		}
	}
}

// warnings returns the number of warnings of all units.
func (l *Log) warnings() int {
	n := l.diags.warnings() + l.json.warnings
	for _, d := range l.units {
		d.close()
		n += d.warnings()
	}
	return n
}
