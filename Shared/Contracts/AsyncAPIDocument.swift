/// The contract of the topics as an AsyncAPI 3 document, made from the topic catalogue, the event types and the messages:
/// what is checked in as docs/contracts/attune.asyncapi.yaml and served at `/asyncapi.yaml`.
public enum AsyncAPIDocument {
    /// - Parameter version: of the programs.
    public static func text(version: String) -> String {
        var lines = [
            "# Made by `attune contracts asyncapi`; see docs/contracts.md.",
            "asyncapi: 3.0.0",
            "info:",
            "  title: Attune",
            "  version: \(version)",
            "  description: >-",
            "    Events about episodes of care, in CloudEvents 1.0 binary mode. Each topic has the events of an episode in order;",
            "    they can come more than once, with the same ce_id. A new type of event may come at any time: pass over",
            "    what you do not know, but say so.",
            "defaultContentType: application/protobuf",
            "channels:",
        ]
        for definition in TopicCatalogue.all { lines += channel(definition) }
        lines.append("operations:")
        for definition in TopicCatalogue.all { lines += operation(definition) }
        lines += ["components:", "  messages:"]
        for type in EventType.allCases where !type.contract.topics.isEmpty { lines += message(type) }
        lines += ["  schemas:"] + CloudEventsBinding.headerSchemas.flatMap { headers($0.key, $0.value) }
        for (name, proto) in protos { lines += schema(name, proto) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func channel(_ definition: TopicDefinition) -> [String] {
        let name = definition.topic.channel
        let types = EventType.allCases.filter { $0.contract.topics.contains(definition.topic) }
        return [
            "  \(name):",
            "    address: \(definition.topic.name)",
            "    description: \(definition.meaning)",
            "    messages:",
        ] + types.map { "      \($0.messageName): {$ref: '#/components/messages/\($0.messageName)'}" } + [
            "    bindings:",
            "      kafka:",
            "        partitions: \(definition.partitions)",
            "        replicas: \(TopicCatalogue.replicas)",
            "        topicConfiguration:",
        ] + definition.configuration.sorted { $0.key < $1.key }.map { key, value in
            // A list in the binding, a text on the broker.
            "          \(key): \(key == "cleanup.policy" ? "[\(value)]" : value)"
        } + ["        bindingVersion: 0.5.0"]
    }

    private static func operation(_ definition: TopicDefinition) -> [String] {
        let name = definition.topic.channel
        return [
            "  publish-\(name):", "    action: send", "    channel: {$ref: '#/channels/\(name)'}",
            "    summary: Attune publishes \(definition.meaning).",
        ]
    }

    private static func message(_ type: EventType) -> [String] {
        let contract = type.contract
        let isAboutLog = contract.topics == [.checkpoints]
        return [
            "    \(type.messageName):",
            "      name: \(type.rawValue)",
            "      contentType: application/protobuf",
            "      headers: {$ref: '#/components/schemas/\(isAboutLog ? "checkpointHeaders" : "eventHeaders")'}",
            "      payload: {$ref: '#/components/schemas/\(contract.file)'}",
            "      x-protobuf-message: attune.v1.\(contract.message)",
            "      bindings:",
            "        kafka:",
            "          key: {type: string, description: \(isAboutLog ? "The name of the log." : "The 16 bytes of the id in ce_subject.")}",
            "          bindingVersion: 0.5.0",
        ]
    }

    private static func headers(_ name: String, _ fields: [CloudEventsBinding.Field]) -> [String] {
        ["    \(name):", "      type: object", "      required: [\(fields.filter(\.isRequired).map(\.name).joined(separator: ", "))]",
         "      properties:"]
            + fields.map { field in
                "        \(field.name): {type: string\(field.constant.map { ", const: '\($0)'" } ?? ""), description: \(field.meaning)}"
            }
    }

    private static func schema(_ name: String, _ proto: [UInt8]) -> [String] {
        let text = String(decoding: proto, as: UTF8.self)
        return [
            "    \(name):", "      schemaFormat: application/vnd.google.protobuf;version=3", "      schema: |",
        ] + text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { $0.isEmpty ? "" : "        \($0)" }
    }

    private static let protos = [
        ("access", PackageResources.access_proto), ("alerts", PackageResources.alerts_proto),
        ("checkpoints", PackageResources.checkpoints_proto), ("episode_events", PackageResources.episode_events_proto),
        ("notifications", PackageResources.notifications_proto), ("trajectories", PackageResources.trajectories_proto),
    ]
}

extension Topic {
    /// The name of its channel: that of the topic without what all have in common.
    fileprivate var channel: String {
        name.replacing("attune.", with: "").replacing(".v1", with: "").replacing(".", with: "-")
    }
}

extension EventType {
    /// Its name as a key: `rating-recorded-v1`.
    fileprivate var messageName: String { rawValue.replacing("attune.", with: "").replacing(".", with: "-") }
}
