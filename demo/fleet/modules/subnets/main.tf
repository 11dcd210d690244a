variable "network" {
  type = string
}

variable "zones" {
  type = list(string)
}

resource "terraform_data" "subnet" {
  for_each = toset(var.zones)
  input    = "${var.network}-${each.key}"
}

output "names" {
  value = [for s in terraform_data.subnet : s.output]
}
