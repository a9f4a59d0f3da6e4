import Testing

@testable import OpsCommands

/// Small forms that all commands share.
struct TextTests {
  @Test("a table lines its columns up, says where nothing is, and ends no line in blanks")
  func table() {
    var table = TextTable(["FEED", "RUN", "ERROR"])
    table.rows = [["media", nil, ""], ["é", "20261120T234408Z-7k2q", "no server"]]
    #expect(
      table.lines == [
        "FEED   RUN                    ERROR", "media  -                      -",
        "é      20261120T234408Z-7k2q  no server",
      ]
    )
  }

  @Test(
    "an age has one unit",
    arguments: [
      (-5, "0s"), (0, "0s"), (59, "59s"), (60, "1m"), (3599, "59m"), (3600, "1h"), (86_399, "23h"), (172_800, "2d"),
    ]
  )
  func age(seconds: Int, text: String) { #expect(AgeText.text(seconds: seconds) == text) }

  @Test("a line of JSON keeps its order and leaves out what does not apply")
  func json() {
    var line = JSONLine()
    line.add("feed", "media")
    line.add("unseen", Int?.none)
    line.add("seconds", measured: 1.23456)
    line.add("rate", measured: 0.0996)
    line.add("peak_bytes", JSONLine())
    line.add("fetched", 7)
    #expect(line.text == #"{"feed":"media","seconds":1.235,"rate":0.100,"fetched":7}"#)
  }
}
