output "greeting" {
  value = "hello"
}

output "gone" {
  value = [1, 2]
}
