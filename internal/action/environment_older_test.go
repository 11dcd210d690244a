package action_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// Older servers support the setting cost-estimation-enabled. The current server accepts and ignores it, which is
// reported.
func TestCostEstimation(t *testing.T) {
	t.Parallel()
	create := `POST /environments {"data":{"attributes":{"cost-estimation-enabled":false,"name":"preview-7"},` +
		`"type":"environments"}}`
	withCompanions(t, scalrsim.Scenario{Config: scalrsim.Config{Old: true}}, func(d *companionTest) {
		v := d.environment("name=preview-7", "cost-estimation-enabled=false").want(0, "created=true").wantWrites(create)
		if strings.Contains(v.log, "::warning") {
			t.Errorf("got a warning although the server changed the setting\n%s", v.log)
		}
		d.environment("name=preview-7", "cost-estimation-enabled=false").want(0, "changed=false").wantWrites()
		id := v.outputs["environment-id"]
		d.environment("name=preview-7", "cost-estimation-enabled=true").want(0, "changed=true").
			wantWrites("PATCH /environments/" + id + ` {"data":{"attributes":{"cost-estimation-enabled":true},"id":"` + id +
				`","type":"environments"}}`)
	})
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		warning := "cost-estimation-enabled is unsupported by this Scalr server and was ignored."
		d.environment("name=preview-7", "cost-estimation-enabled=false").want(0, "created=true").wantWrites(create).
			logContains("::warning::" + warning)
		d.environment("name=preview-7", "cost-estimation-enabled=false").want(0, "changed=false").wantWrites().
			logContains("::warning::" + warning)
		d.environment("name=preview-8").want(0).
			wantWrites(`POST /environments {"data":{"attributes":{"name":"preview-8"},"type":"environments"}}`)
	})
}

// A setting that the server accepts but does not change is reported.
func TestIgnoredSettingIsReported(t *testing.T) {
	t.Parallel()
	keeps := scalrsim.Fault{
		Op:     "PATCH /environments/*",
		Action: scalrsim.Edit,
		Change: func(body string) string {
			return strings.Replace(body, `"mask-sensitive-output":false`, `"mask-sensitive-output":true`, 1)
		},
	}
	withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{keeps}}, func(d *companionTest) {
		d.environment("name=staging", "mask-sensitive-output=false").want(0, "changed=false").
			logContains(`::warning::Scalr did not change mask-sensitive-output: requested "false", still "true".`)
	})
}

func TestAccount(t *testing.T) {
	t.Parallel()
	with := `POST /environments {"data":{"attributes":{"name":"preview-7"},` +
		`"relationships":{"account":{"data":{"type":"accounts","id":"` + scalrsim.AccountID + `"}}},"type":"environments"}}`
	without := `POST /environments {"data":{"attributes":{"name":"preview-7"},"type":"environments"}}`
	t.Run("given", func(t *testing.T) {
		t.Parallel()
		withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
			d.environment("name=preview-7", "account-id="+scalrsim.AccountID).want(0, "created=true").wantWrites(with)
			d.environment("name=preview-7", "account-id=acc-v0other").want(3, "result=refused", "error-code=not-allowed").wantWrites()
		})
	})
	t.Run("different value", func(t *testing.T) {
		t.Parallel()
		other := scalrsim.Fault{
			Op:     "GET /environments/*",
			Action: scalrsim.Edit,
			Change: func(body string) string {
				return strings.Replace(body, scalrsim.AccountID, "acc-v0other", 1)
			},
		}
		withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{other}}, func(d *companionTest) {
			d.environment("environment-id="+scalrsim.StagingID, "account-id="+scalrsim.AccountID).want(0, "changed=false").
				logContains("::warning::account-id has no effect", "acc-v0other")
		})
	})
	t.Run("older server requires it", func(t *testing.T) {
		t.Parallel()
		wanted := scalrsim.Fault{
			Op:     "POST /environments",
			Action: scalrsim.Status,
			Status: 422,
			Body: `{"errors":[{"status":"422","title":"Invalid Relationship","detail":"This field is required.",` +
				`"source":{"pointer":"/data/relationships/account"}}]}`,
		}
		withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{wanted}}, func(d *companionTest) {
			d.environment("name=preview-7").want(0, "created=true").wantWrites(without, with)
		})
	})
}

func TestCloudCredentialsWarning(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		d.environment("name=preview-7", "cloud-credentials=cred-1").want(0, "created=true").
			logContains("::warning::cloud-credentials was removed from Scalr's API", "default-provider-configurations").
			wantWrites(`POST /environments {"data":{"attributes":{"name":"preview-7"},"type":"environments"}}`)
	})
}
