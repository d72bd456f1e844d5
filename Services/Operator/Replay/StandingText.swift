import Contracts
import Domain
import Persistence

/// An episode as it stood, in words.
struct StandingText {
    let standing: EpisodeStanding

    var lines: [String] {
        let record = standing.replay.record
        var lines = ["Episode \(record.stream), site \(standing.replay.site.map { "\($0)" } ?? "unknown")"]
        lines.append(standing.asOf.map { "As recorded by \($0)" } ?? "As recorded so far")
        if let opening = standing.opening {
            lines.append("Opened on \(opening.openedOn), service \(opening.service), clinician \(opening.clinician)")
        }
        if let closure = standing.closure { lines.append("Closed on \(closure.day): \(closure.reason.rawValue)") }
        lines += section("Events", events)
        if let fault = standing.replay.held.fault {
            let next = standing.replay.held.applied + 1
            lines += ["  Event \(next) cannot be applied, and none behind it: \(fault)"]
        }
        for course in standing.courses { lines += CourseText(standing: course).lines }
        return lines + section("Alerts", alerts) + section("Notifications", notices)
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        ["", title] + (lines.isEmpty ? ["  none"] : lines.map { "  \($0)" })
    }

    private var events: [String] {
        let (record, contents) = (standing.replay.record, standing.replay.contents)
        return record.events.enumerated().map { place, event in
            let actor = contents.actors.indices.contains(place) ? ", by \(contents.actors[place])" : ""
            return "\(event.version)  \(event.recordedAt)  \(event.type)  \(event.id)\(actor)"
        }
    }

    private var alerts: [String] {
        standing.alerts.flatMap { alert -> [String] in
            let (life, raising) = (alert.life, alert.life.raising)
            return [
                "\(life.id)  \(life.kind.rawValue), \(life.status.rawValue), due \(life.dueAt)",
                "  raised \(life.raisedAt) by rule \(raising.subject.rule) \(raising.subject.words); "
                    + "to clinician \(raising.clinician)",
            ] + alert.steps.map { "  \($0.record.recordedAt) \($0.event.step.words)" }
        }
    }

    private var notices: [String] {
        standing.notices.map { notice in
            let event = notice.event
            let result =
                switch event.result {
                case .delivered(let attempt, let template, let reply):
                    "delivered at attempt \(attempt), text \(template), answered \(reply)"
                case .failed(let attempts, let reply, let reason):
                    "given up after \(attempts) attempts\(reply.map { ", last answer \($0)" } ?? ""): \(reason)"
                case .withheld(let told): "withheld, told by delivery \(told) before"
                case .bounced(let status): "came back with status \(status)"
                }
            return "\(notice.recordedAt)  alert \(event.alert) to \(event.recipient) by \(event.channel.rawValue): \(result)"
        }
    }
}

extension AlertSubject {
    /// What it is about, without what was scored.
    var words: String {
        switch self {
        case .signal(let grounds):
            "of rating \(grounds.rating), \(grounds.course.instrument), "
                + "norm set \(grounds.provenance.normSet.map { "\($0)" } ?? "none"), "
                + (grounds.provenance.model.map { "model \($0.name)" } ?? "no model")
        case .session(let session): "of session \(session.session), as of \(session.asOf)"
        case .undiscussed(let score): "of rating \(score.rating), \(score.course.instrument), as of \(score.asOf)"
        }
    }
}

extension AlertStep {
    /// What was done, without who it was done to.
    var words: String {
        switch self {
        case .raised: "raised"
        case .opened(let actor): "opened by \(actor)"
        case .acknowledged(let actor): "acknowledged by \(actor)"
        case .assigned(let assignment): assignment.words
        case .reviewEntered(_, let actor, let entry): "review, by \(actor): \(entry.words)"
        case .resolved(let actor, let outcome, let reason):
            "resolved by \(actor): \(outcome.rawValue)\(reason.map { " (\($0))" } ?? "")"
        case .superseded(_, let reason): "superseded: \(reason.rawValue)"
        case .withdrawn(let actor, let reason): "withdrawn by \(actor): \(reason.rawValue)"
        case .escalated(let level, let wasDue, let due, let audience, _):
            "escalated to level \(level)\(audience.map { ", \($0.rawValue)" } ?? ""): was due \(wasDue), now \(due)"
        case .followedUp(let found): "first rating after the review, \(found.rating): \(found.effect.rawValue)"
        }
    }
}

extension AlertAssignment {
    fileprivate var words: String {
        "given to \(to) by \(actor ?? "nobody"): \(reason.rawValue), taken from \(from)"
    }
}

extension ReviewEntry {
    /// Without what was answered: that is between clinician and client.
    fileprivate var words: String {
        switch self {
        case .started(let tree): "started with tree \(tree)"
        case .answered(let question, _): "answered \(question)"
        case .actionChosen(let action): "chose \(action)"
        case .discussed(let day): "talked about with the client on \(day)"
        case .completed: "finished"
        }
    }
}

/// One course as it stood: a line for each point, and what the model of choice says otherwise.
private struct CourseText {
    let standing: EpisodeStanding.Standing

    var lines: [String] {
        let course = standing.course
        var lines = [
            "", "Course on \(standing.key.instrument), rated by \(standing.rater.id) (\(standing.rater.role.rawValue), "
                + "\(standing.rater.ageBand.rawValue))",
            "  \(foundation(course))",
        ]
        if let other = standing.other { lines.append("  beside it: \(model(other))") }
        for place in course.trajectory.points.indices { lines += point(place) }
        if course.trajectory.points.isEmpty { lines.append("  no rating left") }
        return lines
    }

    private func foundation(_ course: Course) -> String {
        "norm set \(course.basis.normSet.map { "\($0.id)" } ?? "none"), \(model(course))"
    }

    private func model(_ course: Course) -> String {
        guard let reference = course.basis.provenance.model else { return "no model" }
        return "model \(reference.name), hash \(Hexadecimal.text(reference.hash))"
    }

    private func point(_ place: Int) -> [String] {
        let course = standing.course
        let point = course.trajectory.points[place]
        let here = words(course, place)
        var lines = [
            "  session \(point.rating.session), \(point.rating.day): \(course.basis.instrument.text(point.rating.score)), \(here)"
        ]
        if let other = standing.other, other.trajectory.points.indices.contains(place) {
            let there = words(other, place)
            if there != here { lines.append("    with \(other.basis.provenance.model?.name ?? "no model"): \(there)") }
        }
        return lines
    }

    /// Expectation, state and rules that spoke.
    private func words(_ course: Course, _ place: Int) -> String {
        let point = course.trajectory.points[place]
        var parts: [String] = []
        switch point.expectation {
        case .bounds(let bounds):
            parts.append(
                "expected \(fine(bounds.mean)) (68 % \(fine(bounds.lower68)) to \(fine(bounds.upper68)), "
                    + "80 % \(fine(bounds.lower80)) to \(fine(bounds.upper80)))")
        case .lines(let lines): parts.append("success line \(fine(lines.success)), failure line \(fine(lines.failure))")
        case nil: break
        }
        parts.append(point.state.rawValue)
        let rules = course.signals(at: place).map(\.rule.name)
        if !rules.isEmpty { parts.append("rules: " + rules.joined(separator: ", ")) }
        return parts.joined(separator: ", ")
    }

    /// Hundredths of a step, with all their decimal places.
    private func fine(_ hundredths: Int) -> String {
        DecimalSteps.text(hundredths, denominator: standing.course.basis.instrument.stepDenominator * 100)
    }
}
