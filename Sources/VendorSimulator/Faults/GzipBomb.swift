internal import CZlib
internal import NIOCore
internal import Synchronization

/// A small body that holds very much: blanks, which is JSON as far as it goes.
enum GzipBomb {
  private static let made = Mutex<[Int: ByteBuffer]>([:])

  /// One gzip member of so many MiB, about a thousandth of that in size. Made once for each size.
  static func make(mebibytes: Int) -> ByteBuffer {
    if let bomb = made.withLock({ $0[mebibytes] }) { return bomb }
    let bomb = compress(mebibytes)
    made.withLock { $0[mebibytes] = bomb }
    return bomb
  }

  private static func compress(_ mebibytes: Int) -> ByteBuffer {
    var stream = unsafe z_stream()
    guard unsafe weir_gzip_begin(&stream, 1) == Z_OK else { return ByteBuffer() }
    defer { unsafe deflateEnd(&stream) }
    var block = [UInt8](repeating: UInt8(ascii: " "), count: 1 << 20)
    block[0] = UInt8(ascii: "[")
    var out = [UInt8](repeating: 0, count: 1 << 16)
    var bomb = ByteBuffer()
    for index in 0..<mebibytes {
      if index == 1 { block[0] = UInt8(ascii: " ") }
      let flush = index + 1 == mebibytes ? Z_FINISH : Z_NO_FLUSH
      unsafe block.withUnsafeMutableBufferPointer { source in
        unsafe stream.next_in = source.baseAddress
        unsafe stream.avail_in = UInt32(source.count)
        repeat {
          let count = unsafe out.withUnsafeMutableBufferPointer { target in
            unsafe stream.next_out = target.baseAddress
            unsafe stream.avail_out = UInt32(target.count)
            _ = unsafe deflate(&stream, flush)
            return unsafe target.count - Int(stream.avail_out)
          }
          bomb.writeBytes(out[..<count])
        } while unsafe stream.avail_out == 0
      }
    }
    return bomb
  }
}
