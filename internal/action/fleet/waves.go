package fleet

import (
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

// resolveDependencies replaces the ids of environments in the dependencies by names, as in the names of places.
func resolveDependencies(dependencies []inputs.Dependency, list []scalr.Workspace) ([]inputs.Dependency, error) {
	names, ids := map[string]bool{}, map[string]string{}
	for _, ws := range list {
		names[ws.Environment], ids[ws.EnvironmentID] = true, ws.Environment
	}
	resolve := func(n inputs.WorkspaceName) inputs.WorkspaceName {
		if name, isID := ids[n.Environment]; isID && !names[n.Environment] {
			n.Environment = name
		}
		return n
	}
	var resolved []inputs.Dependency
	for _, d := range dependencies {
		resolved = append(resolved, inputs.Dependency{Workspace: resolve(d.Workspace), On: resolve(d.On)})
	}
	if cycle := inputs.FindCycle(resolved); len(cycle) > 0 {
		return nil, step.Refuse(step.CodeInputInvalid, "`depends-on` has a cycle at %q. Remove one of its lines.", cycle[0].String())
	}
	return resolved, nil
}

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
