# Checks that these people have a working account.
data "gotomeeting_accounts" "pilots" {
  emails = ["ana@example.com", "ben@example.com"]
}

check "pilots_have_accounts" {
  assert {
    condition     = length(data.gotomeeting_accounts.pilots.missing_emails) == 0
    error_message = "No account at GoTo: ${join(", ", data.gotomeeting_accounts.pilots.missing_emails)}"
  }
}

output "key_of_ana" {
  value = data.gotomeeting_accounts.pilots.key_by_email["ana@example.com"]
}
