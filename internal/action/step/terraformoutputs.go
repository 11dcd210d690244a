package step

import (
	"cmp"
	"os"
	"path/filepath"

	"scalr-run-action/internal/units"
)

// MaxVariableLength is the maximum length of an environment variable's value: Linux allows 128 KiB for name, equals
// sign, value and NUL (execve(2), MAX_ARG_STRLEN).
const MaxVariableLength = 128<<10 - 128

// SetTerraformOutputs sets the output terraform-outputs to the text and terraform-outputs-file to the name of a file
// in RUNNER_TEMP with the same content. It logs a warning if the text is too long for an environment variable of a
// later step. A text that exceeds MaxOutput is written only to the file; it is an error if the file cannot be written
// either. Unless the text may contain sensitive values, tokens in it are redacted.
func (s *Step) SetTerraformOutputs(out *Outputs, fileName, text string, sensitive bool) error {
	if !sensitive {
		text = s.Job.RedactJSON(text)
	}
	file := s.writeSharedFile(fileName, text)
	out.Set("terraform-outputs-file", file)
	switch {
	case len(text) > MaxOutput && file == "":
		return outputTooLarge("terraform-outputs", text,
			"Make RUNNER_TEMP writable: then the outputs are in the file that terraform-outputs-file names.")
	case len(text) > MaxOutput:
		out.Set("terraform-outputs", "")
		s.Job.Warnf("The output terraform-outputs is left empty: %s exceeds GitHub's limit of 1 MiB. Read the file that "+
			"terraform-outputs-file names in ${{ runner.temp }}.",
			units.Size(int64(len(text))))
		return nil
	case len(text) > MaxVariableLength:
		s.Job.Warnf("The output terraform-outputs has %s: an environment variable can have at most 128 KiB, so a step that receives it through `env:` "+
			"cannot start. "+
			"Read the file that terraform-outputs-file names in ${{ runner.temp }}%s.", units.Size(int64(len(text))), noFile(file))
	}
	out.SetSensitive("terraform-outputs", text)
	return nil
}

func noFile(name string) string {
	if name != "" {
		return ""
	}
	return "; it was not written, because RUNNER_TEMP is not writable"
}

// writeSharedFile writes a file for later steps and returns its base name, or "" if it cannot be written.
func (s *Step) writeSharedFile(name, text string) string {
	f := s.CreateSharedFile(name)
	if f == nil {
		return ""
	}
	_, err := f.WriteString(text)
	if cmp.Or(err, f.Close()) != nil {
		os.Remove(f.Name())
		s.Job.Warnf("The file for terraform-outputs-file could not be written; the output is left empty.")
		return ""
	}
	return filepath.Base(f.Name())
}
