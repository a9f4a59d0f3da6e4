internal import ArgumentParser

/// `weir spool`: nouns of the spool, and the verbs an operator needs.
struct SpoolCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spool",
    abstract: "List, print, find and verify what is in the spool.",
    discussion: helpText(
      "A segment's state is the folder that it is in; nothing here writes.",
      examples: """
        weir spool ls                      every segment of every feed
        weir spool cat PATH | jq .         the records of one, verified
        weir spool where NAME              where a segment is in each queue, and in the database
        weir spool verify --all            every checksum, count and name
        """
    ),
    subcommands: [SpoolList.self, SpoolCat.self, SpoolWhere.self, SpoolVerify.self]
  )
}
