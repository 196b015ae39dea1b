# Prints, a line each, what a plan does beyond what was reviewed: $report[0] is the provider's report, $changes[0] the resources that
# change, and $reviewed[0] both as they stand in the comment. Whatever is not known counts as beyond.
def section($connections): . as $now | first($connections[] | select(.connection_id == $now.connection_id)) // {};
def who: [.principals[]? | "\(.effect) \(.principal_id)"];

$reviewed[0] as $was
| if $was == null then "- The pull request has no report of the commit that was merged."
  elif $was.report == null or $report[0] == null then "- There is no report of account changes."
  else
    ($report[0].connections[]
      | . as $now
      | section($was.report.connections) as $before
      | (.effects | to_entries[] | select(.value > ($before.effects[.key] // 0)) | "- \($now.name): \(.value) \(.key), reviewed \($before.effects[.key] // 0)"),
        (.at_most // {} | to_entries[] | select(.value > ($before.at_most[.key] // 0)) | "- \($now.name): at most \(.value) \(.key), reviewed \($before.at_most[.key] // 0)"),
        (.not_known - ($before.not_known // []) | .[] | "- \($now.name): not known, and was when it was reviewed: \(.)"),
        (who - ($before | who) | group_by(split(" ")[0])[] | "- \($now.name): \(.[0] | split(" ")[0]): \(length) of whom the review did not tell"),
        (if $report[0].detail == "counts" and .effects != {} then "- \($now.name): the report does not tell who is concerned" else empty end)),
    ($changes[0] - $was.changes | .[] | "- `\(.)` was not reviewed")
  end
