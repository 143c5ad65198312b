import StrictJSON

/// Reads the members of one JSON object by name and remembers everything that was wrong, rather than the first thing.
struct FieldReader {
    /// Nil while the reader's owner is asked what it would read.
    private let object: JSONNode?
    /// Where the next member is looked for first.
    private var hint = JSONNode.MemberHint()
    /// Which members were asked for: the first 64 by their bits, of larger objects the others too.
    private var read: UInt64 = 0
    private var readBeyond: Set<Int> = []
    private(set) var errors: [FieldError] = []
    /// There while the reader's owner is asked what it would read.
    private var description: ObjectDescription?

    init(_ object: JSONNode) {
        self.object = object
    }

    private init(describing catalog: SchemaCatalog) {
        object = nil
        description = ObjectDescription(catalog)
    }

    /// The schema of the objects that `read` reads: the members that it asks for, and no others.
    static func schema(_ catalog: SchemaCatalog, _ read: (inout FieldReader) -> Void) -> JSONValue {
        var fields = FieldReader(describing: catalog)
        read(&fields)
        return fields.schema
    }

    /// A reader that finds nothing and notes what it is asked for; `schema` is what it noted.
    static func describing(_ catalog: SchemaCatalog) -> FieldReader { FieldReader(describing: catalog) }

    var schema: JSONValue { description?.schema ?? true }

    /// Nil when the member is missing or wrong, which is then an error.
    mutating func required<Value>(_ name: StaticString, _ field: Field<Value>) -> Value? {
        guard let object else { return describe(name, field, isRequired: true) }
        guard let member = object.member(name, hint: &hint) else {
            fail(name, "is required")
            return nil
        }
        return value(of: member, field)
    }

    /// Nil when the member is missing, or wrong, which is then an error. Null is wrong: an optional field is left out.
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

    /// Reports every member that nobody asked for.
    mutating func refuseOthers(ignoring ignored: [StaticString] = []) {
        guard let object else { return }
        // Nearly always all were asked for.
        if object.count < 64, read == (1 << UInt64(object.count)) - 1 { return }
        for member in object.members where !wasRead(member) && !ignored.contains(where: { member.name.isText($0) }) {
            // Looked at before the pointer is made, or an object of thousands of unknown members would cost seconds.
            guard errors.count < InvalidCommand.limit else { return }
            fail(at: member.value.pointer, "is not a field of this command")
        }
    }

    private func wasRead(_ member: JSONNode.Member) -> Bool {
        member.ordinal < 64 ? read & (1 << UInt64(member.ordinal)) != 0 : readBeyond.contains(member.ordinal)
    }

    mutating func fail(_ name: StaticString, _ message: String) {
        fail(at: (object?.pointer ?? "") + "/" + JSONPointer.escape("\(name)"), message)
    }

    mutating func fail(at pointer: String, _ message: String) {
        guard errors.count < InvalidCommand.limit else { return }
        errors.append(FieldError(pointer: pointer, message: message))
    }
}
