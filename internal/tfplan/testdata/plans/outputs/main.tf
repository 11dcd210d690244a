output "greeting" {
  value = "good morning"
}

output "endpoints" {
  value = { web = "https://shop.example.com", api = "https://api.example.com" }
}
