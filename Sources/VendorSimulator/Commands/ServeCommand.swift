internal import ArgumentParser
internal import JSONText
internal import NIOCore
internal import ServiceLifecycle
internal import Telemetry
internal import UnixSignals

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve records until ended by SIGTERM or SIGINT.",
    discussion: """
      Prints "listening on http://HOST:PORT" on standard output when the first
      request can be answered. Every set is served in both styles, whichever
      option named it:

        /odata/                 the sets
        /odata/$metadata        their properties and types
        /odata/SET              records: $filter (eq ne gt ge lt le, and or not,
                                in, parentheses), $orderby, $top, $skip,
                                $select, $count; Prefer: odata.maxpagesize=N
        /odata/SET/$count       how many records there are
        /rest/SET               records: page, page_size, updated_since
        /offset/SET /cursor/SET /next/SET /next-header/SET /link/SET
        /has-more/SET           the same in the other dialects of REST
        /vendor/state           counts and stamps
        /vendor/advance         POST: to the next snapshot
        /vendor/rules           GET, PUT, DELETE: how the vendor behaves
        /vendor/edit            POST: changes, adds and deletes records
        /vendor/log             GET, DELETE: the requests that came, one a line
        /vendor/log/summary     what they come to
        /vendor/revoke          POST: ends all tokens that OAuth2 gave out

      Dialects, ways to sign in, limits, faults, recorded traffic and whatever
      else makes a vendor difficult are rules: a JSON document for --rules,
      changed while it runs with weir-vendor rules, whose --help has them all.

      A file of records is NDJSON, plain, .gz or .lz4. Several files of a set,
      with commas between them, are its snapshots; weir-vendor advance moves
      from one to the next.

      EXAMPLES
        weir-vendor serve --homes 2000 --hotels 1000 --cars 5000 --token practice
        weir-vendor serve --odata reviews=a.ndjson.gz,b.ndjson.gz --key reviews=id
        weir-vendor serve --rest days=c.ndjson --key days=listing_id,date --port 0

      \(ExitStatus.helpSection)
      """
  )

  @OptionGroup var sets: SetOptions

  @Option(help: ArgumentHelp("Address to listen on.", valueName: "address"))
  var host = "127.0.0.1"

  @Option(help: "Port to listen on; 0 takes a free one.")
  var port: UInt16 = 8790

  @Option(help: "Bearer token that every request must carry; without it everyone is let in.")
  var token: String?

  @Option(help: "Refuse OData requests that go further than this many records into a result.")
  var pageWindow: Int?

  @Option(help: "How hard to compress for clients that ask for gzip, 0 (never) to 9.")
  var gzipLevel = 1

  @Option(help: "Keep up to this many MiB of answers to send them again; 0 makes each anew.")
  var prepareMib = 0

  @Option(help: "Requests that the log keeps one by one; counts are of all.")
  var logEntries = 50_000

  @Option(help: ArgumentHelp("How the vendor behaves, as JSON; see: weir-vendor rules --help.", valueName: "file"))
  var rules: String?

  func validate() throws {
    if let pageWindow, pageWindow < 1 { throw ValidationError("--page-window is a number from 1, not \(pageWindow)") }
    guard (0...9).contains(gzipLevel) else { throw ValidationError("--gzip-level is 0 to 9, not \(gzipLevel)") }
    guard (0...65_536).contains(prepareMib) else {
      throw ValidationError("--prepare-mib is 0 to 65536, not \(prepareMib)")
    }
    guard (0...10_000_000).contains(logEntries) else {
      throw ValidationError("--log-entries is 0 to 10000000, not \(logEntries)")
    }
    if token?.isEmpty == true { throw ValidationError("--token is empty; leave it out to let everyone in") }
  }

  func run() async throws {
    let vendor = try Vendor(try sets.sources())
    let options = VendorServer.Options(
      host: host,
      port: Int(port),
      token: token.map { Secret($0) },
      pageWindow: pageWindow,
      gzipLevel: gzipLevel,
      preparedByteCountMax: prepareMib << 20,
      logEntriesMax: logEntries,
      rules: try rules.map { file throws(VendorError) in try VendorRules(RulesFile.read(file)) } ?? VendorRules()
    )
    let host = host
    let listener = try VendorServer(vendor: vendor, options: options).listener { port in
      StandardTerminal().data("listening on http://\(host.contains(":") ? "[\(host)]" : host):\(port)")
    }
    do {
      try await ServiceGroup(
        configuration: ServiceGroupConfiguration(
          services: [listener],
          gracefulShutdownSignals: [.sigterm, .sigint],
          logger: VendorListener.logger()
        )
      ).run()
    } catch let error as IOError {
      throw VendorError.cannotListen(address: "\(host):\(port)", why: error.description)
    }
  }
}
