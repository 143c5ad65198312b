import StrictJSON

/// Reads the members of one JSON object by name and collects every error, rather than the first one.
struct FieldReader {
    /// The object; nil while the reader collects a schema.
    private let object: JSONNode?
    /// The place at which the search for the next member begins.
    private var hint = JSONNode.MemberHint()
    /// The members that were asked for, as bits: the first 64 of the object.
    private var read: UInt64 = 0
    /// The members that were asked for beyond the first 64, by their ordinals.
    private var readBeyond: Set<Int> = []
    private(set) var errors: [FieldError] = []
    /// The schema so far; nil while the reader reads.
    private var description: ObjectDescription?

    init(_ object: JSONNode) {
        self.object = object
    }

    /// A reader that finds no member and collects the schema of those that it is asked for.
    ///
    /// - Parameter meanings: the meanings of members in this object, by name.
    init(describing catalog: SchemaCatalog, meanings: [String: String]) {
        object = nil
        description = ObjectDescription(catalog, meanings: meanings)
    }

    /// The schema of the objects that `read` reads: the members that it asks for, and no others.
    static func schema(
        _ catalog: SchemaCatalog,
        meanings: [String: String],
        _ read: (inout FieldReader) -> Void
    ) -> JSONValue {
        var fields = FieldReader(describing: catalog, meanings: meanings)
        read(&fields)
        return fields.schema
    }

    /// The schema of an object with the members that were asked for.
    var schema: JSONValue { description?.schema ?? true }

    /// Reads a member that must be there.
    ///
    /// - Returns: nil with an error where the member is missing or wrong.
    mutating func required<Value>(_ name: StaticString, _ field: Field<Value>) -> Value? {
        guard let object else { return describe(name, field, isRequired: true) }
        guard let member = object.member(name, hint: &hint) else {
            addError("is required", member: name)
            return nil
        }
        return value(of: member, field)
    }

    /// Reads a member that may be left out. Null is wrong: an optional member is left out instead.
    ///
    /// - Returns: nil where the member is missing; nil with an error where it is wrong.
    mutating func optional<Value>(_ name: StaticString, _ field: Field<Value>) -> Value? {
        guard let object else { return describe(name, field, isRequired: false) }
        return object.member(name, hint: &hint).flatMap { value(of: $0, field) }
    }

    private mutating func value<Value>(of member: JSONNode.Member, _ field: Field<Value>) -> Value? {
        if member.ordinal < 64 { read |= 1 << UInt64(member.ordinal) } else { readBeyond.insert(member.ordinal) }
        let value = member.value
        if value.isNull {
            errors.append(FieldError(pointer: value.pointer, message: "must not be null; leave it out"))
            return nil
        }
        return field.read(value, &errors)
    }

    private mutating func describe<Value>(_ name: StaticString, _ field: Field<Value>, isRequired: Bool) -> Value? {
        guard let catalog = description?.catalog else { return nil }
        description?.add("\(name)", field.describe(catalog), isRequired: isRequired)
        return nil
    }

    /// Adds an error for every member that was not asked for.
    mutating func rejectUnknownMembers(ignoring ignored: [StaticString] = []) {
        guard let object else { return }
        // Nearly always all were asked for.
        if object.count < 64, read == (1 << UInt64(object.count)) - 1 { return }
        for member in object.members where !wasRead(member) && !ignored.contains(where: { member.name.isText($0) }) {
            // Checked before the pointer is made: an object of thousands of unknown members would cost seconds.
            guard errors.count < InvalidCommand.limit else { return }
            addError("is not a field of this command", at: member.value.pointer)
        }
    }

    private func wasRead(_ member: JSONNode.Member) -> Bool {
        member.ordinal < 64 ? read & (1 << UInt64(member.ordinal)) != 0 : readBeyond.contains(member.ordinal)
    }

    /// Tells whether the object has the member, whatever its value is.
    func has(_ name: StaticString) -> Bool { object?[name] != nil }

    mutating func addError(_ message: String, member name: StaticString) {
        addError(message, at: (object?.pointer ?? "") + "/" + JSONPointer.escape("\(name)"))
    }

    mutating func addError(_ message: String, at pointer: String) {
        guard errors.count < InvalidCommand.limit else { return }
        errors.append(FieldError(pointer: pointer, message: message))
    }
}
