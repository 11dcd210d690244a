resource "terraform_data" "config" {
  input = {
    replicas = 2
    image    = "shop:1.4.1"
    env      = { LOG_LEVEL = "info", REGION = "eu" }
  }
}

resource "terraform_data" "script" {
  input = <<-EOT
    steps:
      - build
      - test
    note: keep
  EOT
}
