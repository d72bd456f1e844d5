import Channels
import Domain
import Outbound

/// A delivery status notification (RFC 3464): another server says what became of a message that it had taken over.
struct BounceReport: Hashable {
    enum Action: Hashable {
        /// It was given up.
        /// - Parameter status: of RFC 3463, class 5, or 4 where a server has tried for as long as it does.
        case failed(status: String)
        /// It is still tried.
        case delayed
        /// It arrived, or went where nothing is reported from.
        case other
    }

    /// A multipart in a multipart, and so on, no deeper than this.
    static let depth = 4

    /// The delivery or digest whose envelope sender the report came to.
    let message: DeliveryID
    let action: Action

    /// Nil for what is no report about a message of ours.
    /// - Parameter address: where reports go, without the id of the message.
    init?(_ bytes: [UInt8], to address: BounceAddress) {
        let mail = MIMEEntity(bytes[...])
        let arrived = mail.fields.filter { Self.addressees.contains($0.name) }
        guard let message = arrived.lazy.compactMap({ address.message(in: $0.value) }).first,
            let groups = Self.status(in: mail, depth: Self.depth)?.groups,
            let action = Self.gravest(groups)
        else { return nil }
        self.message = message
        self.action = action
    }

    /// Where a server has put a mail is in one of these, whatever it is set to write.
    private static let addressees: Set = ["to", "delivered-to", "x-original-to", "envelope-to"]

    /// The machine-readable part of the first report in a mail.
    private static func status(in entity: MIMEEntity, depth: Int) -> MIMEEntity? {
        guard depth > 0 else { return nil }
        let parts = entity.parts.map { MIMEEntity($0) }
        if entity.type == "multipart/report" {
            return parts.first { ["message/delivery-status", "message/global-delivery-status"].contains($0.type) }
        }
        return parts.lazy.compactMap { status(in: $0, depth: depth - 1) }.first
    }

    /// The first group is about the message; each other one is about a recipient, of which ours have one.
    private static func gravest(_ groups: [[(name: String, value: String)]]) -> Action? {
        var found: Action?
        for group in groups {
            func word(_ name: String) -> String? {
                group.first { $0.name == name }?.value.split(whereSeparator: { " \t(;".contains($0) }).first.map(String.init)
            }
            switch word("action")?.lowercased() {
            case "failed":
                guard let status = word("status"), isFailure(status) else { continue }
                return .failed(status: status)
            case "delayed": found = .delayed
            case "delivered", "relayed", "expanded": found = found ?? .other
            default: continue
            }
        }
        return found
    }

    /// `5.1.1`: class, subject, detail (RFC 3463 section 2).
    private static func isFailure(_ status: String) -> Bool {
        let numbers = status.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 3 && ["4", "5"].contains(numbers[0])
            && numbers.allSatisfy { (1...3).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    }
}
