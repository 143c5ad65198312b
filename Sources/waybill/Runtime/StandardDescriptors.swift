import Foundation

/// Standard input, output and error as the process was given them.
enum StandardDescriptors {
    /// Occupies those of the three that are closed, so that no file or socket takes the number and with it what is
    /// meant for a person. Reading or writing the occupied ones fails as it does on closed ones.
    static func reserve() {
        for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
            // open(2) gives the lowest free number.
            _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
        }
    }
}
