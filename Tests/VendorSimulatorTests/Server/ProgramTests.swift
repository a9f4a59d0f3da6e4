import SystemPackage
import TestSupport
import Testing

@testable import VendorSimulator

/// The program as a person starts it.
@Suite(.timeLimit(.minutes(5)))
struct ProgramTests {
  @Test("it listens on a free port, moves on when told, and ends with 0", arguments: ["TERM", "INT"])
  func lifeCycle(signal: String) async throws {
    // A vendor that is left behind would hold the test's pipe, and the test would wait for its end.
    let script = """
      trap 'kill $(jobs -p) 2>/dev/null' EXIT
      weir-vendor serve --port 0 --cars 120 --seed 3 --token t > out & vendor=$!
      for _ in $(seq 200); do grep -q listening out && break; sleep 0.05; done
      url=$(sed -n 's/^listening on //p' out)
      curl -fsS -H 'Authorization: Bearer t' "$url/rest/cars?page_size=1"; echo
      weir-vendor advance --url "$url" --token t || exit 1
      weir-vendor advance --url "$url" --token wrong; echo "wrong token: $?"
      kill -\(signal) $vendor; wait $vendor; echo "ended: $?"
      weir-vendor advance --url "$url" --token t; echo "nobody there: $?"
      """
    let folder = try TestFolder()
    let result = try await Programs.shell(script, in: folder.path)
    #expect(
      result.lines.first?.hasPrefix(#"{"page":1,"page_size":1,"total":120,"data":[{"id":40000001,"#) == true,
      "\(result)"
    )
    #expect(
      result.lines.dropFirst().first?.contains(#""cars":{"new":1,"changed":6,"gone":1,"unchanged":113,"total":120}"#)
        == true
    )
    #expect(Array(result.lines.dropFirst(2)) == ["wrong token: 77", "ended: 0", "nobody there: 75"], "\(result)")
  }

