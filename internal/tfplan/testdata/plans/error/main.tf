variable "zone" {
  default = "mars-north-1"
  validation {
    condition     = startswith(var.zone, "eu-")
    error_message = "The zone must be in the EU: we promised our customers that their data stays there."
  }
}

resource "terraform_data" "fine" {
  input = "this one could be planned"
}

module "net" {
  source = "./modules/net"
}
