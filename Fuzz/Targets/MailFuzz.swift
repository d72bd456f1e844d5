import Channels
import Directory
import Domain

@testable import Outbound
@testable import attune_notification

/// Mails that other servers send back, and addresses that people type.
enum MailFuzz {
    private static let address: BounceAddress = {
        do { return try BounceAddress(MailAddress("bounces@clinic.example")) } catch { fatalError("\(error)") }
    }()

    static func bounce(_ bytes: [UInt8]) throws(FuzzFault) {
        guard let report = BounceReport(bytes, to: address) else { return }
        if case .failed(let status) = report.action {
            try hold(status.utf8.count <= 11 && status.utf8.allSatisfy { $0 < 0x80 }, "a status that is none")
        }
    }

    static func addresses(_ bytes: [UInt8]) throws(FuzzFault) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let request = read({ try HTTPRequest(.post, url: text) }) {
            try hold(
                !"\(request)".contains("QZX") || request.destination.host.contains("QZX"),
                "a description shows more than the host")
            try hold(["http", "https"].contains(request.destination.scheme), "a scheme that is none of ours")
        }
        if let mail = read({ try MailAddress(text, displayName: text.isEmpty ? nil : text) }) {
            try hold(!mail.address.contains(where: \.isWhitespace), "an address with a blank")
        }
        if let name = read({ try MailAddress("a@clinic.example", displayName: text) }) {
            for line in name.rendered.split(separator: "\r\n", omittingEmptySubsequences: false).dropFirst() {
                try hold(line.hasPrefix(" "), "a name begins a header of its own")
            }
        }
        if let header = read({ try Header("X-Fuzz", text) }) {
            try hold(!header.value.utf8.contains { $0 == 0x0A || $0 == 0x0D || $0 == 0 }, "a header with a line end")
        }
        if let pause = RetryAfter.pause(text, now: Timestamp(microseconds: 1_760_000_000_000_000)) {
            try hold(pause >= .zero && pause <= RetryAfter.longest, "a pause of \(pause)")
        }
        if let day = CalendarDay(text) {
            try hold(day.description == text, "a day is another one after it was written")
        }
        if let time = Timestamp(text) {
            try hold(Timestamp(time.description) == time, "an instant is another one after it was written")
        }
        _ = read { try WeeklyHours(text) }
    }
}
