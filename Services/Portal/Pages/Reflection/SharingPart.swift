import Domain
import Intake

/// Who else sees the page of a clinician's own figures, and the forms to change it.
struct SharingPart {
    struct Shown: Sendable {
        let running: [ShareReading.Own]
        /// Sites with whose supervisors the page is not shared.
        let others: [SiteID]
        /// The id of the next share: a form sent twice shares once.
        let next: ReflectionShareID
    }

    /// For how many days a page can be shared; the last is until it is taken back.
    private static let days = [7, 30, ReflectionSharing.days.upperBound]

    let shown: Shown
    let zone: (SiteID) -> ZoneOffsets
    let words: Words

    /// Who sees the page, in a sentence.
    var lead: String {
        guard !shown.running.isEmpty else { return words["reflection.alone"] }
        return words(
            "reflection.sharing.lead", ["sites": shown.running.map(\.share.site.text).joined(separator: ", ")])
    }

    var values: [String: Any] {
        [
            "running": shown.running.map(running), "canShare": !shown.others.isEmpty, "next": shown.next.description,
            "isOneSite": shown.others.count == 1, "sites": shown.others.map(\.text),
            "days": Self.days.map { days in
                let text =
                    days == ReflectionSharing.days.upperBound
                    ? words("reflection.sharing.longest", count: days) : words("reflection.sharing.days", count: days)
                return ["value": String(days), "text": text, "isFirst": days == Self.days.first] as [String: Any]
            },
        ]
    }

    private func running(_ own: ShareReading.Own) -> [String: Any] {
        let (share, zone) = (own.share, zone(own.share.site))
        let until = words.time(share.endsAt, in: zone)
        return [
            "id": share.id.description, "site": share.site.text,
            "sentence": words("reflection.sharing.running", ["site": share.site.text, "time": until]),
            "people": own.supervisors.isEmpty
                ? words["reflection.sharing.nobody"]
                : words("reflection.sharing.people", ["people": own.supervisors.joined(separator: ", ")]),
            "hasLooks": !own.looks.isEmpty,
            "looks": own.looks.map {
                words("reflection.sharing.look", ["who": $0.by, "time": words.time($0.at, in: zone)])
            },
        ]
    }
}
