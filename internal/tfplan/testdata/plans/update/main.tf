resource "terraform_data" "config" {
  input = {
    replicas = 4
    image    = "shop:1.5.0"
    env      = { LOG_LEVEL = "debug", REGION = "eu" }
  }
}

resource "terraform_data" "script" {
  input = <<-EOT
    steps:
      - build
      - publish
    note: keep
  EOT
}
