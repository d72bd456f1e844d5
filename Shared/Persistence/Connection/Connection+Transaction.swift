import CPostgres

extension Connection {
    /// Runs `body` between BEGIN and COMMIT. Whatever it throws undoes the transaction and comes out unchanged.
    ///
    /// When COMMIT itself fails the error comes out, and nothing was written; only if the connection was
    /// lost meanwhile is that unknown (`isCommitUncertain`). Transactions do not nest: that is a programmer's error.
    @discardableResult
    public func transaction<R>(_ body: (Connection) throws -> R) throws -> R {
        precondition(!isInTransaction, "transactions do not nest")
        try script("begin")
        isInTransaction = true
        defer { isInTransaction = false }
        let value: R
        do {
            value = try body(self)
        } catch {
            rollBack(after: error)
            throw error
        }
        try commit()
        return value
    }

    private func commit() throws(DatabaseError) {
        let handle = try liveHandle()
        // The server would answer COMMIT of a failed transaction with ROLLBACK, and with success.
        guard PQtransactionStatus(handle) == PQTRANS_INTRANS else {
            let error = DatabaseError(.transactionAborted, "an earlier error has undone the transaction")
            rollBack(after: error)
            throw error
        }
        let result: ResultMemory
        do {
            result = try perform(on: handle) { PQsendQuery($0, "commit") }
        } catch {
            throw self.handle == nil ? error.duringCommit() : error
        }
        guard Rows(result).commandTag == "COMMIT" else {
            throw DatabaseError(.transactionAborted, "the server undid the transaction")
        }
    }

    /// If even that fails the session is given up, which has the same effect.
    private func rollBack(after reason: any Error) {
        guard let handle else { return }
        do {
            _ = try perform(on: handle) { PQsendQuery($0, "rollback") }
            if (reason as? DatabaseError)?.kind == .readOnly { close() }
        } catch {
            close()
        }
    }

    /// Leaves no open transaction behind, whatever was done with `script`.
    func endStrayTransaction() -> Bool {
        guard let handle, PQtransactionStatus(handle) != PQTRANS_IDLE else { return false }
        rollBack(after: DatabaseError(.transactionAborted, "left open"))
        return true
    }

    /// Runs `body` without limits on statements and locks, for work that may rightly take long.
    func withoutLimits<R>(_ body: () throws -> R) throws -> R {
        let limit = answerLimit
        answerLimit = nil
        try script("set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0")
        defer {
            answerLimit = limit
            // A session that cannot be put back must not be used on.
            do {
                try script("reset statement_timeout; reset lock_timeout; reset idle_in_transaction_session_timeout")
            } catch {
                close()
            }
        }
        return try body()
    }
}
