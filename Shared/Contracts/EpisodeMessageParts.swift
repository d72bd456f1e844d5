import Domain
import FoundationEssentials

// The parts of episode messages, each way. An unspecified or unknown enumeration value is an error:
// guessing a role or a reason would change what is scored.

extension Identity {
    var data: Data { Data(bytes) }

    init(_ data: Data, field: String) throws(MalformedEvent) {
        guard let id = Self(bytes: data) else { throw MalformedEvent(field: field, problem: "not 16 bytes") }
        self = id
    }
}

extension Attune_V1_Participant {
    init(_ participant: Participant) {
        self.init()
        participantID = participant.id.data
        role = Attune_V1_RaterRole(participant.role)
        ageBand =
            switch participant.ageBand {
            case .child: .child
            case .adolescent: .adolescent
            case .adult: .adult
            }
        sex =
            switch participant.sex {
            case .female: .female
            case .male: .male
            case nil: .unspecified
            }
        group = participant.group?.text ?? ""
    }
}

extension Participant {
    init(_ message: Attune_V1_Participant) throws(MalformedEvent) {
        let ageBand: AgeBand
        switch message.ageBand {
        case .child: ageBand = .child
        case .adolescent: ageBand = .adolescent
        case .adult: ageBand = .adult
        case .unspecified, .UNRECOGNIZED: throw MalformedEvent(field: "participant.age_band", problem: "not a known age band")
        }
        let sex: Sex?
        switch message.sex {
        case .female: sex = .female
        case .male: sex = .male
        case .unspecified: sex = nil
        case .UNRECOGNIZED: throw MalformedEvent(field: "participant.sex", problem: "not a known sex")
        }
        self.init(
            id: try ParticipantID(message.participantID, field: "participant.participant_id"),
            role: try RaterRole(message.role), ageBand: ageBand, sex: sex, group: try Self.group(message.group))
    }
}

extension Participant {
    private static func group(_ text: String) throws(MalformedEvent) -> ClientGroup? {
        if text.isEmpty { return nil }
        guard let group = ClientGroup(text) else { throw MalformedEvent(field: "participant.group", problem: "not a name") }
        return group
    }
}

extension Attune_V1_RaterRole {
    init(_ role: RaterRole) {
        self =
            switch role {
            case .self: .self_
            case .caretaker: .caretaker
            case .clinician: .clinician
            case .collateral: .collateral
            }
    }
}

extension RaterRole {
    init(_ message: Attune_V1_RaterRole) throws(MalformedEvent) {
        switch message {
        case .self_: self = .self
        case .caretaker: self = .caretaker
        case .clinician: self = .clinician
        case .collateral: self = .collateral
        case .unspecified, .UNRECOGNIZED: throw MalformedEvent(field: "role", problem: "not a known rater role")
        }
    }
}

extension Rating {
    init(_ message: Attune_V1_RatingRecorded) throws(MalformedEvent) {
        guard let instrument = InstrumentID(message.instrument) else {
            throw MalformedEvent(field: "rating_recorded.instrument", problem: "not an instrument name")
        }
        self.init(
            id: try RatingID(message.ratingID, field: "rating_recorded.rating_id"),
            participant: try ParticipantID(message.participantID, field: "rating_recorded.participant_id"),
            instrument: InstrumentReference(id: instrument, version: message.instrumentVersion),
            session: Int(message.session), day: CalendarDay(daysSinceEpoch: Int(message.day)),
            answers: try Answers(message.answers),
            comment: message.hasComment ? try SealedText(message.comment) : nil)
    }
}

extension Attune_V1_SealedText {
    init(_ text: SealedText) {
        self.init()
        keyID = text.keyID.data
        nonce = Data(text.nonce)
        ciphertext = Data(text.ciphertext)
    }
}

extension SealedText {
    init(_ message: Attune_V1_SealedText) throws(MalformedEvent) {
        self.init(
            keyID: try ClientKeyID(message.keyID, field: "comment.key_id"), nonce: Array(message.nonce),
            ciphertext: Array(message.ciphertext))
    }
}

