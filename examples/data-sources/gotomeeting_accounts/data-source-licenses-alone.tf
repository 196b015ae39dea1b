# Only the licenses, without any people. `licenses` is null if the administrator is not allowed to read them.
data "gotomeeting_accounts" "nobody" {
  emails = []
}

# Free seats for people who are about to be provisioned.
output "free_seats" {
  value = {
    for license in coalesce(data.gotomeeting_accounts.nobody.licenses, []) : license.key => license.seats - license.used_seats
    if license.enabled && contains(license.products, "G2M")
  }
}
