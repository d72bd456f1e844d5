import HTTPTypes
import NIOCore
import ServiceKit

/// One line of a batch and its number, from 1.
struct BatchLine: Sendable {
    /// A command has at most a few kilobytes; what is longer is not one.
    static let byteLimit = 64 << 10

    let number: Int
    let content: ByteBuffer

    /// The lines that are not blank; nil when there are more than `limit`, blank ones included. The last one may
    /// lack its line feed.
    static func split(_ body: ByteBuffer, limit: Int) -> [BatchLine]? {
        var lines: [BatchLine] = []
        var rest = body
        var number = 0
        while rest.readableBytes > 0 {
            number += 1
            guard number <= limit else { return nil }
            let length = rest.readableBytesView.firstIndex(of: UInt8(ascii: "\n")).map { $0 - rest.readerIndex }
            guard let content = rest.readSlice(length: length ?? rest.readableBytes) else { break }
            if length != nil { rest.moveReaderIndex(forwardBy: 1) }
            guard content.readableBytesView.contains(where: { !isBlank($0) }) else { continue }
            lines.append(BatchLine(number: number, content: content))
        }
        return lines
    }

    /// The line's JSON document.
    func document() throws(Problem) -> JSONField {
        guard content.readableBytes <= Self.byteLimit else {
            throw Problem(
                "line-too-large", .contentTooLarge, title: "The line is too long",
                detail: "At most \(Self.byteLimit) bytes are accepted in a line.")
        }
        do {
            return JSONField(try JSON.parse(content))
        } catch {
            throw .malformedJSON(error)
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}
