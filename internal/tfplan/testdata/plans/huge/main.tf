resource "terraform_data" "node" {
  for_each = toset([for i in range(260) : format("rack-%02d/node-%02d", floor(i / 20), i % 20)])
  input = {
    name   = each.key
    labels = [for i in range(6) : "label ${i} of ${each.key}"]
  }
}
