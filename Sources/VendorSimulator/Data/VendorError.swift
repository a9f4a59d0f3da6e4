public import Telemetry

/// The simulator cannot do what its command line asks, with what a person can do about it.
public enum VendorError: OperatorError, Equatable {
  /// A file of records cannot be read, or not as records; `line` counts from 1.
  case unreadable(file: String, line: Int?, why: String, hint: String?)
  /// The options do not fit together.
  case badOptions(String, hint: String)
  /// The rules document says something that no rule can be; `path` is where, empty for the whole of it.
  case badRules(path: String, why: String)
  /// The address is taken or not ours.
  case cannotListen(address: String, why: String)
  /// A running vendor did not do what `advance` asked.
  case refused(url: String, status: Int, why: String)
  /// There is no running vendor at the address.
  case unreachable(url: String, why: String)

  public var message: String {
    switch self {
    case .unreadable(let file, let line, let why, _): line.map { "\(file): line \($0): \(why)" } ?? "\(file): \(why)"
    case .badOptions(let what, _): what
    case .badRules(let path, let why): path.isEmpty ? "rules: \(why)" : "rules: \(path) \(why)"
    case .cannotListen(let address, let why): "\(address): cannot listen: \(why)"
    case .refused(let url, let status, let why): "\(url): refused with status \(status): \(why)"
    case .unreachable(let url, let why): "\(url): no answer: \(why)"
    }
  }

  public var hint: String? {
    switch self {
    case .unreadable(_, _, _, let hint): hint
    case .badOptions(_, let hint): hint
    case .badRules: "see: weir-vendor rules --help"
    case .cannotListen: "choose another --port (0 takes a free one), or end what listens there"
    case .refused(_, 401, _): "give the --token that the vendor was started with"
    case .refused: nil
    case .unreachable: "start one with: weir-vendor serve"
    }
  }

  public var exitStatus: ExitStatus {
    switch self {
    case .unreadable(_, nil, _, _): .noInput
    case .unreadable: .dataError
    case .badOptions: .usage
    case .badRules: .config
    case .cannotListen: .unavailable
    case .refused(_, 401, _): .permission
    case .refused: .dataError
    case .unreachable: .temporaryFailure
    }
  }
}
