package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/bundle"
	"scalr-run-action/internal/progress"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/units"
)

const (
	maxConfigurations = 3
	processing        = 5 * time.Minute // time limit for Scalr to process an upload
	logUploadFrom     = 20 << 20        // minimum upload size, in bytes, for progress messages
	logProcessingFrom = 10 * time.Second
)

// uploadConfiguration uploads the archive as a configuration version. After its upload address has expired, a
// configuration version cannot get a new one, so uploadConfiguration creates a new configuration version.
func (r *command) uploadConfiguration(ctx context.Context, p *packing) (scalr.Configuration, error) {
	r.logger.Enter(progress.Bundle)
	defer r.logger.Close()
	for n := 1; ; n++ {
		v, err := r.client.CreateConfiguration(ctx, r.facts.workspace.ID, r.in.Dry)
		if errors.Is(err, scalr.ErrNoUpload) && n == 1 {
			continue // retry: according to its settings, the workspace accepts uploads
		}
		if err != nil {
			return v, err
		}
		r.out.Set("configuration-version-id", v.ID)
		r.facts.configurationID = v.ID
		for _, s := range v.Secrets() {
			r.Job.Mask(s)
		}
		archive, err := p.wait(ctx)
		if err != nil {
			return v, err
		}
		r.recordArchive(archive)
		err = r.upload(ctx, v, archive)
		if errors.Is(err, scalr.ErrLinkExpired) && n < maxConfigurations {
			r.Job.Infof("%s; retrying with a new configuration version", step.Sentence(err))
			continue
		}
		if err != nil {
			return v, r.tooLarge(err, archive)
		}
		slow := time.AfterFunc(logProcessingFrom, func() {
			r.Job.Infof("Waiting for Scalr to process configuration version %s, for at most %s", v.ID, units.Duration(processing))
		})
		defer slow.Stop()
		return r.client.AwaitUploaded(ctx, v.ID, processing, func(status string) {
			r.Job.Warnf("Scalr reports the unknown upload status %q; still waiting.", status)
		})
	}
}

func (r *command) upload(ctx context.Context, v scalr.Configuration, a *bundle.Archive) error {
	began := time.Now()
	u := scalr.Upload{Data: a.Reader(), Size: a.Size()}
	if u.Size >= logUploadFrom {
		r.Job.Infof("Uploading %s", units.Size(u.Size))
		u.Sent = r.everyTenSeconds(u.Size)
	}
	if err := r.client.Upload(ctx, v, u); err != nil {
		return err
	}
	r.Job.Infof("Uploaded %s as configuration version %s in %s", units.Size(u.Size), v.ID, units.Duration(time.Since(began)))
	return nil
}

func (r *command) everyTenSeconds(total int64) func(int64) {
	last := time.Now()
	return func(sent int64) {
		if now := time.Now(); now.Sub(last) >= 10*time.Second {
			last = now
			r.Job.Infof("Uploaded %s of %s", units.Size(sent), units.Size(total))
		}
	}
}

// tooLarge returns the error for an archive that exceeds the size limit of the object storage, with the largest parts
// of the archive. It returns other errors unchanged.
func (r *command) tooLarge(err error, a *bundle.Archive) error {
	if step.CodeOf(err) != step.CodeUploadTooLarge {
		return err
	}
	return &step.Refusal{
		Code:    step.CodeUploadTooLarge,
		Problem: fmt.Sprintf("%s. The archive has %s. The largest: %s.", step.Sentence(err), units.Size(a.Compressed), largest(a)),
	}
}
