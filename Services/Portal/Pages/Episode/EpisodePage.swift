import Domain

/// The values of the page on which clinician and client look at the course together.
struct EpisodePage {
    let sight: EpisodeSight
    let voice: Voice
    let words: Words
    /// Where the pages of the episode are, e.g. `/episodes/{id}`.
    let address: String

    /// So many are shown at once, gravest first; the others are folded away, so that the graph stays near.
    private static let findingsInSight = 2

    /// - Parameter canRecord: whether the visitor may record, too.
    func values(canRecord: Bool) -> [String: Any] {
        let findings = AttentionWords(sight.view, words: words).values(sight.view.findings(sight.policy.rules))
        let history = EpisodeHistory(sight, words: words).rows
        var values: [String: Any] = [
            "address": address, "canRecord": canRecord, "isOpen": sight.view.isOpen,
            "since": words(
                sight.view.closedOn == nil ? "episode.since" : "episode.between",
                ["day": words.day(sight.view.openedOn), "end": sight.view.closedOn.map(words.day) ?? ""]),
            "clinician": sight.found.clinician, "service": sight.found.service,
            "nextSession": sight.nextSession, "hasFindings": !findings.isEmpty,
            "findings": Array(findings.prefix(Self.findingsInSight)),
            "alerts": alerts, "hasAlerts": !sight.alerts.isEmpty, "raters": raters,
            "history": history, "hasHistory": !history.isEmpty,
        ]
        let further = findings.dropFirst(Self.findingsInSight)
        if !further.isEmpty {
            values["more"] = [
                "count": words("episode.attention.more", count: further.count), "findings": Array(further),
            ] as [String: Any]
        }
        if !sight.partners.isEmpty {
            values["joint"] = JointConsents(sight, words: words).values(address: address, canRecord: canRecord)
        }
        return values
    }

    private var alerts: [[String: Any]] {
        sight.alerts.map { alert in
            var values: [String: Any] = [
                "path": "/alerts/\(alert.id)", "kind": words.kind(alert.kind),
                "raised": words("episode.alert.raised", ["time": words.time(alert.raisedAt, in: sight.policy.zone)]),
            ]
            if alert.acknowledgedBy == nil {
                let isOverdue = alert.isOverdue(at: sight.now)
                values["due"] = words(
                    isOverdue ? "episode.alert.overdue" : "episode.alert.due",
                    ["time": words.time(alert.firstDueAt, in: sight.policy.zone)])
                values["isOverdue"] = isOverdue
            }
            return values
        }
    }

    private var raters: [[String: Any]] {
        sight.view.participants.enumerated().map { place, rater in
            let courses = RaterCourses(of: rater, in: sight, voice: voice, place: place + 1)
            return [
                "name": words.rater(rater), "hasCourses": !courses.materials.isEmpty,
                "courses": courses.materials.map { part($0, of: rater) },
            ]
        }
    }

    /// The values of `Template.course`, with its heading.
    func part(_ material: CourseMaterial, of rater: Participant) -> [String: Any] {
        let instrument = material.instrument.reference
        let query = "participant=\(rater.id)&instrument=\(LocalAddress.escaped(instrument.description))"
        let part = CoursePart(
            material: material, voice: voice, words: words, download: "\(address)/graph.svg?\(query)",
            owner: sight.view.participants.count > 1 ? words.rater(rater) : nil)
        return part.values.merging(["heading": material.instrument.title]) { own, _ in own }
    }
}
