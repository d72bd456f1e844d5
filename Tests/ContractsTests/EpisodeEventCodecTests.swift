import Contracts
import Domain
import Testing

@Suite struct EpisodeEventCodecTests {
    static let participant = ParticipantID("018f2c1e-7a00-7000-8000-000000000002")!
    static let rating = Rating(
        id: RatingID("018f2c1e-7a00-7000-8000-000000000003")!, participant: participant,
        instrument: InstrumentReference(id: InstrumentID("phq-9")!, version: "2001"), session: 3,
        day: CalendarDay("2026-03-02")!, answers: .items([0, 1, nil, 3, 2, 2, 0, 1, 0]))

    static let every: [EpisodeEvent] = [
        .opened(
            EpisodeOpening(
                service: "adult", openedOn: CalendarDay("2026-01-05")!, clinician: "c-17",
                participants: RaterRole.allCases.flatMap { role in
                    AgeBand.allCases.map { Participant(id: participant, role: role, ageBand: $0) }
                })),
        .participantJoined(Participant(id: participant, role: .caretaker, ageBand: .adult)),
        .participantJoined(Participant(id: participant, role: .`self`, ageBand: .adult, sex: .female)),
        .participantJoined(Participant(id: participant, role: .`self`, ageBand: .adult, sex: .male)),
        .participantJoined(
            Participant(id: participant, role: .`self`, ageBand: .adult, sex: .male, group: ClientGroup("north-east")!)),
        .preferencesRecorded(
            PreferencesRecorded(
                id: PreferencesID("018f2c1e-7a00-7000-8000-00000000000f")!, participant: participant,
                instrument: InstrumentReference(id: InstrumentID("c-nip")!, version: "1.1"), session: 1,
                day: CalendarDay("2026-03-02")!, answers: [-3, 0, nil, 3])),
        .sessionHeld(SessionHeld(id: SessionID("018f2c1e-7a00-7000-8000-000000000009")!, number: 4, day: CalendarDay("2026-03-09")!)),
        .ratingRecorded(rating),
        .ratingRecorded(
            Rating(
                id: rating.id, participant: participant, instrument: rating.instrument, session: 1,
                day: CalendarDay("1969-12-30")!, answers: .total(0))),
        .closed(EpisodeClosure(day: CalendarDay("2026-06-01")!, reason: .agreedEnd)),
    ]
        + MissedReason.allCases.map {
            .sessionMissed(SessionMissed(id: SessionID("018f2c1e-7a00-7000-8000-000000000009")!, day: CalendarDay("2026-03-09")!, reason: $0))
        }
        + CorrectionReason.allCases.flatMap { reason -> [EpisodeEvent] in
            [
                .ratingCorrected(
                    RatingCorrection(
                        rating: rating.id, session: 2, day: CalendarDay("2026-02-20")!, answers: .items([-3, nil, 3]),
                        reason: reason)),
                .ratingWithdrawn(RatingWithdrawal(rating: rating.id, reason: reason)),
            ]
        }
        + InstrumentPurpose.allCases.map {
            .ratingDeclined(
                RatingDeclined(
                    id: DeclineID("018f2c1e-7a00-7000-8000-00000000000e")!, participant: participant,
                    instrument: rating.instrument, purpose: $0, session: 3, day: CalendarDay("2026-03-02")!))
        }
        + PreferenceScale.allCases.map { reviewed($0, .notStrong, .open, .no) }
        + PreferenceLean.allCases.map { reviewed(.time, $0, .open, .no) }
        + PreferenceAgreement.allCases.map { reviewed(.time, .notStrong, $0, .no) }
        + Accommodation.allCases.map { reviewed(.time, .notStrong, .open, $0) }
        + ReviewHeld.Kind.allCases.map {
            .reviewHeld(
                ReviewHeld(
                    id: ReviewID("018f2c1e-7a00-7000-8000-00000000000d")!, kind: $0, day: CalendarDay("2026-03-02")!, by: "c-1"))
        }
        + [true, false].map {
            .consentChanged(
                ConsentChange(
                    id: ConsentID("018f2c1e-7a00-7000-8000-00000000000c")!, participant: participant, jointView: $0,
                    day: CalendarDay("2026-03-02")!))
        }
        + [
            .ratingDiscussed(
                RatingDiscussed(
                    id: DiscussionID("018f2c1e-7a00-7000-8000-00000000000b")!, rating: rating.id,
                    day: CalendarDay("2026-03-03")!, by: "c-1"))
        ]
        + TransferReason.allCases.map {
            .transferred(
                EpisodeTransfer(id: TransferID("018f2c1e-7a00-7000-8000-00000000000a")!, clinician: "c-18", reason: $0))
        }
        + ClosureReason.allCases.map { .closed(EpisodeClosure(day: CalendarDay("2026-06-01")!, reason: $0)) }

    private static func reviewed(
        _ scale: PreferenceScale, _ asked: PreferenceLean, _ agreed: PreferenceAgreement, _ accommodated: Accommodation
    ) -> EpisodeEvent {
        .preferenceReviewed(
            PreferenceReviewed(
                id: PreferenceReviewID("018f2c1e-7a00-7000-8000-000000000010")!, participant: participant,
                accommodation: PreferenceAccommodation(
                    scale: scale, asked: asked, agreed: agreed, accommodated: accommodated, recordedBy: "c-1",
                    day: CalendarDay("2026-03-02")!)))
    }

    @Test(arguments: every) func everyEventReadsBackAsWritten(event: EpisodeEvent) throws {
        let bytes = try EpisodeEventCodec.encode(event, actor: "dr-7")
        let read = try EpisodeEventCodec.decode(bytes, type: event.type)
        #expect(read.event == event)
        #expect(read.actor == "dr-7")
    }

    @Test func aPayloadThatIsNotWhatItsTypeSaysIsMalformed() throws {
        let bytes = try EpisodeEventCodec.encode(.ratingRecorded(Self.rating), actor: "a")
        #expect(throws: MalformedEvent.self) { try EpisodeEventCodec.decode(bytes, type: .sessionHeld) }
    }

    @Test(arguments: [[0xFF, 0xFF, 0xFF], [], [0x2A, 0x02, 0x0A, 0x00]] as [[UInt8]])
    func bytesThatAreNoEventAreMalformed(bytes: [UInt8]) {
        #expect(throws: MalformedEvent.self) { try EpisodeEventCodec.decode(bytes, type: .ratingRecorded) }
    }

    /// Written by the first version of the contract. It must decode for ever; never renew it.
    @Test func anEventOfTheFirstVersionStillDecodes() throws {
        let recorded =
            "2a470a10018f2c1e7a00700080000000000000031210018f2c1e7a00700080000000000000021a057068712d39220432"
            + "303031280330c4c0023a0e0a09000200060404000200120103a2060464722d37"
        let bytes = stride(from: 0, to: recorded.count, by: 2).map { offset -> UInt8 in
            let start = recorded.index(recorded.startIndex, offsetBy: offset)
            return UInt8(recorded[start..<recorded.index(start, offsetBy: 2)], radix: 16)!
        }
        let read = try EpisodeEventCodec.decode(bytes, type: .ratingRecorded)
        #expect(read.event == .ratingRecorded(Self.rating))
        #expect(try EpisodeEventCodec.encode(.ratingRecorded(Self.rating), actor: "dr-7") == bytes)
    }
}
