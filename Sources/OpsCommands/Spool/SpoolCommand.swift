internal import ArgumentParser

/// `weir spool`: nouns of the spool, and the verbs an operator needs.
struct SpoolCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spool",
    abstract: "List, print, find, verify and repair what is in the spool.",
    discussion: helpText(
      """
      A segment's state is the folder that it is in. ls, stat, cat, where, explain and verify only look; hold, release, \
      retry, redo and gc change something, take names, - or ALL, and have --dry-run.
      """,
      examples: """
        weir spool ls                      every segment of every feed
        weir spool cat PATH | jq .         the records of one, verified
        weir spool where NAME              where a segment is in each queue, and in the database
        weir spool verify                  every checksum, count and name
        weir spool stat                    the queues at a glance
        weir spool ls --state held         what waits for a person
        weir spool release NAME            and what to do about it
        """
    ),
    subcommands: [
      SpoolList.self, SpoolStat.self, SpoolCat.self, SpoolWhere.self, SpoolExplain.self, SpoolVerify.self,
      SpoolHold.self,
      SpoolRelease.self, SpoolRetry.self, SpoolRedo.self, SpoolPut.self, SpoolGC.self,
    ]
  )
}
