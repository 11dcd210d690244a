resource "terraform_data" "zone" {
  input = "prod.example.com"
}
