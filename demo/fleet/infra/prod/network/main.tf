module "subnets" {
  source = "../../../modules/subnets"

  network = "prod"
  zones   = ["a", "b", "c"]
}
