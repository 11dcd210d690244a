module "subnets" {
  source = "../../../modules/subnets"

  network = "test"
  zones   = ["a"]
}
