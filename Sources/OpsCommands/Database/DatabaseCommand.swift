internal import ArgumentParser

/// `weir db`: the private server, and the tables.
struct DatabaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "db",
    abstract: "Start and stop the private PostgreSQL, and make the tables.",
    discussion: helpText(
      "A pipeline that names no database.url uses a private server in .weir/pg, reached through a unix socket only.",
      examples: """
        psql -d "$(weir db up)"        start it if need be, and look inside
        weir db migrate                bring the tables forward
        weir db index                  make the indexes that the feeds want
        weir db grant weir_merge       let a role of its own merge
        weir db down
        """
    ),
    subcommands: [DatabaseUp.self, DatabaseDown.self, DatabaseMigrate.self, DatabaseIndex.self, DatabaseGrant.self]
  )
}
