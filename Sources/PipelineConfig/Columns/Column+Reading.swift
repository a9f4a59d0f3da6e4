internal import JSONText

extension Column {
  /// `"ListPrice": "numeric"`, or an object with `type`, `from` and what else there is to say of a value.
  static func read(_ name: String, _ value: ConfigValue) -> Column? {
    if let complaint = Identifier.complaint(aboutColumn: name) { value.problem(complaint) }
    switch value.json {
    case .string:
      return value.choice(of: ColumnType.self).map { Column(name: name, from: JSONPointer(member: name), type: $0) }
    case .object:
      return value.object().flatMap { read(name, $0) }
    case .null, .bool, .number, .array:
      value.problem("should be a type such as \"text\", or an object with \"type\" and \"from\"")
      return nil
    }
  }

  private static func read(_ name: String, _ object: ConfigObject) -> Column? {
    let pointer = object["from"].map { $0.pointer() } ?? JSONPointer(member: name)
    let type = object.required("type")?.choice(of: ColumnType.self)
    let required = object["required"].map { $0.boolean() } ?? false
    let (format, fallback) = (object["format"], object["default"])
    let misfit = object["misfit"].map { $0.choice(of: MisfitRule.self) } ?? .reject
    let rules = RuleSettings(object)
    object.reportUnknown()
    guard let pointer, let type, let required, let misfit else { return nil }

    var column = Column(name: name, from: pointer, type: type, required: required, misfit: misfit)
    column.format = format.flatMap { $0.format(of: type) } ?? type.formats.first
    // Bounds and choices are looked at by the rules without them, and the default by the whole of the column.
    column.rules = rules.read(for: column)
    column.fallback = fallback.flatMap { $0.staged(as: column) }
    checkTogether(column, object)
    return column
  }

  /// Settings that are right one by one and say nothing together.
  private static func checkTogether(_ column: Column, _ object: ConfigObject) {
    if column.required, column.fallback != nil {
      object["default"]?.problem("the column is required; a record without a value gets the default or is put aside")
    }
    switch column.misfit {
    case .null where column.required:
      object["misfit"]?.problem("\"null\" is no value for a column that is required")
    case .clip where !(column.type.hasRange || column.type == .text):
      object["misfit"]?.problem("a value of the type \(column.type.rawValue) cannot be clipped; choose reject or null")
    case .reject, .null, .clip: break
    }
  }
}

/// The settings of a column that narrow its type, asked for before the type is known.
private struct RuleSettings {
  let least: ConfigValue?
  let most: ConfigValue?
  let shortest: ConfigValue?
  let longest: ConfigValue?
  let pattern: ConfigValue?
  let choices: ConfigValue?

  init(_ object: ConfigObject) {
    least = object["min"]
    most = object["max"]
    shortest = object["min_length"]
    longest = object["max_length"]
    pattern = object["pattern"]
    choices = object["one_of"]
  }

  func read(for column: Column) -> ColumnRules {
    let type = column.type
    var rules = ColumnRules()
    if type.hasRange {
      // A bound is written as JSON and ISO have it, whatever the vendor's writing is.
      var plain = column
      plain.format = type.formats.first
      rules.least = least?.staged(as: plain)
      rules.most = most?.staged(as: plain)
      if let least = rules.least, let most = rules.most, type.compare(least, most) > 0 {
        self.least?.problem("is more than \"max\"")
      }
    } else {
      for bound in [least, most] { bound?.problem("values of the type \(type.rawValue) have no range") }
    }
    if let unit = type.lengthUnit {
      rules.shortest = shortest?.integer(in: 0...ColumnRules.lengthMax, unit)
      rules.longest = longest?.integer(in: 0...ColumnRules.lengthMax, unit)
      if let shortest = rules.shortest, let longest = rules.longest, shortest > longest {
        self.shortest?.problem("\(shortest) is more than \"max_length\", which is \(longest)")
      }
    } else {
      for bound in [shortest, longest] { bound?.problem("values of the type \(type.rawValue) have no length") }
    }
    rules.pattern = readPattern(type)
    rules.choices = readChoices(type)
    return rules
  }

  private func readPattern(_ type: ColumnType) -> String? {
    guard let pattern, let text = pattern.nonEmptyText() else { return nil }
    if type != .text {
      pattern.problem("is for text, and not for \(type.rawValue)")
    } else if ColumnPattern(text.value) == nil {
      pattern.problem("\(text.shown) is no regular expression")
    }
    return text.value
  }

  private func readChoices(_ type: ColumnType) -> [String]? {
    guard let choices, let elements = choices.array() else { return nil }
    guard type.isNumber || type == .text || type == .textArray else {
      choices.problem("is for text, text[] and numbers, and not for \(type.rawValue)")
      return nil
    }
    guard (1...ColumnRules.choicesMax).contains(elements.count) else {
      choices.problem("\(elements.count) is outside 1...\(ColumnRules.choicesMax) values")
      return nil
    }
    if !type.isNumber { return elements.compactMap { $0.text()?.value } }
    return elements.compactMap { $0.staged(as: Column(name: "", from: .root, type: type)) }
  }
}

extension ConfigValue {
  fileprivate func format(of type: ColumnType) -> ColumnFormat? {
    guard let format = choice(of: ColumnFormat.self) else { return nil }
    if type.formats.contains(format) { return format }
    let words = type.formats.map(\.rawValue).joined(separator: ", ")
    problem("is no writing of \(type.rawValue)\(words.isEmpty ? ", which has but one" : ": there are \(words)")")
    return nil
  }

  /// The value as the staged queue would hold it in a column; a problem where it does not fit.
  fileprivate func staged(as column: Column) -> String? {
    var (written, isSecret) = (json.encoded, false)
    if case .string = json {
      guard let text = text() else { return nil }
      (written, isSecret) = (JSONText.quoted(text.value), text.isFromEnvironment)
    }
    var parser = JSONParser()
    var out = OutputBytes()
    do throws(JSONError) { try parser.parse(Array(written.utf8).span) } catch {
      problem("\(error)")
      return nil
    }
    guard !parser.isNull(parser.root) else {
      problem("is null; leave it away")
      return nil
    }
    do throws(Misfit) {
      let pattern = column.rules.pattern.flatMap { ColumnPattern($0) }
      try column.append(parser.root, of: parser, matching: pattern, to: &out)
      return out.string
    } catch {
      problem(isSecret ? "the value from the environment does not fit the column" : error.reason)
      return nil
    }
  }
}

extension ConfigValue {
  /// The columns of a feed, in the order of the file; nil when one of them is wrong.
  func columns() -> [Column]? {
    guard let entries = object()?.entries else { return nil }
    guard (1...Column.countMax).contains(entries.count) else {
      problem("\(entries.count) is outside 1...\(Column.countMax) columns")
      return nil
    }
    var kept: [[UInt8]: String] = [:]
    for (name, value) in entries {
      let cut = Array(name.utf8.prefix(Identifier.bytesMax))
      if let other = kept.updateValue(name, forKey: cut), !other.utf8.elementsEqual(name.utf8) {
        value.problem("PostgreSQL would cut it off and take it for \(other.debugDescription)")
      }
    }
    let columns = entries.compactMap { Column.read($0.name, $0.value) }
    return columns.count == entries.count ? columns : nil
  }

  /// A JSON pointer (RFC 6901).
  func pointer() -> JSONPointer? {
    guard let text = text() else { return nil }
    do throws(JSONError) { return try JSONPointer(text.value) } catch {
      problem(text.isFromEnvironment ? "the value from the environment is no JSON pointer" : error.message)
      return nil
    }
  }
}
