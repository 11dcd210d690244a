package plays

import (
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// service is the configuration of a service with a URL; its variables are the outputs of the network.
func service(url string) string {
	return fmt.Sprintf(`
variable "vpc_id" { type = string }
variable "subnet_ids" { type = list(string) }
resource "terraform_data" "service" { input = "${var.vpc_id}:${join("+", var.subnet_ids)}" }
output "url" { value = %q }
output "where" { value = terraform_data.service.output }
`, url)
}

// TestExampleChained passes outputs of one configuration, including hostile ones, to the next and requests the URL of
// the service.
func TestExampleChained(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, withTerraform(t), "jq", "curl")
	s.scalr.AddWorkspace(scalrsim.StagingID, "network", nil)
	s.scalr.AddWorkspace(scalrsim.StagingID, "service", nil)
	url, visits := mailbox(t)
	s.commit("merged", map[string]string{"infra/service/main.tf": service(url), "infra/network/main.tf": `
resource "terraform_data" "vpc" { input = "vpc-1\" $(touch pwned)\nsubnets=[] $${var.x} %%{if} $$${y}" }
output "vpc_id" { value = terraform_data.vpc.output }
output "subnet_ids" { value = ["subnet-a", "subnet-b"] }
`})
	job := s.run("chained.yml", push("merged", "infra/network/main.tf")).ended("apply", "success")
	if got := job.step("service").outputs["terraform-outputs"]; !strings.Contains(got,
		`"where":"vpc-1\" $(touch pwned)\nsubnets=[] ${var.x} %{if} $${y}:subnet-a+subnet-b"`) {
		t.Errorf("the service was made with %s", got)
	}
	if got := visits(); len(got) != 1 || !strings.HasPrefix(got[0], "GET") {
		t.Errorf("the service was tried so: %q", got)
	}

	// The network has no changes; its outputs are passed on nevertheless.
	s.commit("again", map[string]string{"infra/network/main.tf": s.commits[commit("merged")]["infra/network/main.tf"],
		"infra/service/main.tf": strings.Replace(service(url), `":`, `"/`, 1)})
	job = s.run("chained.yml", push("again", "infra/service/main.tf")).ended("apply", "success")
	if network, service := job.step("network").outputs["result"],
		job.step("service").outputs["result"]; network != "no-changes" || service != "no-changes" {
		t.Errorf("the network ended as %s, the service as %s", network, service)
	}
	if got := len(visits()); got != 1 {
		t.Errorf("the service was tried %d times, although nothing changed after the first", got)
	}
}