extension Attune_V1_Answers {
    init(_ answers: Answers) {
        self.init()
        switch answers {
        case .total(let total):
            self.total = Int32(total)
        case .items(let items):
            self.items = items.map { Int32($0 ?? 0) }
            missingItems = items.indices.filter { items[$0] == nil }.map { UInt32($0 + 1) }
        }
    }
}

extension Answers {
    init(_ message: Attune_V1_Answers) throws(MalformedEvent) {
        if message.hasTotal {
            guard message.items.isEmpty else {
                throw MalformedEvent(field: "answers", problem: "holds items and a total")
            }
            self = .total(Int(message.total))
            return
        }
        var items: [Int?] = message.items.map { Int($0) }
        for number in message.missingItems {
            guard number >= 1, Int(number) <= items.count else {
                throw MalformedEvent(field: "answers.missing_items", problem: "names an item that does not exist")
            }
            items[Int(number) - 1] = nil
        }
        self = .items(items)
    }
}

extension Attune_V1_MissedReason {
    init(_ reason: MissedReason) {
        self =
            switch reason {
            case .notAttended: .notAttended
            case .cancelledByClient: .cancelledByClient
            case .cancelledByService: .cancelledByService
            }
    }
}

extension MissedReason {
    init(_ message: Attune_V1_MissedReason) throws(MalformedEvent) {
        switch message {
        case .notAttended: self = .notAttended
        case .cancelledByClient: self = .cancelledByClient
        case .cancelledByService: self = .cancelledByService
        case .unspecified, .UNRECOGNIZED: throw MalformedEvent(field: "session_missed.reason", problem: "not a known reason")
        }
    }
}

extension Attune_V1_CorrectionReason {
    init(_ reason: CorrectionReason) {
        self =
            switch reason {
            case .entryError: .entryError
            case .wrongEpisode: .wrongEpisode
            case .wrongSession: .wrongSession
            case .clientRequest: .clientRequest
            }
    }
}

extension CorrectionReason {
    init(_ message: Attune_V1_CorrectionReason) throws(MalformedEvent) {
        switch message {
        case .entryError: self = .entryError
        case .wrongEpisode: self = .wrongEpisode
        case .wrongSession: self = .wrongSession
        case .clientRequest: self = .clientRequest
        case .unspecified, .UNRECOGNIZED: throw MalformedEvent(field: "reason", problem: "not a known correction reason")
        }
    }
}

extension Attune_V1_ClosureReason {
    init(_ reason: ClosureReason) {
        self =
            switch reason {
            case .agreedEnd: .agreedEnd
            case .droppedOut: .droppedOut
            case .transferred: .transferred
            case .other: .other
            }
    }
}

extension ClosureReason {
    init(_ message: Attune_V1_ClosureReason) throws(MalformedEvent) {
        switch message {
        case .agreedEnd: self = .agreedEnd
        case .droppedOut: self = .droppedOut
        case .transferred: self = .transferred
        case .other: self = .other
        case .unspecified, .UNRECOGNIZED: throw MalformedEvent(field: "closed.reason", problem: "not a known reason")
        }
    }
}

extension Attune_V1_ReviewKind {
    init(_ kind: ReviewHeld.Kind) {
        self =
            switch kind {
            case .joint: .joint
            case .documented: .documented
            }
    }
}

extension ReviewHeld.Kind {
    init(_ message: Attune_V1_ReviewKind) throws(MalformedEvent) {
        switch message {
        case .joint: self = .joint
        case .documented: self = .documented
        case .unspecified, .UNRECOGNIZED: throw MalformedEvent(field: "review_held.kind", problem: "not a known kind")
        }
    }
}

extension Attune_V1_TransferReason {
    init(_ reason: TransferReason) {
        self =
            switch reason {
            case .clinicianLeft: .clinicianLeft
            case .clientRequest: .clientRequest
            case .changeOfCare: .changeOfCare
            case .other: .other
            }
    }
}

extension TransferReason {
    init(_ message: Attune_V1_TransferReason) throws(MalformedEvent) {
        switch message {
        case .clinicianLeft: self = .clinicianLeft
        case .clientRequest: self = .clientRequest
        case .changeOfCare: self = .changeOfCare
        case .other: self = .other
        case .unspecified, .UNRECOGNIZED:
            throw MalformedEvent(field: "transferred.reason", problem: "not a known reason")
        }
    }
}
