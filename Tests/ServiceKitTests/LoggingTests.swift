import Foundation
import Logging
import ServiceKit
import Testing

@Suite struct LoggingTests {
    private func object(_ line: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test func `a line is valid JSON whatever stands in it`() throws {
        let sink = LogSink()
        let odd = "a\u{0}\u{1B}[2J\n\r\t\"\\\u{7F}\u{9B}\u{2028}😀"
        sink.logger().info("\(odd)", metadata: ["odd\nkey": "\(odd)"])
        #expect(sink.lines.count == 1)
        let line = try object(sink.lines[0])
        #expect(line["message"] as? String == odd)
        #expect(line["odd_key"] as? String == odd)
        #expect(sink.lines[0].unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
    }

    @Test func `a line has time, level, service and flattened metadata`() throws {
        let sink = LogSink()
        var logger = sink.logger()
        logger[metadataKey: "hb.request.id"] = "r-1"
        struct Broken: Error, CustomStringConvertible { let description = "out of order" }
        logger.warning(
            "Late", error: Broken(),
            metadata: [
                "topicName": "t", "position": ["lastSeen": .stringConvertible(7), "ok": .stringConvertible(true)],
                "level": "shadow", "sl-list": ["a", "b"],
            ])
        let line = try object(try #require(sink.lines.first))
        let time = try #require(line["time"] as? String)
        #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/) != nil)
        #expect(line["level"] as? String == "warning")
        #expect(line["service"] as? String == "attune-test")
        #expect(line["request_id"] as? String == "r-1")
        #expect(line["topic_name"] as? String == "t")
        #expect(line["position_last_seen"] as? Int == 7)
        #expect(line["position_ok"] as? Bool == true)
        #expect(line["field_level"] as? String == "shadow")
        #expect(line["sl_list"] as? [String] == ["a", "b"])
        #expect(line["error"] as? String == "out of order")
        #expect(line["error_type"] as? String == "Broken")
    }

    @Test func `keys that become the same name both stay`() throws {
        let sink = LogSink()
        sink.logger().info("x", metadata: ["site.id": "a", "siteId": "b"])
        let line = try object(try #require(sink.lines.first))
        #expect(Set([line["site_id"] as? String, line["site_id_2"] as? String]) == ["a", "b"])
    }

    @Test func `less severe events than the level are not written`() {
        let sink = LogSink()
        let logger = sink.logger(.notice)
        logger.info("no")
        logger.notice("yes")
        #expect(sink.lines.count == 1)
    }

    @Test func `lines of many threads do not mix`() async throws {
        let sink = LogSink()
        let logger = sink.logger()
        let text = String(repeating: "x", count: 6000)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { logger.info("\(text)") } }
        }
        #expect(sink.lines.count == 50)
        for line in sink.lines { #expect(try object(line)["message"] as? String == text) }
    }
}
