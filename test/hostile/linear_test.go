// Package hostile_test checks that the work of the program is proportional to the size of hostile input. For each
// kind of input it runs a step with n elements, with 2n and with 4n, and compares the amount of work.
//
// Work is counted, not timed: statements by coverage counters in the packages of this module and in those of the
// standard library that loop over strings and slices, and bytes by the allocator. If work is linear, the growth
// from 2n to 4n is twice that from n to 2n; if it is quadratic, it is four times.
package hostile_test

import (
	"bufio"
	"bytes"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Limit for the ratio of the second growth to the first. 2 is linear, 4 quadratic; the values between allow for
// sorting, and for slices and maps that grow by doubling.
const (
	mostStatements = 2.5
	mostBytes      = 3.0
)

const (
	attackVariable = "HOSTILE_ATTACK"
	sizeVariable   = "HOSTILE_SIZE"
)

// standard contains the packages of the standard library whose loops are counted.
const standard = "slices,strings,bytes,bufio,sort,maps,regexp,regexp/syntax,encoding/json,encoding/base64," +
	"net/url,path,path/filepath,strconv,unicode/utf8,unicode,fmt,text/template,io"

func TestWorkIsLinear(t *testing.T) {
	if name := os.Getenv(attackVariable); name != "" {
		t.Skip("this is the child")
	}
	if os.Getenv("TESTS") != "all" && os.Getenv("SOAK") == "" {
		t.Skip("builds the program with counters: set TESTS=all")
	}
	t.Parallel()
	one := uint32(8) // one of this many attacks is run
	if os.Getenv("SOAK") != "" {
		one = 1
	}
	binary := counting(t)
	slots := make(chan struct{}, runtime.NumCPU())
	for name := range attacks {
		if crc32.ChecksumIEEE([]byte(name))%one != 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			var work [3]cost
			for i, factor := range []int{1, 2, 4} {
				work[i] = measure(t, binary, name, attacks[name](1).n*factor)
			}
			t.Logf("statements %v, bytes %v", [3]int64{work[0].statements, work[1].statements, work[2].statements},
				[3]int64{work[0].bytes, work[1].bytes, work[2].bytes})
			wantLinear(t, "statements", mostStatements, work[0].statements/10, work[0].statements, work[1].statements,
				work[2].statements)
			wantLinear(t, "bytes allocated", mostBytes, 2<<20, work[0].bytes, work[1].bytes, work[2].bytes)
		})
	}
}

// wantLinear compares two growths. The first one is at least the noise: for example, the scheduler determines
// whether an archive is packed before the step ends.
func wantLinear(t *testing.T, what string, most float64, noise, one, two, four int64) {
	t.Helper()
	first, second := float64(two-one), float64(four-two)
	if second > most*max(first, float64(noise)) {
		t.Errorf("%s grow from %d by %.0f, and then by %.0f: %.2f times as much, want %.1f at most", what, one, first, second,
			second/first, most)
	}
}

type cost struct{ statements, bytes int64 }

// counting builds this package's tests with counters.
var counting = func() func(*testing.T) string {
	build := sync.OnceValues(func() (string, error) {
		dir, err := os.MkdirTemp("", "hostile-")
		if err != nil {
			return "", err
		}
		binary := filepath.Join(dir, "hostile.test")
		out, err := exec.Command("go", "test", "-c", "-o", binary, "-covermode=count",
			"-coverpkg=scalr-run-action/internal/...,"+standard, ".").CombinedOutput()
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, out)
		}
		return binary, err
	})
	return func(t *testing.T) string {
		t.Helper()
		binary, err := build()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(filepath.Dir(binary)) })
		return binary
	}
}()

// measure runs an attack in a separate process.
func measure(t *testing.T, binary, name string, size int) cost {
	t.Helper()
	profile := filepath.Join(t.TempDir(), "profile")
	child := exec.CommandContext(t.Context(), binary, "-test.run", "^TestAttack$", "-test.v", "-test.coverprofile",
		profile)
	child.Env = append(os.Environ(), attackVariable+"="+name, sizeVariable+"="+strconv.Itoa(size))
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%d: %v\n%s", size, err, out)
	}
	_, rest, ok := bytes.Cut(out, []byte("allocated "))
	if !ok {
		t.Fatalf("no result in\n%s", out)
	}
	allocated, _, _ := bytes.Cut(rest, []byte(" "))
	n, _ := strconv.ParseInt(string(allocated), 10, 64)
	if testing.Verbose() {
		t.Logf("%d: %s", size, out)
	}
	return cost{statements: statements(t, profile), bytes: n}
}

// statements adds up a profile, whose lines end in the number of statements of a
// block and how often it was executed.
func statements(t *testing.T, profile string) int64 {
	t.Helper()
	file, err := os.Open(profile)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	total := int64(0)
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) != 3 || strings.HasPrefix(fields[0], "scalr-run-action/test/") {
			continue
		}
		in, _ := strconv.ParseInt(fields[1], 10, 64)
		times, _ := strconv.ParseInt(fields[2], 10, 64)
		total += in * times
	}
	if total == 0 {
		t.Fatal("the profile counts nothing")
	}
	return total
}

// TestAttack runs one attack; TestWorkIsLinear starts it with counters.
func TestAttack(t *testing.T) {
	name := os.Getenv(attackVariable)
	if name == "" {
		t.Skip(attackVariable + " names no attack")
	}
	size, err := strconv.Atoi(os.Getenv(sizeVariable))
	if err != nil || attacks[name] == nil {
		t.Fatalf("%s=%s %s=%s", attackVariable, name, sizeVariable, os.Getenv(sizeVariable))
	}
	a := attacks[name](size)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a.play(t)
	runtime.ReadMemStats(&after)
	fmt.Printf("allocated %d bytes\n", after.TotalAlloc-before.TotalAlloc)
}
