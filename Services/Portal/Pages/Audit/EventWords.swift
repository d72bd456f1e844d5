import Contracts
import Domain
import Persistence

/// What an event of the ledger says, in plain words: neither answers nor anybody's own words.
struct EventWords {
    struct Line: Hashable {
        let actor: String
        let what: String
    }

    let words: Words

    func line(_ event: LedgerEvent) -> Line {
        guard let type = EventType(rawValue: event.type), let line = read(event, type) else {
            return Line(actor: words["audit.event.unknown"], what: words["audit.event.unreadable"])
        }
        return line
    }

    /// Nil where the payload is not what its type says.
    private func read(_ event: LedgerEvent, _ type: EventType) -> Line? {
        switch event.category {
        case .episode:
            guard let read = try? EpisodeEventCodec.decode(event.payload, type: type) else { return nil }
            return Line(actor: read.actor, what: what(read.event))
        case .alert:
            guard let read = try? AlertEventCodec.decode(event.payload, type: type) else { return nil }
            return AlertWords(words: words).line(read)
        case .notification:
            guard let read = try? NotificationEventCodec.decode(event.payload, type: type) else { return nil }
            return Line(actor: words["audit.event.attune"], what: what(read))
        case .access:
            if let read = try? AccessEventCodec.decode(event.payload, type: type) {
                return Line(actor: read.accessedBy, what: AccessWords(words: words).what(read))
            }
            guard let read = try? ClientEventCodec.decode(event.payload, type: type) else { return nil }
            return Line(actor: read.actor, what: what(read.event))
        }
    }

    private func what(_ event: EpisodeEvent) -> String {
        switch event {
        case .opened(let opening):
            words("audit.what.opened", ["day": words.day(opening.openedOn), "clinician": opening.clinician])
        case .participantJoined(let joined): words("audit.what.joined", ["who": CodeName.text(of: joined.id)])
        case .sessionHeld(let held):
            words("audit.what.held", ["number": words.integer(held.number), "day": words.day(held.day)])
        case .sessionMissed(let missed): words("audit.what.missed", ["day": words.day(missed.day)])
        case .ratingRecorded(let rating):
            words(
                "audit.what.rated",
                [
                    "who": CodeName.text(of: rating.participant), "instrument": rating.instrument.description,
                    "session": words.integer(rating.session), "day": words.day(rating.day),
                    "rating": CodeName.text(of: rating.id),
                ])
        case .ratingCorrected(let correction):
            words("audit.what.corrected", ["rating": CodeName.text(of: correction.rating)])
        case .ratingWithdrawn(let withdrawal):
            words("audit.what.withdrawn", ["rating": CodeName.text(of: withdrawal.rating)])
        case .ratingDiscussed(let talk):
            words(
                "audit.what.discussed",
                [
                    "rating": CodeName.text(of: talk.rating), "day": words.day(talk.day), "by": talk.by,
                ])
        case .ratingDeclined(let declined):
            words(
                "audit.what.declined",
                [
                    "who": CodeName.text(of: declined.participant), "instrument": declined.instrument.description,
                    "session": words.integer(declined.session),
                ])
        case .preferencesRecorded(let asked):
            words("audit.what.preferences", ["who": CodeName.text(of: asked.participant)])
        case .preferenceReviewed(let review):
            words("audit.what.preferenceReviewed", ["who": CodeName.text(of: review.participant)])
        case .consentChanged(let change):
            words(
                change.jointView ? "audit.what.consented" : "audit.what.unconsented",
                [
                    "who": CodeName.text(of: change.participant)
                ])
        case .reviewHeld(let review): words("audit.what.review", ["day": words.day(review.day), "by": review.by])
        case .transferred(let transfer): words("audit.what.transferred", ["clinician": transfer.clinician])
        case .closed(let closure): words("audit.what.closed", ["day": words.day(closure.day)])
        }
    }

    private func what(_ event: NotificationEvent) -> String {
        let values = [
            "recipient": event.recipient, "channel": words["audit.channel.\(event.channel.rawValue)"],
            "alert": CodeName.text(of: event.alert),
        ]
        return switch event.result {
        case .delivered: words("audit.what.delivered", values)
        case .failed(let attempts, _, _):
            words("audit.what.failed", values.merging(["attempts": words.integer(attempts)]) { own, _ in own })
        case .withheld: words("audit.what.withheld", values)
        case .bounced: words("audit.what.bounced", values)
        }
    }

    private func what(_ event: ClientEvent) -> String {
        switch event {
        case .erased(let who, _, _): words("audit.what.erased", ["who": CodeName.text(of: who)])
        case .erasureRefused(let who, _): words("audit.what.erasureRefused", ["who": CodeName.text(of: who)])
        case .holdPlaced(let who, _): words("audit.what.holdPlaced", ["who": CodeName.text(of: who)])
        case .holdLifted(let who, _): words("audit.what.holdLifted", ["who": CodeName.text(of: who)])
        }
    }
}

/// Accesses in plain words.
struct AccessWords {
    let words: Words

    func what(_ event: AccessEvent) -> String {
        switch event.body {
        case .evidenceExported(let export):
            words("audit.what.exported", ["digest": Hexadecimal.text(Array(export.manifestDigest.prefix(8)))])
        case .alertAnswerRefused(let alert, let action):
            words("audit.what.answerRefused", ["alert": CodeName.text(of: alert), "action": action])
        case .directoryChanged: words["audit.what.directory"]
        case .viewed(let view, let role, let participant):
            if let participant {
                words(
                    "audit.what.viewedOne",
                    [
                        "view": name(view), "role": role, "who": CodeName.text(of: participant),
                    ])
            } else {
                words("audit.what.viewed", ["view": name(view), "role": role])
            }
        case .viewRefused(let view, let role): words("audit.what.viewRefused", ["view": name(view), "role": role])
        case .reflectionShared(_, let end):
            words("audit.what.reflectionShared", ["time": words.time(end, in: .utc)])
        case .reflectionShareEnded: words["audit.what.reflectionShareEnded"]
        }
    }

    func name(_ view: ClientDataView) -> String { words["audit.view.\(WordKey.camel(view.rawValue))"] }
}

/// Names as they stand in records, as the last part of a text's key.
enum WordKey {
    /// `not_on_track` is `notOnTrack`.
    static func camel(_ name: String) -> String {
        let parts = name.split(whereSeparator: { $0 == "_" || $0 == "-" })
        return parts.prefix(1).joined() + parts.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
