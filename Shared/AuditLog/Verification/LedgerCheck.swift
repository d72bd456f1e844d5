import Contracts
import Domain
import Persistence

/// Goes through ledger and log side by side, by event id: each event of the ledger is exactly one leaf that
/// says the same, and no leaf claims to be an event that the ledger does not have.
struct LedgerCheck {
    let pageSize: Int
    let pending: PendingRule
    let connection: Connection

    func run(into report: inout VerificationReport, progress: (Int, Int) -> Void) throws {
        let total = Int(try connection.run("select count(*) from published.event").only().int64(0))
        var events = PagedRows(connection, Self.eventsStatement, [], limit: pageSize) { try LedgerRow($0) }
        var leaves = PagedRows(
            connection, Self.leavesStatement, [.texts(AuditedTopics.ledger.map(\.name))], limit: pageSize
        ) { LeafRow(try StoredLog.Leaf($0)) }
        while true {
            switch (try events.peek(), try leaves.peek()) {
            case (nil, nil): return
            case (let event?, nil): settle(event, &report); events.pop()
            case (nil, let leaf?): report.add(.leafNotInLedger(index: leaf.index, event: leaf.id)); leaves.pop()
            case (let event?, let leaf?):
                if event.key < leaf.key {
                    settle(event, &report)
                    events.pop()
                } else if leaf.key < event.key {
                    report.add(.leafNotInLedger(index: leaf.index, event: leaf.id))
                    leaves.pop()
                } else {
                    compare(event, leaf, &report)
                    events.pop()
                    leaves.pop()
                }
            }
            if events.isAtPageEnd { progress(report.ledgerEvents, max(total, report.ledgerEvents)) }
        }
    }

    /// An event of the ledger that is not in the log.
    private func settle(_ event: LedgerRow, _ report: inout VerificationReport) {
        report.ledgerEvents += 1
        let verdict = pending.verdict(lane: event.lane, position: event.position, recordedAt: event.time)
        guard !report.pending.take(verdict, recordedAt: event.time) else { return }
        report.add(.eventNotInLog(event.id, position: event.position))
    }

    private func compare(_ event: LedgerRow, _ leaf: LeafRow, _ report: inout VerificationReport) {
        report.ledgerEvents += 1
        let fields = event.differences(from: leaf.entry)
        if !fields.isEmpty { report.add(.eventDiffers(index: leaf.index, event: leaf.id, fields: fields)) }
    }

    /// The digest is made by the server: payloads need not travel.
    private static let eventsStatement: Statement = """
        select event_id, position, category, backfill, stream_id, version, site, type, recorded_at, sha256(payload)
        from published.event where event_id > $1 order by event_id limit $2
        """

    private static let leavesStatement = Statement(
        """
        select \(StoredLog.Leaf.columns) from published.audit_leaf
        where event_id > $1 and topic = any($3) order by event_id limit $2
        """)
}

/// Rows in the order of event ids, read page by page.
struct PagedRows<Element: KeyedByEvent> {
    private let connection: Connection
    private let statement: Statement
    private let parameters: [Parameter]
    private let limit: Int
    private let read: (Row) throws -> Element
    private var page: ArraySlice<Element> = []
    /// Below every id: ids are never nil.
    private var last = EventKey.lowest
    private var isComplete = false

    /// - Parameter parameters: from `$3` on; `$1` is the id to start behind, `$2` the limit.
    init(
        _ connection: Connection, _ statement: Statement, _ parameters: [Parameter], limit: Int,
        read: @escaping (Row) throws -> Element
    ) {
        self.connection = connection
        self.statement = statement
        self.parameters = parameters
        self.limit = limit
        self.read = read
    }

    var isAtPageEnd: Bool { page.isEmpty }

    mutating func peek() throws -> Element? {
        if page.isEmpty, !isComplete {
            let rows = try connection.run(statement, [.id(last.id), .int64(Int64(limit))] + parameters)
            page = try rows.map(read)[...]
            isComplete = rows.count < limit
            if let final = page.last { last = final.key }
        }
        return page.first
    }

    mutating func pop() { page.removeFirst() }
}
