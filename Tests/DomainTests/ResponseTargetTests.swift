import Domain
import Testing

/// Response-time targets (clinical-reference 5.5).
@Suite struct ResponseTargetTests {
    private func hours(_ hours: Int64) -> Timestamp { Timestamp(microseconds: hours * 3_600_000_000) }

    private func results(
        _ responses: [(AlertKind, Int64, Int64?)], percent: Int = 90, asOf now: Int64
    ) throws -> [ResponseResult] {
        let target = try #require(ResponseTarget(withinSeconds: 24 * 3600, thousandths: percent * 10))
        return responses.map { AlertResponse(kind: $0.0, raisedAt: hours($0.1), answeredAt: $0.2.map(hours)) }
            .results(against: [.alliance: target, .safety: target], asOf: hours(now))
    }

    @Test(arguments: [
        (Int64?(24), 100, 1, 1, 0), (25, 100, 0, 1, 0), (nil, 24, 0, 0, 1), (nil, 25, 0, 1, 0), (30, 20, 0, 0, 1),
    ] as [(Int64?, Int64, Int, Int, Int)])
    func anAlertIsInTimeLateOrUndecided(answered: Int64?, now: Int64, inTime: Int, decided: Int, undecided: Int) throws {
        let result = try #require(try results([(.alliance, 0, answered)], asOf: now).last)
        #expect(result.kind == .alliance)
        #expect((result.inTime.count, result.inTime.total, result.undecided) == (inTime, decided, undecided))
        #expect(result.isMet == (decided == 0 ? nil : inTime == 1))
    }

    @Test func theShareIsCountedByKindGravestFirst() throws {
        var responses = (1...9).map { (AlertKind.alliance, Int64($0), Int64?(Int64($0) + 2)) }
        responses.append((.alliance, 10, nil))
        responses.append((.notOnTrack, 10, nil))
        responses.append((.alliance, 500, 501))
        let all = try results(responses, asOf: 400)
        #expect(all.map(\.kind) == [.safety, .alliance])
        #expect(all[0].isMet == nil)
        #expect((all[1].inTime.count, all[1].inTime.total) == (9, 10))
        #expect(all[1].isMet == true)
        #expect(try results(responses, percent: 91, asOf: 400)[1].isMet == false)
        let interval = try #require(all[1].inTime.interval())
        #expect(interval.contains(0.9) && interval.lower > 0.5)
    }

    @Test func aTargetNeedsATimeAndAShare() {
        #expect(ResponseTarget(withinSeconds: 0, thousandths: 900) == nil)
        #expect(ResponseTarget(withinSeconds: 60, thousandths: 0) == nil)
        #expect(ResponseTarget(withinSeconds: 60, thousandths: 1001) == nil)
    }
}
