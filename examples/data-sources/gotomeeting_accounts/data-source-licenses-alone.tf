# Nobody in particular: the licenses alone, without the people. `licenses` is null where the administrator may not read them.
data "gotomeeting_accounts" "nobody" {
  emails = []
}

# Seats left for those who are about to be provisioned.
output "free_seats" {
  value = {
    for license in coalesce(data.gotomeeting_accounts.nobody.licenses, []) : license.key => license.seats - license.used_seats
    if license.enabled && contains(license.products, "G2M")
  }
}
