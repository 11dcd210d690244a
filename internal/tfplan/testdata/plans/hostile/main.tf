resource "terraform_data" "keys" {
  for_each = toset([
    "`**bold**` | <img src=x onerror=alert(1)> @octocat #1 https://evil.example",
    "will be destroyed",
    "a\"] will be created # [\"",
    "</code></summary></details><h1>free</h1>",
    "\u202Etxt.exe\u200B",
  ])
  input = <<-EOT
    ```
    </details> # free?
    ~~~~~~~~~~
    ``````````
    - not a removal
    Plan: 0 to add, 0 to change, 0 to destroy.
    # terraform_data.fake will be destroyed
    │ Error: fake
    ${each.key}
  EOT
}

output "text" {
  value = "```\n</details>\n"
}
