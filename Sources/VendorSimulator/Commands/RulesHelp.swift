/// What a rules document may say; the part of `weir-vendor rules --help` that grows with the vendor.
enum RulesHelp {
  static let text = [auth, dialects, odata, limits, FaultsHelp.text, FaultsHelp.replay, FaultsHelp.others].joined(
    separator: "\n\n"
  )

  private static let auth = """
    AUTH  who is let in; without it the bearer token of --token counts
      {"auth": {"kind": "bearer", "token": T}}
      {"auth": {"kind": "api_key", "key": K, "header": NAME}}
         or "parameter": NAME, for a key in the query
      {"auth": {"kind": "basic", "user": U, "password": P}}
      {"auth": {"kind": "oauth2", "client_id": I, "client_secret": S}}
         "path"               where POST gives out tokens; /oauth/token
         "expires_in"         seconds a token is good for; 3600
         "claims_expires_in"  what the answer says of that, if not the truth
      POST /vendor/revoke ends all tokens that OAuth2 gave out. Paths under /vendor
      always want the token of --token.
    """

  private static let dialects = """
    DIALECTS  REST pages, by path; its last part names the set, {set} any set
      {"dialects": {"/v2/vehicles": {"style": "link", "set": "cars"}}}
      Without rules: /rest/SET, /offset/SET, /cursor/SET, /next/SET,
      /next-header/SET, /link/SET, /has-more/SET, one for each style.
         "style"     page         ?page=2&page_size=100
                     offset       ?offset=100&limit=100
                     cursor       ?cursor=TOKEN, the token in the body
                     next_url     the next page's URL in the body
                     next_header  the next page's URL in a header
                     link         RFC 8288 Link header, records at the root
                     has_more     ?starting_after=KEY, "has_more" in the body
         "set"       the set that is served
         "walk"      how requests say which page: page, offset, token, last_key;
                     follows from the style (a link may well say ?page=2)
         "records"   JSON pointer of the array; /data
         "total"     pointer of the number of all records, "" for nowhere
         "total_header"   header with that number
         "next"      pointer of the token, the URL or has_more
         "header"    name of next_header's header; X-Next
         "link_form" plain, rich (several links, quoted traps), separate
         "links"     absolute, path (/v2/…), query (?…)
         "order"     key, or stamp
         "page_parameter", "size_parameter", "offset_parameter",
         "cursor_parameter", "after_parameter", "since_parameter"
         "since_inclusive"   true: what changed at that very instant comes too
         "first_page"        1 or 0
         "page_size", "page_size_max", "page_size_capped"
         "constants"         members that every answer has besides
    """

  private static let odata = """
    ODATA  what is particular about /odata
      {"odata": {"page_size_max": 200, "top_is_page_size": true}}
         "page_size", "page_size_max"   1000 and 10000, whatever a client asks
         "top_is_page_size"   $top is the size of a page, as some have it
         "window"             records of a result that can be reached
         "window_end"         error (400), error_200 (a text with 200), silent (the
                              last page in the window has no link)
         "answers_max"        a question with more answers is refused as beyond the window
         "count"              false: $count=true is passed over
         "relative_links"     true: nextLink is Cars?…
    """

  private static let limits = """
    LIMITS  how much the vendor lets itself be asked; what goes over is refused,
      counted as a violation, and seen in weir-vendor log
      {"limits": {"per_second": 2, "per_minute": 60, "per_hour": 2000}}
         "per_second", "per_minute", "per_hour", "per_day"   requests
         "bytes_per_hour"   of answers, as sent
         "concurrency"      requests under way at once
         "window"           sliding (any second, any minute); fixed (the clock's)
         "status"           429, or 503 and others
         "retry_after"      seconds, date, past (a date), garbage, none
         "headers"          array of x-ratelimit, draft-6, draft-7, draft-10,
                            percent, quota; they are on every answer
         "reset"            of x-ratelimit: delta, epoch, epoch_ms
         "suspend_after"    violations after which everything is refused with 403
         "suspend_for"      seconds of that; a day
    """
}
