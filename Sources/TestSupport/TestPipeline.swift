internal import Foundation
public import SystemPackage

/// A `pipeline.json` in a folder of its own, with a spool beside it: what a test hands to the programs.
///
/// The folder goes when the last copy of the value goes.
public final class TestPipeline: Sendable {
  /// Holds `pipeline.json`, `spool` and whatever a test puts there.
  public let directory: FilePath

  /// - Parameters:
  ///   - sources: JSON text of the `sources` member.
  ///   - feeds: JSON text of the `feeds` member.
  ///   - spool: JSON text of further members of the `spool` member, each with a comma before it.
  ///   - segmentRecords: Records a segment; small, so that a test has many segments.
  ///   - further: JSON text of further members, each with a comma before it.
  /// - Throws: When the folder cannot be made.
  public init(
    sources: String,
    feeds: String,
    spool: String = "",
    segmentRecords: Int = 20_000,
    further: String = ""
  ) throws {
    directory = FilePath(NSTemporaryDirectory()).appending("weir-pipeline-\(UUID().uuidString.lowercased())")
    try FileManager.default.createDirectory(
      atPath: directory.string,
      withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700]
    )
    let text = """
      {
        "spool": { "path": "spool", "segment": { "records": \(segmentRecords), "time": "30m" }\(spool) },
        "database": { "url": "${DATABASE_URL}", "schema": "public" },
        "sources": \(sources),
        "feeds": \(feeds)\(further)
      }
      """
    try Data(text.utf8).write(to: URL(filePath: file.string))
  }

  deinit { try? FileManager.default.removeItem(atPath: directory.string) }

  /// The configuration file itself.
  public var file: FilePath { directory.appending("pipeline.json") }
  /// The spool that the configuration names.
  public var spool: FilePath { directory.appending("spool") }
}
