module "service" {
  source = "../../../modules/service"

  name = "test-app"
}
