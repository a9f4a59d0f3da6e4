import NIOCore
import NIOHTTP1

@testable import Fetching

extension VendorResponse {
  init(
    address: WebAddress,
    status: Int,
    contentType: String?,
    date: String?,
    headers: [(String, String)] = [],
    body: ByteBuffer
  ) {
    let given = [("Content-Type", contentType), ("Date", date)].compactMap { name, value in value.map { (name, $0) } }
    self.init(address: address, status: status, headers: HTTPHeaders(given + headers), body: body)
  }
}
