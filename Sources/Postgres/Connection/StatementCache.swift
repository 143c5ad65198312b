/// The statements that the server has parsed for one connection, by text and parameter types. A pure value: it plans
/// the steps of a unit, and is told what the server answered.
struct StatementCache {
    typealias Step = ConnectionMachine.Step

    private struct Statement {
        let name: String
        /// False until the server has answered that it parsed the statement.
        var isReady: Bool
    }

    /// The most named statements. Further ones are sent unnamed: a program that builds its SQL text must not fill the
    /// server's memory.
    private static let limit = 256

    private var statements: [StatementKey: Statement] = [:]
    private var lastNumber = 0

    /// Plans the steps that run a unit's statements, and names those that are new.
    mutating func plan(_ keys: [StatementKey]) -> [Step] {
        var steps: [Step] = []
        steps.reserveCapacity(keys.count)
        var own: [StatementKey: String] = [:]
        for (index, key) in keys.enumerated() {
            if let name = own[key] {
                steps.append(.executePrepared(name: name, statement: index))
            } else if let statement = statements[key] {
                // A name whose Parse belongs to another unit may never come to be: that unit may fail before it.
                steps.append(
                    statement.isReady
                        ? .executePrepared(name: statement.name, statement: index) : .executeUnnamed(statement: index)
                )
            } else if statements.count < Self.limit {
                lastNumber += 1
                let name = "s\(lastNumber)"
                statements[key] = Statement(name: name, isReady: false)
                own[key] = name
                steps.append(.prepare(name: name, statement: index))
                steps.append(.executePrepared(name: name, statement: index))
            } else {
                steps.append(.executeUnnamed(statement: index))
            }
        }
        return steps
    }

    /// The server has parsed the statement.
    mutating func markReady(_ key: StatementKey, name: String) {
        statements[key] = Statement(name: name, isReady: true)
    }

    /// A step failed, or was skipped when there is no error: forgets its statement where the name is of no use any
    /// more.
    mutating func stepFailed(_ step: Step, keys: [StatementKey], error: PostgresError?) {
        switch step {
        case .prepare(let name, let statement): forget(keys[statement], name: name)
        case .executePrepared(let name, let statement):
            guard Self.isOutdated(step, error) else { return }
            forget(keys[statement], name: name)
            // A change that outdates one statement outdates others as a rule: each would fail once.
            statements = statements.filter { !$0.value.isReady }
        case .executeUnnamed: return
        }
    }

    /// Tells whether a statement failed for its name alone, so that it may succeed when it is parsed anew:
    /// invalid_sql_statement_name (somebody deallocated it), feature_not_supported (its result type changed with a
    /// table).
    static func isOutdated(_ step: Step, _ error: PostgresError?) -> Bool {
        guard case .executePrepared = step else { return false }
        return error?.sqlState == "26000" || error?.sqlState == "0A000"
    }

    private mutating func forget(_ key: StatementKey, name: String) {
        if statements[key]?.name == name { statements[key] = nil }
    }
}
