import Domain
import Intake
import ServiceKit

extension CommandReader {
    /// People in one episode: a client, a family, a group; more is a mistake.
    private static let participantCount = 1...100

    func opening(_ form: JSONObject, _ faults: inout FieldErrors) -> EpisodeOpening? {
        let service = faults.catching { () throws(FieldError) in try form["service"].string(1...100) }
        let openedOn = faults.catching { () throws(FieldError) in try form["openedOn"].day() }
        let clinician = faults.catching { () throws(FieldError) in try form["clinician"].string(1...200) }
        let fields = faults.catching { () throws(FieldError) in
            try form["participants"].array(Self.participantCount)
        }
        var participants: [Participant] = []
        for field in fields ?? [] {
            let participant = faults.catching { () throws(FieldError) in
                try Self.participant(try field.object(Self.participantFields))
            }
            if let participant { participants.append(participant) }
        }
        guard let service, let openedOn, let clinician, fields != nil else { return nil }
        return EpisodeOpening(service: service, openedOn: openedOn, clinician: clinician, participants: participants)
    }

    static func participant(_ form: JSONObject) throws(FieldError) -> Participant {
        Participant(
            id: try form["participantId"].identity(), role: try form["role"].choice(),
            ageBand: try form["ageBand"].choice(), sex: try form.optional("sex")?.choice(),
            group: try form.optional("group")?.name())
    }

    static let participantFields: Set<String> = ["participantId", "role", "ageBand", "sex", "group"]

    /// `{sessionId, held: {number, day}}` or `{sessionId, missed: {day, reason}}`.
    func session(_ form: JSONObject, _ faults: inout FieldErrors) -> DraftContent? {
        faults.catching { () throws(FieldError) in
            let id = try form["sessionId"].identity(SessionID.self)
            switch (form.optional("held"), form.optional("missed")) {
            case (let held?, nil):
                let form = try held.object(["number", "day"])
                return .sessionHeld(
                    SessionHeld(id: id, number: try form["number"].sessionNumber(), day: try form["day"].day()))
            case (nil, let missed?):
                let form = try missed.object(["day", "reason"])
                return .sessionMissed(
                    SessionMissed(id: id, day: try form["day"].day(), reason: try form["reason"].choice()))
            case (nil, nil):
                throw FieldError(pointer: "/held", detail: "is missing; send \"held\" or \"missed\"")
            case (_?, let missed?):
                throw missed.error("cannot stand beside \"held\"; a session was one or the other")
            }
        }
    }
}

extension JSONField {
    /// The number of a session within its episode.
    func sessionNumber() throws(FieldError) -> Int { try integer(EpisodeRules.sessionNumbers) }
}
