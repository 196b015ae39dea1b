# All accounts at GoTo, before provisioning is switched on for the first time.
data "gotomeeting_accounts" "all" {}

output "accounts_at_goto" {
  value = data.gotomeeting_accounts.all.counts_by_status
}

# Who administers the account?
output "administrators" {
  value = [for account in data.gotomeeting_accounts.all.accounts : account.email if account.admin]
}
