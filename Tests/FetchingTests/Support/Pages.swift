import Foundation
import JSONText
import Testing

@testable import Fetching

/// A request as a vendor reads it: its path and its parameters, decoded.
struct WireRequest {
  var path: String
  var parameters: [String: String] = [:]
  var headers: [String: String] = [:]

  init(_ head: String) {
    let lines = head.components(separatedBy: "\r\n")
    let target = lines[0].split(separator: " ").dropFirst().first.map(String.init) ?? "/"
    let parts = target.split(separator: "?", maxSplits: 1)
    path = String(parts.first ?? "/")
    for item in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
      let pair = item.split(separator: "=", maxSplits: 1)
      let texts = pair.map { String($0).replacing("+", with: " ").removingPercentEncoding ?? String($0) }
      parameters[texts[0]] = texts.count > 1 ? texts[1] : ""
    }
    for line in lines.dropFirst() {
      let pair = line.split(separator: ":", maxSplits: 1)
      if pair.count == 2 { headers[pair[0].lowercased()] = pair[1].trimmingCharacters(in: .whitespaces) }
    }
  }

  func number(_ name: String) -> Int? { parameters[name].flatMap { Int($0) } }
}

/// Records 1 to `count`, cut into pages.
struct WireRecords {
  var count: Int

  func after(_ id: Int, most: Int) -> [Int] {
    Array((id + 1)...max(id + 1, count)).prefix(max(0, min(most, count - id))).map { $0 }
  }

  func list(_ ids: [Int]) -> String { "[\(ids.map(Wire.record).joined(separator: ","))]" }
}
