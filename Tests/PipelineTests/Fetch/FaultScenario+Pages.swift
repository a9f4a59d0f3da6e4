extension FaultScenario {
  private static func page(_ what: String) -> String { #""kind": "page", \#(what)"# }

  /// Pages that lead astray.
  static let crooked: [FaultScenario] = [
    FaultScenario("the page before once more", .either([65])) { row in [row.rule(page(#""repeats": true"#), row.once)]
    },
    FaultScenario("a link to its own page", in: VendorDialect.linked, ending: endOfLinks) { row in
      [row.rule(page(#""link": "own""#), row.once)]
    },
    FaultScenario("a link to the first page", in: VendorDialect.linked, ending: endOfLinks) { row in
      [row.rule(page(#""link": "first""#), row.once)]
    }.related,
    FaultScenario(
      "a link that is missing",
      // Where neither a total nor a flag is told, nobody can know that there is more.
      in: [.odata, .cursor, .nextURL, .nextHeader],
      ending: { $0.dialect == .odata ? .arrives : .fails([65], "the pages ended after") }
    ) { row in [row.rule(page(#""link": "missing""#), row.once)] },
    FaultScenario("an empty page with a link", .arrives, in: VendorDialect.linked + [.keyset]) { row in
      [row.rule(page(#""records": 0"#), row.once)]
    },
    FaultScenario(
      "a short page that is not the last",
      .arrives,
      in: VendorDialect.allCases.filter { $0 != .page }
    ) { row in [row.rule(page(#""records": 3"#), row.once)] },
    FaultScenario("a total that is a little too high", .arrives, in: counted) { row in
      [row.rule(page(#""total_factor": 1.01"#))]
    }.related,
    FaultScenario("a total that is too low", .arrives, in: counted) { row in
      [row.rule(page(#""total_factor": 0.8"#))]
    },
    FaultScenario("a total twice what there is", .fails([65], "the vendor speaks of"), in: counted) { row in
      [row.rule(page(#""total_factor": 2"#))]
    },
    FaultScenario("a relative link", .arrives, in: [.odata, .nextURL, .nextHeader, .link]) { row in
      [row.rule(page(#""link": "relative""#), #""every": 2,"#)]
    }.related,
    FaultScenario("a link on the last page too", .arrives, in: VendorDialect.linked) { row in
      [row.rule(page(#""link": "always""#), #""times": \#(row.count / row.pageSize + 3),"#)]
    },
    window("error"), window("error_200"), window("silent"),
  ]

  private static let counted: [VendorDialect] = [.odata, .keyset, .page, .offset, .cursor, .nextURL, .nextHeader]

  @Sendable private static func endOfLinks(_ row: FaultCase) -> Ending { .fails([65], "page") }

  private static func window(_ end: String) -> FaultScenario {
    FaultScenario("a window of records that ends with \(end)", .arrives, in: [.odata, .keyset]) { _ in [] }.with {
      $0.sections = #""odata": { "window": 31, "window_end": "\#(end)" },"#
    }.related
  }

  /// Ways that lead to somebody else, or seem to.
  static let elsewhere: [FaultScenario] = [
    FaultScenario("redirects on the vendor's own server", .arrives) { row in
      let status = [301, 302, 303, 307, 308][row.seed % 5]
      return [row.rule(#""kind": "redirect", "status": \#(status)"#, #""every": 2,"#)]
    },
    FaultScenario("redirects to somebody else", .fails([65], "followed")) { row in
      let status = [301, 302, 303, 307, 308][row.seed % 5]
      return [row.rule(#""kind": "redirect", "status": \#(status), "to": \#(somebody(row))"#, row.once)]
    },
    FaultScenario("links to somebody else", .fails([65], "followed"), in: [.odata, .nextURL, .nextHeader, .link]) {
      row in
      [row.rule(#""kind": "page", "link": "foreign", "to": \#(somebody(row))"#, row.once)]
    },
  ]

  /// Another port, host, scheme or user.
  private static func somebody(_ row: FaultCase) -> String {
    let port = row.otherPort
    return [
      #"{ "port": \#(port) }"#,
      #"{ "host": "localhost" }"#,
      #"{ "host": "localhost", "port": \#(port) }"#,
      #"{ "scheme": "https" }"#,
      #"{ "scheme": "https", "port": \#(port) }"#,
      #"{ "user": "weir:secret" }"#,
      #"{ "user": "127.0.0.1", "host": "localhost", "port": \#(port) }"#,
    ][row.seed % 7]
  }
}
