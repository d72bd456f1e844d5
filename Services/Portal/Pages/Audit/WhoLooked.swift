import Contracts
import Domain
import Persistence

/// How often somebody has looked at an episode, in which role, at what.
struct WhoLooked: Hashable, Sendable {
    let who: String
    let role: String
    let view: ClientDataView
    let wasRefused: Bool
    let times: Int
    let first: Timestamp
    let last: Timestamp

    /// The latest first.
    static func all(in events: [LedgerEvent]) -> [WhoLooked] {
        var found: [[String]: WhoLooked] = [:]
        for record in events {
            guard let type = EventType(rawValue: record.type),
                let event = try? AccessEventCodec.decode(record.payload, type: type)
            else { continue }
            let (view, role, wasRefused): (ClientDataView, String, Bool)
            switch event.body {
            case .viewed(let seen, let looker, _): (view, role, wasRefused) = (seen, looker, false)
            case .viewRefused(let wanted, let looker): (view, role, wasRefused) = (wanted, looker, true)
            case .evidenceExported, .alertAnswerRefused, .directoryChanged, .reflectionShared, .reflectionShareEnded:
                continue
            }
            let key = [event.accessedBy, role, view.rawValue, "\(wasRefused)"]
            let known = found[key]
            found[key] = WhoLooked(
                who: event.accessedBy, role: role, view: view, wasRefused: wasRefused, times: (known?.times ?? 0) + 1,
                first: known?.first ?? record.recordedAt, last: record.recordedAt)
        }
        return found.values.sorted { ($0.last, $0.who, $0.view.rawValue) > ($1.last, $1.who, $1.view.rawValue) }
    }

    func values(_ words: Words) -> [String: Any] {
        [
            "who": who, "role": role, "view": AccessWords(words: words).name(view), "wasRefused": wasRefused,
            "times": words.integer(times), "first": Instant(first, words).values, "last": Instant(last, words).values,
        ]
    }
}
