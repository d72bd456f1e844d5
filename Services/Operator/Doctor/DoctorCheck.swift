import Domain
import Persistence

/// One thing that must hold, compared on a live system.
///
/// A check reads page by page, each page in one snapshot and with both sides of every comparison in it, so that it needs
/// little memory, holds no snapshot for long, and is not misled by what happens meanwhile.
protocol DoctorCheck {
    var name: CheckName { get }
    func run(into result: inout CheckResult, on connection: Connection) throws
}

extension Connection {
    /// Everything that `body` reads is of one moment.
    func snapshot<Result>(_ body: (Connection) throws -> Result) throws -> Result {
        try transaction { connection in
            try connection.script("set transaction isolation level repeatable read, read only")
            return try body(connection)
        }
    }
}
