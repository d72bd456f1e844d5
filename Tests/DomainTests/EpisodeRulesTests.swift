import Domain
import Testing

@Suite struct EpisodeRulesTests {
    private let episode = EpisodeID(rawValue: Examples.uuid(1, 1))
    private let site = SiteID(unchecked: "north")
    private let client = ParticipantID(rawValue: Examples.uuid(2, 1))
    private let stranger = ParticipantID(rawValue: Examples.uuid(2, 2))
    private let today = CalendarDay(daysSinceEpoch: 20_100)
    private let opened = CalendarDay(daysSinceEpoch: 20_000)

    private func state(closedOn: CalendarDay? = nil, version: UInt64 = 3) -> EpisodeState {
        EpisodeState(
            id: episode, site: site, openedOn: opened, closedOn: closedOn, participants: [client],
            version: version)
    }

    private func decide(
        _ event: EpisodeEvent, _ state: EpisodeState?, rating: RatingState? = nil, site: SiteID? = nil,
        expected: UInt64? = nil
    ) -> Result<EpisodeEvent, Refusal> {
        let command = EpisodeCommand(
            episode: episode, site: site ?? self.site, event: event, expectedVersion: expected)
        do throws(Refusal) {
            return .success(try EpisodeRules.decide(command, episode: state, rating: rating, today: today))
        } catch {
            return .failure(error)
        }
    }

    private func recorded(by participant: ParticipantID? = nil, session: Int = 1, day: Int = 20_050) -> EpisodeEvent {
        .ratingRecorded(
            Rating(
                id: Examples.ratingID(1), participant: participant ?? client,
                instrument: Examples.outcome.reference, session: session,
                day: CalendarDay(daysSinceEpoch: day), answers: .total(200)))
    }

    private var correction: EpisodeEvent {
        .ratingCorrected(
            RatingCorrection(
                rating: Examples.ratingID(1), session: 1, day: opened, answers: .total(1), reason: .entryError))
    }

    private var withdrawal: EpisodeEvent {
        .ratingWithdrawn(RatingWithdrawal(rating: Examples.ratingID(1), reason: .entryError))
    }

    private func standing(in episode: EpisodeID? = nil, withdrawn: Bool = false) -> RatingState {
        RatingState(
            episode: episode ?? self.episode, participant: client, instrument: Examples.outcome.reference,
            isWithdrawn: withdrawn)
    }

    private func opening(_ participants: [ParticipantID], day: CalendarDay) -> EpisodeEvent {
        .opened(
            EpisodeOpening(
                service: "adults", openedOn: day, clinician: "c1",
                participants: participants.map { Participant(id: $0, role: .`self`, ageBand: .adult) }))
    }

    @Test func whatIsAllowedBecomesTheEventItIs() {
        let session = EpisodeEvent.sessionHeld(
            SessionHeld(id: SessionID(rawValue: Examples.uuid(3, 1)), number: 1, day: today))
        #expect(decide(opening([client], day: today), nil) == .success(opening([client], day: today)))
        #expect(decide(recorded(), state()) == .success(recorded()))
        #expect(decide(session, state()) == .success(session))
        #expect(decide(correction, state(), rating: standing()) == .success(correction))
        #expect(decide(withdrawal, state(), rating: standing()) == .success(withdrawal))
    }

    @Test func anEpisodeIsOpenedOnceWithParticipantsAndNotInTheFuture() {
        #expect(decide(opening([client], day: today), state()) == .failure(.alreadyOpen))
        #expect(decide(opening([], day: today), nil) == .failure(.noParticipants))
        #expect(decide(opening([client, client], day: today), nil) == .failure(.participantAlreadyJoined(client)))
        let tomorrow = CalendarDay(daysSinceEpoch: 20_101)
        #expect(decide(opening([client], day: tomorrow), nil) == .failure(.dayInFuture(day: tomorrow, today: today)))
    }

    @Test func anUnknownOrForeignEpisodeIsRefused() {
        let south = SiteID(unchecked: "south")
        #expect(decide(recorded(), nil) == .failure(.unknownEpisode))
        #expect(decide(recorded(), state(), site: south) == .failure(.otherSite))
        #expect(decide(opening([client], day: today), state(), site: south) == .failure(.otherSite))
        #expect(Refusal.otherSite.description == Refusal.unknownEpisode.description)
    }

