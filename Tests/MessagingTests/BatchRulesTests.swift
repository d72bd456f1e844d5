import Contracts
import Testing

@testable import Messaging

@Suite struct BatchRulesTests {
    private func record(_ partition: Int32, _ offset: Int64, bytes: Int = 1) -> ConsumedRecord {
        ConsumedRecord(
            topic: "t", partition: partition, offset: offset, key: [], headers: [],
            value: Array(repeating: 0, count: bytes), timestampMilliseconds: 0)
    }

    private func partition(_ number: Int32) -> TopicPartition { TopicPartition(topic: "t", partition: number) }

    @Test func theNextOffsetsFollowTheLastRecordOfEachPartition() {
        var batch = PendingBatch()
        for (partition, offset) in [(0, 5), (0, 9), (1, 2), (0, 10), (2, 0)] as [(Int32, Int64)] {
            batch.append(record(partition, offset))
        }
        #expect(batch.nextOffsets == [partition(0): 11, partition(1): 3, partition(2): 1])
    }

    @Test func droppingAPartitionKeepsTheOthersInOrder() {
        var batch = PendingBatch()
        for (partition, offset) in [(0, 5), (1, 2), (0, 6), (1, 3)] as [(Int32, Int64)] {
            batch.append(record(partition, offset))
        }
        #expect(batch.drop([partition(0)]) == 2)
        #expect(batch.records.map(\.offset) == [2, 3])
    }

    @Test func aBatchIsFullByRecordsOrByBytes() {
        let limits = BatchLimits(maxRecords: 3, maxBytes: 100, maxWait: .zero)
        var batch = PendingBatch()
        for offset in 0..<3 {
            #expect(!batch.isFull(limits))
            batch.append(record(0, Int64(offset)))
        }
        #expect(batch.isFull(limits))
        batch.removeAll()
        batch.append(record(0, 4, bytes: 99))
        #expect(!batch.isFull(limits))
        batch.append(record(1, 5, bytes: 1))
        #expect(batch.isFull(limits))
        batch.drop([partition(0)])
        #expect(!batch.isFull(limits))
    }

    @Test func pausesGrowUpToTheCeilingAndStartAnew() {
        var backoff = Backoff(ceiling: .seconds(5))
        for attempt in 0..<40 {
            let full = min(5000, 50 * (1 << min(attempt, 20)))
            let pause = backoff.next()
            #expect(pause >= .milliseconds(full) / 2 && pause <= .milliseconds(full))
        }
        backoff.reset()
        #expect(backoff.next() <= .milliseconds(50))
    }

    @Test func aThrottleCountsWhatItHoldsBack() {
        var throttle = Throttle(interval: .seconds(10))
        let start = ContinuousClock.now
        #expect(throttle.admit(at: start) == 0)
        #expect(throttle.admit(at: start + .seconds(3)) == nil)
        #expect(throttle.admit(at: start + .seconds(9)) == nil)
        #expect(throttle.admit(at: start + .seconds(10)) == 2)
        #expect(throttle.admit(at: start + .seconds(21)) == 0)
    }

    @Test func theFirstRefusalIsTheFirstInTheCallersOrder() {
        var tally = DeliveryTally()
        for _ in 0..<4 { tally.accept() }
        let reason = KafkaReason(code: 10, name: "X", explanation: "x", isTransient: false)
        tally.report(index: 3, failure: reason)
        tally.report(index: 1, failure: reason)
        tally.report(index: 0, failure: nil)
        #expect(tally.firstRefusal?.index == 1)
        #expect(tally.outstanding == 1)
        #expect(tally.delivered == 1)
    }

    @Test func durationsBecomeWholeMillisecondsThatAreNeverTooShort() {
        #expect(Duration.microseconds(1).milliseconds == 1)
        #expect(Duration.milliseconds(1500).milliseconds == 1500)
        #expect(Duration.zero.milliseconds == 0)
        #expect(Duration.seconds(-5).milliseconds == 0)
        #expect(Duration.seconds(Int64.max).milliseconds == 2_000_000_000)
    }
}
