// Command mutants measures the quality of the tests: it makes random changes to the program, one at a time, and
// runs the tests that should fail.
//
//	go run ./test/mutants -seed 7 -per 20                              # every package of the program; takes hours
//	go run ./test/mutants -seed 7,8,9 -per 40 -packages internal/gate  # three samples of one package
//
// It prints each change that no test notices, and a table by package. The exit code is 1 if there is such a change.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
)

//go:embed equivalent.txt
var equivalentList string

// options describes the sample.
type options struct {
	seeds      []uint64
	per        int
	packages   string
	own        bool
	verbose    bool
	equivalent map[string]bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var o options
	o.seeds = []uint64{1}
	flag.Func("seed", "numbers separated by commas: the same seed draws the same places, however the code around them changes", o.setSeeds)
	flag.IntVar(&o.per, "per", 20, "mutations for each package and seed")
	flag.StringVar(&o.packages, "packages", "", "packages separated by commas, such as internal/gate,internal/secret")
	flag.BoolVar(&o.own, "own", false, "run only the package's own tests, not those of its importers")
	flag.BoolVar(&o.verbose, "v", false, "print noticed mutations too")
	flag.Parse()
	survived, err := o.measure(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
	}
	if err != nil || survived > 0 {
		stop()
		os.Exit(1)
	}
}

// measure samples each package and prints the table.
func (o options) measure(ctx context.Context) (survived int, err error) {
	if o.equivalent, err = readEquivalents(strings.NewReader(equivalentList)); err != nil {
		return 0, fmt.Errorf("equivalent.txt: %w", err)
	}
	all, err := listPackages()
	if err != nil {
		return 0, err
	}
	chosen, err := choose(all, o.packages)
	if err != nil {
		return 0, err
	}
	j, err := newJudge()
	if err != nil {
		return 0, err
	}
	defer j.close()
	table := o.header()
	for _, p := range chosen {
		r, err := o.take(ctx, j, all, p)
		if err != nil {
			fmt.Print("\n", table) // a run of all packages takes long
			return survived, fmt.Errorf("%s: %w", p.name(), err)
		}
		survived += r.total - r.noticed
		table += r.row()
		fmt.Fprintf(os.Stderr, "%s: %d of %d noticed\n", r.pkg, r.noticed, r.total)
	}
	fmt.Print("\n", table)
	return survived, nil
}

// header returns the head of the table.
func (o options) header() string {
	columns := []string{"package"}
	for _, seed := range o.seeds {
		columns = append(columns, fmt.Sprint("seed ", seed))
	}
	columns = append(columns, "noticed", "by its own tests", "equivalent", "time")
	return "| " + strings.Join(columns, " | ") + " |\n" + strings.Repeat("| --- ", len(columns)) + "|\n"
}

func (o *options) setSeeds(list string) error {
	o.seeds = nil
	for text := range strings.SplitSeq(list, ",") {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return err
		}
		o.seeds = append(o.seeds, seed)
	}
	return nil
}