    @Test func aSenderWhoHasNotSeenTheLatestEventIsRefused() {
        #expect(decide(recorded(), state(), expected: 2) == .failure(.versionConflict(expected: 2, actual: 3)))
        #expect(decide(recorded(), state(), expected: 3) == .success(recorded()))
    }

    @Test func aRatingNeedsAKnownParticipantSessionAndDay() {
        #expect(decide(recorded(by: stranger), state()) == .failure(.unknownParticipant(stranger)))
        #expect(decide(recorded(session: 0), state()) == .failure(.invalidSessionNumber(0)))
        #expect(decide(recorded(session: 1000), state()) == .failure(.invalidSessionNumber(1000)))
        #expect(decide(recorded(session: 999), state()) == .success(recorded(session: 999)))
        let early = CalendarDay(daysSinceEpoch: 19_999)
        let late = CalendarDay(daysSinceEpoch: 20_101)
        #expect(decide(recorded(day: 19_999), state()) == .failure(.dayBeforeOpening(day: early, openedOn: opened)))
        #expect(decide(recorded(day: 20_101), state()) == .failure(.dayInFuture(day: late, today: today)))
        #expect(decide(recorded(day: 20_100), state()) == .success(recorded(day: 20_100)))
    }

    @Test func aRatingIsRecordedOnceAndCorrectedOnlyWhileItStands() {
        let id = Examples.ratingID(1)
        let elsewhere = EpisodeID(rawValue: Examples.uuid(1, 2))
        #expect(decide(recorded(), state(), rating: standing()) == .failure(.ratingAlreadyRecorded(id)))
        for event in [correction, withdrawal] {
            #expect(decide(event, state()) == .failure(.unknownRating(id)))
            #expect(decide(event, state(), rating: standing(in: elsewhere)) == .failure(.unknownRating(id)))
            #expect(decide(event, state(), rating: standing(withdrawn: true)) == .failure(.ratingWithdrawn(id)))
        }
    }

    @Test func aClosedEpisodeTakesNothingNewButStaysCorrectable() {
        let closedOn = CalendarDay(daysSinceEpoch: 20_060)
        let closed = state(closedOn: closedOn)
        #expect(decide(recorded(day: 20_060), closed) == .failure(.episodeClosed(on: closedOn)))
        #expect(decide(recorded(day: 20_061), closed) == .failure(.episodeClosed(on: closedOn)))
        #expect(decide(withdrawal, closed, rating: standing()) == .success(withdrawal))
        let joining = EpisodeEvent.participantJoined(Participant(id: stranger, role: .`self`, ageBand: .adult))
        #expect(decide(joining, closed) == .failure(.episodeClosed(on: closedOn)))
        let closing = EpisodeEvent.closed(EpisodeClosure(day: opened, reason: .agreedEnd))
        #expect(decide(closing, closed) == .failure(.episodeClosed(on: closedOn)))
    }

    private func discussion(_ day: Int = 20_050) -> EpisodeEvent {
        .ratingDiscussed(
            RatingDiscussed(
                id: DiscussionID(rawValue: Examples.uuid(6, 1)), rating: Examples.ratingID(1),
                day: CalendarDay(daysSinceEpoch: day), by: "c1"))
    }

    private func consent(_ day: Int = 20_050, by participant: ParticipantID? = nil) -> EpisodeEvent {
        .consentChanged(
            ConsentChange(
                id: ConsentID(rawValue: Examples.uuid(7, 1)), participant: participant ?? client, jointView: false,
                day: CalendarDay(daysSinceEpoch: day)))
    }

    private func review(_ day: Int = 20_050) -> EpisodeEvent {
        .reviewHeld(
            ReviewHeld(
                id: ReviewID(rawValue: Examples.uuid(8, 1)), kind: .joint, day: CalendarDay(daysSinceEpoch: day), by: "c1"))
    }

    private func declined(session: Int = 3, _ day: Int = 20_050, by participant: ParticipantID? = nil) -> EpisodeEvent {
        .ratingDeclined(
            RatingDeclined(
                id: DeclineID(rawValue: Examples.uuid(9, 1)), participant: participant ?? client,
                instrument: InstrumentReference(id: InstrumentID("ors")!, version: "2000"), purpose: .outcome,
                session: session, day: CalendarDay(daysSinceEpoch: day)))
    }

