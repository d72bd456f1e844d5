import Domain
import Foundation

/// The world's time zones, as Foundation brings them, made into arithmetic.
enum TimeZones {
    /// What lies outside is reckoned with the nearest offset.
    private static let from: Int64 = 946_684_800  // 2000-01-01
    private static let until: Int64 = 4_102_444_800  // 2100-01-01

    static func zone(_ place: StrictNode) throws(CatalogueError) -> ZoneOffsets {
        let name = try place.text()
        if name == "UTC" { return .utc }
        // Abbreviations and fixed offsets know no change of clocks, and some stand for several places.
        guard name.contains("/"), !name.hasPrefix("Etc/"), let zone = TimeZone(identifier: name) else {
            throw place.refusal("must be a time zone such as Europe/Berlin, or UTC")
        }
        var changes: [ZoneOffsets.Change] = []
        let first = offset(of: zone, at: from)
        var (last, time) = (first, from)
        while let next = zone.nextDaylightSavingTimeTransition(after: Date(timeIntervalSince1970: Double(time))) {
            let at = Int64(next.timeIntervalSince1970)
            guard at > time, at < until else { break }
            time = at
            let now = offset(of: zone, at: at)
            if now != last { changes.append(.init(at: at, offset: now)) }
            last = now
        }
        guard let offsets = ZoneOffsets(name: name, firstOffset: first, changes: changes) else {
            throw place.refusal("is a time zone whose changes are not in order")
        }
        return offsets
    }

    private static func offset(of zone: TimeZone, at seconds: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
    }
}
