import Domain
import ServiceKit

extension StoryCourse {
    /// Everything that happened, as lines of a batch in order.
    func lines(_ site: QuarterSite) -> [JSON] {
        var lines = [opening(site)]
        for session in sessions {
            if session.number == 6, let successor { lines.append(transfer(to: site.clinicians[successor])) }
            lines += self.lines(of: session, by: site.clinicians[clinician(at: session.number)])
        }
        if let closure, let last = sessions.last {
            lines.append(line("closure", ["day": .text(last.day), "reason": .string(closure.rawValue)]))
        }
        return lines
    }

    private func clinician(at session: Int) -> Int {
        if let successor, session >= 6 { successor } else { clinician }
    }

    private func lines(of session: Session, by clinician: String) -> [JSON] {
        let sessionID: SessionID = named("session", session.number)
        guard !session.isMissed else {
            let missed: JSON = ["day": .text(session.day), "reason": .string(MissedReason.cancelledByClient.rawValue)]
            return [line("session", ["sessionId": .text(sessionID), "missed": missed])]
        }
        let held: JSON = ["number": .integer(session.number), "day": .text(session.day)]
        var lines = [line("session", ["sessionId": .text(sessionID), "held": held])]
        if session.number == 1 { lines += consents(on: session.day) }
        for person in people.indices {
            // Somebody forgets the form now and then.
            if person == 1, session.number == 3, index % 7 == 3 { continue }
            lines.append(rating("outcome", person, session, people[person].outcome.answers(level(person, session.number))))
            lines.append(
                rating("alliance", person, session, people[person].alliance.answers(alliance(person, session.number))))
        }
        if session.number % 4 != 3 { lines.append(talk(session, by: clinician)) }
        if session.number % 4 == 0 { lines.append(review(session, by: clinician)) }
        return lines
    }

    private func opening(_ site: QuarterSite) -> JSON {
        let participants = people.map { person -> JSON in
            .object(
                [
                    .init("participantId", .text(person.id)), .init("role", .string(person.role.rawValue)),
                    .init("ageBand", .string(person.age.rawValue)),
                ] + MadeUpGroup.members(of: index))
        }
        let service: JSON = if case .couple = story { "couples" } else if story == .family { "families" } else { "adult" }
        return line(
            "episode",
            [
                "site": .text(site.id), "service": service, "openedOn": .text(opened),
                "clinician": .string(site.clinicians[clinician]), "participants": .array(participants),
            ])
    }

    /// Of couples: most agree both to look at the graphs together, of every third only one does.
    private func consents(on day: CalendarDay) -> [JSON] {
        guard case .couple = story else { return [] }
        return people.indices.filter(agrees).map { person in
            line(
                "consent",
                [
                    "consentId": .text(named("consent", 1, person) as ConsentID),
                    "participantId": .text(people[person].id), "jointView": true, "day": .text(day),
                ])
        }
    }

    /// Whether a partner agrees to the joint view.
    func agrees(_ person: Int) -> Bool { person == 0 || index % 3 != 1 }

    private func rating(_ what: String, _ person: Int, _ session: Session, _ answers: [JSON.Member]) -> JSON {
        line(
            "rating",
            .object(
                [
                    .init("ratingId", .text(named(what, session.number, person) as RatingID)),
                    .init("participantId", .text(people[person].id)), .init("session", .integer(session.number)),
                    .init("day", .text(session.day)),
                ] + answers))
    }

    private func talk(_ session: Session, by clinician: String) -> JSON {
        line(
            "discussion",
            [
                "discussionId": .text(named("talk", session.number) as DiscussionID),
                "ratingId": .text(named("outcome", session.number) as RatingID), "day": .text(session.day),
                "by": .string(clinician),
            ])
    }

    private func review(_ session: Session, by clinician: String) -> JSON {
        let kind: ReviewHeld.Kind = session.number == 8 ? .documented : .joint
        return line(
            "review",
            [
                "reviewId": .text(named("review", session.number) as ReviewID), "kind": .string(kind.rawValue),
                "day": .text(session.day), "by": .string(clinician),
            ])
    }

    private func transfer(to clinician: String) -> JSON {
        line(
            "transfer",
            [
                "transferId": .text(named("transfer", 6) as TransferID), "clinician": .string(clinician),
                "reason": .string(TransferReason.changeOfCare.rawValue),
            ])
    }

    private func line(_ type: String, _ body: JSON) -> JSON {
        guard case .object(let members) = body else { return body }
        return .object([.init("type", .string(type)), .init("episodeId", .text(id))] + members)
    }
}
