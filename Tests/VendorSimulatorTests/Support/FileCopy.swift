import Foundation

enum FileCopy {
  static func copy(_ source: String, to target: String) throws {
    try FileManager.default.copyItem(atPath: source, toPath: target)
  }
}
