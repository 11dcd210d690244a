package tfplan

import (
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// unitPrefix is what Terragrunt 0.67 and later print before each line of the tool
// that they run: 10:15:02.101 STDOUT [unit] tofu: text
var unitPrefix = regexp.MustCompile(`^\d\d:\d\d:\d\d(?:\.\d{1,9})? STD(?:OUT|ERR) +(?:\[([^\]]{1,300})\] )?[\w./-]{1,100}:(?: (.*))?$`)

// mostUnits is how many units of a log are told from each other; the lines of
// further ones are read as those of one.
const mostUnits = 500

// cutUnit takes Terragrunt's prefix off a line.
func cutUnit(line string) (unit, text string) {
	if line == "" || line[0] < '0' || line[0] > '9' {
		return "", line
	}
	m := unitPrefix.FindStringSubmatch(line)
	if m == nil {
		return "", line
	}
	if m[1] == "" {
		return ".", m[2]
	}
	return strings.Clone(m[1]), m[2]
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
