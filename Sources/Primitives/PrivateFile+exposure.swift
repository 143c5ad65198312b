import Glibc

extension PrivateFile.Contents {
    /// The way in which somebody else than this process's user or root can read or replace the secret in the file; nil
    /// where nobody can.
    ///
    /// The rule is PostgreSQL's for its own key: the user's file is for the user alone; a group may also read root's,
    /// as where a system keeps keys for several services.
    public var exposure: String? {
        Self.exposure(owner: owner, mode: mode, user: geteuid())
    }

    /// As `exposure`, for a process of another user.
    public func exposure(for user: UInt32) -> String? {
        Self.exposure(owner: owner, mode: mode, user: user)
    }

    /// The way in which somebody else than this process's user or root can change the file, which everybody may read;
    /// nil where nobody can.
    public var weakness: String? {
        Self.weakness(owner: owner, mode: mode, user: geteuid())
    }

    static func weakness(owner: UInt32, mode: UInt32, user: UInt32) -> String? {
        if let foreign = foreignOwner(owner, user: user) { return foreign }
        guard mode & 0o022 != 0 else { return nil }
        return "others can change it (mode \(String(mode, radix: 8))); make it 644 or 600"
    }

    private static func foreignOwner(_ owner: UInt32, user: UInt32) -> String? {
        guard owner != user && owner != 0 else { return nil }
        return "its owner is the user \(owner); make it a file of this user (\(user)) or of root"
    }

    static func exposure(owner: UInt32, mode: UInt32, user: UInt32) -> String? {
        if let foreign = foreignOwner(owner, user: user) { return foreign }
        let forbidden: UInt32 = owner == 0 ? 0o037 : 0o077
        guard mode & forbidden != 0 else { return nil }
        let text = String(mode, radix: 8)
        return "others can use it (mode \(text)); make it 600\(owner == 0 ? ", or 640 for a group of its own" : "")"
    }
}