  @Test(
    "told to stop it ends soon, though its door is shut or a client does not read what it asked for",
    arguments: [
      (#"[{"do":{"kind":"down","for":3600}}]"#, 1, "cat <&3"),
      // Far more than the kernel takes from a vendor whose client does not read; it has all that it can when no
      // request is begun any more.
      ("[]", 400, "until [[ $last == $now ]]; do last=$now; sleep 0.5; now=$(begun); done"),
    ]
  )
  func stops(faults: String, requests: Int, wait: String) async throws {
    let script = """
      trap 'kill $(jobs -p) 2>/dev/null' EXIT
      echo '{"faults":\(faults)}' > rules.json
      timeout -s KILL 60 weir-vendor serve --port 0 --cars 1000 --token t --rules rules.json > out & vendor=$!
      for _ in $(seq 200); do grep -q listening out && break; sleep 0.05; done
      port=$(sed -n 's/.*://p' out)
      begun() { curl -sS -H 'Authorization: Bearer t' "http://127.0.0.1:$port/vendor/log/summary" | jq .requests; }
      exec 3<>/dev/tcp/127.0.0.1/$port || exit 1
      for _ in $(seq \(requests)); do
        printf 'GET /rest/cars?page_size=1000 HTTP/1.1\\r\\nHost: v\\r\\nAuthorization: Bearer t\\r\\n\\r\\n' >&3
      done
      last=0; now=1; \(wait)
      kill $vendor; wait $vendor; echo "ended: $?"
      """
    let folder = try TestFolder()
    let result = try await Programs.shell(script, in: folder.path)
    #expect(result.lines == ["ended: 0"], "\(result)")
  }

  struct Case: CustomTestStringConvertible {
    var arguments: [String]
    var status: Int32
    var words: String
    init(_ arguments: String, _ status: Int32, _ words: String) {
      self.arguments = arguments.split(separator: " ").map(String.init)
      (self.status, self.words) = (status, words)
    }
    var testDescription: String { arguments.joined(separator: " ") }
  }

  @Test(
    "what it cannot do is said in one line that names it, with the exit status of its kind",
    arguments: [
      Case("serve", 64, "nothing to serve"), Case("serve --odata a=/nowhere.ndjson", 64, "--key a="),
      Case("serve --odata a=/nowhere.ndjson --key a=id", 66, "/nowhere.ndjson"),
      Case("serve --odata a --key a=id", 64, "--odata a"),
      Case("serve --cars 5 --key b=id", 64, "\"b\""),
      Case("serve --cars 5 --rest cars=/dev/null --key cars=id", 64, "\"cars\""),
      Case("serve --cars -1", 64, "cars"), Case("serve --cars 1 --gzip-level 10", 64, "gzip-level"),
      Case("serve --cars 1 --stamp a-b", 64, "a-b"), Case("serve --cars 1 --host 192.0.2.1", 69, "192.0.2.1:8790"),
      Case("make boats", 64, "boats"), Case("--nonsense", 64, "nonsense"),
    ]
  )
  func refused(row: Case) async throws {
    let result = try await Programs.run("weir-vendor", row.arguments)
    #expect(result.status == row.status, "\(result.errors)")
    #expect(result.errors.contains(row.words), "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  @Test(
    "every help has examples and the exit statuses",
    arguments: ["", "serve", "advance", "rules", "log", "edit", "make"]
  )
  func help(command: String) async throws {
    let result = try await Programs.run("weir-vendor", command.isEmpty ? ["--help"] : [command, "--help"])
    #expect(result.status == 0)
    #expect(result.output.contains("EXAMPLES") && result.output.contains("EXIT STATUS"))
  }

  @Test("white space around the token's field is none of it; between scheme and token there may be more than one space")
  func whiteSpace() async throws {
    let script = """
      for value in "Bearer $T" " Bearer $T  " $'\\t'"Bearer $T"$'\\t ' "Bearer   $T" "bEARER $T" \
          "Bearer $T x" "Bearer$T" 'Bearer' $'Bearer\\t'"$T" "Bearer ${T^^}"; do
        exec 3<>/dev/tcp/127.0.0.1/${URL##*:} || exit 1
        printf 'GET /rest/cars HTTP/1.1\\r\\nHost: v\\r\\nAuthorization:%s\\r\\nConnection: close\\r\\n\\r\\n' "$value" >&3
        head -n 1 <&3 | cut -d ' ' -f 2
        exec 3>&-
      done
      """
    // RFC 9110 §5.5: white space before and after a field's value is not part of it. §11.4: the scheme, 1*SP, the
    // token.
    let statuses = try await PractiseVendor.serving(["--cars", "3", "--seed", "3"]) { vendor in
      try await Programs.shell(script, environment: ["URL": vendor.url, "T": vendor.token]).lines
    }
    #expect(statuses == Array(repeating: "200", count: 5) + Array(repeating: "401", count: 5))
  }

  @Test("make writes as many lines as it is told, the same for the same seed and others for another")
  func make() async throws {
    let lines = try await Programs.shell(
      "weir-vendor make cars --count 3000 --seed 5 | tee >(md5sum >&2) | jq -r .id | sort -u | wc -l"
    )
    #expect(lines.output.hasPrefix("3000"))
    let again = try await Programs.shell("weir-vendor make cars --count 3000 --seed 5 | md5sum >&2")
    #expect(lines.errors == again.errors)
    #expect(try await Programs.shell("weir-vendor make cars --count 3000 --seed 6 | md5sum >&2").errors != again.errors)
  }

  @Test("make ends at once, without a word and with 0, when its reader has what it wanted")
  func makeForHead() async throws {
    // So many that it would still be writing when the time is up.
    let make = "timeout 60 weir-vendor make cars --count 1000000000"
    let result = try await Programs.shell("\(make) | head -n 2 | jq .id; echo ${PIPESTATUS[@]}")
    #expect(result.lines == ["40000001", "40000002", "0 0 0"] && result.errors.isEmpty, "\(result)")
  }

  @Test("make says when what it writes has no room, which is another thing than a reader that leaves")
  func makeForNobody() async throws {
    let result = try await Programs.shell("weir-vendor make cars --count 3000 > /dev/full")
    #expect(result.status == 75, "\(result)")
    #expect(result.errors.hasPrefix("weir-vendor: error: standard output: No space left on device"), "\(result.errors)")
  }
}
