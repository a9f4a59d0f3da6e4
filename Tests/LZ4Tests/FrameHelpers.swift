import Foundation
import LZ4
import SystemPackage

/// Makes a frame, handing content over in the pieces that end where the numbers say.
func encode(_ content: [UInt8], level: Int = 1, pieceEnds: [Int]? = nil) throws -> [UInt8] {
  var frame: [UInt8] = []
  func take(_ bytes: Span<UInt8>) { for index in bytes.indices { frame.append(bytes[index]) } }
  var encoder = try FrameEncoder(compressionLevel: level)
  var start = 0
  for end in pieceEnds ?? [content.count] {
    encoder.append(content.span.extracting(start..<end)) { take($0) }
    start = end
  }
  encoder.finish { take($0) }
  return frame
}

struct Decoded {
  var content: [UInt8] = []
  var frames = 0
  /// The last frame is complete.
  var isWhole = false
}

/// Reads every frame of a file.
func decodeAll(_ file: [UInt8]) throws -> Decoded {
  var decoded = Decoded()
  var decoder = try FrameDecoder()
  var start = 0
  while start < file.count {
    let used = try decoder.decode(file.span.extracting(start...)) { piece in
      for index in piece.indices { decoded.content.append(piece[index]) }
    }
    start += used
    decoded.isWhole = decoder.isAtEnd
    guard decoder.isAtEnd else { break }
    decoded.frames += 1
  }
  return decoded
}

func write(_ bytes: [UInt8], to path: FilePath) throws { try Data(bytes).write(to: URL(filePath: path.string)) }

func read(_ path: FilePath) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(filePath: path.string))) }
