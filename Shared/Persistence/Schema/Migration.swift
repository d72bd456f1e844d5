/// One numbered step of the schema, embedded in the binary. Once released it never changes: its checksum is kept.
public struct Migration: Sendable {
    public let number: Int32
    public let name: String
    let sql: [UInt8]
    /// The newest step that a program must know to work beside this one. 0, as nearly always: a step adds, and programs
    /// that do not know it go on. A step that takes away what older programs use names the first that no longer does.
    let servesFrom: Int32
    /// Views that a released step changes after their tables. A reader takes a view first and its table then: a step that
    /// comes the other way round meets it crosswise and never gets through under steady reading. So these are locked, and
    /// with them their tables, before anything else. A new step says so in its own SQL.
    let locksFirst: [String]

    init(number: Int32, name: String, sql: [UInt8], servesFrom: Int32 = 0, locksFirst: [String] = []) {
        self.number = number
        self.name = name
        self.sql = sql
        self.servesFrom = servesFrom
        self.locksFirst = locksFirst
    }

    /// What is run in one transaction each, in order. A line `-- Next transaction.` ends one.
    var transactions: [MigrationTransaction] {
        let lock = locksFirst.isEmpty ? "" : "lock table \(locksFirst.joined(separator: ", ")) in access exclusive mode;\n"
        var parts = [lock]
        for line in String(decoding: sql, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "-- Next transaction." { parts.append("") } else { parts[parts.count - 1] += line + "\n" }
        }
        return parts.map(MigrationTransaction.init)
    }

    /// All steps in order. A new file in `Migrations/` gets its line here; a test compares the two.
    static let all = [
        Migration(number: 1, name: "ledger", sql: PackageResources._001_ledger_sql),
        Migration(number: 2, name: "consumption", sql: PackageResources._002_consumption_sql),
        Migration(number: 3, name: "scoring", sql: PackageResources._003_scoring_sql),
        Migration(number: 4, name: "alerting", sql: PackageResources._004_alerting_sql),
        Migration(number: 5, name: "notification", sql: PackageResources._005_notification_sql),
        Migration(number: 6, name: "audit", sql: PackageResources._006_audit_sql),
        Migration(number: 7, name: "alert_ratings", sql: PackageResources._007_alert_ratings_sql),
        Migration(
            number: 8, name: "tamper_evidence", sql: PackageResources._008_tamper_evidence_sql,
            locksFirst: ["published.audit_checkpoint"]),
        Migration(number: 9, name: "recovery", sql: PackageResources._009_recovery_sql),
        Migration(
            number: 10, name: "quarantine", sql: PackageResources._010_quarantine_sql,
            locksFirst: ["published.quarantine"]),
        Migration(number: 11, name: "erasure", sql: PackageResources._011_erasure_sql),
        Migration(number: 12, name: "doctor", sql: PackageResources._012_doctor_sql),
        Migration(number: 13, name: "considerations", sql: PackageResources._013_considerations_sql),
        Migration(
            number: 14, name: "alert_life", sql: PackageResources._014_alert_life_sql,
            locksFirst: ["published.alert"]),
        Migration(number: 15, name: "directory", sql: PackageResources._015_directory_sql),
        Migration(
            number: 16, name: "channels", sql: PackageResources._016_channels_sql,
            locksFirst: ["published.delivery", "published.delivery_attempt", "published.fhir_notification"]),
        Migration(
            number: 17, name: "measures", sql: PackageResources._017_measures_sql,
            locksFirst: ["published.alert"]),
        Migration(
            number: 18, name: "notices", sql: PackageResources._018_notices_sql,
            locksFirst: ["published.delivery", "published.fhir_notification"]),
        Migration(number: 19, name: "portal", sql: PackageResources._019_portal_sql),
        Migration(number: 20, name: "portal_commands", sql: PackageResources._020_portal_commands_sql),
        Migration(number: 22, name: "audit_pages", sql: PackageResources._022_audit_pages_sql),
        Migration(number: 23, name: "portal_raters", sql: PackageResources._023_portal_raters_sql),
        Migration(number: 24, name: "supervision", sql: PackageResources._024_supervision_sql),
        Migration(
            number: 25, name: "scoped_services", sql: PackageResources._025_scoped_services_sql,
            locksFirst: ["published.fhir_alert", "published.fhir_notification", "published.portal_delivery"]),
        Migration(number: 26, name: "event_bound", sql: PackageResources._026_event_bound_sql),
        Migration(number: 27, name: "event_bound_checked", sql: PackageResources._027_event_bound_checked_sql),
        Migration(number: 28, name: "event_parts", sql: PackageResources._028_event_parts_sql),
    ]
}

public enum MigrationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The database lacks steps that this program needs: run `attune migrate`.
    case pending([Int32])
    /// The database has a step that this program does not know and cannot work beside.
    case databaseIsNewer(number: Int32)
    /// A step was changed after it had been applied.
    case checksumChanged(number: Int32, name: String)
    /// A step is missing although a later one has been applied.
    case missing(number: Int32)
    /// Locks could not be had within the patience; what was applied before stays.
    case locked(number: Int32, name: String, by: String)

    public var description: String {
        switch self {
        case .pending(let numbers):
            "the database lacks migration \(numbers.map(String.init).joined(separator: ", ")): run `attune migrate`"
        case .databaseIsNewer(let number):
            "the database has migration \(number), which this program does not know: use the newer program"
        case .checksumChanged(let number, let name):
            "migration \(number) (\(name)) is not the one that was applied to this database"
        case .missing(let number):
            "migration \(number) was never applied to this database, although later ones were"
        case .locked(let number, let name, let holder):
            "migration \(number) (\(name)) did not get its locks: \(holder); nothing of it is left, run it again"
        }
    }
}

/// A part of a step that is one transaction.
struct MigrationTransaction: Sendable {
    let sql: String

    /// PostgreSQL runs `… concurrently` in no transaction block: such a part has this one statement. It waits for older
    /// transactions without keeping anybody else waiting.
    var isConcurrent: Bool {
        sql.split(separator: "\n").contains { line in
            !line.hasPrefix("--") && line.split(separator: " ").contains { $0.lowercased() == "concurrently" }
        }
    }
}
