import Domain

@testable import Contracts

/// Records of topics as consumers read them.
enum RecordFuzz {
    /// Lines: the key in hexadecimal, then `name: value` for each header, then a blank line and the value.
    static func headers(_ bytes: [UInt8]) throws(FuzzFault) {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)[...]
        let key = hexadecimal(lines.popFirst() ?? [])
        var headers: [RecordHeader] = []
        while let line = lines.popFirst(), !line.isEmpty {
            let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
            headers.append(
                RecordHeader(
                    name: String(decoding: line[..<colon], as: UTF8.self), value: Array(line[colon...].dropFirst(2))))
        }
        let value: [UInt8]? = lines.isEmpty ? nil : Array(lines.joined(separator: [0x0A]))
        let event: EventEnvelope
        do throws(MalformedEvent) {
            event = try CloudEventsBinding.event(key: key, headers: headers, value: value)
        } catch {
            try hold(!error.field.isEmpty, "a malformed record names no field")
            try Secrecy.check("\(error)", of: bytes)
            return
        }
        let again = read {
            try CloudEventsBinding.event(
                key: CloudEventsBinding.key(of: event.episode), headers: CloudEventsBinding.headers(of: event),
                value: event.payload)
        }
        try hold(again == event, "an event is another one after it was written and read")
    }

    static func trace(_ bytes: [UInt8]) throws(FuzzFault) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let trace = TraceContext(traceparent: text) else { return }
        try hold(TraceContext(traceparent: trace.description) == trace, "a traceparent is another one after it was written")
        // Of later versions only what every version has is read, and flags that are not known are not handed on.
        let ids = text.utf8.dropFirst(2).prefix(51)
        try hold(trace.description.utf8.dropFirst(2).prefix(51).elementsEqual(ids), "a traceparent is read as another one")
        let next = trace.following(bytes)
        try hold(TraceContext(traceparent: next.description) == next, "a following span cannot be read")
        try hold(next.traceID == trace.traceID, "a following span is of another trace")
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = digits
        while let high = rest.popFirst(), let low = rest.popFirst() {
            bytes.append(UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16) ?? 0)
        }
        return bytes
    }
}
