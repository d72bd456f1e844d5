public import Domain
import Persistence

/// Why an alert is not answered in the way somebody wants.
public enum AlertRefusal: Error, Sendable {
    /// There is no such alert: said only to who may see every site.
    case unknown
    /// The alert is at none of the caller's sites, or there is none: ids of other sites are not to be found out by trying.
    case notAtYourSites
    case closed(Alert)
    /// Another one has taken its place, which is to be answered.
    case superseded(Alert, by: AlertID)
    /// The site closes alerts of this kind only after a finished support review.
    case reviewMissing(Alert)
    /// The alert is about no rating, so that there is no course to look at.
    case nothingToReview
    /// The site does not know the reason; it has these.
    case unknownReason([AlertReason])
    /// A talk that is still to come.
    case dayInFuture
    /// The support review does not allow the entry now.
    case review(SupportRefusal)

    /// Names the alert to answer in the place of a superseded one, where there is one.
    static func answering(superseded alert: Alert, on connection: Connection) throws -> AlertRefusal {
        let open = try AlertStore.open(of: [alert.episode], on: connection).sorted { $0.kind < $1.kind }
        let successor = open.first { $0.kind == alert.kind } ?? open.first { $0.kind.saysTheSame(as: alert.kind) }
        return successor.map { .superseded(alert, by: $0.id) } ?? .closed(alert)
    }
}

extension AlertKind {
    /// Kinds that are steps of one ladder say the same of a course, more or less gravely.
    public func saysTheSame(as other: AlertKind) -> Bool {
        switch self {
        case .deteriorating, .notOnTrack, .stalled:
            switch other {
            case .deteriorating, .notOnTrack, .stalled: true
            case .safety, .alliance, .guarded, .missedMeasure, .undiscussed: false
            }
        case .safety, .alliance, .guarded, .missedMeasure, .undiscussed: self == other
        }
    }
}
