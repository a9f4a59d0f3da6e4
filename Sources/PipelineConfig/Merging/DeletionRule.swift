/// What becomes of a row that the vendor has no more.
public struct DeletionRule: Equatable, Sendable {
  /// What is done with such a row; the raw value is the spelling in the file.
  public enum Action: String, CaseIterable, Sendable {
    /// The row stays, with the time in its column `deleted_at`.
    case mark
    /// The row goes. A tombstone stays behind, so that an old version does not bring it back.
    case remove
  }

  public var action = Action.remove
  /// Whether a complete full run deletes the rows that it did not bring. Off unless the feed says how.
  public var vanished = false
  /// Of the live rows of the table, up to 1: a full run that would delete a larger share deletes nothing.
  public var maxShare = 0.2
  /// A full run that would delete more rows deletes nothing.
  public var maxCount = 100_000

  /// The column that a table with marked rows has.
  public static let markColumn = "deleted_at"

  static let countBounds = 0...1_000_000_000
  static let shareBounds = 0.001...1.0

  /// Why so many rows are not deleted; nil when they may be.
  ///
  /// A run without a single record proves nothing: an outage can answer 200 with an empty list.
  public func refusal(deleting count: Int, of rows: Int, brought: Int) -> String? {
    if count == 0 { return nil }
    if brought == 0 { return "the run brought no record at all, and the table has \(rows) rows" }
    if count > maxCount { return "\(count) of \(rows) rows would go, and max_count is \(maxCount)" }
    guard Double(count) > maxShare * Double(rows) else { return nil }
    return "\(count) of \(rows) rows would go, and max_share is \(maxShare)"
  }
}

extension DeletionRule {
  static func read(_ value: ConfigValue?) -> DeletionRule {
    var rule = DeletionRule()
    guard let object = value?.object() else { return rule }
    rule.vanished = true
    if let given = object["action"]?.choice(of: Action.self) { rule.action = given }
    if let given = object["vanished"]?.boolean() { rule.vanished = given }
    if let given = object["max_share"]?.number(in: shareBounds, "of the rows") { rule.maxShare = given }
    if let given = object["max_count"]?.integer(in: countBounds, "rows") { rule.maxCount = given }
    object.reportUnknown()
    return rule
  }
}
