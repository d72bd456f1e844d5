import Messaging
import Testing

@Suite struct BrokerFaultTests {
    @Test(arguments: [
        BrokerFault.errors(.produce, codes: [6, 7, -195]), .slow(milliseconds: 250), .down(broker: nil), .up(broker: nil), .down(broker: 2),
        .up(broker: 2), .healed,
    ])
    func aFaultReadsBackFromItsLine(_ fault: BrokerFault) {
        #expect(BrokerFault(fault.description) == fault)
    }

    @Test(arguments: ["", "errors produce", "errors nothing 6", "errors produce six", "slow", "slow -1", "down now", "up 0", "down 1 2", "explode"])
    func anythingElseIsNoFault(_ line: String) {
        #expect(BrokerFault(line) == nil)
    }
}
