resource "terraform_data" "zone" {
  input = "test.example.com"
}
