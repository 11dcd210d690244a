module "service" {
  source = "../../../modules/service"

  name = "prod-app"
}
