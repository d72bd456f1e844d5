import Testing

@testable import Domain

@Suite struct FidelityShareTests {
    @Test func `A percentage is given from the minimum on, rounded to the nearest`() {
        #expect(FidelityCounts.Share(count: 8, of: 9).percent(ofAtLeast: 10) == nil)
        #expect(FidelityCounts.Share(count: 8, of: 10).percent(ofAtLeast: 10) == 80)
        #expect(FidelityCounts.Share(count: 2, of: 12).percent(ofAtLeast: 10) == 17)
        #expect(FidelityCounts.Share(count: 1, of: 12).percent(ofAtLeast: 10) == 8)
        #expect(FidelityCounts.Share().percent(ofAtLeast: 0) == nil)
    }
}
