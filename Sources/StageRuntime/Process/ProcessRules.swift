internal import Glibc

/// What holds for every stage program from its first moment.
enum ProcessRules {
  /// Files are made for their owner alone, a crash leaves no core file with records in it, and a reader that went away
  /// is an error of the call and not the end of the program.
  static func apply() {
    umask(0o077)
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    _ = signal(SIGPIPE, SIG_IGN)
  }
}
