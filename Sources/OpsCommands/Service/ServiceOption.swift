internal import ArgumentParser
internal import FoundationEssentials
internal import JSONText
internal import PipelineConfig
internal import Spool
internal import SystemPackage

/// Which running service a command is for.
struct ServiceOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The service's address; WEIR_URL, or the service of this pipeline, without it.",
      valueName: "url"
    )
  )
  var url: String?

  @Option(help: ArgumentHelp("The pipeline by its name, where the service has several.", valueName: "name"))
  var tenant: String?

  @OptionGroup var config: ConfigOption

  /// Whether a service was named: by `--url`, or by the environment.
  var isNamed: Bool { address(ProcessInfo.processInfo.environment) != nil }

  /// The service, and the key to it: `WEIR_TOKEN`, or what a service of the same user has left in the pipeline's spool.
  ///
  /// - Throws: ``NoService`` when none is named and none has left a note.
  func client() throws -> ServiceClient {
    let environment = ProcessInfo.processInfo.environment
    let token = environment["WEIR_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
    if let address = address(environment) { return ServiceClient(url: address, token: token, tenant: tenant) }
    let pipeline = try config.pipeline()
    guard FileManager.default.fileExists(atPath: pipeline.spool.path.string),
      let bytes = try config.spool(of: pipeline).loadServiceNote(), let note = try? JSONValue(parsing: bytes),
      let url = note["url"]?.text
    else { throw NoService(config: config.config) }
    return ServiceClient(url: url, token: token ?? note["token"]?.text, tenant: tenant ?? note["pipeline"]?.text)
  }

  private func address(_ environment: [String: String]) -> String? {
    (url ?? environment["WEIR_URL"]).flatMap { $0.isEmpty ? nil : $0 }
  }
}
