import CPostgres

/// The result of one statement. It owns the memory of the client library and reads out of it on demand.
public struct Rows: RandomAccessCollection {
    private let result: ResultMemory

    init(_ result: ResultMemory) { self.result = result }

    public var startIndex: Int { 0 }
    public var endIndex: Int { Int(PQntuples(result.handle)) }

    public subscript(position: Int) -> Row {
        precondition(indices.contains(position), "row index out of range")
        return Row(result: result, index: Int32(position))
    }

    /// Rows written by insert, update or delete, or returned by select; 0 for other statements.
    public var affectedRows: Int { Int(String(cString: PQcmdTuples(result.handle))) ?? 0 }

    /// The only row; an error for none or several.
    public func only() throws(DatabaseError) -> Row {
        guard count == 1 else { throw .invalidResult("expected one row, got \(count)") }
        return self[0]
    }

    /// The server's word for what it did, such as `COMMIT`.
    var commandTag: String { String(cString: PQcmdStatus(result.handle)) }
}

/// Frees the client library's result with its last user.
final class ResultMemory {
    let handle: OpaquePointer
    /// Takes over the ownership of `handle`.
    init(_ handle: OpaquePointer) { self.handle = handle }
    deinit { PQclear(handle) }
}