    private func preferences(session: Int = 1, _ day: Int = 20_050, by participant: ParticipantID? = nil) -> EpisodeEvent {
        .preferencesRecorded(
            PreferencesRecorded(
                id: PreferencesID(rawValue: Examples.uuid(9, 2)), participant: participant ?? client,
                instrument: InstrumentReference(id: InstrumentID("c-nip")!, version: "1.1"), session: session,
                day: CalendarDay(daysSinceEpoch: day), answers: Array(repeating: 1, count: 18)))
    }

    private func preferenceReview(_ day: Int = 20_050, by participant: ParticipantID? = nil) -> EpisodeEvent {
        .preferenceReviewed(
            PreferenceReviewed(
                id: PreferenceReviewID(rawValue: Examples.uuid(9, 3)), participant: participant ?? client,
                accommodation: PreferenceAccommodation(
                    scale: .time, asked: .strongFirst, agreed: .follow, accommodated: .yes, recordedBy: "c1",
                    day: CalendarDay(daysSinceEpoch: day))))
    }

    @Test func whatIsDeclinedOrPreferredIsAParticipantsAndHasItsDay() {
        let stranger = ParticipantID(rawValue: Examples.uuid(9, 9))
        let late = CalendarDay(daysSinceEpoch: 20_101)
        for event in [declined(), preferences(), preferenceReview()] {
            #expect(decide(event, state()) == .success(event))
        }
        for event in [declined(by: stranger), preferences(by: stranger), preferenceReview(by: stranger)] {
            #expect(decide(event, state()) == .failure(.unknownParticipant(stranger)))
        }
        for event in [declined(20_101), preferences(20_101), preferenceReview(20_101)] {
            #expect(decide(event, state()) == .failure(.dayInFuture(day: late, today: today)))
        }
        for event in [declined(session: 0), preferences(session: 0)] {
            #expect(decide(event, state()) == .failure(.invalidSessionNumber(0)))
        }
    }

    @Test func aTalkIsAboutAStandingRatingAndHasItsDay() {
        #expect(decide(discussion(), state(), rating: standing()) == .success(discussion()))
        #expect(decide(discussion(), state()) == .failure(.unknownRating(Examples.ratingID(1))))
        #expect(
            decide(discussion(), state(), rating: standing(withdrawn: true)) == .failure(.ratingWithdrawn(Examples.ratingID(1))))
        let late = CalendarDay(daysSinceEpoch: 20_101)
        for event in [discussion(20_101), consent(20_101), review(20_101)] {
            #expect(decide(event, state(), rating: standing()) == .failure(.dayInFuture(day: late, today: today)))
        }
        let early = CalendarDay(daysSinceEpoch: 19_999)
        for event in [discussion(19_999), consent(19_999), review(19_999)] {
            #expect(
                decide(event, state(), rating: standing()) == .failure(.dayBeforeOpening(day: early, openedOn: opened)))
        }
        #expect(decide(consent(by: stranger), state()) == .failure(.unknownParticipant(stranger)))
    }

    @Test func whatWasSaidBeforeTheClosingIsEnteredAfterItAndConsentTakenBackAtAnyTime() {
        let closedOn = CalendarDay(daysSinceEpoch: 20_060)
        let closed = state(closedOn: closedOn)
        #expect(decide(discussion(20_060), closed, rating: standing()) == .success(discussion(20_060)))
        #expect(decide(discussion(20_061), closed, rating: standing()) == .failure(.episodeClosed(on: closedOn)))
        #expect(decide(review(20_060), closed) == .success(review(20_060)))
        #expect(decide(review(20_061), closed) == .failure(.episodeClosed(on: closedOn)))
        #expect(decide(consent(20_090), closed) == .success(consent(20_090)))
    }

    @Test func theStateFollowsItsEvents() {
        let joining = EpisodeEvent.participantJoined(Participant(id: stranger, role: .`self`, ageBand: .adult))
        let joined = state().applying(joining)
        #expect(joined.participants == [client, stranger])
        #expect(joined.version == 4)
        #expect(decide(joining, joined) == .failure(.participantAlreadyJoined(stranger)))
        #expect(!joined.applying(.closed(EpisodeClosure(day: today, reason: .droppedOut))).isOpen)
    }
}
