internal import JSONText

/// A rules document on disk.
enum RulesFile {
  /// - Throws: ``VendorError`` that names the file.
  static func read(_ path: String) throws(VendorError) -> JSONValue {
    let bytes = try RecordFile.read(path, maxBytes: ControlRoutes.documentBytesMax)
    do throws(JSONError) {
      return try JSONValue(parsing: bytes)
    } catch {
      throw .badRules(path: "", why: "\(path) is not JSON: \(error.message)")
    }
  }
}
