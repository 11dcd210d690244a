package fleet

import "scalr-run-action/internal/inputs"

// wavesOf assigns wave numbers to the places, so that each place has a higher number than its dependencies. Indirect
// dependencies through workspaces outside the list count as well. The dependencies must not have a cycle.
func wavesOf(places []*place, dependencies []inputs.Dependency) map[inputs.WorkspaceName]int {
	on := map[inputs.WorkspaceName][]inputs.WorkspaceName{}
	for _, d := range dependencies {
		on[d.Workspace] = append(on[d.Workspace], d.On)
	}
	listed := map[inputs.WorkspaceName]bool{}
	for _, p := range places {
		listed[p.name()] = true
	}
	waves := map[inputs.WorkspaceName]int{}
	var waveOf func(n inputs.WorkspaceName) int
	waveOf = func(n inputs.WorkspaceName) int {
		if wave, ok := waves[n]; ok {
			return wave
		}
		wave := 0
		for _, before := range on[n] {
			after := waveOf(before)
			if listed[before] {
				after++
			}
			wave = max(wave, after)
		}
		waves[n] = wave
		return wave
	}
	for _, p := range places {
		waveOf(p.name())
	}
	return waves
}
