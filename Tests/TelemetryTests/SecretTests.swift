import Logging
import Testing

@testable import Telemetry

/// Everything that Swift can do to turn a value into text, done to a secret.
struct SecretTests {
  private static let canary = "canary-7f03"

  private struct Holder {
    var name = "vendor"
    var token = Secret(SecretTests.canary)
    var all = [Secret(SecretTests.canary)]
    var byName = ["t": Secret(SecretTests.canary)]
    var maybe: Secret? = Secret(SecretTests.canary)
  }

  private enum Choice { case bearer(Secret) }

  private struct Failed: Error { var token = Secret(SecretTests.canary) }

  @Test(
    "no way of turning a secret into text shows it",
    arguments: [
      "\(Secret(canary))", "\(Holder())", "\(Choice.bearer(Secret(canary)))", "\(Failed())",
      String(describing: Holder()), String(reflecting: Secret(canary)), String(reflecting: Holder()),
      String(reflecting: Choice.bearer(Secret(canary))), Secret(canary).debugDescription,
      dumped(Secret(canary)), dumped(Holder()), dumped(Choice.bearer(Secret(canary))), dumped(Failed()),
      printed(Holder()), mirrored(Holder()), "\(Secret(canary) as Any)", "\([Secret(canary)] as Any)",
      "\(Logger.Metadata.Value.stringConvertible(Secret(canary)))", "\(Secret(canary), default: "none")",
    ]
  )
  func shown(text: String) {
    #expect(!text.contains(Self.canary) && !text.isEmpty)
  }

  @Test("the way to a secret is its own word, and it gives it unchanged")
  func reveal() {
    #expect(Secret(Self.canary).reveal == Self.canary && Secret("").reveal.isEmpty)
    #expect("\(Secret(Self.canary))" == "***" && String(reflecting: Secret("")) == "***")
    #expect(Mirror(reflecting: Secret(Self.canary)).children.isEmpty)
  }

  private static func dumped(_ value: some Any) -> String {
    var text = ""
    dump(value, to: &text)
    return text
  }

  private static func printed(_ value: some Any) -> String {
    var text = ""
    print(value, [value], to: &text)
    debugPrint(value, [value], to: &text)
    return text
  }

  /// All that reflection reaches, to the bottom.
  private static func mirrored(_ value: Any) -> String {
    Mirror(reflecting: value).children.map { "\($0.label ?? ""): \($0.value) " + mirrored($0.value) }.joined()
  }
}
