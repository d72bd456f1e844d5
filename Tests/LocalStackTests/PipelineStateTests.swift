import LocalStack
import Testing

@Suite struct PipelineStateTests {
    @Test func `nothing is missing when points and ratings agree and nothing waits`() {
        var state = PipelineState()
        state.ratings = 7
        state.points = 7
        #expect(state.missing.isEmpty)
    }

    @Test func `what waits is named with its number`() {
        let fields: [(WritableKeyPath<PipelineState, Int>, String)] = [
            (\.notRelayed, "events not relayed to Kafka"), (\.notScored, "episodes not scored to the end"),
            (\.notAlerted, "courses not looked at for alerts"), (\.notNotified, "notifications not settled"),
            (\.notAudited, "events not in the audit log"),
            (\.notSigned, "audit leaves not covered by a signed checkpoint"),
        ]
        for (field, words) in fields {
            var state = PipelineState()
            state[keyPath: field] = 3
            #expect(state.missing == ["3 \(words)"])
        }
    }

    @Test func `a lost point shows although every episode is scored`() {
        var state = PipelineState()
        state.ratings = 7
        state.points = 6
        #expect(state.missing == ["6 points scored of 7 ratings"])
    }

    @Test func `an event in quarantine is missing`() {
        var state = PipelineState()
        state.quarantined = ["attune-scoring": 2]
        #expect(state.missing == ["2 events in quarantine of attune-scoring"])
    }
}
