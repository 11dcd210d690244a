locals {
  ranges = ["10.0.0.0/16"]
}

resource "terraform_data" "subnet" {
  input = local.ranges[3]
}
