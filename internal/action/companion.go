package action

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/progress"
	"scalr-run-action/internal/scalr"
)

// companion is what the environment and the workspace action share: they bring
// one thing to what is asked, and write only what differs from it.
type companion struct {
	*step
	client  *scalr.Client
	out     outputs
	created bool
	changed bool
	// everyTag holds the names of the account's tags by their ids, once a server left names out.
	everyTag map[string]string
}

// companionTime bounds a companion's work. Each request has its own patience;
// this is for a service that limits or stalls every one of them.
const companionTime = 10 * time.Minute

// attend tells the story and gives the exit code. What was learned and changed
// by then is given out, however it ends.
func (c *companion) attend(ctx context.Context, access inputs.Access, act func(context.Context) error) int {
	ctx, cancel := c.withTimeout(ctx, companionTime)
	defer cancel()
	o := outcome{result: "done"}
	if err := c.actSignedIn(ctx, access, act); err != nil {
		o = ofCompanion(explain(ctx, err))
	}
	c.out.set("created", strconv.FormatBool(c.created))
	c.out.set("changed", strconv.FormatBool(c.changed))
	c.verdict(o, &c.out)
	return c.conclude(o, &c.out)
}

func (c *companion) actSignedIn(ctx context.Context, access inputs.Access, act func(context.Context) error) (err error) {
	if err := c.surroundings(); err != nil {
		return err
	}
	retrying := (&progress.Narrator{Job: c.job}).Retrying
	if c.client, err = c.step.client(ctx, access, retrying); err != nil {
		return err
	}
	return act(ctx)
}

// ofCompanion puts an outcome into the companions' words: what they look for may
// not be there, they have no input timeout, and other names for their inputs.
func ofCompanion(o outcome) outcome {
	switch o.code {
	case codeEnvironmentGone, codeWorkspaceMissing:
		o.result, o.input = "not-found", ""
	case codeWorkspaceUnclear:
		o.input = ""
	case codeTimedOut:
		o.hints, o.input = []string{adviceOn(codeNoAnswer)}, ""
	}
	return o
}

// did tells a change that was made.
func (c *companion) did(format string, args ...any) {
	c.changed = true
	c.job.Infof(format, args...)
}

// rest tells that there was nothing to do, if so.
func (c *companion) rest() {
	if !c.changed {
		c.job.Infof("Nothing to change.")
	}
}

// setJSON sets an output to one line of JSON, for fromJSON.
func (c *companion) setJSON(name string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("set output %s: %w", name, err)
	}
	return c.setLarge(name, string(text))
}

// setLarge sets an output that may be more than GitHub carries.
func (c *companion) setLarge(name, text string) error {
	if len(text) > mostOutput {
		return found(codeOutputTooLarge, "The output %s is larger than GitHub carries: %s.", name, size(int64(len(text))))
	}
	c.out.set(name, text)
	return nil
}

// oneLine is a name as an output, which is a single line.
func oneLine(name string) string {
	return strings.Join(strings.FieldsFunc(name, unicode.IsControl), " ")
}

// setTags sets the output tags, by name.
func (c *companion) setTags(tags []scalr.Tag) error {
	return c.setJSON("tags", tagNames(tags))
}

func tagNames(tags []scalr.Tag) []string {
	names := make([]string, 0, len(tags))
	for _, t := range tags {
		names = append(names, t.Name)
	}
	slices.Sort(names)
	return names
}
