import SystemPackage
import TestSupport
import Testing

extension Mirror {
  /// Loads a snapshot's own lines into the table `document (doc jsonb)` with psql and gzip, and none of Weir's code:
  /// what the tables are compared with must not have come the same way.
  ///
  /// CSV with two control characters that JSON cannot hold unescaped takes each line as it is.
  func loadDocuments(_ file: FilePath) async throws {
    let copy =
      #"\copy document FROM PROGRAM 'gzip -dc \#(file.string)' WITH (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')"#
    let result = try await Programs.shell(
      """
      psql -X -q -v ON_ERROR_STOP=1 -d "$DATABASE_URL" \
        -c 'DROP TABLE IF EXISTS document' -c 'CREATE TABLE document (doc jsonb)' -c "$WEIR_TEST_COPY" -c 'ANALYZE document'
      """,
      environment: environment.merging(["WEIR_TEST_COPY": copy]) { _, new in new }
    )
    #expect(result.status == 0, "\(result.errors)")
  }
}
