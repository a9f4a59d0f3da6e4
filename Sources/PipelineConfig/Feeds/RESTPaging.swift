public import JSONText

/// The names and places that REST vendors choose for themselves, where pages are not numbered.
public struct RESTPaging: Equatable, Sendable {
  /// What says where the next page begins.
  public enum Position: Equatable, Sendable {
    /// `?offset=200`: the number of records before it.
    case offset(parameter: String)
    /// `?cursor=…`: a token that the page before holds.
    case cursor(parameter: String, token: JSONPointer)
    /// The address of the next page, in the body of the one before.
    case nextURL(JSONPointer)
    /// The address of the next page in a header: `Link` as RFC 8288 has it, any other as the address alone.
    case header(String)
    /// `?starting_after=…`: the last record's id.
    case lastID(parameter: String, id: JSONPointer)

    /// The query parameter that carries it; nil when the vendor writes the whole address.
    public var parameter: String? {
      switch self {
      case .offset(let parameter), .cursor(let parameter, _), .lastID(let parameter, _): parameter
      case .nextURL, .header: nil
      }
    }
  }

  public var position: Position
  /// Parameter of the page's size; nil when the vendor decides it.
  public var sizeParameter: String?
  public var pageSize: Int
  /// Where in the answer the array of records is.
  public var records = JSONPointer(member: "data")
  /// Where in the answer the number of all records is; nil when the vendor does not say.
  public var total: JSONPointer?
  /// Where in the answer it says whether another page follows; nil when the vendor does not say.
  public var more: JSONPointer?

  public init(_ position: Position, pageSize: Int, sizeParameter: String? = nil) {
    self.position = position
    self.pageSize = pageSize
    self.sizeParameter = sizeParameter
  }
}

extension RESTPaging {
  static func read(_ object: ConfigObject, _ kind: Pagination.Kind, pageSize: Int?) -> RESTPaging? {
    let size = object["size_parameter"]?.nonEmptyText()?.value
    var paging = RESTPaging(position(object, kind), pageSize: pageSize ?? 1, sizeParameter: size)
    // Who is asked by place is told how many; who writes the address itself decides.
    if size == nil, paging.position.parameter != nil { paging.sizeParameter = "limit" }
    if let given = object["records"]?.pointer() { paging.records = given }
    if let given = object["total"] { paging.total = given.pointer() }
    if kind != .offset, let given = object["more"] { paging.more = given.pointer() }
    if let parameter = paging.position.parameter, parameter == paging.sizeParameter {
      object["size_parameter"]?.problem("the place and the size of a page have the same parameter")
    }
    return pageSize == nil ? nil : paging
  }

  private static func position(_ object: ConfigObject, _ kind: Pagination.Kind) -> Position {
    switch kind {
    case .cursor:
      let parameter = object["cursor_parameter"]?.nonEmptyText()?.value ?? "cursor"
      return .cursor(parameter: parameter, token: object["next"]?.pointer() ?? JSONPointer(member: "next_cursor"))
    case .nextURL:
      return .nextURL(object["next"]?.pointer() ?? JSONPointer(member: "next"))
    case .link:
      return .header(object["header"]?.headerName() ?? "Link")
    case .lastID:
      let parameter = object["id_parameter"]?.nonEmptyText()?.value ?? "starting_after"
      return .lastID(parameter: parameter, id: object["id"]?.pointer() ?? JSONPointer(member: "id"))
    case .offset, .odata, .pageNumber:
      return .offset(parameter: object["offset_parameter"]?.nonEmptyText()?.value ?? "offset")
    }
  }
}

extension ConfigValue {
  /// The name of a header. Source: RFC 9110 §5.1.
  func headerName() -> String? {
    guard let text = nonEmptyText() else { return nil }
    let isToken = text.value.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
    if isToken { return text.value }
    problem("\(text.shown) is no name of a header")
    return nil
  }
}
