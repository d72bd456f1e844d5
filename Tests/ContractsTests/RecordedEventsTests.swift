import Contracts
import Crypto
import Domain
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

/// Events as released versions wrote them. They decode for ever: a file is never changed, another one is added.
@Suite struct RecordedEventsTests {
    /// SHA-256 of every file of recorded events.
    private static let files = [
        "events-1.json": "4a75eadcbd0f45533535bba9c2dec7e0b8ed58b6c8a000ac8033a83065d85a29"
    ]

    struct Recorded: Codable, Hashable {
        let type: String
        /// Of the record on Kafka; none for what stands in the audit log alone.
        let headers: [String: String]
        /// In Base 64.
        let value: Data
        /// What it says, in the text format of protobuf.
        let text: String
    }

    private static let folder = TestPrograms.checkout.appending(path: "Tests/ContractsTests/Recorded")

    private static func read(_ name: String) throws -> [Recorded] {
        try JSONDecoder().decode([Recorded].self, from: Data(contentsOf: folder.appending(path: name)))
    }

    @Test func `No recorded file has changed, and none is missing`() throws {
        let found = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter { $0.hasSuffix(".json") }
        #expect(Set(found) == Set(Self.files.keys))
        for (name, digest) in Self.files {
            let data = try Data(contentsOf: Self.folder.appending(path: name))
            let actual = Hexadecimal.text(Array(SHA256.hash(data: data)))
            #expect(actual == digest, "\(name) holds what was released: put it back, and add another file")
        }
    }

    @Test func `Every type of event has been recorded`() throws {
        let recorded = try Self.files.keys.reduce(into: Set<String>()) { $0.formUnion(try Self.read($1).map(\.type)) }
        #expect(recorded == Set(EventType.allCases.map(\.rawValue)))
    }

    @Test(arguments: files.keys.sorted()) func `Every recorded event says what it said, and is written in the same way`(name: String) throws {
        for recorded in try Self.read(name) {
            let type = try #require(EventType(rawValue: recorded.type))
            let message = try RecordedMessage(recorded.value, of: type)
            #expect(message.text == recorded.text, "\(recorded.type)")
            #expect(message.bytes == recorded.value, "\(recorded.type)")
            try Self.checkMeaning(Array(recorded.value), of: type)
            if type.contract.topics.isEmpty || type == .checkpointPublished { continue }
            let headers = recorded.headers.map { RecordHeader(name: $0.key, value: Array($0.value.utf8)) }
            let episode = try #require(EpisodeID(recorded.headers["ce_subject"] ?? ""))
            let event = try CloudEventsBinding.event(key: episode.bytes, headers: headers, value: Array(recorded.value))
            #expect(event.type == type)
            #expect(Set(CloudEventsBinding.headers(of: event)) == Set(headers))
        }
    }

    /// The program's own reader takes it, and where it has a writer writes the same bytes.
    private static func checkMeaning(_ bytes: [UInt8], of type: EventType) throws {
        switch type.contract.message {
        case "EpisodeEvent":
            let read = try EpisodeEventCodec.decode(bytes, type: type)
            #expect(try EpisodeEventCodec.encode(read.event, actor: read.actor) == bytes)
        case "AlertEvent": #expect(try AlertEventCodec.encode(AlertEventCodec.decode(bytes, type: type)) == bytes)
        case "NotificationEvent":
            #expect(try NotificationEventCodec.encode(NotificationEventCodec.decode(bytes, type: type)) == bytes)
        case "AccessEvent":
            if [.clientErased, .erasureRefused, .holdPlaced, .holdLifted].contains(type) {
                let read = try ClientEventCodec.decode(bytes, type: type)
                #expect(try ClientEventCodec.encode(read.event, actor: read.actor) == bytes)
            } else {
                #expect(try AccessEventCodec.encode(AccessEventCodec.decode(bytes, type: type)) == bytes)
            }
        case "TrajectoryUpdated": _ = try TrajectoryCodec.decode(bytes)
        case "LogResealed": #expect(try LogResealCodec.encode(LogResealCodec.decode(bytes)) == bytes)
        default: #expect(type == .checkpointPublished)
        }
    }

    /// Writes a file for the next release, where `ATTUNE_RECORD_EVENTS` names it: `events-2.json`.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["ATTUNE_RECORD_EVENTS"] != nil, "only when a release is recorded"))
    func record() throws {
        let name = try #require(ProcessInfo.processInfo.environment["ATTUNE_RECORD_EVENTS"])
        let file = Self.folder.appending(path: name)
        try #require(!FileManager.default.fileExists(atPath: file.path), "\(name) has been released")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
        try encoder.encode(try EventSamples.all()).write(to: file)
    }
}

/// A value as the message that the contract of its type names.
struct RecordedMessage {
    let text: String
    let bytes: Data

    init(_ value: Data, of type: EventType) throws {
        func read<M: Message>(_ message: M.Type) throws -> (String, Data) {
            let message = try M(serializedBytes: value)
            return (message.textFormatString(), try message.serializedData())
        }
        (text, bytes) =
            switch type.contract.message {
            case "EpisodeEvent": try read(Attune_V1_EpisodeEvent.self)
            case "TrajectoryUpdated": try read(Attune_V1_TrajectoryUpdated.self)
            case "AlertEvent": try read(Attune_V1_AlertEvent.self)
            case "NotificationEvent": try read(Attune_V1_NotificationEvent.self)
            case "AccessEvent": try read(Attune_V1_AccessEvent.self)
            case "CheckpointPublished": try read(Attune_V1_CheckpointPublished.self)
            case "LogResealed": try read(Attune_V1_LogResealed.self)
            default: throw MalformedEvent(field: "contract", problem: "names no message that this test knows")
            }
    }
}
