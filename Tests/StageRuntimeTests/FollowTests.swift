import Foundation
import Spool
import SystemPackage
import TestSupport
import Testing

/// A real program that follows its queue.
@Suite(.timeLimit(.minutes(5)))
struct FollowTests {
  @Test("it does what is published while it waits, and ends with 0 on SIGTERM and SIGINT", arguments: ["TERM", "INT"])
  func follow(signal: String) async throws {
    let pipeline = try TestPipeline(
      sources: #"{ "shop": { "base_url": "http://shop.example" } }"#,
      feeds: """
        { "cars": { "source": "shop", "path": "cars", "pagination": { "kind": "odata", "page_size": 1 }, "key": ["id"],
                    "table": "car", "columns": { "id": "bigint" } } }
        """
    )
    // Five segments made beside the spool come into the queue one after another, the way a stage publishes.
    let folder = try TemporarySpool()
    let run = "20261120T234408Z-7k2q"
    for sequence in 0..<5 {
      try folder.publish(["{\"id\":\(sequence)}"], name: try #require(Self.name(run, sequence)))
    }
    let result = try await Programs.shell(
      """
      from="$FROM/cars/fetched/ready" to=spool/cars/fetched/ready
      weir-hash --feed cars --follow > out 2> err & stage=$!
      until [ -d $to ]; do kill -0 $stage || exit 1; sleep 0.05; done
      for file in $from/*; do mv $file $to/; until [ ! -e $to/$(basename $file) ]; do kill -0 $stage || exit 1; sleep 0.02; done; done
      kill -\(signal) $stage; wait $stage; echo "status $?"; wc -l < out; ls spool/cars/hashed/ready | wc -l
      """,
      environment: ["DATABASE_URL": "host=/nowhere", "FROM": folder.root.string],
      in: pipeline.directory
    )
    #expect(result.lines == ["status 0", "5", "5"], "\(result)")
  }
}

extension FollowTests {
  private static func name(_ run: String, _ sequence: Int) -> SegmentName? {
    RunID(run).map { SegmentName(run: $0, sequence: sequence) }
  }
}
