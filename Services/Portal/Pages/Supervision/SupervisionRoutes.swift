import Contracts
import Domain
import Hummingbird
import Intake
import ServiceKit

/// What asks for supervision in a team, what clinicians share, and how far the work of the sites follows feedback.
///
/// - `GET /supervision?month=YYYY-MM`: for supervisors, of the people whom the directory puts under them; fidelity and
///   shared pages of their sites
struct SupervisionRoutes: Sendable {
    let parts: PageParts
    private let fidelity: FidelityFigures

    init(parts: PageParts) {
        self.parts = parts
        fidelity = FidelityFigures(reading: FidelityReading(data: parts.data, cases: parts.cases))
    }

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("supervision", use: supervision)
    }

    private func supervision(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role) = try context.visitor(to: .supervise)
        let reading = SupervisionReading(cases: parts.cases)
        let (found, shares, now) = try await parts.data.look(.supervision, by: visitor, as: role) { connection, looks in
            let found = try reading.found(for: visitor.subject, now: looks.now, on: connection)
            for one in found.cases { looks.note(one.episode, at: one.site) }
            for alert in found.overdue { looks.note(alert.episode, at: alert.site) }
            return (found, try ShareReading().others(than: visitor.subject, on: connection), looks.now)
        }
        let words = parts.pages.words(context)
        var values = values(found, now, words)
        values["hasShares"] = !shares.isEmpty
        values["shares"] = shares.map { share in
            [
                "path": "/supervision/shared/\(share.id)", "clinician": share.clinician, "site": share.site.text,
                "until": words(
                    "supervision.shares.until", ["time": words.time(share.endsAt, in: parts.policy(share.site).zone)]),
            ]
        }
        let months = Self.months(before: now.day)
        let wanted = request.uri.queryParameters["month"] ?? ""
        if let month = months.first(where: { $0.description == wanted }) ?? months.first {
            let figures = try await fidelity.found(month, for: visitor)
            values["fidelity"] = FidelityPart(found: figures, months: months, words: words).values
        }
        return parts.pages.page(.supervision, title: words["supervision.title"], in: .supervision, values, context)
    }

    /// Complete months, the newest first.
    private static func months(before today: CalendarDay) -> [CalendarMonth] {
        var months: [CalendarMonth] = []
        var month = CalendarMonth(holding: today)
        for _ in 0..<FidelityReading.months {
            month = month.previous
            months.append(month)
        }
        return months
    }

    private func values(_ found: SupervisionReading.Found, _ now: Timestamp, _ words: Words) -> [String: Any] {
        let team =
            switch found.team {
            case .people(let people): words("supervision.team", count: people.count)
            case .wholeSites: words["supervision.wholeSites"]
            }
        return [
            "team": team, "isCut": found.isCut, "hasCases": !found.cases.isEmpty, "hasOverdue": !found.overdue.isEmpty,
            "cases": found.cases.map { one in
                [
                    "name": CodeName.text(of: one.episode), "path": "/episodes/\(one.episode)", "clinician": one.clinician,
                    "site": one.site.text, "reasons": one.reasons.map { words.reason($0) },
                ] as [String: Any]
            },
            "overdue": found.overdue.map { alert in
                [
                    "kind": words.kind(supervised: alert.kind), "path": "/alerts/\(alert.id)", "clinician": alert.clinician,
                    "site": alert.site.text, "case": CodeName.text(of: alert.episode),
                    "since": words.wait(since: alert.firstDueAt, until: now),
                ]
            },
        ]
    }
}

extension Words {
    fileprivate func reason(_ reason: SupervisionCase.Reason) -> String {
        switch reason {
        case .asked(let action, let day):
            self(
                action.text == "care.hand-over" ? "supervision.reason.handOver" : "supervision.reason.asked",
                ["day": self.day(day)])
        case .passedOn(let kind): self("supervision.reason.passedOn", ["kind": self.kind(supervised: kind)])
        case .withoutReview(let kind, let sessions):
            self("supervision.reason.withoutReview", count: sessions, ["kind": self.kind(supervised: kind)])
        }
    }

    fileprivate func kind(supervised kind: AlertKind) -> String {
        switch kind {
        case .safety: self["supervision.kind.safety"]
        case .deteriorating: self["supervision.kind.deteriorating"]
        case .notOnTrack: self["supervision.kind.notOnTrack"]
        case .alliance: self["supervision.kind.alliance"]
        case .stalled: self["supervision.kind.stalled"]
        case .guarded: self["supervision.kind.guarded"]
        case .missedMeasure: self["supervision.kind.missedMeasure"]
        case .undiscussed: self["supervision.kind.undiscussed"]
        }
    }

    /// In minutes, from two hours on in hours, from two days on in days.
    func wait(since start: Timestamp, until end: Timestamp) -> String {
        let minutes = Int((end.microseconds - start.microseconds) / 60_000_000)
        guard minutes >= 120 else { return self("supervision.minutes", count: minutes) }
        let hours = minutes / 60
        return hours < 48 ? self("supervision.hours", count: hours) : self("supervision.days", count: hours / 24)
    }
}
