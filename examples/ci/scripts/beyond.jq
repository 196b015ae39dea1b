# Prints, one per line, what a plan does beyond the review: $report[0] is the provider's report, $changes[0] the resources that
# change, and $reviewed[0] both as they are in the comment. Anything unknown counts as beyond the review. A comment that does not name
# the people concerned needs an approval ($approved), which is then for their numbers.
def section($connections): . as $now | first($connections[] | select(.connection_id == $now.connection_id)) // {};
def who: [.principals[]? | "\(.effect) \(.principal_id)"];

$reviewed[0] as $was
| if $was == null then "- The pull request has no report of the commit that was merged."
  elif $was.too_long then "- The changes of the plan do not fit into a comment: split them into several pull requests, or have a person apply them."
  elif $was.report == null or $report[0] == null then "- There is no report of account changes."
  else
    (($report[0].detail != "counts" and $was.report.detail != "counts") as $named
      | $report[0].connections[]
      | . as $now
      | section($was.report.connections) as $before
      | (.effects | to_entries[] | select(.value > ($before.effects[.key] // 0)) | "- \($now.name): \(.value) \(.key), reviewed \($before.effects[.key] // 0)"),
        (.at_most // {} | to_entries[] | select(.value > ($before.at_most[.key] // 0)) | "- \($now.name): at most \(.value) \(.key), reviewed \($before.at_most[.key] // 0)"),
        (.not_known - ($before.not_known // []) | .[] | "- \($now.name): unknown now, but known in the review: \(.)"),
        (if $named then who - ($before | who) else [] end | group_by(split(" ")[0])[] | "- \($now.name): \(.[0] | split(" ")[0]): \(length) not in the review"),
        (if ($named or $approved | not) and .effects != {} then "- \($now.name): the report does not name the people concerned" else empty end)),
    ($changes[0] - $was.changes | .[] | "- `\(.)` was not reviewed")
  end
