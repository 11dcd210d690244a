package tfplan

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// planFile reads a file of a real plan; nil if it does not exist.
func planFile(t testing.TB, plan, name string) *io.SectionReader {
	t.Helper()
	path := filepath.Join("testdata", "plans", plan, name)
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		packed, err := os.ReadFile(path + ".gz")
		if os.IsNotExist(err) {
			return nil
		}
		r, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		if data, err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	} else if err != nil {
		t.Fatal(err)
	}
	return io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))
}

func realPlan(t testing.TB, name string) Plan {
	t.Helper()
	p := readPlan(planFile(t, name, "plan.json"), planFile(t, name, "plan.log"))
	if p.JSONProblem != "" {
		t.Fatal(p.JSONProblem)
	}
	return p
}

func sectionOf(data []byte) *io.SectionReader {
	return io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))
}

// readPlan reads a plan from its JSON and its log, either of which may be nil.
func readPlan(planJSON, log *io.SectionReader) Plan {
	l := NewLog(nil)
	if log != nil {
		if _, err := io.Copy(l, io.NewSectionReader(log, 0, log.Size())); err != nil {
			panic(err)
		}
	}
	if planJSON == nil {
		return l.Plan(context.Background(), nil)
	}
	return l.Plan(context.Background(), io.NewSectionReader(planJSON, 0, planJSON.Size()))
}

// readApply reads an apply from its log.
func readApply(log *io.SectionReader) Apply {
	l := NewLog(nil)
	if _, err := io.Copy(l, io.NewSectionReader(log, 0, log.Size())); err != nil {
		panic(err)
	}
	return l.Apply()
}

func contents(t testing.TB, plan, name string) []byte {
	t.Helper()
	data, err := io.ReadAll(planFile(t, plan, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
