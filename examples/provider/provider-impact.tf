# Plans show what a change does to people's accounts, and refuse changes that exceed these limits.
provider "gotomeeting" {
  impact = {
    max_disabled  = 5
    max_created   = 50
    report_file   = "impact.md" # impact.json is written next to it
    report_detail = "counts"
  }
}
