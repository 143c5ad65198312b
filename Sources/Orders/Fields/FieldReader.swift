import StrictJSON

/// Reads the members of one JSON object by name and remembers everything that was wrong, rather than the first thing.
struct FieldReader {
    private let object: JSONObject
    /// The object's own place.
    private let place: String
    private var read: Set<String> = []
    private(set) var errors: [FieldError] = []
    /// There while the reader's owner is asked what it would read.
    private var description: ObjectDescription?

    init(_ object: JSONObject, at place: String = "") {
        self.object = object
        self.place = place
    }

    private init(describing catalog: SchemaCatalog) {
        self.init(JSONObject())
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
    mutating func required<Value>(_ name: String, _ field: Field<Value>) -> Value? {
        if description != nil { return describe(name, field, isRequired: true) }
        guard object[name] != nil else {
            fail(name, "is required")
            return nil
        }
        return optional(name, field)
    }

    /// Nil when the member is missing, or wrong, which is then an error. Null is wrong: an optional field is left out.
    mutating func optional<Value>(_ name: String, _ field: Field<Value>) -> Value? {
        if description != nil { return describe(name, field, isRequired: false) }
        read.insert(name)
        guard let value = object[name] else { return nil }
        let pointer = JSONPointer(parent: place, name: name)
        if case .null = value {
            errors.append(FieldError(pointer: pointer.description, message: "must not be null; leave it out"))
            return nil
        }
        return field.read(value, pointer, &errors)
    }

    private mutating func describe<Value>(_ name: String, _ field: Field<Value>, isRequired: Bool) -> Value? {
        guard let catalog = description?.catalog else { return nil }
        description?.add(name, field.describe(catalog), isRequired: isRequired)
        return nil
    }

    /// Reports every member that nobody asked for.
    mutating func refuseOthers(ignoring ignored: Set<String> = []) {
        for member in object.members where !read.contains(member.name) && !ignored.contains(member.name) {
            fail(member.name, "is not a field of this command")
        }
    }

    mutating func fail(_ name: String, _ message: String) {
        guard errors.count < InvalidCommand.limit else { return }
        errors.append(FieldError(pointer: JSONPointer(parent: place, name: name).description, message: message))
    }

    mutating func fail(at pointer: String, _ message: String) {
        errors.append(FieldError(pointer: pointer, message: message))
    }
}
