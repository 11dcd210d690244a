variable "name" {
  type = string
}

module "subnets" {
  source = "../subnets"

  network = var.name
  zones   = ["a"]
}

resource "terraform_data" "service" {
  input = { name = var.name, subnets = module.subnets.names }
}
