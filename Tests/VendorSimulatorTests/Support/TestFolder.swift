import Foundation
import SystemPackage

/// A folder that goes when the test's last reference to it goes.
final class TestFolder: Sendable {
  let path: FilePath

  init() throws {
    path = FilePath(NSTemporaryDirectory()).appending("weir-vendor-\(UUID().uuidString.lowercased())")
    try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }

  func write(_ text: String, to file: FilePath) throws { try write(Array(text.utf8), to: file) }

  func write(_ bytes: [UInt8], to file: FilePath) throws { try Data(bytes).write(to: URL(filePath: file.string)) }
}
