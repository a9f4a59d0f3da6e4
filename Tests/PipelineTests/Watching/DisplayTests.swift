import Foundation
import SystemPackage
import TestSupport
import Testing

/// What a person sees of a run, on a terminal and in a file: a real terminal's screen, captured.
@Suite(.postgres, .timeLimit(.minutes(10)))
struct DisplayTests {
  private static let feeds = """
    { "cars": { "source": "rest", "path": "cars", "key": ["id"], "table": "car",
                "pagination": { "kind": "page_number", "page_size": 100, "records": "/data", "total": "/total" },
                "columns": { "id": "bigint", "price": "numeric" } } }
    """

  /// Runs `weir run` in a terminal of 100 columns, and captures its screen when `moment`, a line of shell that sees the screen as
  /// $screen, says so; the run is stopped then. Answers the screen.
  private static func capture(_ mirror: Mirror, before: String = "", until moment: String) async throws -> String {
    let script = """
      socket=$(mktemp -u); screen=
      tmux() { command tmux -S "$socket" -f /dev/null "$@"; }
      # The run has ended before the test has: its last words to the database are not said into another test's.
      trap 'while kill $(cat pid) 2>/dev/null; do sleep 0.1; done; tmux kill-server 2>/dev/null' EXIT
      tmux new-session -d -x 100 -y 30 "weir run & echo \\$! > pid; wait \\$!; echo status \\$?; sleep 600"
      for round in $(seq 600); do
        screen=$(tmux capture-pane -p)
        if \(moment); then printf '%s\\n' "$screen"; exit 0; fi
        \(before)
        sleep 0.1
      done
      printf '%s\\n' "$screen"; exit 9
      """
    let result = try await mirror.shell(script)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    return result.output
  }

  private static func rules(_ json: String) throws -> FilePath {
    let file = FilePath(NSTemporaryDirectory()).appending("weir-rules-\(UUID().uuidString).json")
    try Data(json.utf8).write(to: URL(filePath: file.string))
    return file
  }

  private static func limited(_ mirror: Mirror, _ limits: String) throws {
    let file = URL(filePath: mirror.pipeline.file.string)
    let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    try Data(text.replacing("\"retry\":", with: "\"limits\": \(limits), \"retry\":").utf8).write(to: file)
  }

  @Test(
    "a run that keeps to its limits shows each program with its queue, rates, times and memory, and that it is rate-limited"
  )
  func limits() async throws {
    try await PractiseVendor.serving(["--cars", "2000"]) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: Self.feeds)
      try Self.limited(mirror, #"{ "per_second": 0.4 }"#)
      let screen = try await Self.capture(
        mirror,
        until: #"[[ $screen == *"rate-limited: next request in "* && $screen == *" ms"* ]]"#
      )
      let lines = screen.split(separator: "\n").map(String.init)
      #expect(lines.contains { $0.hasPrefix("cars: ") && $0.contains(" of 2,000 rows") }, "\(screen)")
      #expect(
        lines.contains {
          $0.contains("program") && $0.contains("queue") && $0.contains("p99") && $0.contains("memory")
        },
        "\(screen)"
      )
      for name in ["fetch", "hash", "stage", "merge"] {
        #expect(lines.count { $0.hasPrefix("  \(name) ") } == 1, "\(screen)")
      }
      #expect(lines.contains { $0.hasPrefix("  fetch") && $0.contains(" ms") && $0.contains(" MiB") }, "\(screen)")
    }
  }

  @Test("a vendor that does not answer is waited for, and shown so")
  func slowVendor() async throws {
    let rules = try Self.rules(#"{ "faults": [{ "name": "slow", "delay": 60, "do": { "kind": "slow" } }] }"#)
    defer { try? FileManager.default.removeItem(atPath: rules.string) }
    try await PractiseVendor.serving(["--cars", "500", "--rules", rules.string]) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: Self.feeds)
      let screen = try await Self.capture(mirror, until: #"[[ $screen == *"waiting for the vendor's answer for "* ]]"#)
      #expect(!screen.contains("hangs?") && !screen.contains("rate-limited"), "\(screen)")
    }
  }

  @Test("a program that is stopped from outside is shown as hung, and no other")
  func hung() async throws {
    try await PractiseVendor.serving(["--cars", "2000"]) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: Self.feeds)
      try Self.limited(mirror, #"{ "per_second": 1 }"#)
      // The hash of this run, by its folder, and by its number: no other test's. It has said its first words then.
      let stop = """
        if [ -z "$stopped" ] && grep -q '^  hash .* MiB' <<<"$screen"; then
          for p in $(pgrep -x weir-hash); do
            [ "$(readlink /proc/$p/cwd)" = "$PWD" ] && kill -STOP $p && stopped=$p
          done
        fi
        """
      let screen = try await Self.capture(
        mirror,
        before: stop,
        until: #"[[ $screen == *"hangs? it says nothing for "* ]] && kill -CONT $stopped"#
      )
      let hung = screen.split(separator: "\n").filter { $0.contains("hangs?") }
      #expect(hung.count == 1 && hung.first?.hasPrefix("  hash") == true, "\(screen)")
    }
  }

  @Test(
    "the end of a run leaves the results on the terminal and none of the progress; the same into a file has no escape sequence"
  )
  func end() async throws {
    try await PractiseVendor.serving(["--cars", "2000"]) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: Self.feeds)
      let screen = try await Self.capture(mirror, until: #"[[ $screen == *"status 0"* ]]"#)
      let lines = screen.split(separator: "\n").map(String.init)
      #expect(
        lines.first?.hasPrefix("cars: 2,000 rows in ") == true && lines.contains("1 of 1 feed succeeded"),
        "\(screen)"
      )
      #expect(!screen.contains("  fetch ") && lines.last == "status 0", "\(screen)")
      try Self.limited(mirror, #"{ "per_second": 2 }"#)
      let file = try await mirror.shell("weir run 2> said; cat said")
      #expect(!file.output.contains("\u{1B}") && file.output.contains("cars: 2,000 rows in "), "\(file.output)")
      #expect(
        file.lines.contains { $0.hasPrefix("cars: ") && $0.contains(" rows/s") && $0.contains("ETA") },
        "\(file.output)"
      )
    }
  }
}
