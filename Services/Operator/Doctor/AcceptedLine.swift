import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit

/// One line of what a sender noted when ingestion had answered 201 or 200, as NDJSON.
///
/// `{"kind": "rating", "id": UUID, "site": "north", "episodeId": UUID, "eventId": UUID, "version": 7}`: `kind` is
/// `opening`, `participant`, `session`, `rating`, `correction`, `withdrawal`, `discussion`, `consent`, `review`, `transfer`,
/// `decline`, `preferences`, `preference_review` or `closure`; `id` is the one the sender gave it, the withdrawn rating's,
/// or the opened or closed episode's. `site`
/// may be left out where one site is checked or the id is known at one site only; `episodeId` is needed for `participant`
/// and `withdrawal`; `eventId` and `version` are compared where they are given. Other members are of no concern.
///
/// What alerting answered with 200 can stand there, too: `acknowledgement` and `resolution`, with the alert's id.
struct AcceptedLine {
    enum Kind: String, CaseIterable {
        case opening, participant, session, rating, correction, withdrawal, discussion, consent, review, transfer, closure
        case decline, preferences
        case preferenceReview = "preference_review"
        case acknowledgement, resolution
    }

    let kind: Kind
    let id: UUID
    let site: SiteID?
    let episode: EpisodeID?
    let event: EventID?
    let version: Int64?

    /// - Throws: `JSONSyntaxError`, `FieldError`.
    init(_ line: [UInt8]) throws {
        let fields = try JSONField(JSON.parse(line)).anyObject()
        kind = try fields["kind"].choice()
        let id = try fields["id"].identity(EpisodeID.self)
        self.id = id.rawValue
        site = try fields.optional("site")?.name()
        switch kind {
        case .opening, .closure: episode = id
        case .participant, .withdrawal: episode = try fields["episodeId"].identity()
        case .session, .rating, .correction, .discussion, .consent, .review, .transfer, .decline, .preferences,
            .preferenceReview, .acknowledgement, .resolution:
            episode = try fields.optional("episodeId")?.identity()
        }
        event = try fields.optional("eventId")?.identity()
        version = try fields.optional("version").map { Int64(try $0.integer(1...Int.max)) }
    }

    var words: String { "\(kind.rawValue) \(id.uuidString.lowercased())" }

    /// The alert that was answered; nil for a command to ingestion.
    var alert: AlertID? { kind == .acknowledgement || kind == .resolution ? AlertID(rawValue: id) : nil }

    /// The id under which ingestion remembers the command: the sender's, or for what can happen only once one that is
    /// made of what it happens to.
    func command(at site: SiteID) -> UUID {
        func derived(_ kind: String) -> UUID {
            let made: EventID = DerivedIdentity.named(
                kind, site.text, episode?.description ?? "", EventID(rawValue: id).description)
            return made.rawValue
        }
        return switch kind {
        case .opening, .session, .rating, .correction, .discussion, .consent, .review, .transfer, .decline,
            .preferences, .preferenceReview, .acknowledgement, .resolution:
            id
        case .participant: derived("participant")
        case .withdrawal: derived("withdrawal")
        case .closure: derived("closure")
        }
    }

    /// Whether an event says what was accepted. A correction's own id stands in no event.
    func isTold(by event: EpisodeEvent, of stream: EpisodeID) -> Bool {
        if let episode, episode != stream { return false }
        let told = event.told
        return told.kind == kind && (told.id == nil || told.id == id)
    }
}

extension EpisodeEvent {
    /// What was accepted when the event was recorded, and under which id; nil where the episode or no event has it.
    fileprivate var told: (kind: AcceptedLine.Kind, id: UUID?) {
        switch self {
        case .opened: (.opening, nil)
        case .closed: (.closure, nil)
        case .ratingCorrected: (.correction, nil)
        case .participantJoined(let participant): (.participant, participant.id.rawValue)
        case .sessionHeld(let session): (.session, session.id.rawValue)
        case .sessionMissed(let session): (.session, session.id.rawValue)
        case .ratingRecorded(let rating): (.rating, rating.id.rawValue)
        case .ratingWithdrawn(let withdrawal): (.withdrawal, withdrawal.rating.rawValue)
        case .ratingDiscussed(let discussion): (.discussion, discussion.id.rawValue)
        case .ratingDeclined(let declined): (.decline, declined.id.rawValue)
        case .preferencesRecorded(let recorded): (.preferences, recorded.id.rawValue)
        case .preferenceReviewed(let review): (.preferenceReview, review.id.rawValue)
        case .consentChanged(let change): (.consent, change.id.rawValue)
        case .reviewHeld(let review): (.review, review.id.rawValue)
        case .transferred(let transfer): (.transfer, transfer.id.rawValue)
        }
    }
}

/// The lines of a file, a page at a time.
struct AcceptedLines {
    let path: String
    private let handle: FileHandle
    private var rest: [UInt8] = []
    private var isAtEnd = false
    private(set) var number = 0

    init(_ path: String) throws {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw UnreadableAccepted(path: path, line: nil) }
        self.path = path
        self.handle = handle
    }

    /// The next lines; nil behind the last.
    mutating func next(_ count: Int) throws -> [AcceptedLine]? {
        var lines: [AcceptedLine] = []
        while lines.count < count, let bytes = try nextLine() {
            number += 1
            guard bytes.contains(where: { $0 > 0x20 }) else { continue }
            do {
                lines.append(try AcceptedLine(bytes))
            } catch {
                throw UnreadableAccepted(path: path, line: number, reason: "\(error)")
            }
        }
        return lines.isEmpty ? nil : lines
    }

    private mutating func nextLine() throws -> [UInt8]? {
        while true {
            if let end = rest.firstIndex(of: 0x0A) {
                let line = Array(rest[..<end])
                rest.removeFirst(end + 1)
                return line
            }
            if isAtEnd {
                defer { rest = [] }
                return rest.isEmpty ? nil : rest
            }
            guard let chunk = try handle.read(upToCount: 1 << 16), !chunk.isEmpty else {
                isAtEnd = true
                continue
            }
            rest.append(contentsOf: chunk)
        }
    }
}

struct UnreadableAccepted: Error, CustomStringConvertible {
    let path: String
    let line: Int?
    var reason = "cannot be read"
    var description: String { "\(path)\(line.map { ":\($0)" } ?? ""): \(reason)" }
}
