import StrictJSON

/// A comparison of the order that stored events fold to with the order that an older version made of them. Later
/// versions say more of an order; what the older one said stays.
struct CorpusComparison {
    let now: JSONValue

    /// The first member that reads otherwise now; nil where none does.
    func difference(of recorded: JSONValue) -> String? { Self.difference(recorded, now, at: "") }

    private static func difference(_ old: JSONValue, _ new: JSONValue, at path: String) -> String? {
        switch (old, new) {
        case (.object(let old), .object(let new)):
            for member in old.members {
                let path = path + "/" + member.name
                if isChanged(path) { continue }
                guard let value = new[member.name] else { return "\(path) is missing" }
                // Further reasons for attention: money owed, and parcels that came back.
                if path == "/internal/attention", value == true, new["attentionReasons"]?.array?.isEmpty == false {
                    continue
                }
                if let difference = difference(member.value, value, at: path) { return difference }
            }
            return nil
        case (.array(let old), .array(let new)):
            guard old.count == new.count else { return "\(path) has \(new.count) elements, not \(old.count)" }
            return zip(old, new).lazy.compactMap { difference($0, $1, at: path + "/-") }.first
        default: return old == new ? nil : "\(path) is \(new), not \(old)"
        }
    }

    /// The things that later versions say otherwise: the ids of holds are for staff, in `internal`, and the commands
    /// are compared apart.
    private static func isChanged(_ path: String) -> Bool {
        path == "/holds/-/holdId" || path == "/internal/allowedCommands"
    }
}
