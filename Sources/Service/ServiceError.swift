internal import PipelineConfig
public import SystemPackage
public import Telemetry

/// Why a service does not start.
public enum ServiceError: OperatorError, Equatable {
  /// An address that others reach, and nobody has to show a token.
  case openWithoutToken(host: String)
  /// Two pipelines of the same name.
  case sameName(String)
  /// Two pipelines that share a spool.
  case sameSpool(FilePath)
  /// Two pipelines into one database that have a feed of the same name, by which the database keeps its state.
  case sameFeed(String)
  /// Two pipelines with the same token, which then tells nobody which of them is meant.
  case sameToken(String)
  /// `service.max_memory` has less for each run than any run holds: so many bytes.
  case tooLittleMemory(each: Int)
  /// Another service, of another spool or on another machine, has the name in the database.
  case nameTaken(String, by: String)
  /// Another service has the spool.
  case alreadyServed(FilePath)
  case cannotListen(address: String, why: String)
  /// A run of this id has come to its end already, by another service.
  case hasEnded(run: String)

  public var message: String {
    switch self {
    case .openWithoutToken(let host):
      "\(host) is not loopback, and there is no token: anybody could command this service"
    case .sameName(let name): "two pipelines are called \"\(name)\""
    case .sameSpool(let path): "two pipelines have the spool \(path)"
    case .sameFeed(let feed): "two pipelines into one database have a feed called \"\(feed)\""
    case .sameToken(let name): "two pipelines have the token \"\(name)\""
    case .tooLittleMemory(let each):
      "service.max_memory leaves \(each >> 20) MiB for each run, and a run holds more than that from its beginning"
    case .nameTaken(let name, let owner):
      "the pipeline \"\(name)\" of this database is run by another service: \(owner)"
    case .alreadyServed(let path): "another service runs the pipeline whose spool is \(path)"
    case .hasEnded(let run): "run \(run) has ended already"
    case .cannotListen(let address, let why): "cannot listen on \(address): \(why)"
    }
  }

  public var hint: String? {
    switch self {
    case .openWithoutToken: "make one with weir token new NAME --role admin, or listen on 127.0.0.1 behind a proxy"
    case .sameName: "give each a service.name of its own in its pipeline.json"
    case .sameSpool: "give each a spool.path of its own in its pipeline.json"
    case .sameFeed: "call one of them otherwise, or give each pipeline a database of its own"
    case .sameToken: "make one for each with weir token new"
    case .tooLittleMemory:
      "raise it to \(Pipeline.maxMemoryBounds.lowerBound >> 20) MiB for each of service.runs_at_once, or more"
    case .nameTaken: "give this one a service.name of its own; one that has ended lets go of it within two minutes"
    case .hasEnded: "see how: GET /api/v1/runs/ID"
    case .alreadyServed: "end it first, or ask it: weir health"
    case .cannotListen: "see who has the port: ss -ltnp; or choose another with service.port"
    }
  }

  public var exitStatus: ExitStatus {
    switch self {
    case .openWithoutToken, .sameName, .sameSpool, .sameFeed, .sameToken, .tooLittleMemory: .config
    case .alreadyServed, .nameTaken, .hasEnded: .temporaryFailure
    case .cannotListen: .unavailable
    }
  }
}
