import JSONText
import TestSupport

/// How one fetch ended, and what it said.
struct FetchOutcome: Sendable {
  var status: Int32
  /// The last event: finished or failed.
  var message = ""
  var next: String?
  var saidStatus: Int?
  var counts: [String: Int] = [:]
  /// Most memory, as the program read it from the kernel at its end, and as the kernel told a parent; in bytes.
  var peakBytes = 0
  var peakSeenBytes: Int?
  var seconds: Double
  /// Everything that it wrote.
  var words: String

  init(_ result: ProgramResult, seconds: Double, isMeasured: Bool) throws {
    (status, self.seconds) = (result.status, seconds)
    words = result.output + result.errors
    for line in result.errors.split(separator: "\n") {
      if isMeasured, line.hasPrefix("peak "), let kibibytes = Int(line.dropFirst(5)) {
        peakSeenBytes = kibibytes * 1024
      }
      guard let event = try? JSONValue(parsing: String(line)), let kind = event["event"]?.text else { continue }
      peakBytes = max(peakBytes, event["peak_bytes"]?.integer ?? 0)
      guard kind == "finished" || kind == "failed" else { continue }
      (message, next) = (event["message"]?.text ?? "", event["next"]?.text)
      saidStatus = event["exit_status"]?.integer
      if case .object(let members)? = event["counts"] {
        for member in members { counts[member.name] = member.value.integer }
      }
    }
  }
}
