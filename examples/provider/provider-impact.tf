# Plans tell what a change does to people's accounts, and refuse what goes beyond these limits.
provider "gotomeeting" {
  impact = {
    max_disabled  = 5
    max_created   = 50
    report_file   = "impact.md" # impact.json is written beside it
    report_detail = "counts"
  }
}
