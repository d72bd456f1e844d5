import CPostgres

/// What the server has prepared for one SQL text. A null at the first use leaves the type of its place
/// open (0); a later value closes it, and the statement is prepared again.
struct PreparedStatement {
    let name: String
    let types: [UInt32]

    func takes(_ given: [UInt32]) -> Bool {
        given.count == types.count && zip(given, types).allSatisfy { $0 == 0 || $0 == $1 }
    }

    func types(mergedWith given: [UInt32]) -> [UInt32] {
        guard given.count == types.count else { return given }
        return zip(given, types).map { $0 == 0 ? $1 : $0 }
    }
}

extension Connection {
    /// The session, made anew if it was lost and nothing depends on the old one.
    func liveHandle() throws(DatabaseError) -> OpaquePointer {
        if let handle, PQstatus(handle) == CONNECTION_OK { return handle }
        guard !isInTransaction else {
            throw DatabaseError(.unreachable, "the connection was lost inside the transaction")
        }
        try reconnect()
        guard let handle else { throw DatabaseError(.unreachable, "no connection to the database") }
        return handle
    }

    /// The name under which the server knows the statement.
    func prepare(_ statement: Statement, types: [UInt32], on handle: OpaquePointer) throws(DatabaseError) -> String {
        let known = prepared[statement.sql]
        if let known, known.takes(types) { return known.name }
        preparedCount += 1
        let name = "attune_\(preparedCount)"
        let merged = known?.types(mergedWith: types) ?? types
        _ = try perform(on: handle) { PQsendPrepare($0, name, statement.sql, Int32(merged.count), merged) }
        prepared[statement.sql] = PreparedStatement(name: name, types: merged)
        if let known { _ = try perform(on: handle) { PQsendQuery($0, "deallocate \(known.name)") } }
        return name
    }

    /// Sends, waits for every result, and returns the last; the first error wins.
    func perform(
        on handle: OpaquePointer, _ send: (OpaquePointer) -> Int32
    ) throws(DatabaseError) -> ResultMemory {
        guard send(handle) == 1 else {
            throw PQstatus(handle) == CONNECTION_OK
                ? DatabaseError(.other, "the statement could not be sent") : lost(nil)
        }
        let deadline = answerLimit.map { ContinuousClock.now + $0 }
        var last: ResultMemory?
        var failure: DatabaseError?
        while let result = try nextResult(of: handle, until: deadline) {
            switch PQresultStatus(result.handle) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: last = result
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                close()
                throw DatabaseError(.other, "COPY is not supported")
            default: if failure == nil { failure = Session.serverError(of: result) }
            }
        }
        if PQstatus(handle) != CONNECTION_OK { throw lost(failure) }
        if let failure {
            // A former primary takes no writes any more: a new connection may find the present one.
            if failure.kind == .readOnly, !isInTransaction { close() }
            throw failure
        }
        guard let last else { throw .invalidResult("the server sent no result") }
        return last
    }

    private func nextResult(
        of handle: OpaquePointer, until deadline: ContinuousClock.Instant?
    ) throws(DatabaseError) -> ResultMemory? {
        while PQisBusy(handle) == 1 {
            let rest = deadline.map { $0 - ContinuousClock.now }
            if let rest, rest <= .zero {
                close()
                throw DatabaseError(.timedOut, "the server did not answer")
            }
            guard Session.isReadable(handle, within: rest) else { continue }
            // On failure the library makes an error result of it, which the caller gets next.
            if PQconsumeInput(handle) == 0 { break }
        }
        return PQgetResult(handle).map(ResultMemory.init)
    }

    /// Gives up the session and says why: in the server's words, if it had any.
    func lost(_ reason: DatabaseError?) -> DatabaseError {
        close()
        if let reason, reason.sqlState != nil { return reason }
        return DatabaseError(.unreachable, "the connection to the database was lost")
    }
}
