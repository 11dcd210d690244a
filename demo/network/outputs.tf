output "network" {
  value = terraform_data.vpc.output.name
}

output "subnets" {
  value = module.subnets.names
}

output "admin_password" {
  value     = "correct-horse-battery-staple"
  sensitive = true
}
