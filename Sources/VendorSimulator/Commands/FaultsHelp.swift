/// What a rules document may say of faults; the longer part of `weir-vendor rules --help`.
enum FaultsHelp {
  static let text = [rules, actions, edits].joined(separator: "\n\n")

  private static let rules = """
    FAULTS  what goes wrong: an array of rules, asked in order for each request;
      the first that fires spoils the answer, those after it do not see the request
      {"faults": [{"name": "busy", "when": {"path": "/rest/cars"}, "times": 2,
        "do": {"kind": "status", "status": 503, "retry_after": "seconds"}}]}
         "name"    for the log; else the rule's number and kind
         "when"    which requests a rule meets, and counts from 1; all must hold:
                   "path" ("/rest/*" for what begins so), "method", "contains",
                   "query": {"page": "3", "cursor": "*"}, "page_size_over",
                   "keys_over" (in an in list, or joined with or), "ors_over",
                   "skip_over", "uri_over" (bytes), "without_gzip": true
         "on"      those with this number, or these: 3, [3, 5]
         "every"   each n-th; "after": not the first n; "times": at most n
         "chance"  0 to 1, drawn from "seed"
         "per"     "url": each URL is counted by itself, so "times": 2 means that
                   each fails twice and then succeeds
         "delay"   seconds that pass before anything else
    """

  private static let actions = """
    DO  what a rule does, by "kind"
      status        "status": 400…599; "body": odata, reso, rest, list, problem,
                    html, text, empty; "message"; "headers": {…}; "retry_after" as
                    for limits, and "wait", the seconds that it says
      answer        "text", word for word; "status": 200, "type", "headers"
      slow          nothing but the delay
      down          nobody listens for "for" seconds; every connection ends
      reset         "place": before_head, after_head, in_body; "at": how much of
                    the body is sent, 0 to 1
      silence       the same, and then nothing for "for" seconds
      cut           the same, and the connection closes; "framing": length,
                    chunked, or gzip (whole for HTTP, broken inside)
      trickle       all of it, "bytes" at a time, "every" so many seconds
      bad_checksum  gzip that does not fit its checksum
      bomb          gzip of "mebibytes", a thousandth of that in size
      body          200 "with": html, error, empty, no_content, truncated,
                    mislabelled (the page, said to be HTML)
      page          "records": no more than so many, the link goes on behind them
                    (0: an empty page; page and offset walks miss the rest);
                    "repeats": the page before once more; "total_factor": 0.99;
                    "link": missing, own, first, always, relative, or foreign with
                    "to": {"scheme", "host", "port", "user"}
      redirect      "status": 302; "to" as above, without it to the same address
                    with a mark
      revoke        all OAuth2 tokens end before the request is looked at
      edit          "edit": records change before the request is answered
      Expired links: {"when": {"query": {"cursor": "*"}}, "do": {"kind": "status",
      "status": 410}}. Keys refused above ten: {"when": {"keys_over": 10}, …}.
    """

  private static let edits = """
    EDITS  changes to one set at once; in a fault, or weir-vendor edit
      {"set": "cars", "delete": {"count": 3, "at": 20}}
         "change"     {"keys": ["40000001"], "with": {"price": "1.50"}}
         "add"        {"records": [{…}]} or {"count": 2}: copies of the first
                      record with keys behind all others
         "delete"     {"keys": […]} or {"count": 3, "at": 20}: places by key, from
                      the end when negative
         "stamp"      of what is changed or added: now, keep, or a moment, which
                      may lie below a watermark
         "stamp_all"  a moment for every record: one great tie
    """

  static let replay = """
    REPLAY  recorded traffic of a real vendor, at the paths it was recorded from
      {"replay": {"folder": "../shared/data/gitlab-recorded-http"}}
         "folder"          .json files, or a folder with responses/*.json, each
                           with url, status, headers, body; Links lead back here
         "missing_status"  for a page of a recorded path that is not there; 404
    """

  static let others = """
    ETAG  {"etag": true}: answers carry an ETag made from their body, and
      If-None-Match is answered with 304

    CLOCK_SKEW  {"clock_skew": 600}: seconds that the vendor's clock is ahead, in
      Date and in moments that headers name; records keep their stamps
    """
}
