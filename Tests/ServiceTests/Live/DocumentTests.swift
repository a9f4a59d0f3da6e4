import Foundation
import SystemPackage
import TestSupport
import Testing

/// The document, held against what others say that a document is, and the service against the document.
@Suite(.postgres, .timeLimit(.minutes(15)))
struct DocumentTests {
  /// Where tools/install puts them.
  private static let python = Programs.packageRoot.appending(".build/python/bin").string

  /// Whether a program of Python's is here. Where it is not, its test is skipped with a line that says so.
  private static func has(_ program: String) -> Bool {
    FileManager.default.isExecutableFile(atPath: "\(python)/\(program)")
  }

  @Test(
    "the document passes openapi-spec-validator",
    .enabled(if: has("openapi-spec-validator"), "openapi-spec-validator of PyPI is not installed")
  )
  func validator() async throws {
    try await PractiseVendor.serving(["--cars", "1"]) { vendor in
      let served = try await Served(vendor)
      try await served.serving { running in
        let file = served.pipeline.directory.appending("openapi.json").string
        let answer = try await running.ask("GET", "/api/v1/openapi.json")
        try Data(answer.text.utf8).write(to: URL(filePath: file))
        let result = try await Programs.shell("\(Self.python)/openapi-spec-validator \(file)")
        #expect(result.status == 0, "\(result.output)\(result.errors)")
      }
    }
  }

  @Test(
    "schemathesis finds no answer that the document does not tell of",
    .enabled(if: has("schemathesis"), "schemathesis of PyPI is not installed")
  )
  func schemathesis() async throws {
    let admin = try await Token("boss", "admin")
    let service = """
      { "anonymous": "none", "requests_per_second": 10000, "burst": 10000, "tokens": [\(admin.entry)] }
      """
    let examples = ProcessInfo.processInfo.environment["WEIR_TEST_NIGHTLY"] == nil ? 5 : 200
    try await PractiseVendor.serving(["--cars", "100"]) { vendor in
      let served = try await Served(vendor, service: service)
      try await served.serving { running in
        // The page whose first reading may take its time.
        while try await running.ask("GET", "/", token: admin.text).status == 503 {
          try await Task.sleep(for: .milliseconds(100))
        }
        let line = """
          \(Self.python)/schemathesis run \(running.url)/api/v1/openapi.json --url \(running.url) --checks all \
          --request-timeout 60 --phases examples,coverage,fuzzing -n \(examples) --seed 7 --no-color -H "Authorization: Bearer $TOKEN"
          """
        let result = try await Programs.shell(line, environment: ["TOKEN": admin.text], in: served.pipeline.directory)
        #expect(result.status == 0, "\(result.output.suffix(6000))\(result.errors.suffix(2000))")
      }
    }
  }
}
