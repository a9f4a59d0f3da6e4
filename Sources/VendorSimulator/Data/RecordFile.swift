internal import SystemPackage

/// A file of records on disk: NDJSON, plain or compressed as its name says.
enum RecordFile {
  /// The file's bytes, decompressed when its name ends in `.gz` or `.lz4`.
  ///
  /// - Throws: ``VendorError`` that names the file.
  static func read(_ path: String, maxBytes: Int = RecordLoader.bytesMax) throws(VendorError) -> [UInt8] {
    let contents: [UInt8]
    do {
      contents = try readWhole(FilePath(path), maxBytes: maxBytes)
    } catch let error as Errno {
      let why = error == .fileTooLarge ? "larger than \(maxBytes) bytes" : "\(error)"
      throw .unreadable(file: path, line: nil, why: why, hint: "give the path of an NDJSON file, plain, .gz or .lz4")
    } catch {
      throw .unreadable(file: path, line: nil, why: "\(error)", hint: nil)
    }
    do throws(DecompressionError) {
      if path.hasSuffix(".gz") { return try Gunzip.decompress(contents, maxBytes: maxBytes) }
      if path.hasSuffix(".lz4") { return try LZ4File.decompress(contents, maxBytes: maxBytes) }
      return contents
    } catch {
      throw .unreadable(
        file: path,
        line: nil,
        why: "\(error)",
        hint: "make the file again; its name says how it is packed"
      )
    }
  }

  private static func readWhole(_ path: FilePath, maxBytes: Int) throws -> [UInt8] {
    let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
    return try file.closeAfter {
      var contents: [UInt8] = []
      var block = [UInt8](repeating: 0, count: 1 << 20)
      while true {
        let count = try unsafe block.withUnsafeMutableBytes { unsafe try file.read(into: $0) }
        if count == 0 { return contents }
        guard contents.count + count <= maxBytes else { throw Errno.fileTooLarge }
        contents += block[..<count]
      }
    }
  }
}
