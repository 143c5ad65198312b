import Foundation

/// The limit on open file descriptors.
enum Descriptors {
    /// Raises the soft limit to the hard limit: each stream is a descriptor, and the usual soft limit is 1,024.
    static func raiseLimit() throws {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            throw LoadFailure.system("getrlimit")
        }
        limit.rlim_cur = limit.rlim_max
        guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            throw LoadFailure.system("setrlimit")
        }
    }
}
