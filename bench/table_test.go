//go:build linux

package bench

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"

	"scalr-run-action/bench/trees"
)

// goal contains the goals of a tree on two processors; a zero field means no goal.
type goal struct {
	slug, tar float64 // minimum speed relative to that packer
	size      float64 // maximum size relative to the archive of tar
	peak      int     // MiB
}

var goals = map[string]goal{
	"module":     {1.4, 2, 1.03, 24},
	"repository": {3, 3.5, 1.00, 32},
	"large":      {4, 4.5, 0.90, 56},
	"ignored":    {17, 0, 0, 0},
	"copies":     {4, 5, 0.60, 64},
	"zips":       {2, 10, 1.00, 24},
}

const limitGoal = 1.5

// result contains the measurements of one tree.
type result struct {
	tree   trees.Tree
	runs   map[string][]run
	limits []float64 // limit of each round, in seconds
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return (values[len(values)/2] + values[(len(values)-1)/2]) / 2
}

func (r result) median(packer string, of func(run) float64) float64 {
	var values []float64
	for _, run := range r.runs[packer] {
		values = append(values, of(run))
	}
	return median(values)
}

func wall(r run) float64 { return r.wall }
func cpu(r run) float64  { return r.cpu }
func size(r run) float64 { return float64(r.size) }

// faster returns the median over the rounds of the ratio between another packer's time and the time of
// bundle.
func (r result) faster(other string, of func(run) float64) float64 {
	var ratios []float64
	for i, theirs := range r.runs[other] {
		ratios = append(ratios, of(theirs)/of(r.runs["bundle"][i]))
	}
	return median(ratios)
}

// toLimit returns the median over the rounds of the ratio between the time of bundle and the limit.
func (r result) toLimit() float64 {
	var ratios []float64
	for i, least := range r.limits {
		ratios = append(ratios, r.runs["bundle"][i].wall/least)
	}
	return median(ratios)
}

func (r result) smaller() float64 {
	if tar := r.median("tar", size); tar > 0 {
		return r.median("bundle", size) / tar
	}
	return 0
}

func (r result) peak() float64 {
	most := 0
	for _, run := range r.runs["bundle"] {
		most = max(most, run.peakKiB)
	}
	return float64(most) / 1024
}

func (r result) report(b *testing.B) {
	b.ReportMetric(r.faster("go-slug", wall), "x-go-slug")
	b.ReportMetric(r.faster("tar", wall), "x-tar")
	b.ReportMetric(r.peak(), "peak-MiB")
}

type table []result

func (t *table) add(r result) { *t = append(*t, r) }

// String returns a table of the figures with their goals; * marks a missed goal.
func (t table) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "\n%d processors, %s, %s/%s. Times as fast, medians of the rounds; goals in brackets, * missed.\n",
		runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	w := tabwriter.NewWriter(&s, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "tree\tseconds\tto go-slug\tto tar czf\tto python\tcpu to go-slug\tsize to tar\tsize to go-slug\tpeak MiB\tto the limit\t")
	for _, r := range t {
		g := goals[r.tree.Name]
		fmt.Fprintf(w, "%s\t%.3f\t%s\t%s\t%s\t%.1fx\t%s\t%.2f\t%s\t%s\t\n", r.tree.What, r.median("bundle", wall),
			atLeast(r.faster("go-slug", wall), g.slug), atLeast(r.faster("tar", wall), g.tar), atLeast(r.faster("python", wall), 0),
			r.faster("go-slug", cpu), atMost(r.smaller(), g.size, "%.2f"), r.median("bundle", size)/r.median("go-slug", size),
			atMost(r.peak(), float64(g.peak), "%.0f"), atMost(r.toLimit(), limitGoal, "%.2f"))
	}
	w.Flush()
	return s.String()
}

func atLeast(got, want float64) string {
	switch {
	case got == 0:
		return "-"
	case want == 0:
		return fmt.Sprintf("%.1fx", got)
	case got < want:
		return fmt.Sprintf("%.1fx [%.1f] *", got, want)
	}
	return fmt.Sprintf("%.1fx [%.1f]", got, want)
}

// atMost formats a figure with its goal. It compares the figure as printed.
func atMost(got, want float64, format string) string {
	printed, _ := strconv.ParseFloat(fmt.Sprintf(format, got), 64)
	switch {
	case got == 0:
		return "-"
	case want == 0:
		return fmt.Sprintf(format, got)
	case printed > want:
		return fmt.Sprintf(format+" ["+format+"] *", got, want)
	}
	return fmt.Sprintf(format+" ["+format+"]", got, want)
}
