import Foundation
import SystemPackage
import TestSupport
import Testing

/// One bad segment stops neither the others nor the program, and nothing of it is lost.
@Suite(.postgres, .timeLimit(.minutes(5)))
struct HeldSegmentTests {
  @Test("a segment of which the database refuses too much is held; the others are merged, and it is merged once cured")
  func refused() async throws {
    try await PractiseVendor.serving(["--cars", "700", "--seed", "8"]) { vendor in
      let strict = ShellPipelineTests.cars.replacing(
        #""table": "car","#,
        with: #""table": "car", "rejects": { "max_count": 0 },"#
      )
      let mirror = try await Mirror(vendor: vendor, feeds: strict, segmentRecords: 150)
      _ = try await mirror.shell("weir-fetch cars | weir-hash - | weir-stage -")
      let ids = try await mirror.shell("lz4 -dc $(ls spool/cars/staged/ready/*.lz4 | sed -n 3p) | jq -s '.[70].id'")
      let id = try #require(ids.lines.first.flatMap { Int($0) }, "\(ids.errors)")
      _ = try mirror.query("ALTER TABLE car ADD CONSTRAINT none_of_these CHECK (id <> \(id))")

      let merged = try await mirror.shell("weir-merge --feed cars")
      #expect(merged.status == 65, "\(merged.errors)")
      #expect(merged.errors.contains("none_of_these"), "\(merged.errors)")
      #expect(try mirror.value("SELECT count(*) FROM car") == "550")
      let held = try await mirror.shell("cd spool/cars/staged/held && ls")
      #expect(held.lines.count == 2, "the segment and its reason: \(held.output)")
      let reason = try await mirror.shell("cat spool/cars/staged/held/*.error")
      #expect(reason.output.contains("refused") && reason.output.contains("none_of_these"), "\(reason.output)")
      let watermark = try await mirror.shell("ls spool/cars/state")
      #expect(!watermark.output.contains("watermark.json"), "the run is not whole yet")

      _ = try mirror.query("ALTER TABLE car DROP CONSTRAINT none_of_these")
      let cured = try await mirror.shell("weir-merge --redo spool/cars/staged/held/*.lz4 && weir-merge --feed cars")
      #expect(cured.status == 0, "\(cured.errors)")
      #expect(try mirror.value("SELECT count(*) FROM car") == "700")
      #expect(try await mirror.run()["cars"]?.fetched == 0, "the watermark is where the whole run ended")
    }
  }

  @Test("one row that the database refuses is put aside with its reason; the run is whole without it")
  func oneRow() async throws {
    try await PractiseVendor.serving(["--cars", "300", "--seed", "8"]) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: ShellPipelineTests.cars, segmentRecords: 150)
      _ = try await mirror.shell("weir-fetch cars | weir-hash - | weir-stage -")
      let ids = try await mirror.shell("lz4 -dc $(ls spool/cars/staged/ready/*.lz4 | head -n 1) | jq -s '.[70].id'")
      let id = try #require(ids.lines.first.flatMap { Int($0) }, "\(ids.errors)")
      _ = try mirror.query("ALTER TABLE car ADD CONSTRAINT not_that_one CHECK (id <> \(id))")
      let run = try await mirror.shell("weir-merge --feed cars")
      #expect(run.status == 0, "\(run.errors)")
      #expect(try mirror.value("SELECT count(*) FROM car") == "299")
      #expect(try mirror.query("SELECT status, rejected, failed FROM weir.sync_log") == [["succeeded", "1", "0"]])
      let why = try await mirror.shell(
        "lz4 -dc spool/cars/rejected/*.merge.ndjson.lz4 | jq -r '.reason, .field, .record.id'"
      )
      #expect(why.lines.count == 3 && why.lines.first?.hasPrefix("23514: ") == true, "\(why.output)\(why.errors)")
      #expect(Array(why.lines.dropFirst()) == ["id", "\(id)"])
    }
  }

  @Test("a segment that was damaged is held, status 65; fetched again, nothing is missing")
  func damaged() async throws {
    try await PractiseVendor.serving(["--cars", "450", "--seed", "9"]) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: ShellPipelineTests.cars, segmentRecords: 150)
      _ = try await mirror.shell("weir-fetch cars")
      let spoiled = try await mirror.shell(
        "f=$(ls spool/cars/fetched/ready/*.lz4 | sed -n 2p) && printf X | dd of=$f bs=1 seek=2000 conv=notrunc status=none"
      )
      #expect(spoiled.status == 0, "\(spoiled.errors)")

      let hashed = try await mirror.shell("weir-hash --feed cars")
      #expect(hashed.status == 65, "\(hashed.errors)")
      #expect(try await mirror.weir("spool", "verify").status == 65)
      #expect(try await mirror.shell("ls spool/cars/fetched/held/*.lz4").lines.count == 1)
      let merged = try await mirror.shell("weir-stage --feed cars && weir-merge --feed cars")
      #expect(merged.status == 75, "the run's end waits for what is held: \(merged.errors)")
      #expect(try mirror.value("SELECT count(*) FROM car") == "300")

      let again = try await mirror.shell(ShellPipelineTests.pipeline)
      #expect(again.status == 0, "\(again.errors)")
      #expect(try mirror.value("SELECT count(*) FROM car") == "450")
    }
  }
}
