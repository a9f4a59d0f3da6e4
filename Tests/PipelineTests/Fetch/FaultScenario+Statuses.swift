import Foundation

extension FaultScenario {
  /// Twice in a row, somewhere in the middle.
  private static func limit(_ name: String, _ headers: [String: String]) -> FaultScenario {
    let text = headers.map { "\"\($0.key)\": \"\($0.value.replacing("\"", with: "\\\""))\"" }.joined(separator: ", ")
    return FaultScenario("429 with \(name)", .arrives) { row in
      [row.rule(#""kind": "status", "status": 429, "headers": { \#(text) }"#, row.once)]
    }.waiting
  }

  /// Asked too much, in every dialect of saying so.
  static let throttled: [FaultScenario] =
    [
      FaultScenario("429 without a word of when", .arrives) { row in
        [row.rule(#""kind": "status", "status": 429"#, row.burst)]
      },
      FaultScenario("429 with a Retry-After of seconds", .arrives) { row in
        [row.rule(#""kind": "status", "status": 429, "retry_after": "seconds", "wait": 1"#, row.once)]
      }.waiting,
      FaultScenario("429 with a Retry-After that is a date", .arrives) { row in
        [row.rule(#""kind": "status", "status": 429, "retry_after": "date", "wait": 1"#, row.once)]
      }.waiting,
      FaultScenario("429 with a Retry-After in the past", .arrives) { row in
        [row.rule(#""kind": "status", "status": 429, "retry_after": "past", "wait": 60"#, row.burst)]
      },
      FaultScenario("429 with a Retry-After that is garbage", .arrives) { row in
        [row.rule(#""kind": "status", "status": 429, "retry_after": "garbage""#, row.burst)]
      },
      limit("RateLimit of draft 10", ["RateLimit": #""s";r=0;t=1"#, "RateLimit-Policy": #""s";q=9;w=1"#]),
      limit("RateLimit of draft 7", ["RateLimit": "limit=9, remaining=0, reset=1"]),
      limit(
        "RateLimit of draft 6",
        ["RateLimit-Limit": "9", "RateLimit-Remaining": "0", "RateLimit-Reset": "1"]
      ),
      limit(
        "X-RateLimit and a moment in seconds",
        ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "\(Int(Date.now.timeIntervalSince1970) - 1)"]
      ),
      limit(
        "a share and a moment in milliseconds",
        [
          "Rate-Limit-Minute-Remaining": "0",
          "Rate-Limit-Minute-Reset": "\(Int(Date.now.timeIntervalSince1970 * 1000) - 500)",
        ]
      ),
      FaultScenario("403 that means too much", .arrives) { row in
        [row.rule(#""kind": "status", "status": 403, "retry_after": "seconds", "wait": 1"#, row.once)]
      }.waiting,
      FaultScenario("429 that asks for an hour", .fails([75], "asks to wait")) { row in
        [row.rule(#""kind": "status", "status": 429, "retry_after": "seconds", "wait": 3600"#, row.once)]
      }.with { $0.isHeld = true },
    ]

  /// The vendor is not well.
  static let faulty: [FaultScenario] = [
    FaultScenario("500 in a burst", .arrives) { row in [row.rule(#""kind": "status", "status": 500"#, row.burst)] },
    FaultScenario("502 of a gateway, in HTML", .arrives) { row in
      [row.rule(#""kind": "status", "status": 502, "body": "html""#, row.burst)]
    }.related,
    FaultScenario("503 with Retry-After", .arrives) { row in
      [row.rule(#""kind": "status", "status": 503, "retry_after": "seconds", "wait": 1"#, row.once)]
    }.waiting.related,
    FaultScenario("504 for every third request", .arrives) { row in
      [row.rule(#""kind": "status", "status": 504, "body": "empty""#, #""every": 3, "times": 6,"#)]
    },
    FaultScenario("500 for good", .fails([75], "\(attempts) attempts")) { row in
      [row.rule(#""kind": "status", "status": 500, "message": "out of order""#, row.forGood)]
    },
    FaultScenario("408", .arrives) { row in [row.rule(#""kind": "status", "status": 408"#, row.once)] }.related,
  ]

  /// The vendor does not want this.
  static let refused: [FaultScenario] = [
    FaultScenario("400 in the middle", ending: { $0.dialect.isOData ? .arrives : .fails([78], "status 400") }) { row in
      [row.rule(#""kind": "status", "status": 400"#, row.once)]
    },
    FaultScenario("401 for good", .fails([77], "status 401")) { row in
      [row.rule(#""kind": "status", "status": 401"#, row.forGood)]
    }.related,
    FaultScenario("tokens end before their time", .arrives) { row in
      [row.rule(#""kind": "revoke""#, #""on": [2],"#)]
    }.with {
      $0.signIn = .oauth
      // The vendor ends the tokens of all, so there is one run at a time.
      $0.crowd = 1
    },
    FaultScenario("403", .fails([77], "status 403")) { row in
      [row.rule(#""kind": "status", "status": 403"#, row.forGood)]
    },
    FaultScenario(
      "404 in the middle",
      ending: { $0.dialect == .odata ? .arrives : .fails([78], "status 404") }
    ) { row in [row.rule(#""kind": "status", "status": 404"#, row.once)] }.related,
    FaultScenario(
      "410 for a link that has expired",
      in: VendorDialect.linked,
      ending: { $0.dialect == .odata ? .arrives : .fails([65], "status 410") }
    ) { row in [row.rule(#""kind": "status", "status": 410"#, row.once)] },
    FaultScenario("413 for pages above a size", .arrives, in: [.odata, .keyset, .offset, .cursor, .hasMore]) { row in
      [row.rule(#""kind": "status", "status": 413"#, when: #""page_size_over": \#(row.pageSize - 2),"#)]
    },
    FaultScenario("413 for all pages", .fails([65], "status 413")) { row in
      [row.rule(#""kind": "status", "status": 413, "message": "too much""#, when: #""page_size_over": 0,"#)]
    }.related,
    FaultScenario("414 for long addresses", .either([78])) { row in
      [row.rule(#""kind": "status", "status": 414, "body": "html""#, when: #""uri_over": 150,"#)]
    },
    FaultScenario("a message that repeats the credential", .fails([77], "***")) { row in
      [row.rule(#""kind": "status", "status": 403, "message": "\#(SignIn.canary) of weir is no good""#, row.forGood)]
    },
  ]
}
