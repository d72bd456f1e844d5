import Domain
import Testing

@Suite struct EpisodeViewTests {
    /// A couple with ten sessions, some of them missed, talked about and reviewed.
    private var couple: Episodes {
        var episode = Episodes(people: 2)
        episode.hold(1...5)
        episode.hold(7...10)
        episode.miss(.notAttended, on: Episodes.day(6))
        episode.rate(1, Episodes.modelled, 180, 181, 150, 140, 120)
        episode.rate(2, Episodes.modelled, 200, 230, 260, 270, 280)
        episode.rate(1, Episodes.alliance, 380, 350, 370)
        episode.rate(2, Episodes.alliance, 380, 381, 382)
        episode.discuss(1, Episodes.modelled, session: 3)
        episode.review(.joint, on: Episodes.day(4))
        episode.review(.documented, on: Episodes.day(2))
        episode.consent(1, true)
        episode.consent(2, true, on: Episodes.day(2))
        return episode
    }

    @Test func nothingOfALaterDayIsSeen() throws {
        let view = couple.view(Episodes.day(3))
        #expect(view.sessions.map(\.number) == [1, 2, 3])
        #expect(view.missedSessions.isEmpty)
        #expect(view.courses[Episodes.key(1, Episodes.modelled)]?.trajectory.points.count == 3)
        #expect(view.reviews.map(\.kind) == [.documented])
        #expect(!couple.view(Episodes.day(1)).consentsToJointView(Episodes.person(2)))
        let before = Episodes.day(1, plus: -1)
        #expect(EpisodeView(of: Episodes.id, events: couple.events, courses: [:], asOf: before) == nil)
        #expect(EpisodeView(of: Episodes.id, events: couple.events.dropFirst(), courses: [:], asOf: Episodes.day(9)) == nil)
    }

    @Test func aClosureCountsFromItsDayOn() {
        var episode = couple
        episode.close(on: Episodes.day(10))
        #expect(episode.view(Episodes.day(9)).isOpen)
        #expect(episode.view(Episodes.day(10)).closedOn == Episodes.day(10))
    }

    @Test func theNewestWordAboutConsentHoldsAndOfTwoOnADayTheOneAgainst() {
        var episode = couple
        episode.consent(1, false, on: Episodes.day(3))
        #expect(episode.view(Episodes.day(2)).consentsToJointView(Episodes.person(1)))
        #expect(!episode.view(Episodes.day(3)).consentsToJointView(Episodes.person(1)))
        episode.consent(1, true, on: Episodes.day(3))
        #expect(!episode.view(Episodes.day(3)).consentsToJointView(Episodes.person(1)))
        episode.consent(1, true, on: Episodes.day(4))
        #expect(episode.view(Episodes.day(4)).consentsToJointView(Episodes.person(1)))
    }

    @Test func arrivalOrderPlaysNoPart() {
        var numbers = SeededNumbers(state: 3)
        var episode = couple
        episode.consent(1, false, on: Episodes.day(2))
        for today in [Episodes.day(3), Episodes.day(8), Episodes.day(20)] {
            let straight = episode.view(today).findings()
            #expect(!straight.isEmpty)
            for _ in 1...50 {
                var shuffled = episode
                shuffled.events.shuffle(using: &numbers)
                let view = shuffled.view(today)
                #expect(view.findings() == straight)
                for person in 1...2 {
                    #expect(
                        view.consentsToJointView(Episodes.person(person))
                            == episode.view(today).consentsToJointView(Episodes.person(person)))
                }
            }
        }
    }

    /// What is none of the rules' business, or belongs to a later day, changes nothing.
    @Test func unrelatedEventsChangeNothing() {
        let today = Episodes.day(8)
        let straight = couple.view(today).findings()
        var episode = couple
        episode.events.append(
            .participantJoined(Participant(id: Episodes.person(9), role: .clinician, ageBand: .adult)))
        episode.events.append(
            .ratingWithdrawn(RatingWithdrawal(rating: Examples.ratingID(9), reason: .entryError)))
        episode.rate(9, Episodes.modelled, 100, 90, 80)
        episode.hold(11...12)
        episode.miss(.notAttended, on: Episodes.day(12))
        episode.close(on: Episodes.day(13))
        episode.discuss(1, Episodes.alliance, session: 9)
        episode.review(.joint, on: Episodes.day(9))
        let findings = episode.view(today).findings()
        // The clinician's own ratings speak for themselves and for nothing else.
        #expect(findings.filter { $0.subject != Episodes.person(9) } == straight)
    }

    @Test func findingsComeGravestFirst() {
        var episode = couple
        let danger = Examples.depression()
        let basis = ScoringBasis(instrument: danger, normSet: danger.normSets.first, model: nil)
        episode.rate(2, basis, [10: 12], safety: [9])
        let findings = episode.view(Episodes.day(10, plus: 30)).findings()
        #expect(findings.map(\.precedence) == findings.map(\.precedence).sorted())
        #expect(
            Set(findings.map(\.precedence))
                .isSuperset(of: [.safety, .deterioration, .alliance, .missingData]))
        #expect(findings.first?.rule == "safety.item.9")
        #expect(FindingPrecedence.allCases == [
            .safety, .deterioration, .notOnTrack, .alliance, .stalled, .missingData, .prompt,
        ])
    }

    @Test func ofAClosedEpisodeOnlyDangerIsLeft() {
        var episode = couple
        let danger = Examples.depression()
        let basis = ScoringBasis(instrument: danger, normSet: danger.normSets.first, model: nil)
        episode.rate(2, basis, [5: 12], safety: [9])
        episode.close(on: Episodes.day(10))
        #expect(episode.view(Episodes.day(30)).findings().map(\.rule) == ["safety.item.9"])
    }

    @Test func rulesThatAreOffFindNothing() {
        let findings = couple.view(Episodes.day(20)).findings(Episodes.only { _ in })
        #expect(!findings.isEmpty)
        for finding in findings {
            guard case .signal = finding else {
                Issue.record("\(finding.rule) is off")
                continue
            }
        }
    }

    @Test func everyFindingAboutAnEpisodeNamesItsSource() {
        for finding in couple.view(Episodes.day(20)).findings() {
            if case .signal = finding { continue }
            #expect((finding.evidence?.source.count ?? 0) > 20, "\(finding.rule)")
        }
    }

    @Test(arguments: [
        ("2026-01-31", 1, "2026-02-28"), ("2028-01-31", 1, "2028-02-29"), ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-15", 1, "2027-01-15"), ("2026-03-31", 12, "2027-03-31"), ("2026-03-31", 0, "2026-03-31"),
    ])
    func monthsAreThoseOfTheCalendar(from: String, months: Int, to: String) throws {
        #expect(try #require(CalendarDay(from)).advanced(byMonths: months) == CalendarDay(to))
    }
}
