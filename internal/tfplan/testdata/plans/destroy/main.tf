resource "terraform_data" "first" {
  input = "one"
}

resource "terraform_data" "many" {
  for_each = toset(["blue", "green"])
  input    = each.key
}

output "first" {
  value = terraform_data.first.output
}
