# Prints, one per line, what a plan does beyond the review: $report[0] is the provider's report, $changes[0] the resources that
# change, and $reviewed[0] both as they are in the comment. Anything unknown counts as beyond the review.
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
        (.not_known - ($before.not_known // []) | .[] | "- \($now.name): unknown now, but known in the review: \(.)"),
        (who - ($before | who) | group_by(split(" ")[0])[] | "- \($now.name): \(.[0] | split(" ")[0]): \(length) not in the review"),
        (if $report[0].detail == "counts" and .effects != {} then "- \($now.name): the report does not name the people concerned" else empty end)),
    ($changes[0] - $was.changes | .[] | "- `\(.)` was not reviewed")
  end
