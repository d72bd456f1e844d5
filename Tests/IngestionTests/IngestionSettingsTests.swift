import Persistence
import ServiceKit
import Testing

@testable import attune_ingestion

@Suite struct IngestionSettingsTests {
    @Test func `Imports alone go at the pace that is set, into the ledger and out of it`() throws {
        let settings = try Settings(IngestionSettings.all, environment: [
            "ATTUNE_BACKFILL_RATE": "100", "ATTUNE_DATABASE_URL": "postgresql://nowhere/attune",
            "ATTUNE_KAFKA_BOOTSTRAP": "nowhere:9092", "ATTUNE_JWKS_FILE": "jwks.json",
        ])
        #expect(settings.backfillPace.eventsPerSecond == 100)
        for lane in Lane.all {
            #expect(try settings.writerOptions(of: lane).pace?.eventsPerSecond == (lane.backfill ? 100 : nil))
        }
    }
}
