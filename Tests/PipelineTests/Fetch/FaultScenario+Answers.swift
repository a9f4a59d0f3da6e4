extension FaultScenario {
  private static func broken(_ name: String, _ what: String) -> FaultScenario {
    FaultScenario(name, .arrives) { row in [row.rule(what, row.burst)] }
  }

  /// Answers that do not come, or not whole.
  static let cut: [FaultScenario] = [
    broken("a connection reset before the answer", #""kind": "reset", "place": "before_head""#),
    broken("a connection reset in the body", #""kind": "reset", "at": 0.6"#).related,
    broken("a body shorter than its length", #""kind": "cut", "framing": "length", "at": 0.7"#),
    broken("chunks that do not end", #""kind": "cut", "framing": "chunked", "at": 0.7"#),
    broken("a gzip that is cut", #""kind": "cut", "framing": "gzip", "at": 0.7"#),
    broken("a gzip with a wrong checksum", #""kind": "bad_checksum""#),
    broken("a body that trickles", #""kind": "trickle", "bytes": 300, "every": 0.004"#),
    broken("silence in the body", #""kind": "silence", "at": 0.5, "for": 30"#).with {
      $0.source = settings(idle: "300ms")
    }.waiting,
    FaultScenario("an answer that takes too long to begin", .arrives) { row in
      [row.rule(#""kind": "slow""#, #""on": [\#(row.hit)], "delay": 0.8,"#)]
    }.with { $0.source = settings(idle: "300ms") }.waiting.related,
    FaultScenario("nobody listens for a while", .either([75])) { row in
      row.seed == 1 ? [row.rule(#""kind": "down", "for": 0.1"#, row.once)] : []
    },
    FaultScenario("nobody listens at all", .fails([75], "connection refused")) { _ in [] }.with {
      // Nothing listens on port 9 of a machine but a service of 1983.
      $0.address = { _, _ in "http://127.0.0.1:9" }
    }.related,
    FaultScenario("a vendor that does not speak TLS", .fails([75, 78], "encrypted")) { _ in [] }.with {
      $0.address = { vendor, _ in vendor.replacing("http:", with: "https:") }
      $0.signIn = .bearer
    },
  ]

  /// Answers that are none.
  static let strange: [FaultScenario] = [
    broken("HTML with status 200", #""kind": "body", "with": "html""#),
    broken("an error with status 200", #""kind": "body", "with": "error""#),
    broken("an empty body with status 200", #""kind": "body", "with": "empty""#).related,
    broken("204", #""kind": "body", "with": "no_content""#).related,
    broken("half a JSON text", #""kind": "body", "with": "truncated""#),
    broken("no JSON text", #""kind": "answer", "text": "{\"value\":[{\"id\":1,},],\"data\":[{]}""#),
    broken("a page that says it is HTML", #""kind": "body", "with": "mislabelled""#),
    FaultScenario(
      "an error with status 200 for good",
      .fails([65], "$skip is not supported")
    ) { row in [row.rule(#""kind": "body", "with": "error""#, row.forGood)] },
    FaultScenario("a bomb", .fails([65], "more than 48 MiB")) { row in
      [row.rule(#""kind": "bomb", "mebibytes": \#([100, 300, 600][row.seed % 3])"#, row.once)]
    },
    FaultScenario("a record of a megabyte", .arrives) { _ in [] }.with { $0.longestRecord = 1 << 20 },
  ]
}
