import Foundation
import SystemPackage
import TestSupport
import Testing

/// TLS to the database, with certificates that are made for the test.
@Suite(.timeLimit(.minutes(2)))
struct EncryptedTests {
  /// A server that takes encrypted connections alone, on a port of the loopback address; prints the port.
  private static let script = """
    set -eu
    bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
    as() { if [ "$(id -u)" = 0 ]; then /usr/sbin/runuser -u postgres -- "$@"; else "$@"; fi; }
    cd "$1"; mkdir tls; cd tls
    for ca in ca other; do
      openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout $ca.key -out $ca.crt -subj /CN=weir-test-$ca 2>/dev/null
    done
    openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost 2>/dev/null
    echo subjectAltName=DNS:localhost > names
    openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.crt 2>/dev/null
    chmod 600 server.key
    [ "$(id -u)" != 0 ] || chown postgres . server.key server.crt
    echo 'hostssl all all 127.0.0.1/32 trust' > "$2/pg_hba.conf"
    port=$((20000 + RANDOM % 10000))
    options="-c listen_addresses=127.0.0.1 -c port=$port -c ssl=on -c unix_socket_directories=''"
    options+=" -c ssl_cert_file=$PWD/server.crt -c ssl_key_file=$PWD/server.key"
    as $bin/pg_ctl -D "$2" -l "$2/server.log" -w -o "$options" start >/dev/null
    echo $port
    """

  @Test(
    "sslmode=verify-full reaches the server whose certificate fits, and no other; what is wrong is said, with status 78"
  )
  func verified() async throws {
    try await PrivateServer.with { server in
      let down = try await Programs.run("weir", ["db", "down", "--directory", server.data.string])
      #expect(down.status == 0)
      let file = server.folder.appending("tls.sh")
      try Data(Self.script.utf8).write(to: URL(filePath: file.string))
      let started = try await Programs.shell("bash \(file) \(server.folder) \(server.data)")
      let port = try #require(started.lines.last, "\(started.errors)")

      let pipeline = try TestPipeline(
        sources: #"{ "s": { "base_url": "http://127.0.0.1" } }"#,
        feeds: """
          { "car": { "source": "s", "path": "p", "pagination": { "kind": "odata", "page_size": 10 }, "key": ["id"],
            "table": "car", "columns": { "id": "bigint" } } }
          """
      )
      func migrate(_ host: String, _ ca: String) async throws -> ProgramResult {
        let rest = "port=\(port) user=weir dbname=weir sslmode=verify-full sslrootcert=\(server.folder)/tls/\(ca).crt"
        let sql = Programs.packageRoot.appending("sql").string
        return try await Programs.run(
          "weir",
          ["db", "migrate", "--directory", sql],
          environment: ["DATABASE_URL": "\(host) \(rest)"],
          in: pipeline.directory
        )
      }
      let right = try await migrate("host=localhost hostaddr=127.0.0.1", "ca")
      #expect(right.status == 0 && !right.lines.isEmpty, "\(right.errors)")
      for (host, ca) in [("host=127.0.0.1", "ca"), ("host=localhost hostaddr=127.0.0.1", "other")] {
        let wrong = try await migrate(host, ca)
        #expect(wrong.status == 78 && wrong.errors.contains("certificate"), "\(wrong.status) \(wrong.errors)")
        #expect(wrong.errors.contains("sslrootcert in database.url"), "\(wrong.errors)")
      }
    }
  }
}
