import ArgumentParser
import Foundation

/// Checks the environment for variables that no command reads, such as one with a spelling mistake.
struct SettingsCheck {
    /// The variables that the commands read, by their help.
    let known: Set<String>
    let environment: [String: String]

    func findings() -> [Finding] {
        let unknown = environment.keys.filter { $0.hasPrefix("WAYBILL_") && !known.contains($0) }.sorted()
        let set = environment.keys.filter { known.contains($0) && environment[$0]?.isEmpty == false }.sorted()
        let used = set.isEmpty ? "no WAYBILL_ variable is set" : "set: \(set.joined(separator: ", "))"
        return [.ok("settings", "the command line and the environment are valid; \(used)")]
            + unknown.map { name in
                let nearest = known.min { Self.distance($0, name) < Self.distance($1, name) }
                let hint = nearest.flatMap { Self.distance($0, name) <= 3 ? "did you mean \($0)? " : nil } ?? ""
                return .warning(
                    "settings",
                    "\(name) is set, and no command reads it",
                    do: "\(hint)remove it, or correct its name"
                )
            }
    }

    /// The variables that the help texts name.
    static func variables(in texts: [String]) -> Set<String> {
        Set(texts.flatMap { $0.matches(of: /WAYBILL_[A-Z_]*[A-Z]/).map { String($0.output) } })
    }

    /// The number of single letters to insert, delete or replace to make one text of the other (Levenshtein).
    static func distance(_ one: String, _ other: String) -> Int {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        var row = Array(0...other.count)
        for i in one.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in other.indices {
                let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (one[i] == other[j] ? 0 : 1))
                (diagonal, row[j + 1]) = (row[j + 1], next)
            }
        }
        return row[other.count]
    }
}
