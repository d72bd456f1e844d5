import Contracts
public import Domain
public import Persistence
public import ServiceKit

/// All open alerts of a clinician at a site go to another one, as when somebody leaves. A page to a transaction: called
/// again after a failure it takes what is left.
public struct AlertReassignment: Sendable {
    /// Most alerts of one transaction.
    static let page = 500

    let site: SiteID
    let from: String
    let to: String
    let actor: Caller

    /// - Parameter actor: who decides it; of another site than theirs there is nothing to give.
    public init(site: SiteID, from: String, to: String, actor: Caller) {
        self.site = site
        self.from = from
        self.to = to
        self.actor = actor
    }

    /// - Returns: how many were given.
    public func run(on connection: Connection) throws -> Int {
        var count = 0
        while true {
            let moved = try movePage(on: connection)
            count += moved
            if moved < Self.page { return count }
        }
    }

    private func movePage(on connection: Connection) throws -> Int {
        try connection.transaction { connection in
            try Scope(actor).apply(on: connection)
            var alerts = try AlertStore.owned(by: from, at: site, limit: Self.page, on: connection)
            let now = try DatabaseClock.now(on: connection)
            var ledger = AlertLedger()
            for index in alerts.indices {
                guard let assignment = alerts[index].assign(to: to, by: actor.subject, .clinicianLeft) else { continue }
                try ledger.add(.assigned(assignment), of: alerts[index], at: now, following: alerts[index].cause)
                AlertMetrics.count(.assigned(assignment), alerts[index].kind)
            }
            try AlertStore.update(alerts, on: connection)
            try ledger.append(on: connection)
            return alerts.count
        }
    }
}
