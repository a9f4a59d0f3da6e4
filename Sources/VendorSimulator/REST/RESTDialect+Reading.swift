internal import JSONText

extension RESTDialect {
  /// Reads one dialect of the rules' `dialects`.
  ///
  /// - Throws: ``VendorError`` that names the member.
  static func read(_ value: JSONValue, at path: String) throws(VendorError) -> RESTDialect {
    var object = try RulesObject(value, at: path)
    var dialect = RESTDialect(try object.choice("style", of: Style.self) ?? .page)
    dialect.set = try object.text("set")
    if let given = try object.choice("walk", of: Walk.self) { dialect.walk = given }
    try dialect.readNext(&object)
    try dialect.readPlaces(&object)
    try dialect.readNames(&object)
    if let given = try object.integer("first_page", in: 0...1) { dialect.firstPage = given }
    if let given = try object.integer("page_size_max", in: 1...1_000_000) { dialect.pageSizeMax = given }
    dialect.pageSize = min(dialect.pageSize, dialect.pageSizeMax)
    if let given = try object.integer("page_size", in: 1...dialect.pageSizeMax) { dialect.pageSize = given }
    if let given = try object.bool("page_size_capped") { dialect.capsPageSize = given }
    if let given = try object.choice("links", of: Target.self) { dialect.target = given }
    if let given = try object.choice("order", of: Order.self) { dialect.order = given }
    if let given = try object.bool("since_inclusive") { dialect.sinceIsInclusive = given }
    try object.finish()
    return dialect
  }

  /// Where the answer says that there is more; which member that is follows from the style.
  private mutating func readNext(_ object: inout RulesObject) throws(VendorError) {
    let place = try object.pointer("next")
    let header = try object.text("header")
    let form = try object.choice("link_form", of: LinkForm.self)
    switch next {
    case .nothing: break
    case .token(let usual): next = .token(place ?? usual)
    case .url(let usual): next = .url(place ?? usual)
    case .flag(let usual): next = .flag(place ?? usual)
    case .header(let usual): next = .header(header ?? usual)
    case .link(let usual): next = .link(form ?? usual)
    }
    if place != nil, !hasPlaceForNext { throw object.problem("next", "is for cursor, next_url and has_more") }
    if header != nil, style != .nextHeader { throw object.problem("header", "is for next_header") }
    if form != nil, style != .link { throw object.problem("link_form", "is for link") }
  }

  private var hasPlaceForNext: Bool {
    switch next {
    case .token, .url, .flag: true
    case .nothing, .header, .link: false
    }
  }

  private mutating func readPlaces(_ object: inout RulesObject) throws(VendorError) {
    if let given = try object.pointer("records") { records = given }
    if let given = try object.text("total") {
      // An empty text is the whole document, which cannot be a number beside records: it means "nowhere".
      total = given.isEmpty ? nil : try object.pointer("total")
    }
    if let given = try object.text("total_header") { totalHeader = given.isEmpty ? nil : given }
    if let members = object.value("constants") {
      guard case .object(let constants) = members else { throw object.problem("constants", "is not an object") }
      self.constants = constants
    }
  }

  private mutating func readNames(_ object: inout RulesObject) throws(VendorError) {
    if let given = try object.text("page_parameter") { names.page = given }
    if let given = try object.text("size_parameter") { names.size = given }
    if let given = try object.text("offset_parameter") { names.offset = given }
    if let given = try object.text("cursor_parameter") { names.token = given }
    if let given = try object.text("after_parameter") { names.after = given }
    if let given = try object.text("since_parameter") { names.since = given }
  }
}
