# A small network out of built-in resources only, so that nothing is downloaded.
terraform {
  required_version = ">= 1.4"
}

resource "terraform_data" "vpc" {
  input = {
    name = var.name
    cidr = var.cidr
  }
}

module "subnets" {
  source = "./modules/subnets"

  network = terraform_data.vpc.output.name
  zones   = var.zones
}

resource "terraform_data" "gateway" {
  input            = "gateway of ${terraform_data.vpc.output.name}"
  triggers_replace = [var.cidr]
}
